import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defineProjection, openLog, openStore, replay } from '../../../src/index.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

async function manyNotes(path: string, options: object = {}) {
  const store = await openCarts({ path, ...options });
  for (let i = 0; i < 20; i++) await store.append(Array.from({ length: 100 }, (_, j) => note(`note ${i} ${j}`)));
  return store;
}

describe('compact', () => {
  test('plans without a change, then seals, and never changes the state', async () => {
    const store = await manyNotes(await temporaryPath());
    const hash = await store.stateHash();
    const plan = await store.compact({ dryRun: true });
    expect(plan).toMatchObject({ dryRun: true, sealed: { events: 2_000 }, dropped: { events: 0 } });
    expect((await store.compact({ dryRun: true })).sealed).toEqual(plan.sealed);
    const done = await store.compact();
    expect(done.sealed).toMatchObject({ events: 2_000, blocks: plan.sealed.blocks, bytes: plan.sealed.bytes });
    expect(done.sealed.bytesAfter!).toBeLessThan(done.sealed.bytes / 3);
    expect(await store.stateHash()).toBe(hash);
    expect((await replay(cartModel, { path: store.path })).stateHash).toBe(hash);
    await store.append(note('goes on'));
    expect((await store.verify()).ok).toBe(true);
  });

  test('keeps all history by default', async () => {
    const store = await manyNotes(await temporaryPath());
    await store.snapshot();
    await store.append(note('x'));
    await store.snapshot();
    await store.compact();
    expect(store.stats().firstSequence).toBe(1);
  });

  test('discards up to the older of two snapshots; HISTORY_GONE names the first remaining sequence', async () => {
    const path = await temporaryPath();
    const store = await manyNotes(path, { history: 'discard' });
    await store.snapshot();
    await store.append([note('x'), note('y')]);
    await store.snapshot();
    await store.append(note('z'));
    const hash = await store.stateHash();
    const report = await store.compact();
    expect(report.dropped).toMatchObject({ throughSequence: 2_000, events: 2_000 });
    expect(store.stats().firstSequence).toBe(2_001);
    expect(await errorOf(store.at({ sequence: 1_999 }))).toMatchObject({ code: 'HISTORY_GONE', sequence: 2_001 });
    // Also for a time beyond the range of a Date.
    expect(await errorOf(store.at({ time: -1e18 }))).toMatchObject({ code: 'HISTORY_GONE', sequence: 2_001 });
    expect(await errorOf(Array.fromAsync(store.events({ from: 1 })))).toMatchObject({
      code: 'HISTORY_GONE',
      sequence: 2_001,
    });
    expect((await Array.fromAsync(store.events())).map(({ sequence }) => sequence)).toEqual([2_001, 2_002, 2_003]);
    expect((await store.at({ sequence: 2_000 })).state.seen.notes).toHaveLength(2_000);
    expect((await store.verify()).ok).toBe(true);
    await store.close();
    const again = await openCarts({ path });
    expect(await again.stateHash()).toBe(hash);
    expect(again.sequence).toBe(2_003);
    await again.append(note('after'));
    expect(again.sequence).toBe(2_004);
  });

  test('drops the oldest events beyond a budget, and reports what holds them back', async () => {
    const store = await manyNotes(await temporaryPath(), { history: { maxEvents: 500 } });
    expect((await store.compact({ dryRun: true })).heldBack).toContain('there are not two yet');
    await store.snapshot();
    await store.append(note('x'));
    await store.snapshot();
    const plan = await store.compact({ dryRun: true });
    expect(plan).toMatchObject({ dropped: { throughSequence: 1_500, events: 1_500 } });
    expect(plan.heldBack).toBeUndefined();
  });

  test('returns space to the file system', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path, history: 'discard' });
    const noise = (i: number): string =>
      Array.from({ length: 200 }, (_, j) => Math.sin(i * 999 + j).toString(36)).join('');
    for (let i = 0; i < 100; i++)
      await store.append([added('a'), { type: 'ItemRemoved', data: { cart: 'a', sku: noise(i) } }]);
    await store.snapshot();
    await store.append(added('b'));
    await store.snapshot();
    const { fileBytesBefore, fileBytesAfter } = await store.compact();
    expect(fileBytesAfter).toBeLessThan(fileBytesBefore / 2);
    expect(store.stats().freeBytes).toBeLessThan(200_000);
  });
});

