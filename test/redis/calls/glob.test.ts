import { describe, expect, test } from 'vitest';
import { globOf } from '../../../src/redis/calls/glob.ts';

const CASES: readonly (readonly [pattern: string, matching: readonly string[], others: readonly string[]])[] = [
  ['h?llo', ['hello', 'h\nllo', 'h\xffllo'], ['hllo', 'heello']],
  ['h*llo', ['hllo', 'heeeello', 'hllollo'], ['hell', 'hllox']],
  ['h[ae]llo', ['hello', 'hallo'], ['hillo', 'hllo']],
  ['h[^e]llo', ['hallo', 'hbllo'], ['hello']],
  ['h[a-b]llo', ['hallo', 'hbllo'], ['hcllo']],
  ['h[b-a]llo', ['hallo', 'hbllo'], ['hcllo']],
  ['[a-]', ['a', ']', '_'], ['b', '-']],
  ['[\\]]x', [']x'], ['\\x', 'x']],
  ['[^]', ['a', ']'], ['']],
  ['[abc', ['a', 'c'], ['d', '[abc']],
  ['[', [], ['[', 'a']],
  ['a\\*b', ['a*b'], ['axb', 'a\\*b']],
  ['a\\', ['a\\'], ['a']],
  ['*', ['a', '**'], ['']],
  ['**', ['a'], ['']],
  ['', [''], ['a']],
  ['abc', ['abc'], ['ABC', 'ab']],
  ['ab*', ['ab', 'abc'], ['a', 'Abc']],
  ['a**b*', ['ab', 'axxbxx'], ['a']],
  ['*foo*bar', ['foobar', 'xfoofoobarbar'], ['foobarx']],
  ['[\xf0-\xff]\x00', ['\xff\x00'], ['\xef\x00']],
];

describe('globOf', () => {
  for (const [pattern, matching, others] of CASES) {
    test(`${JSON.stringify(pattern)} matches as Redis does`, () => {
      const glob = globOf(pattern);
      expect(matching.filter((text) => !glob(text))).toEqual([]);
      expect(others.filter(glob)).toEqual([]);
    });
  }

  test('the case of ASCII letters may be ignored', () => {
    expect(globOf('Max[A-C]*', true)('mAXbemory')).toBe(true);
    expect(globOf('\xc4', true)('\xe4')).toBe(false);
  });

  test('many stars do not make a match slow', () => {
    expect(globOf(`${'a*'.repeat(2_000)}b`)('a'.repeat(20_000))).toBe(false);
    expect(globOf(`*${'[a-z]*'.repeat(1_000)}`)('a'.repeat(20_000))).toBe(true);
  });
});
