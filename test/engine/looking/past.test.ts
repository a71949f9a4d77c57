/** A handle on the past: what it gives, what it costs, and how fresh it is. */
import { describe, expect, test } from 'vitest';
import { hashState, MemoryContents, openPast, openStore, replay, stateAt } from '../../../src/index.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, manualClock, openCarts, temporaryPath } from '../harness.ts';
import { droppedHistory } from './models.ts';

/** Forty events, with snapshots at 7, 14, 21, 28 and 35, at 100 ms after each other. */
async function fortyEvents(path: string) {
  const clock = manualClock(0);
  const store = await openCarts({ path, clock: clock.read });
  const hashes = [await store.stateHash()];
  for (let i = 1; i <= 40; i++) {
    clock.now = i * 100;
    await store.append(i % 5 === 0 ? { type: 'CartCleared', data: { cart: 'c1' } } : added(`c${i % 3}`));
    hashes.push(await store.stateHash());
    if (i % 7 === 0) await store.snapshot();
  }
  return { store, hashes, clock };
}

describe('openPast', () => {
  test('gives the range, the keyframes and the blocks, and recovers nothing for them', async () => {
    const path = await temporaryPath();
    const { store } = await fortyEvents(path);
    await using past = await openPast(cartModel, { path });
    expect(past.path).toBe(store.path);
    expect(await past.range()).toEqual({
      first: 1,
      last: 40,
      earliest: 0,
      firstRecordedAt: 100,
      lastRecordedAt: 4_000,
    });
    const keyframes = await past.keyframes();
    expect(keyframes.map(({ sequence }) => sequence)).toContain(35);
    expect(keyframes[0]).toMatchObject({ sequence: 35, recordedAt: 3_500, isUsable: true });
    const blocks = await Array.fromAsync(past.blocks());
    expect(blocks[0]).toMatchObject({ firstSequence: 1, encoding: 'open' });
    expect(blocks.at(-1)).toMatchObject({ lastSequence: 40 });
    const some = await Array.fromAsync(past.blocks({ from: 10, to: { time: 2_050 } }));
    expect([some[0]!.firstSequence, some.at(-1)!.lastSequence]).toEqual([10, 20]);
  });

  test('says of a keyframe that another model made why it cannot be used', async () => {
    const path = await temporaryPath();
    await fortyEvents(path);
    const changed = { ...cartModel, version: 2 } as typeof cartModel;
    const { defineModel } = await import('../../../src/index.ts');
    await using past = await openPast(defineModel(changed as never), { path });
    const keyframes = await past.keyframes();
    expect(keyframes.length).toBeGreaterThan(1);
    for (const { isUsable, reason } of keyframes) {
      expect(isUsable).toBe(false);
      expect(reason).toMatch(/changed|version/);
    }
  });

  test('has an empty range for an empty log', async () => {
    const path = await temporaryPath();
    await openCarts({ path });
    await using past = await openPast(cartModel, { path });
    expect(await past.range()).toEqual({ first: 1, last: 0, earliest: 0 });
    expect(await Array.fromAsync(past.walk())).toEqual([]);
    expect(await past.at(0)).toMatchObject({ sequence: 0, recordedAt: 0, cost: { events: 0 } });
  });

  test('gives every state with its cost, by sequence, position and time', async () => {
    const path = await temporaryPath();
    const { hashes } = await fortyEvents(path);
    await using past = await openPast(cartModel, { path });
    for (const [sequence, hash] of hashes.entries()) {
      const { state, cost, ...where } = await past.at(sequence);
      expect(where).toEqual({ sequence, recordedAt: sequence * 100 });
      expect(hashState(state)).toBe(hash);
      expect((cost.keyframe ?? 0) + cost.events).toBe(sequence);
      expect(cost.events).toBeLessThanOrEqual(7);
      expect(cost.milliseconds).toBeGreaterThan(0);
    }
    expect((await past.at({ sequence: 12 })).sequence).toBe(12);
    expect((await past.at({ time: 1_250 })).sequence).toBe(12);
    expect(await past.locate({ time: new Date(1_250) })).toBe(12);
    const loose = async () => {
      const { cost: _, ...rest } = await past.at(17);
      return rest;
    };
    expect(await loose()).toEqual(await stateAt(cartModel, { path, at: { sequence: 17 } }));
  });

  test('sees at once what is appended while it is open', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await using past = await openPast(cartModel, { path });
    for (let sequence = 1; sequence <= 30; sequence++) {
      await store.append(note(`${sequence}`));
      if (sequence % 3 === 0) expect((await past.at(sequence)).state.seen.notes).toHaveLength(sequence);
      else if (sequence % 3 === 1) expect((await past.range()).last).toBe(sequence);
      else
        expect((await Array.fromAsync(past.events({ from: sequence }))).map((one) => one.sequence)).toEqual([sequence]);
    }
  });

  test('takes an open log and leaves it open, and closes one that it has opened', async () => {
    const contents = new MemoryContents();
    const store = await openStore(cartModel, { log: contents });
    await store.append(note('a'));
    const log = await contents.open({ readOnly: true });
    const past = await openPast(cartModel, { log });
    expect((await past.range()).last).toBe(1);
    await past.close();
    await past.close();
    expect(await errorOf(past.range())).toMatchObject({ code: 'STORE_CLOSED' });
    expect(await errorOf(past.at(1))).toMatchObject({ code: 'STORE_CLOSED' });
    expect(log.head().sequence).toBe(1);
    await store.close();
  });

  test('refuses what is not there, in its own words', async () => {
    const path = await temporaryPath();
    const { store } = await fortyEvents(path);
    expect(await errorOf(openPast(cartModel, {}))).toMatchObject({ code: 'INVALID_OPTION', type: 'path' });
    expect(await errorOf(openPast(cartModel, { path: `${path}.none` }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(openPast(cartModel, { path, readOnly: true } as never))).toMatchObject({ type: 'readOnly' });
    await using past = await openPast(cartModel, { path });
    expect((await errorOf(past.at(41))).message).toContain('the log ends at 40, before 41');
    expect(await errorOf(past.at(-1))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(past.at('12' as never))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(Array.fromAsync(past.walk({ from: 1.5 })))).toMatchObject({ type: 'from' });
    expect(await errorOf(Array.fromAsync(past.walk({ to: 41 })))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(store.sequence).toBe(40);
  });
});

describe('walk', () => {
  test('gives every event with the state that has it', async () => {
    const path = await temporaryPath();
    const { store, hashes } = await fortyEvents(path);
    await using past = await openPast(cartModel, { path });
    for (const isSealed of [false, true]) {
      if (isSealed) await store.compact();
      for (const { from, to } of [
        { from: 1, to: 40 },
        { from: 9, to: 9 },
        { from: 20, to: 33 },
      ]) {
        const seen: number[] = [];
        for await (const block of past.walk({ from, to })) {
          expect(hashState(block.state)).toBe(hashes[block.firstSequence - 1]);
          for (const event of block) {
            seen.push(event.sequence);
            expect(hashState(block.state)).toBe(hashes[event.sequence]);
          }
          expect(block.lastSequence).toBe(seen.at(-1));
          expect(block.fold()).toBeUndefined();
        }
        expect(seen).toEqual(Array.from({ length: to - from + 1 }, (_, index) => from + index));
      }
    }
  });

  test('folds what a loop leaves before it gives the next block', async () => {
    const path = await temporaryPath();
    const { store, hashes } = await fortyEvents(path);
    await store.compact();
    await store.append(note('last'));
    await using past = await openPast(cartModel, { path });
    let ends = 0;
    for await (const block of past.walk()) {
      if (block.firstSequence > 1) expect(hashState(block.state)).toBe(hashes[block.firstSequence - 1]);
      for (const event of block) if (event.sequence % 3 === 0) break;
      ends = block.lastSequence;
    }
    expect(ends).toBe(41);
  });

  test('gives the same end as replay', async () => {
    const path = await temporaryPath();
    await fortyEvents(path);
    await using past = await openPast(cartModel, { path });
    let hash = '';
    for await (const block of past.walk()) {
      while (block.fold() !== undefined);
      hash = hashState(block.state);
    }
    expect(hash).toBe((await replay(cartModel, { path })).stateHash);
  });

  test('begins after the oldest usable snapshot where history was dropped', async () => {
    await using past = await openPast(cartModel, { path: await droppedHistory() });
    const { first, last, earliest } = await past.range();
    expect(first).toBeGreaterThan(1);
    expect(earliest).toBe(20);
    const sequences: number[] = [];
    for await (const block of past.walk()) for (const { sequence } of block) sequences.push(sequence);
    expect(sequences).toEqual(Array.from({ length: last - 20 }, (_, index) => 21 + index));
    expect(await errorOf(Array.fromAsync(past.walk({ from: 5 })))).toMatchObject({ code: 'HISTORY_GONE' });
  });
});

describe('a signal', () => {
  test('ends each call with its reason, before it has begun and at the next block', async () => {
    const path = await temporaryPath();
    const { store } = await fortyEvents(path);
    await using past = await openPast(cartModel, { path });
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    const calls: readonly (() => Promise<unknown>)[] = [
      () => past.at(17, { signal }),
      () => Array.fromAsync(past.walk({ signal })),
      () => Array.fromAsync(past.events({ signal })),
      () => stateAt(cartModel, { path, at: { sequence: 17 }, signal }),
      () => replay(cartModel, { path, signal }),
      () => store.at({ sequence: 17 }, { signal }),
      () => store.verify({ signal }),
      () => Array.fromAsync(store.events({ signal })),
    ];
    for (const call of calls) await expect(call()).rejects.toBe(reason);

    const later = new AbortController();
    let blocks = 0;
    const walking = (async () => {
      for await (const _ of past.walk({ signal: later.signal })) if (++blocks === 3) later.abort(reason);
    })();
    await expect(walking).rejects.toBe(reason);
    expect(blocks).toBe(3);
    const events = (async () => {
      const stop = new AbortController();
      let seen = 0;
      for await (const { sequence } of store.events({ signal: stop.signal })) {
        seen = sequence;
        if (sequence === 5) stop.abort(reason);
      }
      return seen;
    })();
    await expect(events).rejects.toBe(reason);
  });

  test('ends a replay and a verify at the next block, and a reason that is a RefoldError is not a finding', async () => {
    const { RefoldError, openLog } = await import('../../../src/index.ts');
    const path = await temporaryPath();
    await fortyEvents(path);
    const reason = new RefoldError('LOG_CORRUPT', 'not a finding', {});
    for (const run of [
      (signal: AbortSignal, onProgress: () => void) => replay(cartModel, { path, signal, onProgress }),
      async (signal: AbortSignal, onProgress: () => void) => {
        await using log = await openLog({ path });
        return await log.verify({ signal, onProgress });
      },
      async (signal: AbortSignal, onProgress: () => void) => {
        const reader = await openStore(cartModel, { path, readOnly: true, onProgress });
        try {
          return await reader.verify({ signal });
        } finally {
          await reader.close();
        }
      },
    ]) {
      const stop = new AbortController();
      let told = 0;
      const running = run(stop.signal, () => {
        if (++told === 5) stop.abort(reason);
      });
      await expect(running).rejects.toBe(reason);
    }
  });
});
