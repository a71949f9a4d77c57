import { expect, test } from 'vitest';
import { bigintArray, textArray, utf8Array } from '../../../src/log/postgres/tables/array-values.ts';

/** What a server reads: element type and elements. */
function read(array: Buffer): { readonly type: number; readonly elements: readonly Buffer[] } {
  const [dimensions, nulls, type] = [0, 4, 8].map((at) => array.readInt32BE(at)) as [number, number, number];
  expect([dimensions === 0 || dimensions === 1, nulls]).toEqual([true, 0]);
  const length = dimensions === 0 ? 0 : array.readInt32BE(12);
  if (dimensions === 1) expect(array.readInt32BE(16)).toBe(1);
  const elements: Buffer[] = [];
  let at = dimensions === 0 ? 12 : 20;
  for (let index = 0; index < length; index++) {
    const bytes = array.readInt32BE(at);
    elements.push(array.subarray(at + 4, at + 4 + bytes));
    at += 4 + bytes;
  }
  expect(at).toBe(array.length);
  return { type, elements };
}

test('whole numbers', () => {
  const values = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, Number.MIN_SAFE_INTEGER];
  const { type, elements } = read(bigintArray(values));
  expect(type).toBe(20);
  expect(elements.map((element) => Number(element.readBigInt64BE()))).toEqual(values);
});

test.each([
  ['text', textArray, 25],
  ['bytes', utf8Array, 17],
] as const)('%s', (_, arrayOf, expected) => {
  const values = ['', 'a', 'ä🦊', '"{,}\\', 'x'.repeat(70_000), ...(expected === 17 ? ['a\0b'] : [])];
  const { type, elements } = read(arrayOf(values));
  expect(type).toBe(expected);
  expect(elements.map(String)).toEqual(values);
});

test('nothing', () => {
  for (const array of [bigintArray([]), textArray([]), utf8Array([])]) expect(read(array).elements).toEqual([]);
});
