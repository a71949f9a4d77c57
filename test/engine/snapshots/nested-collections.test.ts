/**
 * A store whose state has a Deque and OrderedMaps below the top level: live, after a restart, from a snapshot, looked back
 * at, and in the file.
 */
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Deque, defineModel, defineProjection, OrderedMap, openStore } from '../../../src/index.ts';
import { FORMAT_VERSION, NEWEST_FORMAT } from '../../../src/log/sqlite/file/schema.ts';
import { checkModel } from '../../../src/testing.ts';
import { temporaryPath, withDatabase } from '../../log/sqlite/fixtures.ts';
import { byScore, definition, type Member, model, type rated } from './fixtures/games-model.ts';

const play = (n: number) =>
  n % 5 === 4
    ? { type: 'Left' as const, data: { game: `g${n % 2}` } }
    : { type: 'Rated' as const, data: { game: `g${n % 3}`, score: (n * 7) % 5, member: `m${n}` } };

const formatOf = (path: string): unknown =>
  withDatabase(path, (database) => database.pragma('user_version', { simple: true }));

describe.each([
  ['direct', false],
  ['atomic', false],
  ['direct', true],
  ['atomic', true],
] as const)('under the %s fold, strict %s', (fold, strict) => {
  test('the state is the same live, from a snapshot, after a replay and in the past', async () => {
    const path = temporaryPath();
    const store = await openStore(model, { path, fold, strict });
    for (let n = 0; n < 40; n++) await store.append(play(n));
    const hash = await store.stateHash();
    const half = (await store.at({ sequence: 20 })).state.games.get('g1')!;
    expect([half.board.size, half.waiting.size]).toEqual([3, 8]);
    await store.snapshot();
    for (let n = 40; n < 50; n++) await store.append(play(n));
    const after = await store.stateHash();
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
    await using again = await openStore(model, { path, fold, strict });
    expect(again.recovery.snapshot).toBeGreaterThanOrEqual(40);
    expect(await again.stateHash()).toBe(after);
    const { board, waiting } = again.state.games.get('g0')!;
    expect(board.rank(board.at(2)![0])).toBe(2);
    expect([waiting.size, waiting.at(0)]).toEqual([waiting.slice().length, [...waiting][0]]);
    const past = await again.at({ sequence: 40 });
    expect(past.state.games.get('g2')!.waiting).toBeInstanceOf(Deque);
    expect(hash).not.toBe(after);
  });
});

test('checkModel accepts the model, at every cut of its events', () => {
  checkModel(
    model,
    Array.from({ length: 25 }, (_, n) => [play(n), play(n + 3)]),
  );
});

test('a projection may use the comparators of the model, also in its snapshot', async () => {
  const path = temporaryPath();
  const boards = defineProjection({
    name: 'boards',
    initialState: () => ({ boards: [new OrderedMap<Member, string>(byScore)] }),
    reducers: {
      Rated: (state: { boards: OrderedMap<Member, string>[] }, { score, member, game }: z.output<typeof rated>) =>
        void state.boards[0]!.set({ score, member }, game),
    },
  } as never);
  const firstOf = (state: unknown): unknown => (state as { boards: OrderedMap<Member, string>[] }).boards[0]!.at(0);
  const store = await openStore(model, { path, fold: 'direct' });
  for (let n = 0; n < 8; n++) await store.append(play(n));
  const projection = await store.project(boards as never);
  await projection.catchUp();
  expect(firstOf(projection.state)).toEqual([{ score: 0, member: 'm0' }, 'g0']);
  await store.close();
  await using again = await openStore(model, { path, fold: 'direct' });
  expect(firstOf((await again.project(boards as never)).state)).toEqual([{ score: 0, member: 'm0' }, 'g0']);
});

describe('the file', () => {
  test('is of format 2 once a snapshot uses the new tags, and a plain state keeps format 1', async () => {
    const path = temporaryPath();
    const store = await openStore(model, { path, fold: 'direct' });
    await store.append({ type: 'Plain', data: { n: 1 } });
    await store.snapshot();
    expect(formatOf(path)).toBe(FORMAT_VERSION);
    await store.append(play(1));
    await store.snapshot();
    await store.close();
    expect(formatOf(path)).toBe(NEWEST_FORMAT);
    await using again = await openStore(model, { path, readOnly: true });
    expect(again.state.games.get('g1')?.waiting.slice()).toEqual(['m1', { name: 'm1' }]);
  });
});

describe('the names of comparators', () => {
  test('a snapshot is not used by a model that names its comparator no more, and the state comes from the events', async () => {
    const path = temporaryPath();
    const store = await openStore(
      defineModel({ ...definition, comparators: { byScore }, version: 1, fingerprint: 'version' }),
      {
        path,
        fold: 'direct',
      },
    );
    for (let n = 0; n < 10; n++) await store.append(play(n));
    await store.close();
    const renamed = defineModel({
      ...definition,
      comparators: { renamed: byScore },
      version: 1,
      fingerprint: 'version',
    });
    await using again = await openStore(renamed, { path, fold: 'direct' });
    expect(again.recovery.snapshot).toBeUndefined();
    expect(again.recovery.passedOver[0]?.reason).toMatch(/in the order of "?byScore"?, which the model does not name/);
    expect(again.state.games.size).toBe(3);
  });

  test('a comparator without a name is refused when the state is encoded, and the message says what to do', async () => {
    const unnamed = defineModel({ ...definition, reducers: { ...definition.reducers } });
    const store = await openStore(unnamed, { path: temporaryPath(), fold: 'direct' });
    await store.append(play(0));
    const refusal = {
      code: 'REDUCER_FAILED',
      at: 'games.g0.board',
      hint: expect.stringContaining('comparators: { byScore }'),
    };
    await expect(store.stateHash()).rejects.toMatchObject(refusal);
    await expect(store.close()).rejects.toMatchObject(refusal); // its last snapshot
  });

  test('under the atomic fold it is refused at the event, which leaves no trace', async () => {
    await using store = await openStore(defineModel(definition), { path: temporaryPath() });
    await expect(store.append(play(0))).rejects.toMatchObject({ code: 'REDUCER_FAILED', at: 'games.g0.board' });
    expect([store.sequence, store.state.games.size]).toEqual([0, 0]);
  });

  test.each([
    ['is not a function', { byScore: 7 }, 'byScore'],
    ['has the name of a comparator of refold', { ascending: byScore }, 'ascending'],
    ['has two names', { byScore, again: byScore }, 'again'],
    ['stands in no object', [byScore], 'comparators'],
  ])('a model whose comparator %s is refused', (_what, comparators, type) => {
    expect(() => defineModel({ ...definition, comparators } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', type }),
    );
  });
});
