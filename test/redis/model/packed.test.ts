/** Effects whose long values are recorded as base64. */
import { expect, test } from 'vitest';
import { type PackedEffect, packEffect, unpackEffect } from '../../../src/redis/model/effects/packed.ts';
import { databaseOf, emptyKeySpace, valueAtKey } from '../../../src/redis/model/key-space.ts';
import { keySpaceModel } from '../../../src/redis/model/model.ts';

const CONTROL = Array.from({ length: 4096 }, (_, at) => String.fromCharCode(at % 32)).join('');

test('a value of control characters is packed, and comes back as it was', () => {
  const data = { db: 3, key: 'k', value: CONTROL };
  const packed = packEffect('StringSet', data)!;
  expect(packed).toMatchObject({ db: 3, key: 'k', effect: 'StringSet' });
  expect(JSON.stringify(packed).length).toBeLessThan(CONTROL.length * 1.5);
  expect(unpackEffect(packed)).toEqual(data);
});

test('a long key and values in lists are packed, too', () => {
  const data = {
    db: 0,
    key: CONTROL,
    pairs: [
      ['short', CONTROL],
      [CONTROL, ''],
    ],
    count: 2,
  };
  const packed = packEffect('FieldsSet', data)!;
  expect(packed.key).toBe(undefined);
  expect(packed.texts).toHaveLength(3);
  expect(unpackEffect(packed)).toEqual(data);
});

test('a value that JSON writes as it is stays as it is', () => {
  expect(packEffect('StringSet', { db: 0, key: 'k', value: 'plain é '.repeat(1000) })).toBe(undefined);
});

test('a packed effect is folded as the effect itself', () => {
  const space = emptyKeySpace();
  fold(space, packEffect('StringSet', { db: 0, key: 'k', value: CONTROL })!);
  expect(valueAtKey(databaseOf(space, 0), 'k')).toBe(CONTROL);
});

test.for<Partial<PackedEffect>>([
  { effect: 'NoSuchEffect' },
  { effect: '__proto__' },
  { data: 'not JSON' },
  { data: '[]' },
  { data: '{"db":0,"key":{"long":7},"value":"x"}' },
])('a packed effect that cannot be read changes nothing: %j', (change) => {
  const space = emptyKeySpace();
  fold(space, { ...packEffect('StringSet', { db: 0, key: 'k', value: CONTROL })!, ...change });
  expect(space).toEqual(emptyKeySpace());
});

function fold(space: ReturnType<typeof emptyKeySpace>, packed: PackedEffect): void {
  keySpaceModel.reducers.EffectPacked(space, packed, undefined as never);
}
