import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineModel, hashState, openPast, openStore, type Past } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lookAt } from '../../../src/studio/moments/look.ts';
import { Moments } from '../../../src/studio/moments/moments.ts';
import { wholeValue } from '../../../src/studio/moments/show-value.ts';
import { shop } from '../shop.ts';

const EVENTS = 400;
const LOOKS = [
  { path: 'things', from: 2, count: 5 },
  { path: 'byWord', from: 0, count: 3 },
];
const never = new AbortController().signal;

const folder = mkdtempSync(join(tmpdir(), 'refold-studio-'));
const path = join(folder, 'shop.db');
let past: Past;

beforeAll(async () => {
  await using store = await openStore(shop, { path, durability: 'os' });
  for (let n = 1; n <= EVENTS; n++) {
    const id = (n * 7) % 31;
    if (n % 5 === 0) await store.append({ type: 'Taken', data: { id } });
    else await store.append({ type: 'Put', data: { id, word: `word ${n}` } });
    if (n % 150 === 0) await store.snapshot();
  }
  await store.close();
  past = await openPast(shop, { path });
});
afterAll(async () => {
  await past.close();
  rmSync(folder, { recursive: true });
});

/** Places in an order that jumps, steps and goes back, the same in every run. */
const WALK = Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? (n * 97) % (EVENTS + 1) : Math.max(0, 200 - n)));

describe('a moment', () => {
  test('is the state that a fresh call gives, wherever the one before it was', async () => {
    const moments = new Moments(past);
    for (const at of WALK) {
      const moment = await moments.ask({ at, looks: LOOKS, hash: true }, never);
      const { state, recordedAt } = await past.at(at);
      expect(moment).toMatchObject({ sequence: at, recordedAt, hash: hashState(state), look: lookAt(state, LOOKS) });
      expect(moment.cost.ms).toBeGreaterThanOrEqual(0);
    }
  });

  test('tells its event, its commit, and what the event changed', async () => {
    const moments = new Moments(past);
    expect(await moments.ask({ at: 3, looks: [] }, never)).toMatchObject({
      event: { sequence: 3, type: 'Put', version: 1, data: { id: 21, word: 'word 3' } },
      commit: { first: 3, last: 3 },
      changes: [
        { path: 'things[21]', after: { kind: 'object', total: 1 } },
        { path: 'byWord["word 3"]', after: { kind: 'value', value: 21 } },
      ],
      changesInAll: 2,
    });
    const before = await moments.ask({ at: 0, looks: [] }, never);
    expect(before).toMatchObject({ sequence: 0, changes: [], look: [] });
    expect(before).not.toHaveProperty('event');
    expect(before).not.toHaveProperty('commit');
  });

  test('that was asked for first is answered first, and each is of its place', async () => {
    const moments = new Moments(past);
    const places = [300, 10, 299, 11, 400, 0];
    const answers = await Promise.all(places.map((at) => moments.ask({ at, looks: LOOKS, hash: true }, never)));
    for (const [index, at] of places.entries()) {
      const { state } = await past.at(at);
      expect(answers[index]).toMatchObject({ sequence: at, hash: hashState(state), look: lookAt(state, LOOKS) });
    }
  });

  test('whose asker has gone is not answered, and the next one is', async () => {
    const moments = new Moments(past);
    const gone = new AbortController();
    const first = moments.ask({ at: 390, looks: [] }, gone.signal);
    const second = moments.ask({ at: 20, looks: [] }, gone.signal);
    gone.abort();
    await expect(first).rejects.toThrow();
    await expect(second).rejects.toThrow();
    expect(await moments.ask({ at: 30, looks: [] }, never)).toMatchObject({ sequence: 30 });
  });

  test('that is not in the log is an error, and the next one is answered', async () => {
    const moments = new Moments(past);
    await expect(moments.ask({ at: EVENTS + 1, looks: [] }, never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await moments.ask({ at: EVENTS, looks: [] }, never)).toMatchObject({ sequence: EVENTS });
  });
});

test('after a redaction no moment has the word, after an append the new end is there, and a long event is bounded', async () => {
  const other = join(folder, 'other.db');
  await using store = await openStore(shop, { path: other, durability: 'os' });
  for (let n = 1; n <= 40; n++) await store.append({ type: 'Put', data: { id: n, word: `secret ${n}` } });
  await using live = await openPast(shop, { path: other });
  const moments = new Moments(live);
  const looks = [
    { path: 'things[7]', from: 0, count: 9 },
    { path: 'byWord', from: 0, count: 50 },
  ];
  for (const at of [40, 7, 20]) expect(JSON.stringify(await moments.ask({ at, looks }, never))).toContain('secret 7');
  await store.redact({ sequences: [7] }, { by: 'test' });
  for (const at of [20, 7, 40, 8])
    expect(JSON.stringify(await moments.ask({ at, looks }, never))).not.toContain('secret 7"');
  await store.append({ type: 'Put', data: { id: 41, word: 'new' } });
  expect(await moments.ask({ at: 41, looks: [] }, never)).toMatchObject({ event: { data: { word: 'new' } } });

  // The word stands in the event, and in the path of the second change.
  await store.append({ type: 'Put', data: { id: 42, word: 'long'.repeat(100_000) } });
  const long = await moments.ask({ at: 42, looks: [] }, never);
  expect(long).toMatchObject({ event: { long: { data: { length: 400_019 } } }, changesInAll: 2 });
  expect(long.changes).toHaveLength(1);
  expect(JSON.stringify(long).length).toBeLessThan(10_000);
});

test('the event of a moment has the tags that its model gives, and none where the model cannot', async () => {
  const tagged = defineModel({
    name: 'tagged',
    events: {
      Put: { schema: z.object({ id: z.number() }), tags: ({ id }: { readonly id: number }) => [`id ${id}`] },
      Plain: z.object({}),
    },
    initialState: () => ({ last: 0 }),
    reducers: {
      Put(state, { id }) {
        state.last = id;
      },
      Plain() {},
    },
  });
  const other = join(folder, 'tagged.db');
  await using store = await openStore(tagged, { path: other, durability: 'os' });
  await store.append([
    { type: 'Put', data: { id: 7 } },
    { type: 'Plain', data: {} },
  ]);
  await store.close();
  await using all = await openPast(tagged, { path: other });
  const moments = new Moments(all);
  expect((await moments.ask({ at: 1, looks: [] }, never)).event).toMatchObject({ tags: ['id 7'] });
  expect((await moments.ask({ at: 2, looks: [] }, never)).event).not.toHaveProperty('tags');
});

test('a whole value is given for copying, and a key of a table is found', async () => {
  const moments = new Moments(past);
  const { state } = await past.at(EVENTS);
  const path = `things[${[...state.things.keys()][3]}]`;
  expect(await moments.value({ at: EVENTS, path }, never)).toEqual({
    ...{ sequence: EVENTS, path },
    value: [...state.things.values()][3],
  });
  const word = [...state.byWord.keys()][4]!;
  expect(await moments.find({ at: EVENTS, path: 'byWord', key: word, after: 0 }, never)).toEqual({
    ...{ sequence: EVENTS, path: 'byWord', total: state.byWord.size },
    ...{ found: 4, isExact: true, complete: true },
  });
  await expect(moments.value({ at: EVENTS, path: 'things[' }, never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect(() => wholeValue(new Map(Array.from({ length: 2_000_000 }, (_, n) => [n, n])))).toThrow(/more than/);
  expect(() => wholeValue('x'.repeat(2_000_000))).toThrow(/more than/);
  expect(() => wholeValue(new Float64Array(200_000))).toThrow(/more than/);
});
