/** Tests that start a PostgreSQL server. They are a separate project: `npm test` needs no server. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: ['refold-source'] },
  // Without `import`: Node would resolve `require` with it too, and the driver requires a package that has both.
  ssr: { resolve: { conditions: ['refold-source', 'node', 'module', 'default'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2, // on any machine: they mostly wait for servers
    globalSetup: ['test/postgres/setup.ts'],
    include: ['test/postgres/**/*.test.ts'],
    execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
