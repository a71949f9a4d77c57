import fc from 'fast-check';
import type { EventLog, RecordedEvent } from 'refold';
import { expect, test } from 'vitest';
import { findMatches, Sampler } from '../../../src/studio/jobs/matches.ts';
import { Troubles } from '../../../src/studio/jobs/troubles.ts';

const never = new AbortController().signal;

/** A log of so many events, in lists of ten; each says its own number. */
function logOf(count: number): EventLog {
  const all = Array.from({ length: count }, (_, index) => {
    const sequence = index + 1;
    return { sequence, recordedAt: 0, type: 'Said', version: 1, data: { n: sequence } } as RecordedEvent;
  });
  return {
    info: async () => ({ lastSequence: count }),
    async *batches({ from, to }: { from: number; to: number }) {
      for (let at = from - 1; at < to; at += 10) yield all.slice(at, Math.min(at + 10, to));
    },
  } as unknown as EventLog;
}

const find = (log: EventLog, query: Record<string, string>) =>
  Array.fromAsync(findMatches({ log, troubles: new Troubles('a.db') }, new URLSearchParams(query), never));

test('matches are counted, and all their places are told while they are few', async () => {
  expect(await find(logOf(95), { where: 'data.n >= 90' })).toEqual([
    { matches: 6, through: 95, every: 1, places: [90, 91, 92, 93, 94, 95], complete: true },
  ]);
});

test('a count goes on where it ended', async () => {
  const first = await find(logOf(50), { where: 'data.n >= 40' });
  const { matches, through, every, places } = first.at(-1)!;
  const next = { from: String(through + 1), counted: String(matches), every: String(every) };
  const [more] = await find(logOf(60), { where: 'data.n >= 40', ...next });
  const [whole] = await find(logOf(60), { where: 'data.n >= 40' });
  expect(more).toMatchObject({ matches: 21, through: 60, complete: true });
  expect([...places, ...more!.places]).toEqual(whole!.places);
  expect(await find(logOf(50), { ...next })).toEqual([{ ...first.at(-1), places: [] }]);
});

test.each([
  ['where', 'data.n >'],
  ['where', 'price > 4'],
  ['every', '1000'],
  ['from', '-1'],
])('%s=%s is refused', async (name, value) => {
  await expect(find(logOf(1), { [name]: value })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

/** What the page has in hand: it thins out what it knows when fewer are told. */
function collect(batches: readonly number[]): { every: number; places: number[] } {
  const sampler = new Sampler(0, 1);
  let [every, places, sequence] = [1, [] as number[], 0];
  for (const size of batches) {
    for (let n = 0; n < size; n++) sampler.add(++sequence);
    const taken = sampler.take();
    places = places.filter((_, index) => index % (taken.every / every) === 0).concat(taken.places);
    every = taken.every;
  }
  return { every, places };
}

test('places are those of each match whose number is a multiple, whatever pieces they come in', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sizes, (batches) => {
      const { every, places } = collect(batches);
      const matches = batches.reduce((sum, size) => sum + size, 0);
      expect(places.length).toBe(Math.ceil(matches / every));
      expect(places.every((sequence, index) => sequence === index * every + 1)).toBe(true);
      if (every < 512) expect(places.length).toBeLessThanOrEqual(65_536);
    }),
    { numRuns: 30 },
  );
});
