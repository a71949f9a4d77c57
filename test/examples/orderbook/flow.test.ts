import { beforeAll, describe, expect, test } from 'vitest';
import { type FlowCommand, type FlowKind, generateFlow } from '../../../examples/orderbook/demo/flow.ts';
import { Random } from '../../../examples/orderbook/demo/random.ts';
import { Gateway } from '../../../examples/orderbook/gateway.ts';
import { topLevels } from '../../../examples/orderbook/model/index.ts';
import { memoryBook } from './memory-book.ts';

const COMMANDS = 200_000;
const SYMBOL = 'GOOG';

/** The value below which `share` of the values are. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.trunc(sorted.length * share)]!;
}

/** The largest of many: too many to be arguments. */
function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** How many times each key occurs. */
function tally<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

describe('a day of flow has the statistics of a real one', () => {
  let flow: readonly FlowCommand[];

  beforeAll(() => {
    flow = [...generateFlow({ seed: 20_260_105, commands: COMMANDS })];
  });

  test.each<[FlowKind, number, number]>([
    ['new', 45, 2],
    ['delete', 44, 2],
    ['execution', 5, 1],
    ['hidden', 2.5, 0.5],
    ['reduce', 0.9, 0.4],
    ['replace', 0.9, 0.4],
  ])('%s: %d percent, give or take %d', (kind, percent, tolerance) => {
    const share = (flow.filter((command) => command.kind === kind).length / COMMANDS) * 100;
    expect(Math.abs(share - percent)).toBeLessThan(tolerance);
  });

  test('cancelled orders live 2 ms, 2 s, 25 s (p10, p50, p90)', () => {
    const born = new Map<number, number>();
    const lifetimes: number[] = [];
    for (const { kind, at, command } of flow) {
      if (kind === 'new' && command.name === 'placeOrder') born.set(command.input.orderId, at);
      const birth = command.name === 'cancelOrder' ? born.get(command.input.orderId) : undefined;
      if (kind === 'delete' && birth !== undefined) lifetimes.push((at - birth) / 1_000);
    }
    for (const [share, milliseconds] of [
      [0.1, 2],
      [0.5, 2_000],
      [0.9, 25_000],
    ] as const) {
      const ratio = quantile(lifetimes, share) / milliseconds;
      expect(ratio).toBeGreaterThan(1 / 1.5);
      expect(ratio).toBeLessThan(1.5);
    }
  });

  test('commands come in bursts: 5 in a usual second, about 300 in the busiest, about 55 in one millisecond', () => {
    const seconds = tally(flow.map(({ at }) => Math.trunc(at / 1_000_000)));
    const lastSecond = Math.trunc(flow.at(-1)!.at / 1_000_000);
    const perSecond = Array.from({ length: lastSecond }, (_, second) => seconds.get(second) ?? 0);
    const busiestMillisecond = largest(tally(flow.map(({ at }) => Math.trunc(at / 1_000))).values());
    expect(quantile(perSecond, 0.5)).toBeOneOf([4, 5, 6]);
    expect(largest(perSecond)).toBeGreaterThan(200);
    expect(busiestMillisecond).toBeGreaterThan(35);
    expect(busiestMillisecond).toBeLessThan(100);
  });

  test('several hundred orders rest in the ten best levels of each side, and the engine refuses only late cancels', async () => {
    const store = memoryBook();
    const gateway = new Gateway(store);
    const resting: number[] = [];
    for (const { command } of flow) {
      gateway.send(command);
      if (gateway.sent % 500 !== 0) continue;
      await gateway.drain();
      const levels = (['buy', 'sell'] as const).flatMap((side) => topLevels(store.state, SYMBOL, side, 10));
      resting.push(levels.reduce((sum, { count }) => sum + count, 0));
    }
    await gateway.drain();
    expect(quantile(resting, 0.5)).toBeGreaterThan(400);
    expect(quantile(resting, 0.5)).toBeLessThan(800);
    const late = flow.filter(({ kind }) => kind === 'late').length;
    expect(Object.fromEntries(gateway.rejections)).toEqual({ UNKNOWN_ORDER: late });
  });

  test('some take with IOC, FOK and at the market, some are post-only, many accounts take part', () => {
    const placed = flow.flatMap(({ command }) => (command.name === 'placeOrder' ? [command.input] : []));
    expect(new Set(placed.map(({ timeInForce = 'GTC' }) => timeInForce))).toEqual(new Set(['GTC', 'IOC', 'FOK']));
    expect(new Set(placed.map(({ type }) => type))).toEqual(new Set(['limit', 'market']));
    expect(placed.some(({ postOnly }) => postOnly === true)).toBe(true);
    expect(new Set(placed.map(({ account }) => account)).size).toBe(12);
  });

  test('time never decreases, and everything is a whole number', () => {
    for (const [index, { at, command }] of flow.entries()) {
      if (index > 0 && at < flow[index - 1]!.at) throw new Error(`command ${index} is at ${at}`);
      const fractions = Object.values(command.input).filter(
        (value) => typeof value === 'number' && !Number.isInteger(value),
      );
      if (fractions.length > 0 || !Number.isInteger(at)) throw new Error(`command ${index} has ${fractions}`);
    }
  });
});

describe('the same seed', () => {
  test('gives the same flow, however much of it is asked for', () => {
    const long = [...generateFlow({ seed: 3, commands: 3_000 })];
    expect([...generateFlow({ seed: 3, commands: 3_000 })]).toEqual(long);
    expect([...generateFlow({ seed: 3, commands: 1_000 })]).toEqual(long.slice(0, 1_000));
  });

  test('is another one for another seed', () => {
    expect([...generateFlow({ seed: 4, commands: 50 })]).not.toEqual([...generateFlow({ seed: 3, commands: 50 })]);
  });

  test('gives the numbers of the Mersenne twister, as other libraries do', () => {
    const random = new Random(42);
    const numbers = [1, 2, 3].map(() => (random.below(2 ** 32) - 2 ** 31) >>> 0);
    expect(numbers).toEqual([1_608_637_542, 3_421_126_067, 4_083_286_876]);
  });
});
