/**
 * The package as users have it, for tests that start it as a process. Built code starts in a third of the time of the
 * sources. It is built once in each run of the tests, and always from the sources as they are.
 *
 * The folder looks like this project: `dist`, the examples, the fixtures of the command line, and the packages. A module
 * in it that imports `refold` gets the built one.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['package.json', 'examples', 'test/cli/fixtures'];

export interface Built {
  readonly folder: string;
  /** The executable `refold`. */
  readonly main: string;
  /** A folder with an empty package.json, in which no model is found. */
  readonly empty: string;
  /** For NODE_COMPILE_CACHE of its processes: the first one compiles for all. */
  readonly compileCache: string;
}

/** Builds the package, or waits until another test file has built it. Rejects when the build fails. */
export async function builtPackage(): Promise<Built> {
  const folder = inject('built');
  const [done, failed] = [join(folder, 'done'), join(folder, 'failed')];
  if (isFirst(folder)) {
    await build(folder).catch((error) => {
      writeFileSync(failed, String(error));
      throw error;
    });
    writeFileSync(done, '');
  }
  while (!existsSync(done)) {
    if (existsSync(failed)) throw new Error('the build failed: see the first test that needed it');
    await pause(20);
  }
  const [main, empty, compileCache] = ['dist/cli/main.js', 'empty', 'compiled'].map((path) => join(folder, path));
  return { folder, main: main!, empty: empty!, compileCache: compileCache! };
}

/** Only one process can create the folder. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(join(folder, 'test'));
    return true;
  } catch {
    return false;
  }
}

async function build(folder: string): Promise<void> {
  for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'empty/package.json'), '{}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  await promisify(execFile)(process.execPath, [join(ROOT, 'src/build.mjs'), join(folder, 'dist'), '--only-code']);
}
