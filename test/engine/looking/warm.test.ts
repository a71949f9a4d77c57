/** States that a cursor keeps for far places, and a large state that is dragged: what is loaded, by count. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { startCursor } from '../../../src/engine/folding/refold.ts';
import { packState, unpackState } from '../../../src/engine/looking/moving/warm-states.ts';
import { defineModel, hashState, openPast, openStore, type PastCursor } from '../../../src/index.ts';
import { RUNS_ALL } from '../../sample.ts';
import { shop } from '../../studio/shop.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'refold-warm-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const SECRET = 'topsecret';

async function openShop(events: number) {
  const path = join(folder, 'shop.db');
  const store = await openStore(shop, { path, durability: 'os' });
  await store.append(
    Array.from({ length: events }, (_, n) => ({
      type: 'Put' as const,
      data: { id: n % 31, word: n === 10 ? SECRET : `word ${n}` },
    })),
  );
  return { path, store };
}

async function warmUp(cursor: PastCursor): Promise<number> {
  let kept = 0;
  while (await cursor.warm()) kept++;
  return kept;
}

test('far places are built from memory, and are right', async () => {
  const { path, store } = await openShop(8_000);
  await using past = await openPast(shop, { path });
  const cursor = await past.cursor(1, { checkpointBytes: 2 ** 20 });
  expect(await warmUp(cursor)).toBeGreaterThan(2);
  expect(cursor.sequence).toBe(1);
  for (const place of [7_000, 2_500, 7_999, 4_100]) {
    await cursor.to(place);
    expect(cursor.cost.isRebuilt).toBe(false);
    expect(cursor.cost.events).toBeLessThan(2_001);
    expect(hashState(cursor.state)).toBe(hashState((await past.at(place)).state));
    expect(cursor.event?.sequence).toBe(place);
  }
  await store.close();
});

test('a packed state takes the memory that is counted, and is the same when it is unpacked', async () => {
  const state = shop.initialState();
  for (let id = 0; id < 20_000; id++) state.byWord.set(`word ${id}`, id);
  const packed = (await packState(shop, startCursor<object>(state), 2 ** 20, undefined))!;
  expect(packed.chunks.length).toBeGreaterThan(1);
  expect(packed.packedBytes).toBe(packed.chunks.reduce((sum, { data }) => sum + data.buffer.byteLength, 0));
  expect(hashState(unpackState(shop, packed).state)).toBe(hashState(state));
  expect(await packState(shop, startCursor<object>(state), packed.bytes - 1, undefined)).toBeUndefined();
});

test('nothing is kept without room, and a signal ends the work', async () => {
  const { path, store } = await openShop(8_000);
  await using past = await openPast(shop, { path });
  expect(await warmUp(await past.cursor(1, { checkpointBytes: 0 }))).toBe(0);
  const cursor = await past.cursor(1);
  const reason = new Error('a question');
  await expect(cursor.warm({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await cursor.warm()).toBe(true);
  await store.close();
});

test('a redaction drops what was kept', async () => {
  const { path, store } = await openShop(8_000);
  await using past = await openPast(shop, { path });
  const cursor = await past.cursor(8_000, { checkpointBytes: 2 ** 20 });
  const kept = await warmUp(cursor);
  await store.redact({ sequences: [11] }, { by: 'test' });
  await cursor.to(7_000);
  expect(cursor.cost.isRebuilt).toBe(true);
  expect(hashState(cursor.state)).toBe(hashState((await past.at(7_000)).state));
  expect([...cursor.state.byWord.keys()]).not.toContain(SECRET);
  expect(await warmUp(cursor)).toBe(kept);
  await cursor.to(3_000);
  expect(cursor.cost.isRebuilt).toBe(false);
  expect([...cursor.state.byWord.keys()]).not.toContain(SECRET);
  await store.close();
});

test('a drag of 100,000 events through a large state never loads it again', { timeout: 300_000 }, async () => {
  const large = defineModel({
    name: 'large',
    version: 1,
    fingerprint: 'version',
    events: { Filled: z.object({ entries: z.number() }), Touched: z.object({ id: z.number() }) },
    initialState: () => ({ things: new Map<number, { touched: number }>() }),
    reducers: {
      Filled: (state, { entries }) => {
        for (let id = 0; id < entries; id++) state.things.set(id, { touched: 0 });
      },
      Touched: (state, { id }) => void (state.things.get(id)!.touched += 1),
    },
  });
  const path = join(folder, 'large.db');
  const entries = RUNS_ALL ? 1_000_000 : 200_000;
  const store = await openStore(large, { path, durability: 'os', fold: 'direct', strict: false });
  await store.append({ type: 'Filled', data: { entries } });
  for (let batch = 0; batch < 102; batch++) {
    await store.append(Array.from({ length: 1_000 }, (_, n) => ({ type: 'Touched' as const, data: { id: n } })));
    if (batch === 0 || batch === 50) await store.snapshot();
  }
  await store.close();
  await using past = await openPast(large, { path });
  const cursor = await past.cursor(1_000, { checkpointBytes: 64 * 2 ** 20 });
  let loads = 0;
  for (let place = 3_000; place <= 101_000; place += 2_000) {
    await cursor.to(place);
    if (cursor.cost.isRebuilt) loads++;
  }
  expect(loads).toBe(0);
  expect(cursor.state.things.get(0)!.touched).toBe(101);
});
