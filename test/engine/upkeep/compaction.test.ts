/** Compaction through the store: the dry run that predicts the run, and automatic compaction. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineModel, type History, openLog, openStore, type StoreOptions } from '../../../src/index.ts';
import { withDatabase } from '../../log/sqlite/fixtures.ts';
import { sample, sampleOf } from '../../sample.ts';
import { cartModel, note } from '../cart.ts';
import { errorOf, manualClock, openCarts, temporaryPath } from '../harness.ts';

const MiB = 1024 * 1024;
const CELL_BYTES = 16 * 1024;

/** A state of a known size, independent of how much is written: cells of text that compresses badly. */
const cellsModel = defineModel({
  name: 'cells',
  version: 1,
  events: { Written: z.object({ cell: z.int(), text: z.string() }) },
  initialState: () => ({ cells: new Map<number, string>() }),
  reducers: { Written: (state, { cell, text }) => void state.cells.set(cell, text) },
});

const stores: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close().catch(() => {});
});

async function openCells(options: StoreOptions) {
  const store = await openStore(cellsModel, { durability: 'os', recoverWithin: 1e9, ...options });
  stores.push(store);
  return store;
}

type CellStore = Awaited<ReturnType<typeof openCells>>;

/** One commit with a mebibyte of text, over a state of at most `stateBytes`. */
async function writeMebibyte(store: CellStore, stateBytes: number): Promise<void> {
  const cells = stateBytes / CELL_BYTES;
  const events = Array.from({ length: MiB / CELL_BYTES }, (_, index) => ({
    type: 'Written' as const,
    data: { cell: (store.sequence + index) % cells, text: randomBytes((CELL_BYTES / 4) * 3).toString('base64') },
  }));
  await store.append(events);
}

describe('a dry run', () => {
  const history = fc.oneof<fc.Arbitrary<History>[]>(
    fc.constant('keep'),
    fc.constant('discard'),
    fc.record({ maxEvents: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ maxBytes: fc.integer({ min: 1, max: 2_000 }) }),
    fc.record({ maxAge: fc.integer({ min: 1, max: 40 }) }),
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), events: fc.integer({ min: 1, max: 9 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('snapshot' as const) }) },
    fc.record({ do: fc.constant('compact' as const) }),
  );

  test.each(['in memory', 'on a file'])(
    'reports what the real run does, for any log and any history, %s',
    async (where) => {
      const property = fc.asyncProperty(history, fc.array(step, { maxLength: 14 }), async (budget, steps) => {
        const clock = manualClock();
        const path = where === 'in memory' ? ':memory:' : await temporaryPath();
        await using store = await openStore(cartModel, { path, history: budget, clock: clock.read, durability: 'os' });
        for (const each of steps) {
          clock.now += 5;
          if (each.do === 'append')
            await store.append(Array.from({ length: each.events }, (_, i) => note(`note ${i}`)));
          else if (each.do === 'snapshot') await store.snapshot();
          else await store.compact();
        }
        const plan = await store.compact({ dryRun: true });
        expect(await store.compact({ dryRun: true })).toEqual(plan);
        const { dryRun, fileBytesBefore, fileBytesAfter, ...done } = await store.compact();
        expect(plan).toEqual({ ...done, dryRun: true, fileBytesBefore, fileBytesAfter: fileBytesBefore });
        expect([dryRun, fileBytesAfter <= fileBytesBefore]).toEqual([false, true]);
        const again = await store.compact();
        expect(again).toMatchObject({ sealed: { events: 0, blocks: 0 }, dropped: { events: 0 } });
      });
      await fc.assert(property, { numRuns: sample(where === 'in memory' ? 60 : 9) });
    },
  );

  test('refuses like the real run when a snapshot that recovery needs is damaged', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path, history: 'discard' });
    for (let i = 0; i < 3; i++) {
      await store.append(note(`note ${i}`));
      await store.snapshot();
    }
    withDatabase(path, (db) =>
      db.exec("update snapshot_chunks set data = x'00' where snapshot_id = (select max(id) from snapshots)"),
    );
    expect((await errorOf(store.compact({ dryRun: true }))).code).toBe('LOG_CORRUPT');
    expect((await errorOf(store.compact())).code).toBe('LOG_CORRUPT');
    expect(store.stats().firstSequence).toBe(1);
  });

  test('by a reader reports what the writer would do', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    for (let i = 0; i < 20; i++) await store.append(note(`note ${i}`));
    const reader = await openCarts({ path, readOnly: true });
    const plan = await reader.compact({ dryRun: true });
    expect(plan.sealed).toMatchObject({ events: 20, blocks: 20 });
    expect((await store.compact()).sealed).toEqual(plan.sealed);
  });
});

