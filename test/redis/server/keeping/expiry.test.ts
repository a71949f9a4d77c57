import { describe, expect, test } from 'vitest';
import { ExpiryCycle, type ExpiryHost, expireAtLoad } from '../../../../src/redis/server/keeping/expiry.ts';
import { type FakeCall, FakeConfig, fakeCall, putKeys } from './fakes.ts';

const NOW = 1_700_000_000_000;

/** So many keys in each of two databases. The first ones have expired. */
function prepare(count: number, expired: number): FakeCall {
  const fake = fakeCall(new FakeConfig(), NOW);
  for (const db of [0, 7]) {
    putKeys(fake.call, db, count, 1);
    for (let at = 0; at < count; at++) {
      fake.call.apply('ExpirySet', { db, key: `key:${at}`, at: at < expired ? NOW : NOW + 1 });
    }
  }
  fake.effects.length = 0;
  return fake;
}

function cycleOf(monotonicMs = () => 0): ExpiryCycle {
  return new ExpiryCycle(new FakeConfig(), {
    inTurn: () => Promise.resolve(false),
    hasExpiringKeys: () => true,
    monotonicMs,
  });
}

describe('a cycle', () => {
  test('goes on while many keys have expired', () => {
    const { call, effects, space } = prepare(3_000, 3_000);
    cycleOf().run(call);
    expect(effects.length).toBe(6_000);
    expect(new Set(effects.map(({ type }) => type))).toEqual(new Set(['KeyExpired']));
    expect(space.databases[7]!.keys.keys).toEqual([]);
  });

  test('ends early when few have, and comes to all of them in the end', () => {
    const { call, effects } = prepare(400, 10);
    const cycle = cycleOf();
    cycle.run(call);
    expect(effects.length).toBeLessThan(20);
    for (let each = 0; each < 40; each++) cycle.run(call);
    expect(effects.length).toBe(20);
    expect(cycle.timeCapReached).toBe(0);
  });

  test('ends when its time is over, and the next one goes on there', () => {
    const { call, effects, latencies } = prepare(1_000, 1_000);
    let now = 0;
    const cycle = cycleOf(() => (now += 20));
    cycle.run(call);
    expect(cycle.timeCapReached).toBe(1);
    expect(latencies).toEqual([['expire-cycle', cycle.spentMs]]);
    expect(effects.length).toBeLessThan(200);
    for (let each = 0; each < 200 && effects.length < 2_000; each++) cycle.run(call);
    expect(effects.length).toBe(2_000);
  });

  test('deletes no more than one commit may hold', () => {
    const { call, effects } = prepare(12_000, 12_000);
    const cycle = cycleOf();
    cycle.run(call);
    expect(effects.length).toBe(10_000);
    cycle.run(call);
    expect(effects.length).toBe(20_000);
  });
});

test('keys that had expired before the start are deleted in parts', async () => {
  const { call, effects, space } = prepare(15_000, 14_000);
  const parts: number[] = [];
  const inTurn: ExpiryHost['inTurn'] = (job) => {
    const before = effects.length;
    job(call);
    parts.push(effects.length - before);
    return Promise.resolve(true);
  };
  expect(await expireAtLoad(inTurn)).toBe(28_000);
  expect(space.databases[0]!.keys.keys.length).toBe(1_000);
  expect(Math.max(...parts)).toBeLessThanOrEqual(10_000);
});

test('a log that takes no writes does not hold up the start', async () => {
  expect(await expireAtLoad(() => Promise.resolve(false))).toBe(0);
});
