/** A cursor: where it stands after any walk, what it says of events, what it costs, and what it does when something fails. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Random } from '../../../examples/orderbook/demo/random.ts';
import {
  type CursorOptions,
  defineModel,
  hashState,
  MemoryContents,
  type Model,
  openPast,
  openStore,
  type Past,
  type PastCursor,
  plain,
  replay,
} from '../../../src/index.ts';
import { applyChanges } from '../../fold/noting/applying-changes.ts';
import { RUNS_ALL } from '../../sample.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf } from '../harness.ts';
import { bookLog, clubLog, droppedHistory, type MadeLog } from './models.ts';

/** In npm test, and in all. */
const MOVES = RUNS_ALL ? 1_000 : 150;

/** The state hash after each event, from 0, by a walk that folds from the beginning. */
async function hashesOf(past: Past): Promise<string[]> {
  const hashes: string[] = [];
  for await (const block of past.walk()) {
    if (hashes.length === 0) hashes.push(hashState(block.state));
    for (const _ of block) hashes.push(hashState(block.state));
  }
  return hashes;
}

interface Walked {
  /** Hashes of the states where the cursor stood, and whether each is right. */
  readonly wrong: number[];
  readonly rebuilt: number;
  readonly fromCheckpoint: number;
}

type Move = (cursor: PastCursor, random: Random, last: number) => Promise<void>;

const anyMove: Move = async (cursor, random, last) => {
  const kind = random.below(20);
  if (kind < 7) await cursor.step(1);
  else if (kind < 14) await cursor.step(-1);
  else if (kind < 16) await cursor.step(random.below(40));
  else if (kind < 18) await cursor.step(-random.below(40));
  else await cursor.to(random.below(last + 1));
};

/** Walks at random, and compares the state with that of a full replay at every step, and the changes with both states. */
async function walkAtRandom(
  past: Past,
  hashes: readonly string[],
  seed: number,
  options: CursorOptions,
): Promise<Walked> {
  const random = new Random(seed);
  const last = hashes.length - 1;
  const cursor = await past.cursor(Math.floor(last / 2), options);
  const wrong: number[] = [];
  let rebuilt = 0;
  let fromCheckpoint = 0;
  for (let move = 0; move < MOVES; move++) {
    await anyMove(cursor, random, last);
    if (cursor.cost.isRebuilt) rebuilt++;
    if (cursor.cost.checkpoint !== undefined) fromCheckpoint++;
    const { sequence } = cursor;
    // Not after each move: a state that is not looked at is not made.
    if (random.below(4) > 0 && hashState(cursor.state) !== hashes[sequence]) wrong.push(sequence);
    if (move % 5 === 0 && sequence > 0) {
      const { state: before } = await past.at(sequence - 1);
      applyChanges(before, cursor.changes);
      if (hashState(before) !== hashes[sequence]) wrong.push(sequence);
      const { state, recordedAt } = await past.at(sequence);
      expect(hashState(state)).toBe(hashes[sequence]);
      expect(cursor.recordedAt).toBe(recordedAt);
    }
    expect(cursor.event?.sequence ?? 0).toBe(sequence);
    const { firstSequence = 0, lastSequence = 0 } = cursor.commit ?? {};
    expect(firstSequence <= sequence && sequence <= lastSequence).toBe(true);
  }
  return { wrong, rebuilt, fromCheckpoint };
}

async function openMade({ model, contents }: MadeLog<Model<any, any, any, any>>): Promise<Past> {
  return openPast(model as Model<any, any, any>, { log: contents });
}

