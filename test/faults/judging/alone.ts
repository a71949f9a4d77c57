/** Runs one row alone: `node --conditions=refold-source test/faults/judging/alone.ts power-loss [seed] [--long]`. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultRow } from '../row.ts';

const [name, seed = '1'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const { row } = (await import(new URL(`../${name}/row.ts`, import.meta.url).href)) as { row: FaultRow };
const missing = row.missing();
if (missing !== undefined) throw new Error(missing);
const memory = '/dev/shm';
const folder = fs.mkdtempSync(join(fs.existsSync(memory) ? memory : tmpdir(), 'refold-faults-'));
const start = performance.now();
const cpu = process.cpuUsage();
try {
  const say = (text: string): void => console.log(`${((performance.now() - start) / 1_000).toFixed(1)} s  ${text}`);
  const long = process.argv.includes('--long');
  const report = await row.run({ long, seed: Number(seed), folder, say });
  const { user, system } = process.cpuUsage(cpu);
  console.log({ ...report, violations: report.violations.slice(0, 20), found: report.violations.length });
  console.log(
    `${((performance.now() - start) / 1_000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU here`,
  );
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
