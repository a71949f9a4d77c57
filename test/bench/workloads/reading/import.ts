/** What importing the built package adds to the start of a process: nothing else is done with it. */
import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, Row, Workload } from '../../measuring/workload.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export const importWorkloads: readonly Workload[] = [{ name: 'import', run: importRows }];

/** Empty processes and importing ones take turns. */
async function importRows({ sizes, folder }: Context): Promise<Row[]> {
  buildInto(join(folder, 'package'));
  const empty = script(folder, 'empty.mjs', '');
  const importing = script(folder, 'importing.mjs', "import './package/dist/index.js';");
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

/** The package as users get it, beside the dependencies of this checkout. */
function buildInto(folder: string): void {
  const args = [join(ROOT, 'src/build.mjs'), join(folder, 'dist')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Error: the package cannot be built: ${stdout}${stderr}`);
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

function script(folder: string, name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
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
