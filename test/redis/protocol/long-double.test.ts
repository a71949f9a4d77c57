/** Arithmetic with the precision of C's long double, compared with the answers of Redis 7.0. */
import { expect, test } from 'vitest';
import {
  addLongDoubles,
  formatLongDouble,
  type LongDouble,
  parseLongDouble,
} from '../../../src/redis/protocol/long-double.ts';

function sum(a: string, b: string): string | undefined {
  const result = addLongDoubles(parseLongDouble(a) as LongDouble, parseLongDouble(b) as LongDouble);
  return result && formatLongDouble(result);
}

test.for([
  ['10.50', '0.1', '10.6'],
  ['3.0', '1.000000000000005', '4.000000000000005'],
  ['5.0e3', '2.0e2', '5200'],
  ['0', '123456789.123456789', '123456789.12345678899873747'],
  ['1e19', '0.1', '10000000000000000000'],
  ['123456789012345678', '0.1', '123456789012345678.1015625'],
  ['1', '6e-18', '1.00000000000000001'],
  ['1', '1e-18', '1'],
  ['0', '1e-18', '0'],
  ['0', '-1e-18', '0'],
  ['1.5e0', '-1.5', '0'],
  ['-1', '0.5', '-0.5'],
  ['0x10', '1', '17'],
  ['1', '0x1.8p1', '4'],
])('%s and %s are %s', ([a, b, expected]) => {
  expect(sum(a!, b!)).toBe(expected);
});

test('a sum beyond the largest number is not a number', () => {
  expect(sum('1e4932', '1e4932')).toBe(undefined);
  expect(sum('1e4931', '1e4931')).toHaveLength(4932);
});

test.for([
  '',
  'abc',
  '1e',
  '.',
  '0x',
  'nan',
  ' 1',
  '1 ',
  '1,5',
  '1e4933',
  '1e-5000',
  '1e99999999999',
  '1'.repeat(5120),
])('%j is not a number', (text) => {
  expect(parseLongDouble(text)).toBe(undefined);
});

test('infinities are known by name', () => {
  expect(['inf', '+Infinity', '-inf'].map(parseLongDouble)).toEqual(['inf', 'inf', '-inf']);
});
