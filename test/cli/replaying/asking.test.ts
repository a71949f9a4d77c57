/** How often invariants are asked along a fold, and between which places they broke. */
import { describe, expect, test } from 'vitest';
import { Invariants, nextQuestion } from '../../../src/cli/commands/replaying/asking.ts';
import { type AskedInvariants, rowsOf } from '../../../src/cli/commands/replaying/breaks.ts';

test.each([
  [{ asking: 0, folding: 0 }, 'every event'],
  [{ asking: 199, folding: 0 }, 'every event'],
  [{ asking: 200, folding: 0 }, 'at the end of the block'],
  [{ asking: 500, folding: 1_000 }, 'at the end of the block'],
  [{ asking: 501, folding: 1_000 }, 'later'],
  [{ asking: 10_000, folding: 100_000 }, 'at the end of the block'],
])('%j', (spent, next) => {
  expect(nextQuestion(spent)).toBe(next);
});

describe('invariants', () => {
  const below = (limit: number) => (state: { n: number }) => state.n < limit;

  function asked(invariants: Record<string, (state: any) => unknown>, places: readonly number[]): Invariants {
    const asking = new Invariants(invariants as never, () => 0);
    for (const n of places) asking.ask({ n }, n);
    return asking;
  }

  test('each one breaks once, between the last place where it held and the next', () => {
    const { breaks, grid, asked: times } = asked({ a: below(5), b: below(100), c: below(8) }, [0, 3, 7, 9, 20]);
    expect(breaks).toEqual([
      { name: 'a', good: 3, bad: 7 },
      { name: 'c', good: 7, bad: 9 },
    ]);
    expect([grid, times]).toEqual([11, 5]);
  });

  test('one that does not hold at the beginning has no good place', () => {
    expect(asked({ a: below(0) }, [0, 1]).breaks).toEqual([{ name: 'a', good: undefined, bad: 0 }]);
  });

  test('what throws, gives a promise or gives something else does not hold', async () => {
    const odd = {
      throws: () => {
        throw new Error('no');
      },
      rejects: async () => {
        throw new Error('no');
      },
      truthy: () => 1,
      nothing: () => undefined,
    };
    expect(asked(odd, [0]).breaks.map(({ name }) => name)).toEqual(Object.keys(odd));
    await new Promise(setImmediate); // a rejection that nothing handles would end the process
  });

  test('is done when none is left, and asks nothing more', () => {
    const asking = asked({ a: below(1) }, [0, 1, 2, 3]);
    expect([asking.isDone, asking.next, asking.asked]).toEqual([true, 'later', 2]);
  });

  test('is done from the beginning for a model without invariants', () => {
    expect(new Invariants(undefined).isDone).toBe(true);
  });
});

describe('for people', () => {
  const report: AskedInvariants = {
    ...{ invariants: ['a'], brokenInvariants: [], asked: 4, lookedAt: { from: 1, to: 9_000 }, grid: 3_000 },
    mayHaveMissed: true,
  };
  const rows = (changed: Partial<AskedInvariants>) =>
    Object.fromEntries(rowsOf({ ...report, ...changed }, ['refold', 'bisect', 'a.db']));

  test('says what may be missed, and how to be sure', () => {
    expect(rows({})).toEqual({
      invariants: '1 invariant holds',
      asked: 'at ends of blocks, at most 3,000 events apart, from 1 to 9,000',
      'may be missed': 'a break that was over at the next question',
      'look closer': 'refold bisect a.db a --every-event',
    });
  });

  test.each<[Partial<AskedInvariants>, string]>([
    [{ invariants: [] }, 'the model defines none'],
    [{ lookedAt: { from: 1, to: 0 } }, 'not asked: there are no events'],
    [{ invariants: ['a', 'b'] }, 'all 2 invariants hold'],
    [{ invariants: ['a', 'b'], brokenInvariants: [{ name: 'b', sequence: 1_234 }] }, '1 of 2 broken'],
  ])('%j', (changed, text) => {
    expect(rows(changed).invariants).toBe(text);
  });
});
