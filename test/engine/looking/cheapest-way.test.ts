/** The cheapest way to a moment: a plain search over all small cases agrees. */
import { describe, expect, test } from 'vitest';
import {
  cheapestWay,
  MEASURED_RATES,
  type MoveRates,
  type Way,
  type Ways,
} from '../../../src/engine/looking/moving/cheapest-way.ts';
import { nextWarmPlace } from '../../../src/engine/looking/moving/warm-states.ts';

/** Folds one by one, and adds up: the slow way to say what a way costs. */
function costByHand(way: Way, { target, here, checkpoint, keyframe, runUp = 0 }: Ways, rates: MoveRates): number {
  let cost = 0;
  if (way === 'here') {
    if (here === undefined) return Number.POSITIVE_INFINITY;
    for (let at = here; at < target; at++) cost += rates.notedEvent;
    return cost;
  }
  if (way === 'checkpoint') {
    if (checkpoint === undefined) return Number.POSITIVE_INFINITY;
    for (let entry = 0; entry < checkpoint.entries; entry++) cost += rates.entry;
    for (let at = checkpoint.sequence; at <= target; at++) cost += rates.notedEvent;
    return cost;
  }
  if (keyframe === undefined) return Number.POSITIVE_INFINITY;
  for (let at = keyframe.sequence + 1; at <= target; at++) cost += at > target - runUp ? rates.notedEvent : rates.event;
  return cost + keyframe.bytes * rates.byte;
}

describe('the cheapest way', () => {
  test('is the one that a search by hand finds, in every small case', () => {
    const places = [undefined, 0, 3, 7, 12];
    let cases = 0;
    for (const rates of [
      { notedEvent: 4, event: 1, byte: 1, entry: 1 },
      { notedEvent: 1, event: 1, byte: 8, entry: 0 },
      { notedEvent: 16, event: 1, byte: 0, entry: 4 },
    ])
      for (const here of places)
        for (const kept of places)
          for (const stored of places)
            for (const entries of [0, 5, 40])
              for (const bytes of [0, 6, 50])
                for (const runUp of [0, 2, 64]) {
                  const ways: Ways = {
                    ...{ target: 12, here, runUp },
                    checkpoint: kept === undefined ? undefined : { sequence: kept, entries },
                    keyframe: stored === undefined ? undefined : { sequence: stored, bytes },
                  };
                  const best = Math.min(
                    ...(['here', 'checkpoint', 'log'] as const).map((way) => costByHand(way, ways, rates)),
                  );
                  const way = cheapestWay(ways, rates);
                  const isNone = here === undefined && kept === undefined && stored === undefined;
                  if (isNone) expect(way).toBe('log');
                  else expect(costByHand(way, ways, rates)).toBe(best);
                  cases++;
                }
    expect(cases).toBe(3 * 5 * 5 * 5 * 3 * 3 * 3);
  });

  test('is the one at hand among equals', () => {
    const rates = { notedEvent: 1, event: 1, byte: 1, entry: 1 };
    const ways = { target: 9, here: 4, keyframe: { sequence: 4, bytes: 0 } };
    expect(cheapestWay(ways, rates)).toBe('here');
    expect(cheapestWay({ ...ways, checkpoint: { sequence: 5, entries: 0 } }, rates)).toBe('here');
  });

  test('goes forward rather than load a large state, and loads a small one', () => {
    const ways = { target: 105_000, here: 100_000 };
    expect(cheapestWay({ ...ways, keyframe: { sequence: 104_999, bytes: 60_000_000 } }, MEASURED_RATES)).toBe('here');
    expect(cheapestWay({ ...ways, keyframe: { sequence: 104_999, bytes: 40_000 } }, MEASURED_RATES)).toBe('log');
  });
});

describe('the next state to keep', () => {
  const facts = { starts: [0], last: 100_000, bytes: 0, kept: 0, budget: 1_000 };

  test('is in the middle of the longest stretch, until all are short', () => {
    expect(nextWarmPlace(facts)).toBe(50_000);
    expect(nextWarmPlace({ ...facts, starts: [0, 20_000, 90_000] })).toBe(55_000);
    expect(nextWarmPlace({ ...facts, starts: [50_000, 90_000] })).toBe(70_000);
    const starts = [0];
    for (let place = nextWarmPlace(facts); place !== undefined; place = nextWarmPlace({ ...facts, starts })) {
      starts.push(place);
      starts.sort((a, b) => a - b);
    }
    expect(starts).toHaveLength(64);
    expect(Math.max(...starts.map((start, n) => (starts[n + 1] ?? 100_000) - start))).toBeLessThanOrEqual(2_000);
  });

  test('does not exist in a short log, and where another one would not fit', () => {
    expect(nextWarmPlace({ ...facts, last: 2_000 })).toBeUndefined();
    expect(nextWarmPlace({ ...facts, starts: [] })).toBeUndefined();
    expect(nextWarmPlace({ ...facts, bytes: 900, kept: 9 })).toBeUndefined();
    expect(nextWarmPlace({ ...facts, bytes: 890, kept: 9 })).toBe(50_000);
    expect(nextWarmPlace({ ...facts, budget: 0 })).toBeUndefined();
  });
});
