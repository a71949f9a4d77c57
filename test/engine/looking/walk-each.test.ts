/** A walk with a function for each event: what it is given, when, and how it ends. */
import { describe, expect, test } from 'vitest';
import { hashState, openPast, type Past, RefoldError } from '../../../src/index.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';
import { droppedHistory } from './models.ts';

/** Thirty events, a snapshot after the tenth, all of it sealed or not. */
async function thirtyEvents({ isSealed }: { readonly isSealed: boolean }) {
  const path = await temporaryPath();
  const store = await openCarts({ path });
  const hashes = [await store.stateHash()];
  for (let i = 1; i <= 30; i++) {
    await store.append(i % 4 === 0 ? note(`n${i}`) : added(`c${i % 3}`));
    hashes.push(await store.stateHash());
    if (i === 10) await store.snapshot();
  }
  if (isSealed) await store.compact();
  return { past: await openPast(cartModel, { path }), store, hashes };
}

async function seenBy(past: Past, range: { readonly from?: number; readonly to?: number }) {
  const before: [string, number][] = [];
  const each: [number, string][] = [];
  const walked = await past.walk({
    ...range,
    before: (state, sequence) => void before.push([hashState(state), sequence]),
    each: (event, state) => void each.push([event.sequence, hashState(state)]),
  });
  return { walked, before, each };
}

describe('walk with a function for each event', () => {
  test.each([{ isSealed: false }, { isSealed: true }])(
    'gives every event with the state that has it: %o',
    async (how) => {
      const { past, hashes } = await thirtyEvents(how);
      await using _ = past;
      for (const [from, to] of [
        [1, 30],
        [11, 11],
        [7, 23],
      ] as const) {
        const { walked, before, each } = await seenBy(past, { from, to });
        expect(walked).toEqual({ from, to, events: to - from + 1 });
        expect(before).toEqual([[hashes[from - 1], from - 1]]);
        expect(each).toEqual(Array.from({ length: to - from + 1 }, (_, at) => [from + at, hashes[from + at]]));
      }
    },
  );

  test('gives the state before a range without events', async () => {
    const { past, hashes } = await thirtyEvents({ isSealed: false });
    await using _ = past;
    const { walked, before, each } = await seenBy(past, { from: 21, to: 20 });
    expect([walked, before, each]).toEqual([{ from: 21, to: 20, events: 0 }, [[hashes[20], 20]], []]);
  });

  test('begins after the oldest usable snapshot where history was dropped', async () => {
    await using past = await openPast(cartModel, { path: await droppedHistory() });
    const { last } = await past.range();
    const { walked, before } = await seenBy(past, {});
    expect(walked).toEqual({ from: 21, to: last, events: last - 20 });
    expect(before[0]![1]).toBe(20);
    expect(await errorOf(seenBy(past, { from: 5 }))).toMatchObject({ code: 'HISTORY_GONE' });
  });

  test('ends with what the function throws, and gives no more', async () => {
    const { past } = await thirtyEvents({ isSealed: true });
    await using _ = past;
    const enough = new Error('enough');
    const seen: number[] = [];
    const each = ({ sequence }: { readonly sequence: number }): void => {
      seen.push(sequence);
      if (sequence === 3) throw enough;
    };
    await expect(past.walk({ each })).rejects.toBe(enough);
    expect(seen).toEqual([1, 2, 3]);
    const before = (): void => {
      throw enough;
    };
    await expect(past.walk({ before, each })).rejects.toBe(enough);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('refuses functions that are asynchronous, at their first call', async () => {
    const { past } = await thirtyEvents({ isSealed: true });
    await using _ = past;
    let calls = 0;
    const later = async (): Promise<void> => {
      calls++;
      throw new Error('late'); // must not end the process
    };
    expect(await errorOf(past.walk({ each: later }))).toMatchObject({ code: 'INVALID_OPTION', type: 'each' });
    expect(await errorOf(past.walk({ before: later, each: later }))).toMatchObject({ type: 'before' });
    expect(calls).toBe(2);
  });

  test('refuses options that are wrong', async () => {
    const { past } = await thirtyEvents({ isSealed: false });
    await using _ = past;
    const walk = past.walk.bind(past) as (options: unknown) => Promise<unknown>;
    const each = (): void => {};
    for (const [options, type] of [
      [{ each: 7 }, 'each'],
      [{ each: undefined }, 'each'],
      [{ each, before: 'x' }, 'before'],
      [{ each, from: 1.5 }, 'from'],
      [{ each, every: 2 }, 'every'],
    ] as const)
      expect(await errorOf(walk(options))).toMatchObject({ code: 'INVALID_OPTION', type });
    expect(await errorOf(walk({ each, to: 31 }))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('ends with the reason of its signal, also within a sealed block', async () => {
    const { past } = await thirtyEvents({ isSealed: false });
    await using _ = past;
    const reason = new RefoldError('INVALID_OPTION', 'enough', {});
    await expect(past.walk({ each: () => {}, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const later = new AbortController();
    let last = 0;
    const each = ({ sequence }: { readonly sequence: number }): void => {
      last = sequence;
      if (sequence === 12) later.abort(reason);
    };
    await expect(past.walk({ each, signal: later.signal })).rejects.toBe(reason);
    expect(last).toBeLessThan(30);
  });
});