describe('automatic compaction', () => {
  test('seals much open text and leaves the newest open; the next open continues from there', async () => {
    const path = await temporaryPath();
    const store = await openCells({ path });
    for (let i = 0; i < 40; i++) await writeMebibyte(store, MiB);
    const openBytes = async () => (await infoOf(path)).openBytes;
    await expect.poll(openBytes, { timeout: 60_000 }).toBeLessThan(16 * MiB);
    const { openBlocks, sealedBlocks } = await infoOf(path);
    expect(openBlocks).toBeGreaterThanOrEqual(3);
    expect(sealedBlocks).toBeGreaterThan(3);
    const view = 'select max(sequence) from events';
    expect(withDatabase(path, (db) => db.prepare(view).pluck().get())).toBe(store.durableSequence);
    expect((await store.verify()).ok).toBe(true);
    await store.close();

    const before = await infoOf(path);
    const again = await openCells({ path });
    for (let i = 0; i < 28; i++) await writeMebibyte(again, MiB);
    await expect
      .poll(async () => (await infoOf(path)).sealedBlocks, { timeout: 60_000 })
      .toBeGreaterThan(before.sealedBlocks);
    expect((await again.verify()).ok).toBe(true);
  });

  test('does nothing for little text', async () => {
    const path = await temporaryPath();
    const store = await openCells({ path, history: { maxEvents: 1 } });
    for (let i = 0; i < 3; i++) {
      await store.append({ type: 'Written', data: { cell: 0, text: 'short' } });
      await store.snapshot();
    }
    await store.close();
    expect(await infoOf(path)).toMatchObject({ sealedBlocks: 0, firstSequence: 1 });
  });

  test('drops history over its budget, and takes snapshots for that', async () => {
    const path = await temporaryPath();
    const maxEvents = 10 * (MiB / CELL_BYTES);
    const store = await openCells({ path, history: { maxEvents } });
    for (let i = 0; i < 64; i++) await writeMebibyte(store, MiB);
    await expect.poll(() => store.stats().firstSequence, { timeout: 60_000 }).toBeGreaterThan(1);
    const kept = store.durableSequence - store.stats().firstSequence + 1;
    expect(kept).toBeGreaterThanOrEqual(maxEvents);
    expect((await store.verify()).ok).toBe(true);
  });

  test('reports damage and drops nothing', async () => {
    const path = await temporaryPath();
    const store = await openCells({ path });
    for (let i = 0; i < 20; i++) await writeMebibyte(store, MiB);
    withDatabase(path, (db) =>
      db.exec("update blocks set payload = replace(payload, 'Written', 'Wrotten') where first_sequence = 65"),
    );
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      for (let i = 0; i < 20; i++) await writeMebibyte(store, MiB);
      await expect.poll(() => warned.mock.calls.length, { timeout: 60_000 }).toBeGreaterThan(0);
      expect(warned.mock.calls[0]).toMatchObject([
        { code: 'LOG_CORRUPT', sequence: 65 },
        { type: 'RefoldHousekeepingWarning' },
      ]);
    } finally {
      warned.mockRestore();
    }
    await writeMebibyte(store, MiB); // the log still works
    expect(await infoOf(path)).toMatchObject({ sealedBlocks: 0, firstSequence: 1 });
  });
});

describe("with history: 'discard'", () => {
  /** The bound in docs/GUARANTEES.md: six times the state, and 64 MiB. */
  const bound = (stateBytes: number): number => 6 * stateBytes + 64 * MiB;

  /** The bound does not include what is written while a snapshot is taken: so this writer pauses when that becomes much. */
  async function giveWay(store: CellStore, stateBytes: number): Promise<void> {
    const much = Math.max(12 * MiB, stateBytes) + 4 * MiB;
    const tail = (): number => (store.durableSequence - store.stats().snapshotSequence) * CELL_BYTES;
    while (tail() > much) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  test.each(
    sampleOf([
      [1, 160],
      [8, 176],
    ] as const),
  )(
    'a state of %i MiB, %i MiB written: the file stays within its bound',
    async (stateMiB, written) => {
      const store = await openCells({ path: await temporaryPath(), history: 'discard' });
      const stateBytes = stateMiB * MiB;
      expect(written * MiB).toBeGreaterThan(1.5 * bound(stateBytes)); // otherwise the test would prove nothing
      let largest = 0;
      for (let i = 0; i < written; i++) {
        await writeMebibyte(store, stateBytes);
        const { fileBytes, walBytes } = store.stats();
        largest = Math.max(largest, fileBytes + walBytes);
        await giveWay(store, stateBytes);
      }
      expect(largest).toBeLessThan(bound(stateBytes));
      const hash = await store.stateHash();
      const { path } = store;
      await store.close();
      expect(await (await openCells({ path })).stateHash()).toBe(hash);
    },
    600_000,
  );
});

async function infoOf(path: string) {
  await using log = await openLog({ path });
  return await log.info();
}
