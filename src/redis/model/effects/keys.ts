/** Effects on whole keys and databases, whatever the value. */
import { z } from 'zod';
import { bytes, database, type EffectGroup, type OnKey, onKey, time } from '../catalog.ts';
import { copyOf } from '../copy.ts';
import {
  databaseOf,
  emptyDatabase,
  expiryOf,
  putValue,
  removeExpiry,
  removeKey,
  setExpiry,
  valueAtKey,
} from '../key-space.ts';

export type KeyEffects = {
  /** A command deleted the key. */
  readonly KeyDeleted: OnKey;
  /** The time of the key had come. */
  readonly KeyExpired: OnKey;
  /** Memory was short. */
  readonly KeyEvicted: OnKey;
  /** The key expires at this time, in ms since the epoch. */
  readonly ExpirySet: OnKey & { readonly at: number };
  readonly ExpiryRemoved: OnKey;
  /** The value moved to another key of the database, with its expiry time, in place of what was there. */
  readonly KeyRenamed: OnKey & { readonly toKey: string };
  /** The value moved to another database, with its expiry time. */
  readonly KeyMoved: OnKey & { readonly toDb: number };
  /** The key holds a copy of another key's value, and expires when that one does. */
  readonly KeyCopied: OnKey & { readonly fromDb: number; readonly fromKey: string };
  readonly DatabasesSwapped: { readonly db: number; readonly toDb: number };
  readonly DatabaseFlushed: { readonly db: number };
  /** Writing had failed, and works again. It changes no key. */
  readonly WritingResumed: object;
};

export const keyEffects: EffectGroup<KeyEffects> = {
  events: {
    KeyDeleted: z.object(onKey),
    KeyExpired: z.object(onKey),
    KeyEvicted: z.object(onKey),
    ExpirySet: z.object({ ...onKey, at: time }),
    ExpiryRemoved: z.object(onKey),
    KeyRenamed: z.object({ ...onKey, toKey: bytes }),
    KeyMoved: z.object({ ...onKey, toDb: database }),
    KeyCopied: z.object({ ...onKey, fromDb: database, fromKey: bytes }),
    DatabasesSwapped: z.object({ db: database, toDb: database }),
    DatabaseFlushed: z.object({ db: database }),
    WritingResumed: z.object({}),
  },
  reducers: {
    KeyDeleted: (space, { db, key }) => void removeKey(databaseOf(space, db), key),
    KeyExpired: (space, { db, key }) => void removeKey(databaseOf(space, db), key),
    KeyEvicted: (space, { db, key }) => void removeKey(databaseOf(space, db), key),
    ExpirySet: (space, { db, key, at }) => setExpiry(databaseOf(space, db), key, at),
    ExpiryRemoved: (space, { db, key }) => removeExpiry(databaseOf(space, db), key),
    KeyRenamed: (space, { db, key, toKey }) => {
      const target = databaseOf(space, db);
      const at = expiryOf(target, key);
      const value = removeKey(target, key);
      if (value === undefined) return;
      removeKey(target, toKey);
      putValue(target, toKey, value);
      if (at !== undefined) setExpiry(target, toKey, at);
    },
    KeyMoved: (space, { db, key, toDb }) => {
      const [from, to] = [databaseOf(space, db), databaseOf(space, toDb)];
      const at = expiryOf(from, key);
      const value = removeKey(from, key);
      if (value === undefined) return;
      removeKey(to, key);
      putValue(to, key, value);
      if (at !== undefined) setExpiry(to, key, at);
    },
    KeyCopied: (space, { db, key, fromDb, fromKey }) => {
      const [from, to] = [databaseOf(space, fromDb), databaseOf(space, db)];
      const value = valueAtKey(from, fromKey);
      if (value === undefined || (from === to && fromKey === key)) return;
      const at = expiryOf(from, fromKey);
      removeKey(to, key);
      putValue(to, key, copyOf(value));
      if (at !== undefined) setExpiry(to, key, at);
    },
    DatabasesSwapped: (space, { db, toDb }) => {
      const { index } = space;
      [index[db], index[toDb]] = [index[toDb]!, index[db]!];
    },
    DatabaseFlushed: (space, { db }) => {
      space.databases[space.index[db]!] = emptyDatabase();
    },
    WritingResumed: () => undefined,
  },
};
