import fc from 'fast-check';
import { formatPath, parsePath, toTaggedJson } from 'refold';
import { describe, expect, test } from 'vitest';
import {
  childPath,
  containerOf,
  isInside,
  isPath,
  nameIn,
  stepInside,
  stepsTo,
} from '../../../../src/studio/page/state/parts/path-text.ts';

const KEY = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a.b', 'a[0]', '"', '\\', '\n', '', '<script>', '…', 'ä', '0', '-1', 'a b', ']["'),
  fc.integer(),
  fc.bigInt(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, new Date(0), new Date(Number.NaN)),
);
const PATH = fc.array(KEY, { minLength: 1, maxLength: 6 });

describe('a path', () => {
  test('is put together as refold formats it', () => {
    fc.assert(
      fc.property(PATH, (keys) => {
        const text = keys.reduce((path: string, key) => childPath(path, toTaggedJson(key)), '');
        expect(text).toBe(formatPath(keys));
      }),
    );
  });

  test('is taken apart into the steps that made it', () => {
    fc.assert(
      fc.property(PATH, (keys) => {
        const text = formatPath(keys);
        expect(stepsTo(text).map(({ path }) => path)).toEqual(
          keys.map((_, index) => formatPath(keys.slice(0, index + 1))),
        );
        expect(isPath(text)).toBe(true);
        expect(containerOf(text)).toBe(formatPath(keys.slice(0, -1)));
      }),
    );
  });

  test('is inside every place on the way to it, and in no other', () => {
    fc.assert(
      fc.property(PATH, PATH, (way, other) => {
        const text = formatPath([...way, ...other]);
        expect(isInside(text, formatPath(way))).toBe(true);
        expect(stepInside(text, formatPath(way)).path).toBe(formatPath([...way, other[0]]));
        expect(isInside(formatPath(way), text)).toBe(false);
        expect(isInside(text, text)).toBe(false);
      }),
    );
    expect(isInside('orders2', 'orders')).toBe(false);
    expect(isInside('orders[7]', 'orders')).toBe(true);
    expect(isInside('a', '')).toBe(true);
    expect(isInside('', '')).toBe(false);
  });

  test.each(['a[', 'a]', '[', '"a"', 'a..b', '["\\x"]', 'a["b', '', '.'])(
    '%j is not a path, as refold says',
    (text) => {
      expect(isPath(text)).toBe(false);
      expect(() => parsePath(text)).toThrow();
    },
  );

  test.each([
    ['price', 'price'],
    ['[723]', '723'],
    ['["a b"]', 'a b'],
    ['["\\x"]', undefined],
  ])('the step %s is typed as %s', (step, text) => {
    expect(nameIn(step)).toBe(text);
  });
});
