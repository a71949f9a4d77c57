/** Why: against a loop that folds event by event and compares deep copies. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { placeAt } from '../../../../src/fold/path.ts';
import {
  defineModel,
  diffStates,
  formatPath,
  MemoryContents,
  type Model,
  openPast,
  openStore,
  type Past,
  type Path,
  type PlaceChange,
  type Progress,
  parsePath,
  plain,
} from '../../../../src/index.ts';
import { RUNS_ALL } from '../../../sample.ts';
import { errorOf, temporaryPath } from '../../harness.ts';
import { bookLog, clubLog } from '../models.ts';

interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** The oracle. */
async function naiveWhy(past: Past, path: Path, { from, to }: Range = {}): Promise<PlaceChange[]> {
  const changes: PlaceChange[] = [];
  for await (const block of past.walk({ from, to })) {
    for (let event = block.events[0]; event !== undefined; ) {
      const before = plain(placeAt(block.state, path));
      const { sequence, recordedAt, type } = block.fold()!;
      const after = plain(placeAt(block.state, path));
      if (diffStates({ place: before }, { place: after }, 1).length > 0) {
        changes.push({
          ...{ sequence, recordedAt, type },
          ...(before !== undefined && { before: before.value }),
          ...(after !== undefined && { after: after.value }),
        });
      }
      event = block.events.find((one) => one.sequence > sequence);
    }
  }
  return changes;
}

async function checkWhy(past: Past, path: Path, random: Random, last: number): Promise<number> {
  const range = random.below(3) === 0 ? { from: 1 + random.below(last), to: last } : {};
  const all = await naiveWhy(past, path, range);
  const newestFirst = all.toReversed();
  const lookedAt = { from: range.from ?? 1, to: last };
  expect(await past.why(path, range)).toStrictEqual({
    path: formatPath(path),
    changes: newestFirst,
    lookedAt,
    complete: true,
  });
  const told: PlaceChange[] = [];
  const forward = await past.why(path, { ...range, forward: true, onChange: (change) => void told.push(change) });
  expect(forward).toStrictEqual({ path: formatPath(path), changes: all, lookedAt, complete: true });
  expect(told).toStrictEqual(all);

  const limit = random.below(all.length + 2);
  const some = await past.why(path, { ...range, limit });
  expect(some.changes).toStrictEqual(newestFirst.slice(0, limit));
  if (some.complete) expect(all.length).toBeLessThanOrEqual(limit);
  const claimed = all.filter(({ sequence }) => sequence >= some.lookedAt.from && sequence <= some.lookedAt.to);
  expect(some.changes).toStrictEqual(claimed.toReversed());
  const first = await past.why(path, { ...range, limit, forward: true });
  expect(first.changes).toStrictEqual(all.slice(0, limit));
  return all.length;
}