describe('a random walk', () => {
  test.each<[string, () => Promise<MadeLog<any>>]>([
    ['the club, with every kind of collection', () => clubLog(900, 4)],
    ['the order book', () => bookLog(RUNS_ALL ? 1_500 : 500, 5)],
  ])('has the state of a full replay at every step: %s', { timeout: 600_000 }, async (_name, make) => {
    const made = await make();
    await using past = await openMade(made);
    const hashes = await hashesOf(past);
    expect(hashes).toHaveLength(made.last + 1);
    expect(hashes.at(-1)).toBe((await replay(made.model, { log: made.contents })).stateHash);
    for (const [seed, checkpointBytes] of [
      [1, undefined],
      [2, 20_000],
      [3, 0],
    ] as const) {
      const { wrong, rebuilt, fromCheckpoint } = await walkAtRandom(past, hashes, seed, { checkpointBytes });
      expect(wrong).toEqual([]);
      if (checkpointBytes === 0) expect(fromCheckpoint).toBe(0);
      else expect(fromCheckpoint).toBeGreaterThan(rebuilt / 4);
    }
  });

  test('finds a cursor wrong that undoes in place and loses the order of a Map', async () => {
    const made = await clubLog(300, 4);
    await using past = await openMade(made);
    const hashes = await hashesOf(past);
    const cursor = await past.cursor(made.last);
    const state = plain(cursor.state) as object;
    let wrong = 0;
    for (let sequence = made.last; sequence > 100; sequence--) {
      const undone = cursor.changes.toReversed().map(({ parts, ...change }) => ({
        parts,
        ...('after' in change && { before: change.after }),
        ...('before' in change && { after: change.before }),
      }));
      applyChanges(state, undone);
      await cursor.step(-1);
      expect(hashState(cursor.state)).toBe(hashes[sequence - 1]);
      if (hashState(state) !== hashes[sequence - 1]) wrong++;
    }
    expect(wrong).toBeGreaterThan(0);
  });
});

