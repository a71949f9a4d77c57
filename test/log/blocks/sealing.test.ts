import { describe, expect, test } from 'vitest';
import {
  LARGEST_OPEN_BYTES_SEALED,
  nextRun,
  SEALED_BLOCK_EVENTS,
  SEALED_BLOCK_OPEN_BYTES,
  type SealCandidate,
  sealStretches,
} from '../../../src/log/blocks/sealing.ts';
import type { SealOptions } from '../../../src/log/log-care.ts';

const FULL = SEALED_BLOCK_EVENTS;

/** Neighbouring blocks: `['open', events]` or `['sealed', events]`, with their size as open text if it matters. */
type Shape = readonly [encoding: 'open' | 'sealed', events: number, openBytes?: number];

function blocks(...shapes: readonly Shape[]): SealCandidate[] {
  let sequence = 0;
  return shapes.map(([encoding, events, openBytes = events]) => {
    const firstSequence = sequence + 1;
    sequence += events;
    return { firstSequence, lastSequence: sequence, recordedAt: 0, encoding, bytes: openBytes, openBytes };
  });
}

/** The run as indexes of its first and last block. */
function runOf(candidates: readonly SealCandidate[], through = Number.MAX_SAFE_INTEGER): number[] | undefined {
  const run = nextRun(candidates, through);
  return run && [candidates.indexOf(run[0]!), candidates.indexOf(run.at(-1)!)];
}

describe('the next run to seal', () => {
  test.each<[string, SealCandidate[], number[] | undefined]>([
    ['no blocks', blocks(), undefined],
    ['a single open block', blocks(['open', 1]), [0, 0]],
    ['open blocks until one is full', blocks(['open', FULL - 1], ['open', 1], ['open', 1]), [0, 1]],
    ['a full open block alone', blocks(['open', FULL], ['open', 1]), [0, 0]],
    ['full by its text', blocks(['open', 2, SEALED_BLOCK_OPEN_BYTES], ['open', 2]), [0, 0]],
    ['a small sealed block alone', blocks(['sealed', 1]), undefined],
    ['small sealed blocks together', blocks(['sealed', 1], ['sealed', 1]), [0, 1]],
    ['a small sealed block and open ones', blocks(['sealed', 9], ['open', 1]), [0, 1]],
    ['a half full sealed block is skipped', blocks(['sealed', FULL / 2], ['open', 1]), [1, 1]],
    ['half full by its text', blocks(['sealed', 9, SEALED_BLOCK_OPEN_BYTES / 2], ['open', 1]), [1, 1]],
    ['a small sealed block between full ones', blocks(['sealed', FULL], ['sealed', 1], ['sealed', FULL]), undefined],
    ['an open block before a full one', blocks(['open', 1], ['sealed', FULL], ['open', 1]), [0, 0]],
    ['only full blocks', blocks(['sealed', FULL], ['sealed', FULL]), undefined],
    [
      'not across a block that is too large to seal',
      blocks(['open', 1, LARGEST_OPEN_BYTES_SEALED + 1], ['open', 1]),
      [1, 1],
    ],
  ])('%s', (_, candidates, expected) => {
    expect(runOf(candidates)).toEqual(expected);
  });

  test.each([
    [0, undefined],
    [4, undefined],
    [5, [0, 0]],
    [9, [0, 0]],
    [10, [0, 1]],
  ])('through %i', (through, expected) => {
    expect(runOf(blocks(['open', 5], ['open', 5], ['open', 5]), through)).toEqual(expected);
  });

  test('reads no further than necessary', () => {
    const endless = function* (): Generator<SealCandidate, void> {
      for (;;) yield* blocks(['open', FULL]);
    };
    expect(nextRun(endless(), Number.MAX_SAFE_INTEGER)).toHaveLength(1);
  });
});

describe('the ranges to seal', () => {
  test.each<[string, SealOptions, [number, number][]]>([
    ['without borders', { through: 9 }, [[1, 9]]],
    [
      'at each border within',
      { from: 2, through: 9, borders: [7, 4] },
      [
        [2, 4],
        [5, 7],
        [8, 9],
      ],
    ],
    ['borders outside are ignored', { from: 5, through: 9, borders: [4, 9, 12] }, [[5, 9]]],
    [
      'a border at its start',
      { from: 5, through: 9, borders: [5, 5] },
      [
        [5, 5],
        [6, 9],
      ],
    ],
  ])('%s', (_, options, expected) => {
    expect(sealStretches(options).map(({ from, through }) => [from, through])).toEqual(expected);
  });
});
