/** Checks every source file against the floor plan, and tests the check with planted violations. */
import { globSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { crowdedFolders, FLOORS, importsOf, LARGEST_FOLDER, violationsOf } from './floors.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const files = globSync('{src,examples}/**/*.{ts,tsx}', { cwd: ROOT }).map((file) => file.split(sep).join('/'));

describe('the floor plan', () => {
  test('every folder has a row, and every row has files', () => {
    const empty = FLOORS.filter((floor) => !files.some((file) => file.startsWith(floor.files)));
    expect(empty.map((floor) => floor.files)).toEqual([]);
  });

  test('every door is a file', () => {
    const doors = FLOORS.flatMap((floor) => (floor.doors ?? []).map((door) => floor.files + door));
    expect(doors.filter((door) => !files.includes(door))).toEqual([]);
  });

  test('no folder holds too many files, tests included', () => {
    const all = globSync('{src,examples,test}/**/*.{ts,tsx}', { cwd: ROOT, exclude: ['**/node_modules/**'] });
    expect(crowdedFolders(all.map((file) => file.split(sep).join('/')))).toEqual([]);
    expect(crowdedFolders(Array.from({ length: LARGEST_FOLDER + 1 }, (_, n) => `src/core/${n}.ts`))).toHaveLength(1);
  });

  test('every file imports only what its floor allows', () => {
    expect(files.flatMap((file) => violationsOf(file, readFileSync(`${ROOT}/${file}`, 'utf8')))).toEqual([]);
  });
});

describe('a planted violation is found', () => {
  test.each([
    ['core imports from a higher floor', 'src/core/event.ts', `import { fold } from '../fold/fold.ts'`],
    ['core runs zod', 'src/core/event.ts', `import { z } from 'zod'`],
    ['fold imports from the log', 'src/fold/fold.ts', `import type { Block } from '../log/log-store.ts'`],
    ['fold reads a disk', 'src/fold/fold.ts', `import { readFileSync } from 'node:fs'`],
    ['fold reads the clock', 'src/fold/fold.ts', `const start = Date.now()`],
    ['core draws random numbers', 'src/core/event.ts', `const id = Math.random()`],
    ['the log imports from fold', 'src/log/blocks/block.ts', `export { fold } from '../fold/fold.ts'`],
    ['the log imports from fold, one folder deeper', 'src/log/sqlite/file/lock.ts', `import '../../fold/fold.ts'`],
    ['SQLite outside its folder', 'src/log/memory.ts', `const driver = await import('better-sqlite3')`],
    ['SQLite by its types', 'src/engine/store.ts', `let connection: import('better-sqlite3').Database`],
    ['immer outside fold', 'src/engine/store.ts', `import { produce } from 'immer'`],
    ['msgpackr outside the log', 'src/fold/reduce.ts', `import { Packr } from 'msgpackr'`],
    ['the engine imports the package’s entry point', 'src/engine/store.ts', `import { openStore } from '../index.ts'`],
    ['the engine imports from the command line', 'src/engine/store.ts', `import { bar } from '../cli/bar.ts'`],
    ['the command line imports from the engine', 'src/cli/main.ts', `import { Store } from '../engine/store.ts'`],
    ['one application imports from another', 'src/redis/server.ts', `import { bar } from '../cli/bar.ts'`],
    [
      'a worker of another floor',
      'src/log/sqlite/writing/writer.ts',
      `new Worker(new URL('../../../engine/x.js', import.meta.url))`,
    ],
    ['an example by a path', 'examples/orderbook/main.ts', `import { openStore } from '../../src/index.ts'`],
    ['an example that imports a file inside a package', 'examples/orderbook/main.ts', `import x from 'lodash/fp'`],
    ['an import over several lines', 'src/fold/fold.ts', `import {\n  a,\n  b,\n} from\n  '../engine/store.ts'`],
    ['a name that Node 20 lacks', 'src/log/blocks/chain.ts', `import { crc32 } from 'node:zlib'`],
    ['a file without a floor', 'src/somewhere/else.ts', ''],
  ])('%s', (_what, path, source) => {
    expect(violationsOf(path, source)).toHaveLength(1);
  });
});

describe('an allowed import passes', () => {
  test.each([
    ['zod by its types', 'src/core/model.ts', `import type { z } from 'zod'`],
    ['zod by its types, inline', 'src/core/model.ts', `import { type z } from 'zod'`],
    ['zlib as a default import', 'src/log/blocks/chain.ts', `import zlib from 'node:zlib'`],
    [
      'any name where only the pinned Node runs',
      'examples/orderbook/feeds/reading/zip.ts',
      `import { crc32 } from 'node:zlib'`,
    ],
    ['zlib by its types', 'src/log/blocks/chain.ts', `import type { ZstdOptions } from 'node:zlib'`],
    ['an import in a comment', 'src/core/event.ts', `/** import { x } from 'refold' */ // import 'immer'`],
    ['an import in a message', 'src/engine/store.ts', `const hint = "write import x from the package 'immer'"`],
    ['a clock in a comment and in a message', 'src/fold/fold.ts', `// Date.now()\nconst hint = 'no Math.random here'`],
    ['a clock on a floor that may use one', 'src/engine/store.ts', `const start = performance.now()`],
    [
      'a worker beside its client',
      'src/log/sqlite/writing/client.ts',
      `new Worker(new URL('./writer.js', import.meta.url))`,
    ],
  ])('%s', (_what, path, source) => {
    expect(violationsOf(path, source)).toEqual([]);
  });

  test('every form of import is parsed', () => {
    const source = `import a, { type B, c as d } from './x.ts';\nexport * from "y";\nimport 'z';`;
    expect(importsOf(source)).toEqual([
      { specifier: './x.ts', typeOnly: false, names: ['c'] },
      { specifier: 'y', typeOnly: false, names: [] },
      { specifier: 'z', typeOnly: false, names: [] },
    ]);
  });
});
