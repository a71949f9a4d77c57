/** The order of sorted sets, and their reducers on any state. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortedSetEffects, textOfScore } from '../../../src/redis/model/effects/sorted-sets.ts';
import { databaseOf, emptyKeySpace, type KeySpace, putValue } from '../../../src/redis/model/key-space.ts';
import { atRank, membersBetween, rankOf, rankOfScore } from '../../../src/redis/model/sorted-sets.ts';
import type { Scored, SortedSet } from '../../../src/redis/model/values.ts';

const { reducers } = sortedSetEffects;
const score = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, 5e-324));
const member = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 9,
});

function setOf(space: KeySpace): SortedSet | undefined {
  return databaseOf(space, 0).keys.values[0] as SortedSet | undefined;
}

function spaceWith(scored: readonly Scored[]): KeySpace {
  const space = emptyKeySpace();
  const members = scored.map((each) => each.member);
  reducers.ScoresSet(space, { db: 0, key: 'z', members, scores: scored.map((each) => textOfScore(each.score)) });
  return space;
}

function inOrder(scored: readonly Scored[]): Scored[] {
  const latest = new Map(scored.map((each) => [each.member, each.score]));
  return Array.from(latest, ([name, value]) => ({ member: name, score: value })).sort(
    (a, b) =>
      a.score - b.score || Buffer.compare(Buffer.from(a.member, 'latin1'), Buffer.from(b.member, 'latin1')) || 0,
  );
}

test('members stand in the order of scores, then of bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ score, member }), { minLength: 1 }), score, (scored, bound) => {
      const set = setOf(spaceWith(scored))!;
      const expected = inOrder(scored).sort((a, b) => Number(a.score > b.score) - Number(a.score < b.score));
      expect([...membersBetween(set, 0, scored.length)]).toEqual(expected);
      expect([...membersBetween(set, 0, scored.length, true)]).toEqual(expected.toReversed());
      for (const [rank, each] of expected.entries()) {
        expect(rankOf(set, each.member)).toBe(rank);
        expect(atRank(set, rank)).toEqual(each);
      }
      expect(rankOfScore(set, bound, false)).toBe(expected.filter((each) => each.score < bound).length);
      expect(rankOfScore(set, bound, true)).toBe(expected.filter((each) => each.score <= bound).length);
    }),
  );
});

test('sizes are right after any changes, and an empty set vanishes with its key', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ score, member })), fc.array(member), (scored, removed) => {
      const space = spaceWith(scored);
      reducers.ScoresRemoved(space, { db: 0, key: 'z', members: removed });
      const rest = inOrder(scored).filter((each) => !removed.includes(each.member));
      const fresh = spaceWith(rest);
      expect(databaseOf(space, 0).size).toBe(databaseOf(fresh, 0).size);
      expect(databaseOf(space, 0).keys.keys).toEqual(rest.length === 0 ? [] : ['z']);
      reducers.ScoresRemoved(space, { db: 0, key: 'z', members: rest.map((each) => each.member) });
      expect(databaseOf(space, 0).size).toBe(0);
    }),
  );
});

test('effects that do not fit change nothing', () => {
  const space = emptyKeySpace();
  putValue(databaseOf(space, 0), 'z', 'text');
  reducers.ScoreSet(space, { db: 0, key: 'z', member: 'a', score: 1 });
  reducers.ScoresSet(space, { db: 0, key: 'z', members: ['a'], scores: ['1'] });
  reducers.ScoreRemoved(space, { db: 0, key: 'z', member: 'a' });
  reducers.ScoreRemoved(space, { db: 0, key: 'none', member: 'a' });
  expect(databaseOf(space, 0).keys.values).toEqual(['text']);
  reducers.SortedSetStored(space, { db: 0, key: 'z', members: ['a', 'b', 'c'], scores: ['x', ''] });
  expect(databaseOf(space, 0)).toMatchObject({ size: 0, keys: { keys: [] } });
});
