/** What was seen of a log, compared with the log: what is lost, and what only looks like it. */
import { describe, expect, test } from 'vitest';
import { firstLost, KnownLog } from '../../../src/log/postgres/known-log.ts';
import type { PostgresReader } from '../../../src/log/postgres/reading.ts';
import type { LogState } from '../../../src/log/postgres/tables/rows.ts';

const chain = (sequence: number, other = ''): string => `chain of ${sequence}${other}`;
const ends = (...sequences: number[]) => sequences.map((sequence) => ({ sequence, chain: chain(sequence) }));
const open = (first: number, last: number, other = '') => ({
  first,
  last,
  chain: chain(last, other),
  encoding: 'open',
});
const sealed = (first: number, last: number) => ({ ...open(first, last), encoding: 'sealed' });
const at = (sequence: number, trimmedThrough = 0, other = '') => ({
  head: { sequence, recordedAt: 1, chain: chain(sequence, other) },
  trimmedThrough,
});

describe('the first lost sequence', () => {
  test.each([
    ['all is there', ends(2, 4), [open(1, 2), open(3, 4)], at(4), undefined],
    ['the log has grown', ends(2, 4), [open(1, 2), open(3, 4)], at(9), undefined],
    ['the end is missing', ends(2, 4), [open(1, 2)], at(2), 3],
    ['another block is there', ends(2, 4), [open(1, 2), open(3, 4, '!')], at(4, 0, '!'), 3],
    ['another block is there, and others behind it', ends(2, 4), [open(1, 2), open(3, 5)], at(9), 3],
    ['all is missing', ends(2, 4), [], at(0), 1],
    ['all was dropped', ends(2, 4), [], at(9, 6), undefined],
    ['the blocks were sealed into one', ends(2, 4), [sealed(1, 6)], at(9), undefined],
    ['nothing was seen', [], [], at(0), undefined],
  ] as const)('%s', (_, seen, blocks, state, lost) => {
    expect(firstLost(seen, blocks, state)).toBe(lost);
  });
});

test('a log that grows while it is asked has lost nothing', async () => {
  const state = { ...at(4), epoch: 1, redactions: 0 } satisfies LogState;
  const known = KnownLog.join('growing', state, ends(2), true);
  const reader = {
    state: async () => state,
    ask: async () => {
      known.note(6, chain(6)); // appended after the question was sent
      return [
        [1, 2, chain(2), 'open', 0],
        [3, 4, chain(4), 'open', 0],
      ];
    },
    isStandby: async () => false,
  } as unknown as PostgresReader;
  await expect(known.requireKept(reader)).resolves.toBeUndefined();
  known.leave();
});
