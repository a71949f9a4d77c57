import { toTaggedJson } from 'refold';
import { describe, expect, test } from 'vitest';
import { showValue } from '../../../../src/studio/moments/show-value.ts';
import { copyText, keyText, previewText, valueText } from '../../../../src/studio/page/state/parts/value-text.ts';

describe('a value in a line', () => {
  test.each<[unknown, string, string]>([
    ['text', '"text"', 'text'],
    ['a "b"\n\t\\', '"a \\"b\\"\\n\\t\\\\"', 'text'],
    ['a\u202eb\u200b', '"a\\u202eb\\u200b"', 'text'],
    [5, '5', 'number'],
    [-0, '-0', 'number'],
    [Number.NaN, 'NaN', 'number'],
    [Number.NEGATIVE_INFINITY, '-Infinity', 'number'],
    [12n, '12n', 'number'],
    [true, 'true', 'number'],
    [null, 'null', 'nothing'],
    [undefined, 'undefined', 'nothing'],
    [new Date(0), '1970-01-01 00:00:00.000Z', 'date'],
    [new Date(Number.NaN), 'invalid Date', 'date'],
    [new Uint8Array([0, 26, 255]), 'Uint8Array(3) 00 1a ff', 'bytes'],
    [new Float64Array([1.5, -0, Number.NaN]), 'Float64Array(3) 1.5 -0 NaN', 'bytes'],
    [new BigInt64Array([5n]), 'BigInt64Array(1) 5n', 'bytes'],
    [new Uint8Array([7]).buffer, 'ArrayBuffer(1) 07', 'bytes'],
    [new DataView(new ArrayBuffer(2)), 'DataView(2) 00 00', 'bytes'],
    [new Map([[1, 2]]), 'Map(1)', 'opens'],
    [new Set(Array.from({ length: 1_812 }, (_, n) => n)), 'Set(1,812)', 'opens'],
    [[1, 2], 'Array(2)', 'opens'],
    [{}, 'Object(0)', 'opens'],
  ])('%o is %s', (value, text, tone) => {
    expect(valueText(showValue(value))).toEqual({ text, tone });
  });

  test('has the beginning of a long text, and its length', () => {
    const { text, note } = valueText(showValue(`"${'x'.repeat(100_000)}`));
    expect(text).toMatch(/^"\\"x{399}…$/);
    expect(note).toBe('100,001 characters');
    expect(valueText(showValue('y'.repeat(401)))).toMatchObject({ note: '401 characters' });
  });

  test('has the beginning of many bytes, and their length', () => {
    const { text, note } = valueText(showValue(new Uint8Array(100_000)));
    expect(text).toBe(`bytes ${'00 '.repeat(64)}…`);
    expect(note).toBe('100,000 bytes');
    expect(valueText(showValue(new Uint8Array(65))).text).toBe(`Uint8Array(65) ${'00 '.repeat(64)}…`);
  });
});

test.each<[unknown, 'object' | 'map' | 'array', string]>([
  ['side', 'object', 'side'],
  ['a-b', 'object', 'a-b'],
  ['a b', 'object', '"a b"'],
  ['', 'object', '""'],
  ['<script>\u202e', 'object', '"<script>\\u202e"'],
  ['side', 'map', '"side"'],
  [7, 'map', '7'],
  [7, 'array', '7'],
  [7n, 'map', '7n'],
  [null, 'map', 'null'],
])('the key %o in a %s is %s', (key, container, text) => {
  expect(keyText(toTaggedJson(key), container)).toBe(text);
});

test.each<[object, number, string]>([
  [{ side: 'buy', price: 5, x: 1 }, 2, '{ side: "buy", price: 5, … }'],
  [[1, 2], 2, '[ 1, 2 ]'],
  [[], 0, '[ ]'],
  [{}, 0, '{ }'],
  [new Map<unknown, unknown>([['a', { b: 1 }]]), 1, 'Map(1) { "a" → Object(1) }'],
  [new Set(['a']), 1, 'Set(1) [ "a" ]'],
  // The 40th unit of the quoted text is the first half of a character.
  [{ say: '😀'.repeat(50) }, 1, `{ say: "${'😀'.repeat(19)}… }`],
])('%o is previewed', (value, count, text) => {
  const entries =
    value instanceof Map ? [...value] : value instanceof Set ? [...value.entries()] : Object.entries(value);
  const members = entries.slice(0, count).map(([key, entry]) => ({ key: toTaggedJson(key), shown: showValue(entry) }));
  expect(previewText(showValue(value), members)).toBe(text);
});

test.each<[unknown, string]>([
  ['a\n"b"', 'a\n"b"'],
  [5, '5'],
  [12n, '12'],
  [-0, '-0'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [null, 'null'],
  [undefined, '{\n  "$undefined": true\n}'],
  [new Map([[1, 2]]), JSON.stringify({ $map: [[1, 2]] }, undefined, 2)],
  [{ a: 1 }, '{\n  "a": 1\n}'],
])('%o is copied as %s', (value, text) => {
  expect(copyText(toTaggedJson(value))).toBe(text);
});
