/** Counts of events by type: against a naive count of all events. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Damage, MemoryContents, openPast, openStore, type Past, type RecordedEvent } from '../../../src/index.ts';
import { sample } from '../../sample.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';
import { clubLog } from './models.ts';

const countedIn = (events: readonly RecordedEvent[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(events, ({ type }) => type)].map(([type, list]) => [type, list.length]));

async function checkCounts(
  past: Past,
  by: 'sequence' | 'time',
  buckets: number,
  from: number,
  to: number,
): Promise<void> {
  const all = await Array.fromAsync(past.events({ from, to }));
  const counts = await past.counts({ by, buckets, from, to });
  expect(counts).toMatchObject({ from, to, events: all.length, types: countedIn(all) });
  expect(counts.buckets).toHaveLength(buckets);
  let next = from;
  for (const { first, last, start, end, events, types } of counts.buckets) {
    expect(first).toBe(next);
    const inside = all.filter(({ sequence }) => sequence >= first && sequence <= last);
    expect({ events, types }).toEqual({ events: inside.length, types: countedIn(inside) });
    for (const { recordedAt } of by === 'time' ? inside : [])
      expect(start! <= recordedAt && recordedAt < end!).toBe(true);
    next = last + 1;
  }
  expect(next).toBe(to + 1);
  if (by === 'sequence') {
    const sizes = counts.buckets.map(({ events }) => events);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
}

describe('counts', () => {
  test('are those of all events, in any buckets of any range, sealed and open', async () => {
    const { model, contents, last } = await clubLog(700, 9);
    await using past = await openPast(model, { log: contents });
    const blocks = await Array.fromAsync(past.blocks());
    expect(new Set(blocks.map(({ encoding }) => encoding))).toEqual(new Set(['open', 'sealed']));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('sequence' as const, 'time' as const),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: last }),
        fc.integer({ min: 1, max: last }),
        (by, buckets, a, b) => checkCounts(past, by, buckets, Math.min(a, b), Math.max(a, b)),
      ),
      { numRuns: sample(60) },
    );
  });

  test('count all of the log in one bucket by default, the most frequent type first', async () => {
    const contents = new MemoryContents();
    const store = await openStore(cartModel, { log: contents });
    await store.append([added('a'), note('b'), note('c')]);
    await using past = await openPast(cartModel, { log: contents });
    expect(await past.counts()).toEqual({
      ...{ from: 1, to: 3, events: 3, types: { NoteTaken: 2, ItemAdded: 1 } },
      buckets: [{ first: 1, last: 3, events: 3, types: { NoteTaken: 2, ItemAdded: 1 } }],
    });
    expect(Object.keys((await past.counts()).types)).toEqual(['NoteTaken', 'ItemAdded']);
    await store.close();
  });

  test('are empty for an empty log', async () => {
    const contents = new MemoryContents();
    await (await openStore(cartModel, { log: contents })).close();
    await using past = await openPast(cartModel, { log: contents });
    for (const by of ['sequence', 'time'] as const) {
      const counts = await past.counts({ by, buckets: 3 });
      expect(counts).toMatchObject({ from: 1, to: 0, events: 0, types: {} });
      expect(counts.buckets.map(({ events }) => events)).toEqual([0, 0, 0]);
    }
  });

  test('go around damaged blocks, also when the listener fails', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    for (let n = 1; n <= 9; n++) await store.append(note(`text ${n}`));
    await store.close();
    const database = new DatabaseSync(path);
    database.exec(`update blocks set payload = replace(payload, 'text', 'test') where first_sequence in (4, 8)`);
    database.close();
    await using past = await openPast(cartModel, { path });
    expect(await errorOf(past.counts())).toMatchObject({ code: 'LOG_CORRUPT', sequence: 4 });
    for (const by of ['sequence', 'time'] as const) {
      const damages: Damage[] = [];
      const counts = await past.counts({ by, buckets: 3, onDamage: (damage) => void damages.push(damage) });
      expect(counts).toMatchObject({ from: 1, to: 9, events: 7 });
      expect(damages).toMatchObject(
        [4, 8].map((at) => ({ firstSequence: at, lastSequence: at, error: { sequence: at } })),
      );
    }
    for (const onDamage of [
      () => {
        throw new Error('a listener');
      },
      () => Promise.reject(new Error('a listener')) as never,
    ])
      expect(await past.counts({ onDamage })).toMatchObject({ events: 7 });
  });

  test('end at their signal, and refuse what they cannot do', async () => {
    const { model, contents } = await clubLog(50, 9);
    await using past = await openPast(model, { log: contents });
    const reason = new Error('enough');
    await expect(past.counts({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await errorOf(past.counts({ buckets: 0 }))).toMatchObject({ code: 'INVALID_OPTION', type: 'buckets' });
    expect(await errorOf(past.counts({ by: 'type' as never }))).toMatchObject({ type: 'by' });
    expect(await errorOf(past.counts({ to: 51 }))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
