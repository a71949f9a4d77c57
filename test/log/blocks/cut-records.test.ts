/** A part of a packed list: the same values as in the whole list, however the records are shaped. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packValues, unpackPart } from '../../../src/log/blocks/packed-values.ts';
import { sample } from '../../sample.ts';

const key = fc.constantFrom('id', 'side', 'price', 'a key', 'ü', '0', 'lines');
const leaf = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.maxSafeInteger(),
  fc.string({ maxLength: 40 }),
  fc.string({ minLength: 300, maxLength: 400 }),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(key, tie('value'), { noNullPrototype: true }),
  ),
}));

test('a part of a packed list is that part of the list', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.nat(), fc.nat(), (values, a, b) => {
      const packed = packValues(values as never);
      const count = values.length;
      const from = a % (count + 1);
      const to = from + (b % (count - from + 1));
      expect(unpackPart(packed, { from, to, count })).toEqual(values.slice(from, to));
    }),
    { numRuns: sample(300) },
  );
});

test('more shapes than records can number, and a short part of many alike', () => {
  const shapes = Array.from({ length: 200 }, (_, n) => ({ [`key${n % 90}`]: n, id: { of: `${n}` } }));
  const many = Array.from({ length: 70_000 }, (_, n) => ({ id: n, side: 'buy', price: n * 1_000 }));
  for (const list of [shapes, many]) {
    const packed = packValues(list);
    for (const from of [0, 1, 95, 180]) {
      const range = { from, to: from + 10, count: list.length };
      expect(unpackPart(packed, range)).toEqual(list.slice(from, from + 10));
    }
  }
});

test('a list with another number of values, or that ends early, is refused', () => {
  const packed = packValues(Array.from({ length: 50 }, (_, id) => ({ id })));
  expect(packed.codec).toBe('records');
  expect(() => unpackPart(packed, { from: 1, to: 2, count: 49 })).toThrow(RangeError);
  const short = { ...packed, bytes: packed.bytes.subarray(0, 20) };
  expect(() => unpackPart(short, { from: 40, to: 41, count: 50 })).toThrow(RangeError);
});
