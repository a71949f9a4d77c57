/** The row redis-protocol on a small scale. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HAS_REDIS } from '../../redis/processes.ts';
import { barrage } from './barrage.ts';

test.skipIf(!HAS_REDIS)('mutated streams are answered as Redis does, beside clients that do not notice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-protocol-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cache = process.env.NODE_COMPILE_CACHE!;
  const options = { seed: 5, streams: 300, folder: join(folder, 'barrage'), cache, say: () => undefined };
  expect(await barrage(options)).toMatchObject({ streams: 300, violations: [] });
});
