/**
 * Runs the browser tests of the studio: `npm run test:studio [-- --full] [--screenshots] [FILTER]`.
 *
 * They compare the page with the library at 50 places and over 500 moves; `--full` makes 200 and 2,000, and lets axe judge every
 * state of the page, not one of each kind. `--screenshots` takes pictures of every state, and prints where they lie. Other
 * arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Our own options, and the variables through which the tests see them. */
const OPTIONS: Readonly<Record<string, string>> = { '--full': 'STUDIO_FULL', '--screenshots': 'STUDIO_SCREENSHOTS' };

const given = process.argv.slice(2);
const ours = given.filter((argument) => argument in OPTIONS);
const variables = Object.fromEntries(ours.map((argument) => [OPTIONS[argument]!, '1']));
const { status } = spawnSync(
  process.execPath,
  [
    `${ROOT}node_modules/vitest/vitest.mjs`,
    ...['run', '--config', 'test/vitest.config.ts', '--project', 'studio'],
    ...given.filter((argument) => !(argument in OPTIONS)),
  ],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...variables } },
);
process.exitCode = status ?? 1;
