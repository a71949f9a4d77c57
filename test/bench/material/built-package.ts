/** The package as users get it, beside the dependencies of this checkout. */
import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Scripts that use a built package. */
export interface BuiltPackage {
  /** Imports it, and does nothing else. */
  readonly importing: string;
  /** Its executable. */
  readonly commandLine: string;
}

/** Builds into a folder that does not exist yet. */
export function buildPackage(folder: string): BuiltPackage {
  const args = [join(ROOT, 'src/build.mjs'), join(folder, 'dist')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Error: the package cannot be built: ${stdout}${stderr}`);
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const importing = join(folder, 'importing.mjs');
  writeFileSync(importing, "import './dist/index.js';");
  return { importing, commandLine: join(folder, 'dist/cli/main.js') };
}