describe('projections', () => {
  const totals = () =>
    defineProjection<{ bySku: Map<string, number> }, typeof cartModel.events>({
      name: 'totals',
      initialState: () => ({ bySku: new Map() }),
      reducers: {
        ItemAdded(state, { sku, quantity }) {
          state.bySku.set(sku, (state.bySku.get(sku) ?? 0) + quantity);
        },
      },
    });

  test('catch up, follow, and keep their position across a restart', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append([added('a', 2), note('x'), added('b', 3)]);
    const view = await store.project(totals());
    expect(view.state.bySku.get('tea')).toBe(5);
    expect(view.sequence).toBe(3);
    await store.append([added('c', 1), note('y')]);
    await view.catchUp();
    expect(view.state.bySku.get('tea')).toBe(6);
    expect(view.sequence).toBe(5);
    await store.close();
    await using log = await openLog({ path });
    expect((await log.info()).projections).toEqual([{ name: 'totals', sequence: 5, lag: 0 }]);
    const again = await openCarts({ path });
    const restored = await again.project(totals());
    expect(restored.state.bySku.get('tea')).toBe(6);
  });

  test('follow durable events automatically', async () => {
    const store = await openCarts();
    const view = await store.project(totals());
    await Promise.all(Array.from({ length: 20 }, () => store.append(added('a'))));
    await expect.poll(() => view.sequence).toBe(20);
    expect(view.state.bySku.get('tea')).toBe(20);
  });

  test('on a read-only store see a writer’s events when they catch up', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append(added('a'));
    const reader = await openCarts({ path, readOnly: true });
    const view = await reader.project(totals());
    await store.append([added('b'), added('c')]);
    await view.catchUp();
    expect(view.sequence).toBe(3);
    expect(view.state.bySku.get('tea')).toBe(3);
  });

  test('rebuild their state after a change of a reducer', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append(added('a', 2));
    await store.project(totals());
    await store.close();
    const again = await openCarts({ path });
    const { name, initialState } = totals();
    const doubled = await again.project({
      name,
      initialState,
      reducers: { ItemAdded: (state, { sku, quantity }) => void state.bySku.set(sku, quantity * 2) },
    });
    expect(doubled.state.bySku.get('tea')).toBe(4);
  });

  test('stop when a reducer throws; the store continues', async () => {
    const store = await openCarts();
    const view = await store.project(
      defineProjection<{ n: number }, typeof cartModel.events>({
        name: 'fragile',
        initialState: () => ({ n: 0 }),
        reducers: {
          NoteTaken(_state, { text }) {
            if (text === 'bad') throw new Error('cannot');
          },
        },
      }),
    );
    await store.append(note('bad'));
    expect(await errorOf(view.catchUp())).toMatchObject({ code: 'REDUCER_FAILED', sequence: 1, type: 'NoteTaken' });
    expect(view.error).toBeDefined();
    await store.append(note('good'));
    expect(store.durableSequence).toBe(2);
  });

  test('hold back history with their checkpoints', async () => {
    const store = await openCarts({ path: await temporaryPath(), history: 'discard' });
    const view = await store.project(totals());
    await store.append(added('a'));
    await view.catchUp();
    for (let i = 0; i < 3; i++) {
      await store.append(added('a'));
      await store.snapshot();
    }
    await store.compact();
    await view.catchUp();
    expect(view.state.bySku.get('tea')).toBe(4);
    expect(view.error).toBeUndefined();
  });

  test('are refused with a duplicate name or an invalid definition', async () => {
    const store = await openCarts();
    await store.project(totals());
    expect((await errorOf(store.project(totals()))).code).toBe('INVALID_OPTION');
    expect((await errorOf(() => defineProjection({ name: '', initialState: () => ({}), reducers: {} }))).code).toBe(
      'INVALID_OPTION',
    );
  });
});

