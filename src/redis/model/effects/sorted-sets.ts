/** Effects on sorted sets. */
import { z } from 'zod';
import { bytes, type EffectGroup, type OnKey, onKey } from '../catalog.ts';
import { collectionAt, databaseOf, type KeySpace, putValue, removeExpiry } from '../key-space.ts';
import { newSortedSet, removeIfEmpty, removeMember, setScore } from '../sorted-sets.ts';
import type { SortedSet } from '../values.ts';

/** Members with their scores, at the same position. Scores are texts, because JSON has neither infinities nor -0. */
export interface ScoredMembers {
  readonly members: readonly string[];
  readonly scores: readonly string[];
}

export type SortedSetEffects = {
  /** A member was added, or has another score now. */
  readonly ScoreSet: OnKey & { readonly member: string; readonly score: number };
  readonly ScoresSet: OnKey & ScoredMembers;
  readonly ScoreRemoved: OnKey & { readonly member: string };
  readonly ScoresRemoved: OnKey & { readonly members: readonly string[] };
  /** The key holds these members and no others, and does not expire. */
  readonly SortedSetStored: OnKey & ScoredMembers;
};

const scoredMembers = { members: z.array(bytes), scores: z.array(bytes) };

export const sortedSetEffects: EffectGroup<SortedSetEffects> = {
  events: {
    ScoreSet: z.object({ ...onKey, member: bytes, score: z.number() }),
    ScoresSet: z.object({ ...onKey, ...scoredMembers }),
    ScoreRemoved: z.object({ ...onKey, member: bytes }),
    ScoresRemoved: z.object({ ...onKey, members: z.array(bytes) }),
    SortedSetStored: z.object({ ...onKey, ...scoredMembers }),
  },
  reducers: {
    ScoreSet: (space, { db, key, member, score }) => {
      const database = databaseOf(space, db);
      const set = collectionAt(database, key, 'zset', newSortedSet);
      if (set !== undefined) setScore(database, set, member, score);
    },
    ScoresSet: setScores,
    ScoreRemoved: (space, { db, key, member }) => removeMembers(space, db, key, [member]),
    ScoresRemoved: (space, { db, key, members }) => removeMembers(space, db, key, members),
    SortedSetStored: (space, data) => {
      const database = databaseOf(space, data.db);
      putValue(database, data.key, newSortedSet());
      removeExpiry(database, data.key);
      setScores(space, data);
    },
  },
};

function setScores(space: KeySpace, { db, key, members, scores }: OnKey & ScoredMembers): void {
  const database = databaseOf(space, db);
  const set = collectionAt<SortedSet>(database, key, 'zset', newSortedSet);
  if (set === undefined) return;
  for (const [at, member] of members.entries()) setScore(database, set, member, scoreOfText(scores[at]));
  removeIfEmpty(database, key, set);
}

function removeMembers(space: KeySpace, db: number, key: string, members: readonly string[]): void {
  const database = databaseOf(space, db);
  const set = collectionAt<SortedSet>(database, key, 'zset');
  if (set === undefined) return;
  for (const member of members) removeMember(database, set, member);
  removeIfEmpty(database, key, set);
}

/** A score as effects record it. */
export function textOfScore(score: number): string {
  return Object.is(score, -0) ? '-0' : String(score);
}

/** NaN for a text that is not a score, or is missing. */
function scoreOfText(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}
