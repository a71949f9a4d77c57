/** Strings that are changed in place. */
import { expect, test } from 'vitest';
import { bytesForChange, bytesFrom, MAX_STRING_BYTES, textOfBytes } from '../../../src/redis/model/bytes.ts';
import { stringEffects } from '../../../src/redis/model/effects/strings.ts';
import { databaseOf, emptyKeySpace, newSet, putValue, valueAtKey } from '../../../src/redis/model/key-space.ts';
import type { Bytes } from '../../../src/redis/model/values.ts';
import { MAX_BULK_BYTES } from '../../../src/redis/protocol/request-parser.ts';

const { reducers } = stringEffects;
const at = { db: 0, key: 'k' };

test('every byte survives as text and back', () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  expect(textOfBytes(bytesFrom(all))).toBe(all);
});

test('the first change makes bytes of a text, and later ones use the same memory', () => {
  const space = emptyKeySpace();
  const database = databaseOf(space, 0);
  reducers.StringSet(space, { ...at, value: 'abc' });
  reducers.StringAppended(space, { ...at, value: 'def' });
  const { data } = valueAtKey(database, 'k') as Bytes;
  for (let count = 0; count < 20; count++) reducers.StringAppended(space, { ...at, value: '!' });
  const value = valueAtKey(database, 'k') as Bytes;
  expect(value.data).toBe(data);
  expect(textOfBytes(value)).toBe(`abcdef${'!'.repeat(20)}`);
});

test('growing by small steps copies a logarithmic number of times', () => {
  const space = emptyKeySpace();
  const seen = new Set<Uint8Array>();
  for (let count = 0; count < 5_000; count++) {
    reducers.StringAppended(space, { ...at, value: '0123456789' });
    seen.add((valueAtKey(databaseOf(space, 0), 'k') as Bytes).data);
  }
  expect(seen.size).toBeLessThan(15);
  expect(databaseOf(space, 0).size).toBeLessThan(2 * 50_000 + 1_000);
});

test('the size of the database follows growth, and is 0 when the key is deleted', () => {
  const space = emptyKeySpace();
  reducers.BitSet(space, { ...at, offset: 80_007, bit: 1 });
  expect(databaseOf(space, 0).size).toBeGreaterThan(10_000);
  reducers.StringAppended(space, { ...at, value: 'x'.repeat(30_000) });
  expect(databaseOf(space, 0).size).toBeGreaterThan(40_000);
  reducers.StringSet(space, { ...at, value: '' });
  expect(databaseOf(space, 0).size).toBeLessThan(200);
});

test('bits are counted from the highest of the first byte', () => {
  const space = emptyKeySpace();
  for (const offset of [0, 9, 23]) reducers.BitSet(space, { ...at, offset, bit: 1 });
  reducers.BitSet(space, { ...at, offset: 0, bit: 0 });
  expect(textOfBytes(valueAtKey(databaseOf(space, 0), 'k') as Bytes)).toBe('\x00\x40\x01');
});

test('an effect that does not fit changes nothing', () => {
  const space = emptyKeySpace();
  putValue(databaseOf(space, 0), 'k', newSet());
  const before = structuredClone(space);
  reducers.StringAppended(space, { ...at, value: 'x' });
  reducers.RangeWritten(space, { ...at, offset: 3, value: 'x' });
  reducers.BitSet(space, { ...at, offset: 3, bit: 1 });
  reducers.RangeWritten(space, { ...at, key: 'far', offset: 2 ** 52, value: 'x' });
  reducers.RangeWritten(space, { ...at, key: 'far', offset: -1, value: 'x' });
  reducers.BitSet(space, { ...at, key: 'far', offset: 2 ** 52, bit: 1 });
  reducers.BitSet(space, { ...at, key: 'far', offset: -8, bit: 1 });
  expect(space).toEqual(before);
});

test('no string is longer than a client may send', () => {
  expect(MAX_STRING_BYTES).toBe(MAX_BULK_BYTES);
  expect(bytesForChange(databaseOf(emptyKeySpace(), 0), 'k', MAX_STRING_BYTES + 9)).toBe(undefined);
});
