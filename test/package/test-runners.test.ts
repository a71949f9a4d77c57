/** Uses the package in vitest as its users do: in each pool, with real and with fake timers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { sampleOf } from '../sample.ts';
import { ROOT, runNode } from './run.ts';

const { folder } = inject('consumer');

/** With globals: vitest itself is not installed in the consumer's project. */
const SUITE = `
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineModel, openLog, openStore } from 'refold';
import { z } from 'zod';

const counter = defineModel({
  name: 'counter',
  events: { Counted: z.object({ by: z.int() }) },
  initialState: () => ({ total: 0, byAmount: new Map() }),
  reducers: { Counted(state, data) { state.total += data.by; state.byAmount.set(data.by, { seen: true }); } },
});
const counted = (by) => ({ type: 'Counted', data: { by } });

async function live(path, fold) {
  const store = await openStore(counter, { path, fold });
  await store.append(counted(1));
  await Promise.all(Array.from({ length: 50 }, (_, n) => store.append([counted(n), counted(1)])));
  await store.snapshot();
  expect((await store.at({ sequence: 3 })).state.total).toBe(2);
  expect((await store.verify()).problems).toEqual([]);
  expect((await store.compact()).sealed.events).toBe(101);
  await store.append(counted(2));
  const enough = new AbortController();
  for await (const { sequence } of store.follow({ from: 100, signal: enough.signal })) if (sequence === 102) enough.abort();
  const hash = await store.stateHash();
  if (path !== ':memory:') await store.backup(path + '.copy');
  await store.close();
  if (path === ':memory:') return;
  const again = await openStore(counter, { path });
  expect(await again.stateHash()).toBe(hash);
  await again.close();
  const log = await openLog({ path: path + '.copy' });
  expect((await log.verify()).problems).toEqual([]);
  await log.close();
}

const everything = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate',
  'queueMicrotask', 'performance', 'Date', 'hrtime'];
const toFake = process.env.POOL.endsWith('Threads') || process.env.POOL === 'threads' ? [...everything, 'nextTick'] : everything;

for (const fold of ['atomic', 'direct']) {
  for (const kind of ['memory', 'file']) {
    const work = async () => {
      const folder = mkdtempSync(join(import.meta.dirname, 'log-'));
      await live(kind === 'memory' ? ':memory:' : join(folder, 'counter.db'), fold);
      rmSync(folder, { recursive: true });
    };
    test(\`\${fold}, \${kind}, real timers\`, work);
    test(\`\${fold}, \${kind}, fake timers\`, async () => {
      vi.useFakeTimers({ toFake });
      try {
        await work();
      } finally {
        vi.useRealTimers();
      }
    });
  }
}
`;

let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(folder, 'runner-'));
  writeFileSync(join(project, 'counter.test.js'), SUITE);
  const config = '{ test: { globals: true, pool: process.env.POOL, testTimeout: 30_000, watch: false } }';
  writeFileSync(join(project, 'vitest.config.js'), `export default ${config};`);
});

describe('vitest', () => {
  test.each(sampleOf(['forks', 'threads', 'vmForks', 'vmThreads']))('in the pool %s', async (pool) => {
    const start = `process.env.POOL = ${JSON.stringify(pool)}; await import(${JSON.stringify(`${ROOT}node_modules/vitest/vitest.mjs`)});`;
    const args = ['--input-type=module', '--eval', start, 'run', '--reporter=json', '--outputFile=report.json'];
    const { code, stderr } = await runNode(args, project);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(project, 'report.json'), 'utf8'))).toMatchObject({
      numPassedTests: 8,
      numFailedTests: 0,
      success: true,
    });
  });
});
