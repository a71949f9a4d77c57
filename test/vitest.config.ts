import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['refold-source'] },
  ssr: { resolve: { conditions: ['refold-source', 'node', 'import', 'module', 'default'] } },
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/bench/**'],
    pool: 'forks',
    execArgv: ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
