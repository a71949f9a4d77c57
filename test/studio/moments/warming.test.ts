/** The studio gets warm after its first moment, and answers are right then. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashState, openStore, stateAt } from 'refold';
import { expect, test } from 'vitest';
import { AskedStudio, SHOP } from '../asking.ts';
import { shop } from '../shop.ts';

test('far places are in memory after the first moment, and the log says so', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-studio-'));
  const path = join(folder, 'shop.db');
  const store = await openStore(shop, { path, durability: 'os' });
  const put = (n: number) => ({ type: 'Put' as const, data: { id: n % 31, word: `word ${n % 50}` } });
  await store.append(Array.from({ length: 8_000 }, (_, n) => put(n)));
  {
    await using studio = await AskedStudio.open({ path, model: SHOP });
    expect((await studio.ask('log')).warm).toBe(false);
    await studio.ask('moment?at=8000');
    await expect.poll(async () => (await studio.ask('log')).warm, { timeout: 100_000 }).toBe(true);
    for (const at of [7_000, 2_500, 4_100]) {
      const moment = await studio.ask(`moment?at=${at}&hash=yes`);
      expect(moment.hash).toBe(hashState((await stateAt(shop, { path, at: { sequence: at } })).state));
      expect(moment.cost.checkpoint).toBeGreaterThan(0);
    }
  }
  await store.close();
  rmSync(folder, { recursive: true });
});
