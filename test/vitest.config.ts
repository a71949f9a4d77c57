/**
 * Three projects: `source` runs against src/ as it stands, `package` against the tarball that users install, which is
 * packed and installed once and only when one of its tests is to run. `studio` runs the page of the studio in a browser:
 * `npm test` leaves it out. All run on the pinned Node. Files that are named on the command line are run also where they take long.
 */
import { availableParallelism } from 'node:os';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { leftOut, saidOf, wantedFiles } from './long-files.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Children that say `node` get the pinned one as well, also when vitest was not started by npm. */
const PATH = [`${ROOT}node_modules/.bin`, process.env.PATH].join(delimiter);

/** Hundreds of tests start processes from the sources: each takes half a second less where these are compiled already. */
const NODE_COMPILE_CACHE = `${ROOT}node_modules/.cache/refold-tests`;

/** What `npm test` itself says after the options of vitest. Any other word names files. */
const OWN_WORDS = ['run', 'test/vitest.config.ts', '!studio'];
const namesFiles = process.argv.slice(2).some((word) => !word.startsWith('-') && !OWN_WORDS.includes(word));
const isNpmTest = process.env.npm_lifecycle_event === 'test' && !namesFiles;
const wanted = isNpmTest ? wantedFiles() : 'all';
const LEFT_OUT = leftOut(wanted).map((file) => `test/${file}.test.ts`);
if (isNpmTest) console.log(saidOf(wanted));

export default defineConfig({
  root: ROOT,
  resolve: { conditions: ['refold-source'] },
  ssr: { resolve: { conditions: ['refold-source', 'node', 'import', 'module', 'default'] } },
  test: {
    pool: 'forks',
    // Much of the time goes to waiting for disks and child processes, so there is one worker more than cores.
    maxWorkers: availableParallelism() + 1,
    env: { PATH, NODE_COMPILE_CACHE },
    execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'source',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/package/**', 'test/postgres/**', 'test/studio/browser/**', ...LEFT_OUT],
          globalSetup: ['test/built/setup.ts'],
          setupFiles: ['test/cleaning/setup.ts'],
          // A fresh process for each file takes half a second of it. The files of one worker share the modules.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...LEFT_OUT],
          globalSetup: ['test/package/consumer.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'studio',
          include: ['test/studio/browser/**/*.test.ts'],
          globalSetup: ['test/studio/browser/setup.ts'],
          // The files of one worker share the connection to the browser.
          isolate: false,
          testTimeout: 600_000,
        },
      },
    ],
  },
});
