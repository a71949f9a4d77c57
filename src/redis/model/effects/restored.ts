/**
 * Effects that build a whole collection: for RESTORE, SORT with STORE, and everything else that puts a finished value under
 * a key. Each adds elements to the collection, and makes it first when the key does not exist. So a large one can come in
 * several effects.
 */
import { z } from 'zod';
import { bytes, type EffectGroup, type OnKey, onKey } from '../catalog.ts';
import { denseGet, denseSet, MAX_ENTRIES } from '../dense.ts';
import {
  type Collection,
  collectionAt,
  type Database,
  databaseOf,
  ENTRY_SIZE,
  newHash,
  newList,
  newSet,
  newSortedSet,
  resize,
  SCORED_SIZE,
  sizeOfText,
} from '../key-space.ts';
import type { Hash, List, Members, SortedSet } from '../values.ts';

/** A score. JSON has no words for some numbers. */
export type ScoreText = number | 'inf' | '-inf' | '-0';

export type RestoredEffects = {
  /** Elements stand at the end of the list, in this order. */
  readonly ListRestored: OnKey & { readonly items: readonly string[] };
  /** Fields and values alternate. */
  readonly HashRestored: OnKey & { readonly fields: readonly string[] };
  readonly SetRestored: OnKey & { readonly members: readonly string[] };
  /** The score of each member stands at the same position. */
  readonly SortedSetRestored: OnKey & { readonly members: readonly string[]; readonly scores: readonly ScoreText[] };
};

const texts = z.array(bytes);

export const restoredEffects: EffectGroup<RestoredEffects> = {
  events: {
    ListRestored: z.object({ ...onKey, items: texts }),
    HashRestored: z.object({ ...onKey, fields: texts }),
    SetRestored: z.object({ ...onKey, members: texts }),
    SortedSetRestored: z.object({
      ...onKey,
      members: texts,
      scores: z.array(z.union([z.number(), z.literal('inf'), z.literal('-inf'), z.literal('-0')])),
    }),
  },
  reducers: {
    ListRestored: (space, { db, key, items }) => {
      const database = databaseOf(space, db);
      const list = growing<List>(database, key, 'list', items.length, newList);
      if (list === undefined) return;
      for (const item of items) {
        if (list.items.size >= MAX_ENTRIES) return;
        list.items.push(item);
        resize(database, list, sizeOfText(item));
      }
    },
    HashRestored: (space, { db, key, fields }) => {
      const database = databaseOf(space, db);
      const hash = growing<Hash>(database, key, 'hash', Math.floor(fields.length / 2), newHash);
      if (hash === undefined) return;
      for (let at = 0; at + 1 < fields.length; at += 2) {
        const [field, value] = [fields[at]!, fields[at + 1]!];
        const old = denseGet(hash.fields, field);
        if (old === undefined && hash.fields.keys.length >= MAX_ENTRIES) return;
        denseSet(hash.fields, field, value);
        resize(
          database,
          hash,
          sizeOfText(value) - (old === undefined ? -ENTRY_SIZE - sizeOfText(field) : sizeOfText(old)),
        );
      }
    },
    SetRestored: (space, { db, key, members }) => {
      const database = databaseOf(space, db);
      const set = growing<Members>(database, key, 'set', members.length, newSet);
      if (set === undefined) return;
      for (const member of members) {
        if (set.members.keys.length >= MAX_ENTRIES) return;
        if (denseSet(set.members, member, true)) resize(database, set, ENTRY_SIZE + sizeOfText(member));
      }
    },
    SortedSetRestored: (space, { db, key, members, scores }) => {
      const database = databaseOf(space, db);
      const count = Math.min(members.length, scores.length);
      const zset = growing<SortedSet>(database, key, 'zset', count, newSortedSet);
      if (zset === undefined) return;
      for (let at = 0; at < count; at++) {
        const [member, score] = [members[at]!, scoreOf(scores[at]!)];
        const old = denseGet(zset.scores, member);
        if (old === undefined && zset.scores.keys.length >= MAX_ENTRIES) return;
        if (old !== undefined) zset.order.delete({ score: old, member });
        denseSet(zset.scores, member, score);
        zset.order.set({ score, member }, true);
        if (old === undefined) resize(database, zset, SCORED_SIZE + sizeOfText(member));
      }
    },
  },
};

/** The collection, made if the key does not exist. Undefined when there is nothing to add, or another kind of value. */
function growing<C extends Collection>(
  database: Database,
  key: string,
  kind: C['kind'],
  count: number,
  create: () => C,
): C | undefined {
  return count === 0 ? undefined : collectionAt<C>(database, key, kind, create);
}

function scoreOf(score: ScoreText): number {
  if (typeof score === 'number') return score;
  return score === '-0' ? -0 : score === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** A score as effects carry it. */
export function scoreText(score: number): ScoreText {
  if (Number.isFinite(score)) return Object.is(score, -0) ? '-0' : score;
  return score > 0 ? 'inf' : '-inf';
}
