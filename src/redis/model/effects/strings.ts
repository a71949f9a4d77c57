/** Effects on strings. */
import { z } from 'zod';
import { bytes, type EffectGroup, type OnKey, onKey, time } from '../catalog.ts';
import { databaseOf, putValue, removeExpiry, setExpiry } from '../key-space.ts';

export type StringEffects = {
  /** The key holds this string, and does not expire. */
  readonly StringSet: OnKey & { readonly value: string };
  /** The key holds this string until a time, in ms since the epoch. */
  readonly StringSetUntil: OnKey & { readonly value: string; readonly at: number };
  /** The key holds this string, and expires when it did before. */
  readonly StringReplaced: OnKey & { readonly value: string };
};

export const stringEffects: EffectGroup<StringEffects> = {
  events: {
    StringSet: z.object({ ...onKey, value: bytes }),
    StringSetUntil: z.object({ ...onKey, value: bytes, at: time }),
    StringReplaced: z.object({ ...onKey, value: bytes }),
  },
  reducers: {
    StringSet: (space, { db, key, value }) => {
      const target = databaseOf(space, db);
      putValue(target, key, value);
      removeExpiry(target, key);
    },
    StringSetUntil: (space, { db, key, value, at }) => {
      const target = databaseOf(space, db);
      putValue(target, key, value);
      setExpiry(target, key, at);
    },
    StringReplaced: (space, { db, key, value }) => putValue(databaseOf(space, db), key, value),
  },
};
