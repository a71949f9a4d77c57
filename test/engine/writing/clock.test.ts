/** The clock is application code: its readings are checked, once for each commit. */
import { describe, expect, test, vi } from 'vitest';
import { openStore, type RefoldError, type StoreOptions } from '../../../src/index.ts';
import { sampleOf } from '../../sample.ts';
import { STRANGE } from '../../strange-values.ts';
import { cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

let reading: () => unknown;
const clock = (() => reading()) as () => number;

async function recordedAt(options: StoreOptions): Promise<number[]> {
  const store = await openCarts(options);
  const events = await Array.fromAsync(store.events());
  await store.close();
  return events.map((event) => event.recordedAt);
}

describe.each(['atomic', 'direct'] as const)('with the %s fold', (fold) => {
  test.each<[string, () => unknown, RegExp]>(
    sampleOf([
      ['NaN', () => Number.NaN, /NaN/],
      ['Infinity', () => Number.POSITIVE_INFINITY, /Infinity/],
      ['nanoseconds', () => 1.7e18, /1700000000000000000/],
      ['just beyond the last Date', () => 8.64e15 + 1, /8640000000000001/],
      ['a negative number', () => -1, /-1/],
      ['a little less than 0', () => -0.5, /-0.5/],
      ['a bigint', () => 1_700_000_000_000n, /bigint 1700000000000/],
      ['a numeric string', () => '1700000000000', /string "1700000000000"/],
      ['a Date', () => new Date(5), /object/],
      ['a promise', () => Promise.resolve(5), /promise/],
      ['a promise that is rejected', () => Promise.reject(new Error('unheard')), /promise/],
      ['nothing', () => undefined, /undefined/],
      ['null', () => null, /null/],
      ['a symbol', () => Symbol('now'), /symbol/],
    ]),
  )('refuses %s, names it, and harms nothing else', async (_name, bad, message) => {
    const path = await temporaryPath();
    reading = () => 1_000;
    const store = await openCarts({ path, fold, clock });
    await store.append(note('a'));
    const before = { hash: await store.stateHash(), sequence: store.sequence };
    reading = bad;
    const refused = [
      store.append(note('b')),
      store.append(note('b'), { commandId: 'b' }),
      store.execute('touch', {}),
      store.execute('addItem', { cart: 'a', sku: 'tea', quantity: 1 }, { commandId: 'c' }),
    ];
    for (const call of refused) {
      expect(await errorOf(call)).toMatchObject({
        code: 'INVALID_OPTION',
        type: 'clock',
        message: expect.stringMatching(message),
      });
    }
    expect({ hash: await store.stateHash(), sequence: store.sequence }).toEqual(before);
    await store.snapshot();
    await store.compact();
    reading = () => 2_000;
    await store.append(note('b'), { commandId: 'b' });
    await store.close();
    expect(await recordedAt({ path, fold })).toEqual([1_000, 2_000]);
  });

  test('a clock that throws is reported with what it threw', async () => {
    reading = () => 1_000;
    const store = await openCarts({ path: ':memory:', fold, clock });
    for (const [, make] of STRANGE) {
      reading = () => {
        throw make();
      };
      const error: RefoldError = await errorOf(store.append(note('a')));
      expect(error.code).toBe('INVALID_OPTION');
      expect(error.message).toMatch(/clock threw/);
    }
    reading = () => 3.9;
    expect(await store.append(note('a'))).toEqual({ firstSequence: 1, lastSequence: 1, recordedAt: 3 });
  });

  test('is asked once for a commit, with and without a commandId', async () => {
    reading = () => 1_000;
    const store = await openCarts({ path: ':memory:', fold, clock });
    let asked = 0;
    const ticking = () => 2_000 + asked++;
    for (const write of [
      () => store.append([note('a'), note('b')]),
      () => store.append(note('a'), { commandId: 'a' }),
      () => store.execute('addItem', { cart: 'a', sku: 'tea', quantity: 1 }, { commandId: 'b' }),
      () => store.execute('addItem', { cart: 'a', sku: 'tea', quantity: 99 }, { commandId: 'rejected' }),
    ]) {
      asked = 0;
      reading = ticking;
      const written = write();
      expect(asked).toBe(1); // upkeep asks later, when the block is durable
      await written;
    }
  });
});

test('a clock that fails when upkeep asks it leaves no append unresolved', async () => {
  // With save rules and `maxAge`, the snapshotter and compaction ask for the time after each block.
  const path = await temporaryPath();
  let asked = 0;
  reading = () => 1_000;
  const store = await openCarts({
    path,
    clock,
    save: [{ seconds: 1, changes: 1 }],
    history: { maxAge: 1_000 },
  });
  reading = () => {
    asked += 1;
    if (asked % 2 === 0) throw new Error('no time');
    return 5_000 + asked;
  };
  let accepted = 0;
  for (let i = 0; i < 50; i++) {
    await store.append(note(String(i))).then(
      () => (accepted += 1),
      (error) => expect(error).toMatchObject({ code: 'INVALID_OPTION' }),
    );
  }
  expect(store.sequence).toBe(accepted);
  reading = () => 9_000;
  await store.close();
  expect((await recordedAt({ path })).length).toBeGreaterThan(0);
});

test('a store opens with a clock that throws, and refuses to write', async () => {
  reading = () => {
    throw new Error('no time');
  };
  const store = await openCarts({ path: ':memory:', clock });
  expect((await errorOf(store.append(note('a')))).code).toBe('INVALID_OPTION');
  expect(await store.snapshot()).toMatchObject({ sequence: 0 });
  await store.close();
});

describe('a first reading far in the future', () => {
  const century = 100 * 366 * 24 * 3_600_000;
  test.each([
    ['microseconds', Date.now() * 1_000, 1],
    ['just over a hundred years', Date.now() + century, 1],
    ['next year', Date.now() + 365 * 24 * 3_600_000, 0],
    ['the past', 5, 0],
  ])('%s', async (_name, time, warnings) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    reading = () => time;
    const store = await openStore(cartModel, { path: ':memory:', clock });
    await store.append(note('a'));
    await store.append(note('b'));
    await store.close();
    const told = warn.mock.calls.filter(([text]) => /milliseconds/.test(String(text)));
    warn.mockRestore();
    expect(told).toHaveLength(warnings);
    if (warnings > 0) expect(told[0]![1]).toMatchObject({ type: expect.stringMatching(/^Refold/) });
  });
});
