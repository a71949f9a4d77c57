/**
 * The parser refuses JSON that JavaScript would silently change, and names the column. It reads all other JSON
 * unchanged.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonRefused, parseStrictly } from '../../src/cli/input/strict-json.ts';

function refusalOf(text: string): JsonRefused {
  try {
    parseStrictly(text);
  } catch (error) {
    if (error instanceof JsonRefused) return error;
    throw error;
  }
  throw new Error(`accepted ${text}`);
}

describe('numbers', () => {
  test.each([
    ['9007199254740993', /would become 9007199254740992/],
    ['-9007199254740993', /would become -9007199254740992/],
    ['9007199254740993.0', /would become/],
    ['900719925474099.3e1', /would become/],
    ['12345678901234567890', /would become 12345678901234567000/],
    ['123456789012345678901234567890', /would become/],
    ['9007199254740993.5', /would become/],
    ['1e400', /too large for a JavaScript number/],
    ['-1e400', /too large for a JavaScript number/],
    ['1E+309', /too large/],
    [`1${'0'.repeat(400)}`, /too large/],
    ['1e99999999999999999999', /too large/],
    ['1e-400', /would become 0/],
    [`0.${'0'.repeat(400)}1`, /would become 0/],
  ])('%s is refused', (literal, message) => {
    for (const text of [literal, `[${literal}]`, `{"a":[1,{"b":${literal}}]}`]) {
      expect(refusalOf(text)).toMatchObject({
        message: expect.stringMatching(message),
        column: text.indexOf(literal) + 1,
        hint: expect.stringContaining('string'),
      });
    }
  });

  test.each([
    '0',
    '-0',
    '0.0',
    '0e400',
    '1',
    '9007199254740991',
    '9007199254740992',
    '9007199254740994',
    '-9007199254740992',
    '9007199254740992.0',
    '1e21',
    '1e23',
    '1E+23',
    '100000000000000000000000',
    '1.5e300',
    '0.1',
    '0.1000000000000000055',
    '0.30000000000000004',
    '3.14159265358979323846',
    '4503599627370496.4',
    '5e-324',
    '1.7976931348623157e308',
  ])('%s is accepted', (literal) => {
    expect(parseStrictly(`{"n":${literal}}`)).toEqual({ n: JSON.parse(literal) });
  });

  test('every number that JavaScript prints is accepted', () => {
    const readsAgain = (value: unknown): void => {
      const text = JSON.stringify(value);
      expect(parseStrictly(text)).toEqual(JSON.parse(text));
    };
    fc.assert(fc.property(fc.jsonValue(), readsAgain));
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), readsAgain));
  });

  test('a whole number is accepted only if JavaScript prints the same number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (big) => {
        const isKept = `${Number(big)}` === `${big}`;
        if (isKept) expect(parseStrictly(`${big}`)).toBe(Number(big));
        else expect(() => parseStrictly(`${big}`)).toThrow(JsonRefused);
      }),
    );
  });

  test('digits in a string are not a number', () => {
    expect(parseStrictly('{"a":"9007199254740993","1e400":"\\\\\\"1e400"}')).toEqual({
      a: '9007199254740993',
      '1e400': '\\"1e400',
    });
  });
});

describe('duplicate keys', () => {
  test.each([
    ['{"a":1,"a":2}', 8],
    ['{"a":1,"\\u0061":2}', 8],
    ['{"\\u0061":1,"a":2}', 13],
    ['{"\\u00e9":1,"é":2}', 13],
    ['{"\\/":1,"/":2}', 9],
    ['{"a":{"b":[1,{"c":1,"c":1}]}}', 21],
    ['{"":1,"":1}', 7],
    ['{"__proto__":1,"__proto__":2}', 16],
    ['[{"a":1},{"a":1,"b":{"a":1},"a":1}]', 29],
    [' { "a" : 1 , "a" : 2 }', 14],
  ])('%s at column %i', (text, column) => {
    expect(refusalOf(text)).toMatchObject({ column, message: expect.stringContaining('appears twice in one object') });
  });

  test.each([
    '[{"a":1},{"a":1}]',
    '{"a":{"a":{"a":1}},"b":["a","a"]}',
    '{"a":"a\\"","b":"\\"a\\":1,\\"a\\":1"}',
    '{"a":1,"A":2,"á":3,"a\\u0301":4}',
    '{"x":[],"y":{},"z":[{}]}',
  ])('are not found in %s', (text) => {
    expect(parseStrictly(text)).toEqual(JSON.parse(text));
  });
});

test('100,000 levels and a very long key or number cause no problem', () => {
  expect(() => parseStrictly(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).not.toThrow();
  const key = 'k'.repeat(100_000);
  expect(refusalOf(`{"${key}":1,"${key}":1}`).message.length).toBeLessThan(200);
  expect(refusalOf(`[${'9'.repeat(100_000)}]`).message.length).toBeLessThan(200);
});

test('for invalid JSON, JSON.parse throws its own error', () => {
  expect(() => parseStrictly('{"a":}')).toThrow(SyntaxError);
});
