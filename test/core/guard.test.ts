import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyPayload, inspectInput, MAX_DEPTH, PayloadRefused } from '../../src/core/guard.ts';
import { sample } from '../sample.ts';

/** A value nested in `levels` arrays. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

class Money {
  readonly cents = 1;
}

const holed: unknown[] = [];
holed[1] = 1;

describe('copyPayload', () => {
  test.each<[string, unknown, string, string]>([
    ['NaN', { a: { b: Number.NaN } }, 'the number NaN', 'data.a.b'],
    ['Infinity', [1, Number.POSITIVE_INFINITY], 'the number Infinity', 'data[1]'],
    ['a Date', { at: new Date(0) }, 'an instance of Date', 'data.at'],
    ['a Map', { m: new Map() }, 'an instance of Map', 'data.m'],
    ['a class instance', { price: new Money() }, 'an instance of Money', 'data.price'],
    ['a bigint', { n: 1n }, 'a value of type bigint', 'data.n'],
    ['a function', { f: () => 1 }, 'a value of type function', 'data.f'],
    ['a symbol', { s: Symbol('x') }, 'a value of type symbol', 'data.s'],
    ['undefined in an array', { list: [1, undefined] }, 'a value of type undefined', 'data.list[1]'],
    ['a hole in an array', { list: holed }, 'a value of type undefined', 'data.list[0]'],
    ['undefined as the whole payload', undefined, 'a value of type undefined', 'data'],
    ['a lone surrogate', { text: 'a\ud800' }, 'a string with a lone surrogate', 'data.text'],
    ['a lone surrogate in a key', { '\udc00': 1 }, 'a key with a lone surrogate', 'data'],
    ['the key __proto__', JSON.parse('{"a":{"__proto__":{"x":1}}}'), 'the key __proto__', 'data.a'],
    ['the key constructor', { constructor: 1 }, 'the key constructor', 'data'],
    ['the key prototype', { a: [{ prototype: 1 }] }, 'the key prototype', 'data.a[0]'],
  ])('refuses %s, and says where', (_name, value, reason, at) => {
    const refused = expect(() => copyPayload(value, 'data', true));
    refused.toThrow(PayloadRefused);
    refused.toThrow(expect.objectContaining({ message: reason, at, hint: expect.stringMatching(/./) }));
  });

  test('leaves out undefined members and turns -0 into 0, as JSON does', () => {
    const copy = copyPayload({ a: undefined, b: -0, c: [-0] }, 'data', false);
    expect(copy).toStrictEqual({ b: 0, c: [0] });
    expect(Object.is((copy as { b: number }).b, 0)).toBe(true);
  });

  test(`accepts ${MAX_DEPTH} levels and refuses one more`, () => {
    expect(copyPayload(nested(MAX_DEPTH), 'data', false)).toEqual(nested(MAX_DEPTH));
    expect(() => copyPayload(nested(MAX_DEPTH + 1), 'data', false)).toThrow('nesting deeper');
  });

  test('refuses a million levels and a cycle without overflowing the stack', () => {
    expect(() => copyPayload(nested(1_000_000), 'data', true)).toThrow(PayloadRefused);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => copyPayload(cycle, 'data', true)).toThrow(PayloadRefused);
    expect(() => inspectInput(cycle, 'data')).toThrow(PayloadRefused);
  });

  test('shares nothing with its source, and freezes every level on request', () => {
    const source = { list: [{ a: 1 }], inner: { b: 'x' } };
    const copy = copyPayload(source, 'data', true) as typeof source;
    source.list[0]!.a = 2;
    source.inner.b = 'y';
    expect(copy).toEqual({ list: [{ a: 1 }], inner: { b: 'x' } });
    for (const level of [copy, copy.list, copy.list[0], copy.inner]) expect(Object.isFrozen(level)).toBe(true);
  });

  test('accepts plain objects without a prototype', () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(copyPayload(bare, 'data', false)).toEqual({ a: 1 });
  });

  test('returns what a JSON round trip returns, key order included, for any value that it accepts', () => {
    const anything = fc.anything({
      withDate: true,
      withBigInt: true,
      withSparseArray: true,
      withNullPrototype: true,
      maxDepth: 6,
    });
    fc.assert(
      fc.property(anything, (value) => {
        let copy: unknown;
        try {
          copy = copyPayload(value, 'data', false);
        } catch (error) {
          expect(error).toBeInstanceOf(PayloadRefused);
          return;
        }
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
        expect(copy).toStrictEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: sample(2_000) },
    );
  });
});

describe('inspectInput', () => {
  test('accepts values that a schema may convert to JSON', () => {
    for (const value of [new Date(), 1n, undefined, { a: undefined }, new Map(), () => 1]) inspectInput(value, 'data');
  });

  test.each<[string, unknown]>([
    ['forbidden keys', JSON.parse('{"__proto__":1}')],
    ['non-finite numbers', { a: [Number.NaN] }],
    ['depth', nested(MAX_DEPTH + 1)],
  ])('refuses %s before any schema sees it', (_name, value) => {
    expect(() => inspectInput(value, 'data')).toThrow(PayloadRefused);
  });
});
