import { describe, expect, test } from 'vitest';
import { hashState, openStore, type RecordedEvent, stateAt } from '../../../src/index.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, manualClock, openCarts, temporaryPath } from '../harness.ts';

describe('at', () => {
  test('gives every past state, before and after snapshots, sealing and restart', async () => {
    const path = await temporaryPath();
    const clock = manualClock(0);
    let store = await openCarts({ path, clock: clock.read });
    const hashes = [await store.stateHash()];
    for (let i = 1; i <= 40; i++) {
      clock.now = i * 100;
      await store.append(i % 5 === 0 ? { type: 'CartCleared', data: { cart: 'c1' } } : added(`c${i % 3}`));
      hashes.push(await store.stateHash());
      if (i % 7 === 0) await store.snapshot();
    }
    const check = async (): Promise<void> => {
      for (const [sequence, hash] of hashes.entries()) {
        const past = await store.at({ sequence });
        expect(past).toMatchObject({ sequence, recordedAt: sequence * 100 });
        expect(hashState(past.state)).toBe(hash);
        expect(await stateAt(cartModel, { path, at: { sequence } })).toEqual(past);
      }
    };
    await check();
    await store.compact();
    await check();
    await store.close();
    store = await openCarts({ path });
    await check();
  });

  test('by time means the last event recorded at or before it', async () => {
    const clock = manualClock(1_000);
    const store = await openCarts({ path: ':memory:', clock: clock.read });
    await store.append([note('a'), note('b')]);
    clock.now = 2_000;
    await Promise.all([store.append(note('c')), store.append(note('d'))]);
    const sequences = await Promise.all(
      [999, 1_000, 1_999, 2_000, new Date(5_000)].map(async (time) => (await store.at({ time })).sequence),
    );
    expect(sequences).toEqual([0, 2, 2, 4, 4]);
  });

  test('by time finds the event among many blocks and within one block', async () => {
    const clock = manualClock(0);
    const store = await openCarts({ path: await temporaryPath(), clock: clock.read });
    for (let i = 1; i <= 50; i++) {
      clock.now = i * 10;
      const one = store.append(note(`${i}a`));
      clock.now += 5;
      await Promise.all([one, store.append(note(`${i}b`))]);
    }
    for (const sealed of [false, true]) {
      if (sealed) await store.compact();
      for (let time = 0; time <= 510; time += 5) {
        const expected = time < 10 ? 0 : Math.min(100, Math.floor(time / 10) * 2 - (time % 10 < 5 ? 1 : 0));
        expect((await store.at({ time })).sequence).toBe(expected);
      }
    }
  });

  test('gives the caller a separate state', async () => {
    const store = await openCarts();
    await store.append(added('a'));
    const past = await store.at({ sequence: 1 });
    past.state.carts.clear();
    expect(store.state.carts.size).toBe(1);
  });

  test.each<[string, unknown]>([
    ['a sequence beyond the end', { sequence: 2 }],
    ['a negative sequence', { sequence: -1 }],
    ['a fraction', { sequence: 0.5 }],
    ['no position', {}],
    ['nothing', null],
    ['an invalid date', { time: new Date('x') }],
  ])('refuses %s', async (_name, position) => {
    const store = await openCarts();
    await store.append(note('x'));
    expect(await errorOf(store.at(position as never))).toMatchObject({
      code: 'INVALID_OPTION',
      hint: expect.stringContaining('0 to 1'),
    });
  });
});

describe('stateAt', () => {
  test('reads beside a writer, also by time, and reports its progress', async () => {
    const path = await temporaryPath();
    const clock = manualClock(1_000);
    const store = await openCarts({ path, clock: clock.read });
    await store.append([note('a'), note('b')]);
    clock.now = 2_000;
    await store.append(note('c'));
    const told: number[] = [];
    const options = { path, at: { time: 1_999 }, onProgress: ({ done }: { readonly done: number }) => told.push(done) };
    expect(await stateAt(cartModel, options)).toEqual(await store.at({ sequence: 2 }));
    expect(told).toEqual([0, 2]);
  });

  test('refuses an invalid model, a missing log, another model’s log, and an invalid position', async () => {
    const path = await temporaryPath();
    await openCarts({ path }).then((store) => store.close());
    const other = { ...cartModel, name: 'other' };
    expect(await errorOf(() => stateAt({} as never, { path, at: { sequence: 0 } }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await errorOf(() => stateAt(cartModel, { path: `${path}x`, at: { sequence: 0 } }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await errorOf(() => stateAt(other, { path, at: { sequence: 0 } }))).toMatchObject({
      code: 'MODEL_MISMATCH',
    });
    expect(await errorOf(() => stateAt(cartModel, { path, at: { sequence: 1 } }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await errorOf(() => stateAt(cartModel, { path } as never))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('events', () => {
  test('reads ranges and types, open or sealed', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    for (let i = 0; i < 10; i++) await store.append([added('a'), note(String(i))]);
    const read = async (range: object): Promise<number[]> =>
      (await Array.fromAsync(store.events(range))).map(({ sequence }) => sequence);
    const check = async (): Promise<void> => {
      expect(await read({})).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(await read({ from: 5, to: 8 })).toEqual([5, 6, 7, 8]);
      expect(await read({ from: 15, types: ['NoteTaken'] })).toEqual([16, 18, 20]);
      expect(await read({ from: 21 })).toEqual([]);
      expect(await read({ from: 0, to: 1 })).toEqual([1]);
    };
    await check();
    await store.compact();
    await check();
    expect((await errorOf(Array.fromAsync(store.events({ types: ['Nope' as never] })))).code).toBe(
      'UNKNOWN_EVENT_TYPE',
    );
    expect((await errorOf(Array.fromAsync(store.events({ from: -3 })))).code).toBe('INVALID_OPTION');
  });

  test('includes events that were appended just before', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    const pending = store.append(note('now'));
    expect(await Array.fromAsync(store.events())).toHaveLength(1);
    await pending;
  });
});

describe('follow', () => {
  test('catches up and continues without a gap, while writing and sealing continue', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    await store.append(Array.from({ length: 50 }, (_, i) => note(String(i))));
    const stop = new AbortController();
    const heard: number[] = [];
    const following = (async () => {
      for await (const event of store.follow({ from: 10, signal: stop.signal })) {
        heard.push(event.sequence);
        if (event.sequence === 250) stop.abort();
      }
    })();
    for (let i = 0; i < 100; i++) {
      await Promise.all([store.append(note('x')), store.append(note('y'))]);
      if (i === 50) await store.compact();
    }
    await following;
    expect(heard).toEqual(Array.from({ length: 241 }, (_, i) => i + 10));
  });

  test('works for a reader in another process, and ends with the close', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    const reader = await openStore(cartModel, { path, readOnly: true });
    const heard: RecordedEvent[] = [];
    const following = (async () => {
      for await (const event of reader.follow()) heard.push(event);
    })();
    await store.append(note('a'));
    await store.append(note('b'));
    await expect.poll(() => heard.length).toBe(2);
    await reader.close();
    await following;
  });
});
