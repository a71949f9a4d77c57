/** Effects on hashes. */
import { z } from 'zod';
import { bytes, type EffectGroup, type OnKey, onKey, texts } from '../catalog.ts';
import { denseDelete, denseGet, denseSet, MAX_ENTRIES } from '../dense.ts';
import {
  collectionAt,
  type Database,
  databaseOf,
  ENTRY_SIZE,
  newHash,
  removeKey,
  resize,
  sizeOfText,
} from '../key-space.ts';
import type { Hash } from '../values.ts';

export type HashEffects = {
  /** The field has this value. The hash is created if it is not there. */
  readonly HashFieldSet: OnKey & { readonly field: string; readonly value: string };
  /** Fields have these values. Fields and values alternate. */
  readonly HashFieldsSet: OnKey & { readonly entries: readonly string[] };
  readonly HashFieldRemoved: OnKey & { readonly field: string };
  readonly HashFieldsRemoved: OnKey & { readonly fields: readonly string[] };
};

export const hashEffects: EffectGroup<HashEffects> = {
  events: {
    HashFieldSet: z.object({ ...onKey, field: bytes, value: bytes }),
    HashFieldsSet: z.object({ ...onKey, entries: texts }),
    HashFieldRemoved: z.object({ ...onKey, field: bytes }),
    HashFieldsRemoved: z.object({ ...onKey, fields: texts }),
  },
  reducers: {
    HashFieldSet: (space, { db, key, field, value }) => setField(databaseOf(space, db), key, field, value),
    HashFieldsSet: (space, { db, key, entries }) => {
      const database = databaseOf(space, db);
      for (let at = 0; at + 1 < entries.length; at += 2) setField(database, key, entries[at]!, entries[at + 1]!);
    },
    HashFieldRemoved: (space, { db, key, field }) => removeFields(databaseOf(space, db), key, [field]),
    HashFieldsRemoved: (space, { db, key, fields }) => removeFields(databaseOf(space, db), key, fields),
  },
};

function setField(database: Database, key: string, field: string, value: string): void {
  const hash = collectionAt<Hash>(database, key, 'hash', newHash);
  if (hash === undefined) return;
  const { slots, keys, values } = hash.fields;
  const slot = slots.get(field);
  if (slot !== undefined) {
    resize(database, hash, value.length - values[slot]!.length);
    values[slot] = value;
  } else if (keys.length < MAX_ENTRIES) {
    denseSet(hash.fields, field, value);
    resize(database, hash, sizeOfField(field, value));
  }
}

function removeFields(database: Database, key: string, fields: readonly string[]): void {
  const hash = collectionAt<Hash>(database, key, 'hash');
  if (hash === undefined) return;
  for (const field of fields) {
    const value = denseGet(hash.fields, field);
    if (value === undefined) continue;
    denseDelete(hash.fields, field);
    resize(database, hash, -sizeOfField(field, value));
  }
  if (hash.fields.keys.length === 0) removeKey(database, key);
}

function sizeOfField(field: string, value: string): number {
  return sizeOfText(field) + sizeOfText(value) + ENTRY_SIZE;
}
