/** The parser of requests: broken input of every kind, split at every byte. */
import { describe, expect, test } from 'vitest';
import { RequestParser } from '../../../src/redis/protocol/request-parser.ts';
import { chanceOf } from '../../faults/judging/chance.ts';
import { requestOf } from '../test-client.ts';
import { cutThatMatters, mutatedStream, parseAll } from './mutated-streams.ts';

const KNOWN = { isUnknown: false, maxBulkBytes: 512 * 1024 * 1024 };

const bytes = (text: string) => Buffer.from(text, 'latin1');
const errorOf = (text: string, limits = KNOWN) => parseAll([bytes(text)], limits).error;

describe('requests', () => {
  test('arrays and inline lines come in order, empty ones are passed over', () => {
    const text = `${requestOf(['SET', 'a', ''])}\r\n*0\r\n*-10\r\nPING "a b" 'c'\nECHO \\x41\r\n${requestOf(['GET', 'a'])}`;
    expect(parseAll([bytes(text)])).toEqual({
      requests: [
        ['SET', 'a', ''],
        ['PING', 'a b', 'c'],
        ['ECHO', '\\x41'],
        ['GET', 'a'],
      ],
      error: undefined,
    });
  });

  test('in an inline line a vertical tab stands within an argument, and around arguments is space', () => {
    expect(parseAll([bytes('\vECHO a\vb \v\n')]).requests).toEqual([['ECHO', 'a\vb']]);
  });

  test('a split at any byte changes nothing', () => {
    const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    const whole = bytes(`${requestOf(['SET', all, '\r\n$5\r\n'])}PING x\r\n${requestOf(['GET', all])}`);
    const expected = parseAll([whole]);
    expect(expected.requests).toHaveLength(3);
    for (let at = 0; at <= whole.length; at++) {
      expect(parseAll([whole.subarray(0, at), whole.subarray(at)])).toEqual(expected);
    }
    expect(parseAll(Array.from(whole, (byte) => Buffer.of(byte)))).toEqual(expected);
  });
});

test.each([
  ['*3000000000\r\n', 'Protocol error: invalid multibulk length'],
  ['*9007199254740993\r\n', 'Protocol error: invalid multibulk length'],
  ['*2147483648\r\n', 'Protocol error: invalid multibulk length'],
  ['*x\r\n', 'Protocol error: invalid multibulk length'],
  ['*1\r\n$-1\r\n', 'Protocol error: invalid bulk length'],
  ['*1\r\n$2147483648\r\n', 'Protocol error: invalid bulk length'],
  ['*1\r\n$9007199254740993\r\n', 'Protocol error: invalid bulk length'],
  ['*1\r\n$67108865\r\n', 'Protocol error: invalid bulk length'],
  ['*1\r\n$blabla\r\n', 'Protocol error: invalid bulk length'],
  ['*1\r\n*1\r\n$1\r\na\r\n', "Protocol error: expected '$', got '*'"],
  ['*1\r\n\r\n', "Protocol error: expected '$', got ' '"],
  ['*1\r\nfoo\r\n', "Protocol error: expected '$', got 'f'"],
  ['set """a""" b\r\n', 'Protocol error: unbalanced quotes in request'],
  ['\x00'.repeat(70_000), 'Protocol error: too big inline request'],
  [`*${'1'.repeat(70_000)}`, 'Protocol error: too big mbulk count string'],
  [`*1\r\n$${'1'.repeat(70_000)}`, 'Protocol error: too big bulk count string'],
])('%j is answered as Redis does', (text, error) => {
  expect(errorOf(text)).toBe(error);
});

test('a client that has not proved who it is may send little', () => {
  const unknown = { ...KNOWN, isUnknown: true };
  expect(errorOf('*11\r\n', unknown)).toBe('Protocol error: unauthenticated multibulk length');
  expect(errorOf('*1\r\n$16385\r\n', unknown)).toBe('Protocol error: unauthenticated bulk length');
  expect(errorOf('*1\r\n$100000000\r\n', unknown)).toBe('Protocol error: unauthenticated bulk length');
  expect(errorOf(requestOf(['AUTH', 'x'.repeat(16_384)]), unknown)).toBe(undefined);
});

test('a value that is only announced takes no memory', () => {
  const parser = new RequestParser();
  parser.push(bytes('*1000000\r\n$67108864\r\nabc'));
  expect(parser.next(KNOWN)).toBe(undefined);
  expect(parser.pendingBytes).toBeLessThan(100);
});

test('many empty arguments count for what they take', () => {
  const parser = new RequestParser();
  parser.push(bytes(`*1000000\r\n${'$0\r\n\r\n'.repeat(10_000)}`));
  expect(parser.next(KNOWN)).toBe(undefined);
  expect(parser.pendingBytes).toBeGreaterThan(10_000 * 8);
});

test('a large value that comes in small pieces is read once, and forgotten', () => {
  const value = 'x'.repeat(8 * 1024 * 1024);
  const whole = bytes(requestOf(['SET', 'a', value]));
  const parser = new RequestParser();
  const requests = [];
  for (let at = 0; at < whole.length; at += 1000) {
    parser.push(whole.subarray(at, at + 1000));
    const request = parser.next(KNOWN);
    if (request !== undefined) requests.push(request);
  }
  expect(requests).toEqual([['SET', 'a', value]]);
  expect(parser.next(KNOWN)).toBe(undefined);
  expect(parser.pendingBytes).toBe(0);
});

test('mutated streams end in requests or an error, the same however they are cut', () => {
  for (let seed = 0; seed < 1_000; seed++) {
    const stream = bytes(mutatedStream(chanceOf(17, seed)));
    expect(cutThatMatters(stream), `stream ${seed}`).toBe(undefined);
    expect(parseAll([stream]).requests.every(({ length }) => length > 0)).toBe(true);
  }
});
