/**
 * Runs worlds in a separate process: `worker.ts FIRST COUNT [DEFECT]`. With a COUNT of 1 it prints every step.
 *
 * node --conditions=refold-source test/faults/simulation/worker.ts SEED 1
 */
import type { WorldDefect } from './process.ts';
import { virtualTime } from './virtual-time.ts';
import { runWorld } from './world.ts';

/** The result of a range of seeds. */
export interface Stretch {
  readonly worlds: number;
  readonly steps: number;
  readonly violations: readonly { readonly seed: number; readonly what: string }[];
  readonly counts: Readonly<Record<string, number>>;
}

/** One world in this many is run twice, to check that its seed determines everything. */
const TWICE_EVERY = 50;

virtualTime.install();
// Failed upkeep causes warnings. They are expected here.
process.emitWarning = () => {};
// The state encoder would allocate large chunks. For states of a few hundred bytes that would take most of the time.
const { allocUnsafeSlow } = Buffer;
Buffer.allocUnsafeSlow = (size) => allocUnsafeSlow(size === 1024 * 1024 + 64 ? 32 * 1024 : size);
const [first, count] = [Number(process.argv[2]), Number(process.argv[3])];
const defect = process.argv[4] as WorldDefect | undefined;
const stretch = await runStretch(first, count, defect);
// After a power cut, some followers never end. They would keep this process alive.
if (process.send !== undefined) process.send(stretch, () => process.exit());
else {
  console.log(JSON.stringify(stretch, undefined, 1));
  process.exit();
}

async function runStretch(from: number, worlds: number, broken: WorldDefect | undefined): Promise<Stretch> {
  const violations: { seed: number; what: string }[] = [];
  const counts: Record<string, number> = {};
  const tell = worlds === 1 ? (line: string): void => console.log(line) : undefined;
  let steps = 0;
  for (let seed = from; seed < from + worlds; seed++) {
    const report = await runWorld(seed, broken, tell);
    if (report.violation !== undefined) violations.push({ seed, what: report.violation });
    steps += report.steps;
    for (const [name, number] of Object.entries(report.counts)) counts[name] = (counts[name] ?? 0) + number;
    if (seed % TWICE_EVERY !== 0 || worlds === 1) continue;
    const again = await runWorld(seed, broken);
    if (again.digest !== report.digest) violations.push({ seed, what: 'the same seed gave another world' });
  }
  return { worlds, steps, violations, counts };
}