describe('verify', () => {
  test('reports events, blocks, snapshots and the state hash', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    await store.append([added('a'), added('b')]);
    await store.snapshot();
    await store.append(added('a'));
    expect(await store.verify()).toMatchObject({
      ok: true,
      events: 3,
      lastSequence: 3,
      snapshots: [{ sequence: 2, verdict: 'equal' }],
      stateHash: await store.stateHash(),
      brokenInvariants: [],
      problems: [],
    });
  });

  test('finds a reducer that is not deterministic', async () => {
    let calls = 0;
    const model = {
      ...cartModel,
      reducers: { ...cartModel.reducers, NoteTaken: (state: any) => void state.seen.notes.push(String(calls++)) },
    };
    await using store = await openStore(model, { path: ':memory:' });
    await store.append(note('x'));
    const report = await store.verify();
    expect(report.ok).toBe(false);
    expect(report.problems[0]).toMatchObject({ code: 'REDUCER_FAILED', message: expect.stringContaining('differs') });
  });

  test('finds a broken invariant, and an invariant that throws', async () => {
    const invariants = {
      few: (state: any) => state.seen.notes.length < 2,
      throws: () => {
        throw new Error('x');
      },
    };
    await using store = await openStore({ ...cartModel, invariants }, { path: ':memory:' });
    await store.append([note('x'), note('y')]);
    expect((await store.verify()).brokenInvariants).toEqual(['few', 'throws']);
  });
});

describe('backup', () => {
  test('makes a log that opens with the same state, and refuses to overwrite a file', async () => {
    const path = await temporaryPath();
    const copy = await temporaryPath('copy.db');
    const store = await openCarts({ path });
    await store.append([added('a'), added('b')]);
    await store.backup(copy);
    await store.append(added('c'));
    expect((await errorOf(store.backup(copy))).code).toBe('INVALID_OPTION');
    const other = await openCarts({ path: copy });
    expect(other.sequence).toBe(2);
    await other.append(added('z'));
    expect(existsSync(`${copy}.partial`)).toBe(false);
  });
});

describe('a log without its model', () => {
  test('can be described, read, checked and sealed', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append([added('a'), { ...note('x'), meta: { by: 'me' } }]);
    await store.close();
    await using log = await openLog({ path, readOnly: false });
    expect(await log.info()).toMatchObject({
      model: 'carts',
      events: 2,
      firstSequence: 1,
      lastSequence: 2,
      openBlocks: 1,
      sealedBlocks: 0,
      snapshots: [{ sequence: 2 }],
    });
    expect(await Array.fromAsync(log.events({ types: ['NoteTaken'] }))).toMatchObject([
      { sequence: 2, meta: { by: 'me' } },
    ]);
    expect(await log.verify()).toMatchObject({ ok: true, events: 2 });
    expect((await log.compact()).sealed.events).toBe(2);
    expect(await log.info()).toMatchObject({ openBlocks: 0, sealedBlocks: 1 });
  });

  test('accepts imported events, and refuses invalid ones by sequence', async () => {
    const path = await temporaryPath();
    const log = await openLog({ path, readOnly: false });
    const events = [
      { ...added('a'), recordedAt: 5_000 },
      { ...note('x'), recordedAt: 4_000, meta: { k: 1 } },
    ];
    expect(await log.import(events)).toEqual({
      events: 2,
      lastSequence: 2,
      clamped: 1,
      worstMilliseconds: 1_000,
      firstClamped: { index: 1, sequence: 2, given: 4_000, recordedAt: 5_000 },
    });
    expect(await errorOf(log.import([note('y'), { type: 'NoteTaken', data: { text: Number.NaN } }]))).toMatchObject({
      code: 'EVENT_REJECTED',
      sequence: 4,
    });
    const hostile = { toString: () => assert.fail('a message must not call this') };
    for (const wrong of [{ version: hostile }, { recordedAt: hostile }]) {
      expect(await errorOf(log.import([{ ...note('z'), ...wrong } as never]))).toMatchObject({
        code: 'EVENT_REJECTED',
      });
    }
    await log.close();
    const store = await openCarts({ path });
    expect(store.sequence).toBe(2);
    expect((await Array.fromAsync(store.events())).map(({ recordedAt }) => recordedAt)).toEqual([5_000, 5_000]);
  });
});
