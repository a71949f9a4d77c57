/** What importing the built package adds to the start of a process: nothing else is done with it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage } from '../../material/built-package.ts';
import type { Context, Row, Workload } from '../../measuring/workload.ts';

export const importWorkloads: readonly Workload[] = [{ name: 'import', run: importRows }];

/** Empty processes and importing ones take turns. */
async function importRows({ sizes, folder }: Context): Promise<Row[]> {
  const { importing } = buildPackage(join(folder, 'package'));
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, '');
  const starts: number[] = [];
  const imports: number[] = [];
  for (let round = -1; round < sizes.imports; round++) {
    const [bare, loaded] = [startOf(empty), startOf(importing)];
    if (round < 0) continue;
    starts.push(bare);
    imports.push(loaded);
  }
  return [
    row('start', 'a process that does nothing', 'Node', starts),
    row('import', 'a process that imports the built package', 'refold', imports),
  ];
}

/** ms until the process has ended. */
function startOf(path: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path} failed: ${stderr}`);
  return performance.now() - start;
}

function row(name: string, what: string, by: string, runs: readonly number[]): Row {
  return { name: `process-${name}`, what, by, durability: 'reads', unit: 'ms', runs };
}
