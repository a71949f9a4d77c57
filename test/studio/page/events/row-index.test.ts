import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sampler } from '../../../../src/studio/jobs/matches.ts';
import {
  type AllRows,
  askedOf,
  chunkSize,
  contentOf,
  lastUpTo,
  type MatchRows,
  NO_MATCHES,
  rowsNear,
  rowsOfChunk,
  sequenceOf,
  withLine,
} from '../../../../src/studio/page/events/row-index.ts';
import type { LogProblem, WireEvent } from '../../../../src/studio/wire.ts';

const ALL: AllRows = { kind: 'all', first: 101, rows: 1_000 };

test('without a filter a row is a sequence', () => {
  expect([0, 1, 999].map((row) => sequenceOf(ALL, row))).toEqual([101, 102, 1_100]);
  expect(askedOf(ALL, 0, 0)).toEqual({ from: 101, count: 128, isFiltered: false });
  expect(askedOf(ALL, 7, 0)).toEqual({ from: 997, count: 104, isFiltered: false });
  expect(askedOf(ALL, 7, 100)).toEqual({ from: 1_097, count: 4, isFiltered: false });
  expect(askedOf(ALL, 7, 104)).toBeUndefined();
  expect(askedOf(ALL, 8, 0)).toBeUndefined();
  expect([0, 101, 600, 9_999].map((sequence) => rowsNear(ALL, sequence)?.first)).toEqual([0, 0, 499, 999]);
  expect(rowsNear({ ...ALL, rows: 0 }, 1)).toBeUndefined();
});

/** Matches as the server tells them in pieces. */
function indexOf(sequences: readonly number[], pieces: number, every = 1): MatchRows {
  const sampler = new Sampler(0, every);
  const size = Math.max(1, Math.ceil(sequences.length / pieces));
  let index = NO_MATCHES;
  for (let at = 0; at < sequences.length || at === 0; at += size) {
    const piece = sequences.slice(at, at + size);
    for (const sequence of piece) sampler.add(sequence);
    const isLast = at + size >= sequences.length;
    index = withLine(index, { ...sampler.take(), through: piece.at(-1) ?? 0, complete: isLast });
  }
  return index;
}

const sequencesOf = fc
  .uniqueArray(fc.integer({ min: 1, max: 5_000 }), { maxLength: 700 })
  .map((list) => list.sort((a, b) => a - b));

test('every row of a filter is asked for once, beginning with a match that is known', () => {
  fc.assert(
    fc.property(sequencesOf, fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 2, 64, 256), (all, pieces, every) => {
      const index = indexOf(all, pieces, every);
      expect(index.rows).toBe(all.length);
      const size = chunkSize(index);
      const got: number[] = [];
      for (let chunk = 0; rowsOfChunk(index, chunk) > 0; chunk++) {
        const asked = askedOf(index, chunk, 0)!;
        if ('sequences' in asked) got.push(...asked.sequences);
        else got.push(...all.slice(all.indexOf(asked.from), all.indexOf(asked.from) + asked.count));
        expect(got.length).toBe(Math.min(all.length, (chunk + 1) * size));
      }
      expect(got).toEqual(all);
      for (const [row, sequence] of all.entries()) expect([undefined, sequence]).toContain(sequenceOf(index, row));
    }),
  );
});

test('the last match up to a sequence is among the rows that are named', () => {
  fc.assert(
    fc.property(sequencesOf, fc.integer({ min: 0, max: 5_100 }), fc.constantFrom(1, 4, 128), (all, at, every) => {
      const near = rowsNear(indexOf(all, 3, every), at);
      const row = lastUpTo(all, at);
      if (all.length === 0) expect(near).toBeUndefined();
      else {
        expect(near!.first).toBeLessThanOrEqual(Math.max(0, row));
        expect(near!.end).toBeGreaterThan(Math.max(0, row));
        expect(near!.end - near!.first).toBeLessThanOrEqual(every);
      }
    }),
  );
});

test('where the current event stands is not said before it was counted so far', () => {
  const index: MatchRows = { ...NO_MATCHES, rows: 2, places: [10, 20], through: 25 };
  expect(rowsNear(index, 25)).toEqual({ first: 1, end: 2 });
  expect(rowsNear(index, 26)).toBeUndefined();
  expect(rowsNear({ ...index, isComplete: true }, 26)).toEqual({ first: 1, end: 2 });
});

test('fewer places that are told thin out those that are known', () => {
  const index = withLine(
    { ...NO_MATCHES, rows: 5, places: [1, 2, 3, 4, 5] },
    { matches: 8, every: 4, places: [7], through: 9, complete: true },
  );
  expect(index).toMatchObject({ rows: 8, every: 4, places: [1, 5, 7] });
});

test('events stand in their own rows, also around a damaged block', () => {
  const events = [5, 6, 9, 10, 11].map((sequence) => ({ sequence }) as WireEvent);
  const damage: LogProblem = { code: 'LOG_CORRUPT', message: '', hint: '', sequence: 7, lastSequence: 8 };
  const of = (from: number, count: number, damages = [damage]) =>
    contentOf({ from, count, isFiltered: false }, events, damages).map(({ sequence }) => sequence);
  expect(of(5, 5)).toEqual([5, 6, 7, 7, 9]);
  expect(of(8, 2)).toEqual([7, 9]);
  expect(of(5, 5, [])).toEqual([5, 6]);
  expect(of(10, 9)).toEqual([10, 11]);
  expect(contentOf({ sequences: [6, 8, 11] }, events, [damage])).toEqual([events[1], damage, events[4]]);
  expect(contentOf({ from: 5, count: 3, isFiltered: true }, events.slice(0, 3), [damage])).toEqual(events.slice(0, 3));
});