describe('a cursor', () => {
  async function tenNotes() {
    const contents = new MemoryContents();
    const store = await openStore(cartModel, { log: contents, clock: () => 5_000 });
    await store.append(added('a'));
    await store.append([note('b'), note('c'), note('d')]);
    for (let i = 5; i <= 10; i++) await store.append(note(`${i}`));
    return { contents, store };
  }

  test('gives event, commit, changes and cost after each move', async () => {
    const { contents } = await tenNotes();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor(3);
    expect(cursor).toMatchObject({ sequence: 3, recordedAt: 5_000 });
    expect(cursor.event).toEqual({
      sequence: 3,
      recordedAt: 5_000,
      type: 'NoteTaken',
      version: 1,
      data: { text: 'c' },
    });
    expect(cursor.events).toEqual([cursor.event]);
    expect(cursor.commit).toEqual({ firstSequence: 2, lastSequence: 4, recordedAt: 5_000 });
    expect(cursor.changes).toHaveLength(1);
    expect(cursor.changes[0]).toMatchObject({
      parts: ['seen'],
      before: { notes: ['b'] },
      after: { notes: ['b', 'c'] },
    });
    expect(cursor.cost).toMatchObject({ isRebuilt: true, events: 3 });

    expect(await cursor.step()).toBe(1);
    expect(cursor.event?.data).toEqual({ text: 'd' });
    expect(cursor.cost).toMatchObject({ isRebuilt: false, events: 1 });
    expect(cursor.cost.checkpoint).toBeUndefined();

    expect(await cursor.step(-3)).toBe(-3);
    expect(cursor.event?.type).toBe('ItemAdded');
    expect(cursor.commit).toMatchObject({ firstSequence: 1, lastSequence: 1 });
    expect(cursor.cost.isRebuilt).toBe(false);
    expect(cursor.changes.map(({ parts }) => parts)).toContainEqual(['carts', 'a']);
  });

  test('stops at the ends, and sees what is appended', async () => {
    const { contents, store } = await tenNotes();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor();
    expect(cursor.sequence).toBe(10);
    expect(await cursor.step(5)).toBe(0);
    await store.append(note('eleven'));
    expect(await cursor.step(5)).toBe(1);
    expect(cursor.state.seen.notes.at(-1)).toBe('eleven');
    expect(await cursor.step(-100)).toBe(-11);
    expect(cursor).toMatchObject({ sequence: 0, recordedAt: 0, event: undefined, commit: undefined, changes: [] });
    expect(cursor.state.seen.notes).toEqual([]);
    expect(await cursor.step(-1)).toBe(0);
    await cursor.to({ time: Date.now() });
    expect(cursor.sequence).toBe(11);
    await store.close();
  });

  test('says that a step back without a checkpoint is built from the log, and from which keyframe', async () => {
    const { contents, store } = await tenNotes();
    await store.snapshot();
    for (let i = 0; i < 10; i++) await store.append(note('more'));
    await store.close();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor(15, { checkpointBytes: 0 });
    await cursor.step(-1);
    expect(cursor.cost).toMatchObject({ isRebuilt: true, keyframe: 10, events: 4 });
    const rich = await past.cursor(15);
    await rich.step(-1);
    expect(rich.cost).toMatchObject({ isRebuilt: false });
  });

  test('goes back from the one checkpoint that there is room for, and not from the log at each step', async () => {
    const { contents, store } = await tenNotes();
    for (let i = 0; i < 30; i++) await store.append(note('more'));
    await store.close();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor(40, { checkpointBytes: 3_000 });
    expect(cursor.cost.isRebuilt).toBe(true);
    for (let at = 39; at > 30; at--) {
      await cursor.step(-1);
      expect([at, cursor.sequence, cursor.cost.isRebuilt]).toEqual([at, at, false]);
    }
  });

  test('keeps what it gave: values of the state, events and changes stay as they were', async () => {
    const { contents } = await tenNotes();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor(5);
    const { seen } = cursor.state;
    const { changes, event } = cursor;
    const told = JSON.stringify([seen, changes, event]);
    for (const by of [1, 1, -3, 4, -6, 9]) await cursor.step(by);
    expect(JSON.stringify([seen, changes, event])).toBe(told);
    expect(() => (cursor.state.seen.notes as string[]).push('x')).toThrow();
    expect(Object.isFrozen(cursor.event)).toBe(true);
  });

  test('moves in the order of the calls', async () => {
    const { contents } = await tenNotes();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor(5);
    await Promise.all([cursor.step(2), cursor.step(-4), cursor.to(9), cursor.step(-1)]);
    expect(cursor.sequence).toBe(8);
  });

  test('stays where it was, or where it had come, when a reducer fails', async () => {
    const contents = new MemoryContents();
    const store = await openStore(cartModel, { log: contents, fold: 'direct', strict: false });
    for (let i = 1; i <= 5; i++) await store.append(note(`${i}`));
    await store.append({ type: 'Exploded', data: { after: 1 } }).catch(() => {});
    await store.close().catch(() => {});
    const calm = defineModel({ ...cartModel, reducers: { ...cartModel.reducers, Exploded: () => {} } } as never);
    const calmStore = await openStore(calm as typeof cartModel, { log: contents });
    if (calmStore.sequence < 6) await calmStore.append({ type: 'Exploded', data: { after: 1 } });
    await calmStore.close();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor(2);
    expect(await errorOf(cursor.step(4))).toMatchObject({ code: 'REDUCER_FAILED', sequence: 6 });
    expect(cursor.sequence).toBe(5);
    expect(cursor.state.seen.notes).toHaveLength(5);
    expect(await cursor.step(-2)).toBe(-2);
    expect(cursor.state.seen.notes).toHaveLength(3);
    expect(await errorOf(cursor.to(6))).toMatchObject({ code: 'REDUCER_FAILED' });
    expect(cursor.sequence).toBe(5);
    expect(cursor.state.seen.notes).toHaveLength(5);
    expect(await errorOf(past.cursor(6))).toMatchObject({ code: 'REDUCER_FAILED' });
  });

  test('ends a move at its signal, and refuses what is not a move', async () => {
    const { contents } = await tenNotes();
    await using past = await openPast(cartModel, { log: contents });
    const cursor = await past.cursor(5);
    const reason = new Error('enough');
    await expect(cursor.step(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(past.cursor(5, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(cursor.sequence).toBe(5);
    expect(await errorOf(cursor.step(0.5))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(cursor.step('1' as never))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(cursor.to(11))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(past.cursor(5, { checkpointBytes: -1 }))).toMatchObject({ type: 'checkpointBytes' });
    expect(cursor.sequence).toBe(5);
    await past.close();
    expect(await errorOf(cursor.step(1))).toMatchObject({ code: 'STORE_CLOSED' });
    expect(cursor.sequence).toBe(5);
  });

  test('counts an event that became several as one step, and one that the model drops', async () => {
    const contents = new MemoryContents();
    const old = defineModel({
      name: 'lines',
      events: { Added: z.object({ items: z.array(z.string()) }) },
      initialState: () => ({ items: new Map<string, number>() }),
      reducers: {
        Added(state, { items }) {
          for (const item of items) state.items.set(item, 1);
        },
      },
    });
    const store = await openStore(old, { log: contents });
    for (const items of [['a', 'b'], [], ['c']]) await store.append({ type: 'Added', data: { items } });
    await store.close();
    const now = defineModel({
      name: 'lines',
      events: {
        ItemAdded: {
          schema: z.object({ item: z.string() }),
          from: { Added: ({ items }: any) => items.map((item: string) => ({ item })) },
        },
      },
      initialState: () => ({ items: new Map<string, number>() }),
      reducers: { ItemAdded: (state, { item }) => void state.items.set(item, state.items.size) },
    });
    await using past = await openPast(now, { log: contents });
    const cursor = await past.cursor(1);
    expect(cursor.events.map(({ data, part }) => [(data as { item: string }).item, part])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(cursor.changes.map(({ parts, after }) => [parts[1], after])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    await cursor.step(1);
    expect(cursor).toMatchObject({ sequence: 2, events: [], event: undefined, changes: [] });
    expect(cursor.commit).toMatchObject({ firstSequence: 2 });
    await cursor.step(1);
    expect([...cursor.state.items.keys()]).toEqual(['a', 'b', 'c']);
    await cursor.step(-2);
    expect([...cursor.state.items.keys()]).toEqual(['a', 'b']);
  });

  test('begins at the oldest keyframe where history was dropped', async () => {
    await using past = await openPast(cartModel, { path: await droppedHistory() });
    const cursor = await past.cursor();
    expect(cursor.sequence).toBe(22);
    expect(cursor.changes).toHaveLength(1);
    await cursor.step(-1);
    expect(cursor.changes).toHaveLength(1);
    expect(await cursor.step(-10)).toBe(-1);
    expect(cursor.state.seen.notes).toHaveLength(20);
    expect(await errorOf(cursor.to(3))).toMatchObject({ code: 'HISTORY_GONE' });
    expect(cursor.sequence).toBe(20);
  });

  test('shows nothing of before a redaction', async () => {
    const contents = new MemoryContents();
    const model = defineModel({
      name: 'people',
      events: { Named: { schema: z.object({ name: z.string() }), redact: () => ({ name: 'erased' }) } },
      initialState: () => ({ names: [] as string[] }),
      reducers: { Named: (state, { name }) => void state.names.push(name) },
    });
    const store = await openStore(model, { log: contents });
    for (const name of ['ada', 'bob', 'cyd']) await store.append({ type: 'Named', data: { name } });
    await using past = await openPast(model, { log: contents });
    const cursor = await past.cursor(2);
    expect(past.redactions).toBe(0);
    await store.redact({ sequences: [1, 2] });
    expect(past.redactions).toBe(1);
    await cursor.step(1);
    expect(cursor.state.names).toEqual(['erased', 'erased', 'cyd']);
    await cursor.step(-1);
    expect(cursor.event?.data).toEqual({ name: 'erased' });
    await store.close();
  });
});