describe('why', () => {
  test.each<
    [string, () => Promise<{ model: Model<any, any, any, any>; contents: MemoryContents; last: number }>, string[]]
  >([
    [
      'the club',
      () => clubLog(RUNS_ALL ? 900 : 300, 11),
      [
        ...[
          'members.3.points',
          'members.5',
          'members',
          'members.2.visits.bar',
          'members.4.visits',
          'members.1.badges',
          'former',
        ],
        ...[
          'ranks.4',
          'ranks',
          'names',
          'calls',
          'calls.0',
          'opened',
          'total',
          'last.id',
          'last',
          'last.seasons.bar[3]',
          'nowhere',
        ],
      ],
    ],
    ['the order book', () => bookLog(RUNS_ALL ? 600 : 250, 12), []],
  ])('finds what a loop with deep copies finds: %s', { timeout: 600_000 }, async (_name, make, given) => {
    const { model, contents, last } = await make();
    await using past = await openPast(model as Model<any, any, any>, { log: contents });
    const random = new Random(7);
    const { state } = await past.at(last);
    const paths: Path[] = given.map(parsePath);
    if (given.length === 0)
      for (const key of Object.keys(state))
        paths.push([key], ...[...(state[key]?.keys?.() ?? [])].slice(0, 2).map((inner) => [key, inner]));
    let found = 0;
    for (const path of paths) found += await checkWhy(past, path, random, last);
    expect(found).toBeGreaterThan(50);
  });

  const counter = defineModel({
    name: 'counter',
    version: 1,
    events: { Set: z.object({ to: z.int() }), Noted: z.object({}) },
    initialState: () => ({ value: 0, notes: 0, rows: new Map<number, number>() }),
    reducers: {
      Set(state, { to }) {
        state.value = to;
        state.rows.set(to, to);
      },
      Noted: (state) => void (state.notes += 1),
    },
  });

  test('does not skip a stretch whose ends are equal', async () => {
    const path = await temporaryPath();
    const store = await openStore(counter, { path });
    await store.append({ type: 'Set', data: { to: 1 } });
    await store.snapshot();
    for (const to of [2, 1]) await store.append({ type: 'Set', data: { to } });
    await store.snapshot();
    await store.append({ type: 'Noted', data: {} });
    await store.compact();
    await using past = await openPast(counter, { path });
    const { changes } = await past.why('value');
    expect(changes.map(({ sequence, before, after }) => [sequence, before, after])).toEqual([
      [3, 2, 1],
      [2, 1, 2],
      [1, 0, 1],
    ]);

    // A search that compares only the ends of blocks and keyframes is found wrong here.
    const ends: unknown[] = [];
    for await (const block of past.walk()) ends.push(block.state.value);
    ends.push((await past.at(4)).state.value);
    expect(ends.filter((value, index) => index > 0 && value !== ends[index - 1]).length).toBeLessThan(changes.length);
    await store.close();
  });

  test('gives more changes than a call can have arguments', async () => {
    const events = 260_000;
    const contents = new MemoryContents();
    const store = await openStore(counter, { log: contents, fold: 'direct', strict: false });
    const noted = Array.from({ length: 20_000 }, () => ({ type: 'Noted', data: {} }) as const);
    for (let appended = 0; appended < events; appended += noted.length) await store.append(noted);
    await store.close();
    await using past = await openPast(counter, { log: contents });
    const { changes, complete } = await past.why('notes');
    expect([changes.length, changes[0]!.after, changes.at(-1)!.after, complete]).toEqual([events, events, 1, true]);
  });

  test('with a limit looks at what it must, and says so', async () => {
    const path = await temporaryPath();
    const store = await openStore(counter, { path });
    for (let round = 1; round <= 5; round++) {
      await store.append({ type: 'Set', data: { to: round } });
      for (let i = 0; i < 20; i++) await store.append({ type: 'Noted', data: {} });
      await store.snapshot();
    }
    await using past = await openPast(counter, { path });
    const newest = await past.why('value', { limit: 1 });
    expect(newest).toMatchObject({ changes: [{ sequence: 85, before: 4, after: 5 }], complete: false });
    expect(newest.lookedAt).toEqual({ from: 85, to: 105 });
    const before = await past.why('value', { limit: 2, before: 85 });
    expect(before.changes.map(({ sequence }) => sequence)).toEqual([64, 43]);
    expect(before.lookedAt.to).toBe(84);
    expect(await past.why('value', { limit: 0 })).toMatchObject({
      changes: [],
      lookedAt: { from: 106, to: 105 },
      complete: false,
    });
    expect(await past.why('rows.3')).toMatchObject({
      path: 'rows[3]',
      changes: [{ sequence: 43, after: 3 }],
      complete: true,
    });
    expect((await past.why('rows.3')).changes[0]).not.toHaveProperty('before');
    expect(await past.why('nowhere.at.all')).toMatchObject({ changes: [], complete: true });
    await store.close();
  });

  test.each([{}, { before: 41 }, { before: 41, forward: true }, { from: 20, before: 41 }])(
    'tells how much of what it looks at is done: %o',
    async (range) => {
      const { model, contents } = await clubLog(100, 5);
      await using past = await openPast(model as Model<any, any, any>, { log: contents });
      const told: Progress[] = [];
      const { complete } = await past.why('total', { ...range, onProgress: (progress) => void told.push(progress) });
      const total = 'before' in range ? 40 : (await past.range()).last;
      expect({ complete, end: told.at(-1) }).toEqual({ complete: true, end: { phase: 'replay', done: total, total } });
      const done = told.map((progress) => progress.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
    },
  );

  test('ends at its signal, and refuses what is not a path', async () => {
    const contents = new MemoryContents();
    const store = await openStore(counter, { log: contents });
    await store.append({ type: 'Noted', data: {} });
    await using past = await openPast(counter, { log: contents });
    const reason = new Error('enough');
    await expect(past.why('value', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await errorOf(past.why('a[')).then(({ code }) => code)).toBe('INVALID_OPTION');
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    for (const bad of [7, undefined, {}, proxy]) {
      expect(await errorOf(past.why(bad as never))).toMatchObject({ code: 'INVALID_OPTION', type: 'path' });
    }
    expect(await errorOf(past.why('value', { limit: -1 }))).toMatchObject({ type: 'limit' });
    expect(await errorOf(past.why('value', { order: 'x' } as never))).toMatchObject({ type: 'order' });
    await store.close();
  });
});
