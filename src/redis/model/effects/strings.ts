/** Effects on strings and bitmaps. */
import { z } from 'zod';
import { bytesForChange, bytesFrom, MAX_STRING_BYTES, writeText } from '../bytes.ts';
import { bytes, type EffectGroup, type OnKey, onKey, time } from '../catalog.ts';
import { databaseOf, type KeySpace, putValue, removeExpiry, setExpiry, valueAtKey } from '../key-space.ts';
import { kindOf } from '../values.ts';

export type StringEffects = {
  /** The key holds this string, and does not expire. */
  readonly StringSet: OnKey & { readonly value: string };
  /** The key holds this string until a time, in ms since the epoch. */
  readonly StringSetUntil: OnKey & { readonly value: string; readonly at: number };
  /** The key holds this string, and expires when it did before. */
  readonly StringReplaced: OnKey & { readonly value: string };
  /** The key holds the result of a bit operation, and does not expire. */
  readonly BitsStored: OnKey & { readonly value: string };
  /** The string got longer by these bytes. A missing key is an empty string. */
  readonly StringAppended: OnKey & { readonly value: string };
  /** These bytes stand at an offset of the string. Zeros fill the space between its end and the offset. */
  readonly RangeWritten: OnKey & { readonly offset: number; readonly value: string };
  /** A bit of the string has this value. Bit 0 is the highest of the first byte. */
  readonly BitSet: OnKey & { readonly offset: number; readonly bit: number };
};

const offset = z.number().int();

export const stringEffects: EffectGroup<StringEffects> = {
  events: {
    StringSet: z.object({ ...onKey, value: bytes }),
    StringSetUntil: z.object({ ...onKey, value: bytes, at: time }),
    StringReplaced: z.object({ ...onKey, value: bytes }),
    BitsStored: z.object({ ...onKey, value: bytes }),
    StringAppended: z.object({ ...onKey, value: bytes }),
    RangeWritten: z.object({ ...onKey, offset, value: bytes }),
    BitSet: z.object({ ...onKey, offset, bit: offset }),
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
    BitsStored: (space, { db, key, value }) => {
      const target = databaseOf(space, db);
      putValue(target, key, bytesFrom(value));
      removeExpiry(target, key);
    },
    StringAppended: (space, { db, key, value }) => write(space, db, key, lengthAt(space, db, key), value),
    RangeWritten: (space, { db, key, offset, value }) => {
      if (offset >= 0) write(space, db, key, offset, value);
    },
    BitSet: (space, { db, key, offset, bit }) => {
      // Not `>> 3`: an offset may have more than 32 bits.
      const at = Math.floor(offset / 8);
      if (at < 0) return;
      const string = bytesForChange(databaseOf(space, db), key, at + 1);
      if (string === undefined) return;
      const mask = 0x80 >> (offset % 8);
      if (bit === 0) string.data[at]! &= ~mask;
      else string.data[at]! |= mask;
    },
  },
};

function write(space: KeySpace, db: number, key: string, offset: number, value: string): void {
  const string = bytesForChange(databaseOf(space, db), key, offset + value.length);
  if (string !== undefined) writeText(string.data, offset, value);
}

/** The length of the string under the key. For another kind of value it is one that no string has. */
function lengthAt(space: KeySpace, db: number, key: string): number {
  const value = valueAtKey(databaseOf(space, db), key);
  if (value === undefined) return 0;
  if (typeof value !== 'string' && kindOf(value) !== 'string') return 2 * MAX_STRING_BYTES;
  return (value as { readonly length: number }).length;
}
