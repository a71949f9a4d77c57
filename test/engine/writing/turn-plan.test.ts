/** What a turn decides, and what follows it: every case. */
import { describe, expect, test } from 'vitest';
import { afterLostTurn, mayDecideMore, planAfterTurn } from '../../../src/engine/writing/sharing/turn-plan.ts';
import { LONGEST_TURN_MS } from '../../../src/log/log-turn.ts';

describe('a turn decides one more call', () => {
  const none = { calls: 0, milliseconds: 0, bytes: 0, blockBytes: 1_000 };
  test.each([
    ['the first one, however late it is', { milliseconds: 10_000 }, true],
    ['the first one, however small a block is', { bytes: 5, blockBytes: 1 }, true],
    ['the thousandth', { calls: 999 }, true],
    ['not the one after it', { calls: 1_000 }, false],
    ['within 20 ms', { calls: 1, milliseconds: 19.9 }, true],
    ['not after 20 ms', { calls: 1, milliseconds: 20 }, false],
    ['while its block has room', { calls: 1, bytes: 999 }, true],
    ['not when its block is full', { calls: 1, bytes: 1_000 }, false],
  ])('%s', (_, facts, expected) => {
    expect(mayDecideMore({ ...none, ...facts })).toBe(expected);
  });
});

describe('after a turn', () => {
  test.each([
    ['done', 'decided', 'answer'],
    ['lost', 'decided', 'recover'],
    ['behind', 'decided', 'recover'],
    ['done', 'redacted', 'renew'],
    ['lost', 'redacted', 'renew'],
    ['behind', 'redacted', 'renew'],
    ['done', 'nothing', 'catch up'],
    ['lost', 'nothing', 'catch up'],
    ['behind', 'nothing', 'catch up'],
  ] as const)('that was %s, in which the member has %s: %s', (ending, done, expected) => {
    expect(planAfterTurn(ending, done)).toBe(expected);
  });
});

describe('a call whose turn was lost', () => {
  test.each([
    ['was quick', LONGEST_TURN_MS, 0, { outlasted: 0, isDecidedAgain: true }],
    ['took longer than a turn', LONGEST_TURN_MS + 1, 0, { outlasted: 1, isDecidedAgain: true }],
    ['took longer twice', LONGEST_TURN_MS + 1, 1, { outlasted: 2, isDecidedAgain: false }],
    ['was quick the second time', 1, 1, { outlasted: 1, isDecidedAgain: true }],
  ])('%s', (_, milliseconds, outlasted, expected) => {
    expect(afterLostTurn({ milliseconds, outlasted })).toEqual(expected);
  });
});
