import { expect, test } from 'vitest';
import { type CommitRange, openLog } from '../../../src/index.ts';
import { note } from '../cart.ts';
import { errorOf, manualClock, openCarts, temporaryPath } from '../harness.ts';

/** Commits of these many events, each recorded 10 ms after the one before it. */
const SIZES = [1, 3, 2, 1, 5];
/** Their first and last sequences. */
const COMMITS = [
  [1, 1],
  [2, 4],
  [5, 6],
  [7, 7],
  [8, 12],
] as const;

test('gives whole commits: from the one that has `from` to the last that ends at `to` or before', async () => {
  const clock = manualClock(0);
  const path = await temporaryPath();
  await using store = await openCarts({ path, clock: clock.read });
  for (const size of SIZES) {
    clock.now += 10;
    await store.append(Array.from({ length: size }, (_, at) => note(`${clock.now} ${at}`)));
  }
  await using reader = await openCarts({ path, readOnly: true });
  const given = async (one: typeof store, range?: CommitRange) =>
    (await Array.fromAsync(one.commits(range))).map((events) => [events[0]!.sequence, events.at(-1)!.sequence]);
  for (const isSealed of [false, true]) {
    if (isSealed) await store.compact();
    for (const one of [store, reader]) {
      expect(await given(one)).toEqual(COMMITS);
      for (let from = 0; from <= 13; from++) {
        for (let to = 0; to <= 13; to++) {
          const expected = COMMITS.filter(([first, last]) => last >= from && last <= to && first <= to);
          expect(await given(one, { from, to })).toEqual(from > to ? [] : expected);
        }
      }
      expect(await given(one, { from: { time: 20 }, to: { time: new Date(39) } })).toEqual([COMMITS[1], COMMITS[2]]);
    }
  }
  const events = (await Array.fromAsync(store.commits({ from: 3 }))).flat();
  expect(events).toEqual(await Array.fromAsync(store.events({ from: 2 })));
});

test('a log without its model says where commits begin and end, also those that reach beyond the range', async () => {
  const clock = manualClock(0);
  const path = await temporaryPath();
  await using store = await openCarts({ path, clock: clock.read });
  for (const size of SIZES) {
    clock.now += 10;
    await store.append(Array.from({ length: size }, (_, at) => note(`${clock.now} ${at}`)));
  }
  const all = COMMITS.map(([firstSequence, lastSequence], at) => ({
    firstSequence,
    lastSequence,
    recordedAt: 10 * (at + 1),
  }));
  for (const isSealed of [false, true]) {
    if (isSealed) await store.compact();
    await using log = await openLog({ path });
    expect(await Array.fromAsync(log.commits())).toEqual(all);
    for (let from = 1; from <= 12; from++) {
      for (let to = 0; to <= 13; to++) {
        const expected = all.filter((one) => one.lastSequence >= from && one.firstSequence <= to);
        expect(await Array.fromAsync(log.commits({ from, to }))).toEqual(from > to ? [] : expected);
      }
    }
    expect(await errorOf(Array.fromAsync(log.commits({ from: -1 })))).toMatchObject({ code: 'INVALID_OPTION' });
  }
});

test('refuses what is not a range', async () => {
  await using store = await openCarts({ path: ':memory:' });
  const error = await errorOf(Array.fromAsync(store.commits({ from: -1 })));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'from' });
  expect(await errorOf(Array.fromAsync(store.commits({ tag: 'a' } as CommitRange)))).toMatchObject({
    code: 'INVALID_OPTION',
  });
  expect(await Array.fromAsync(store.commits())).toEqual([]);
  const reason = new Error('enough');
  await expect(Array.fromAsync(store.commits({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
});
