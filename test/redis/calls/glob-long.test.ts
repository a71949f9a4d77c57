/** The way of matching for long patterns and texts gives what the simple way gives, and its time has a bound. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesShort } from '../../../src/redis/calls/glob.ts';
import { matchesLong } from '../../../src/redis/calls/glob-long.ts';

/** Parts of patterns, each with texts that it matches. */
const PARTS: readonly (readonly [part: string, texts: readonly string[]])[] = [
  ['a', ['a']],
  ['b', ['b']],
  ['?', ['a', 'b', '*']],
  ['*', ['', 'a', 'abab', 'b'.repeat(40)]],
  ['[ab]', ['a', 'b']],
  ['[^b]', ['a', '*']],
  ['[b-a]', ['a', 'b']],
  ['[a-]', [']', '_']],
  ['[]', ['a']],
  ['[^]', ['a', 'b']],
  ['[*]', ['*']],
  ['[\\]-]', [']', '-']],
  ['[\\a-b]', ['a', 'b']],
  ['\\*', ['*']],
  ['\\\\', ['\\']],
  ['a'.repeat(40), ['a'.repeat(40)]],
  ['a?'.repeat(20), ['ab'.repeat(20), 'a'.repeat(40)]],
  ['[ab]'.repeat(33), [`${'ab'.repeat(16)}a`]],
  ['[^\xff]', ['\x00', '\xfe']],
];

const ENDS = ['', '', '', '[', '[a', '[^', '[a-', '\\', '[\\'];

const patternAndText = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...PARTS), fc.nat()), { maxLength: 8 }),
    fc.constantFrom(...ENDS),
    fc.string({ unit: fc.constantFrom('a', 'b', '*', ']', '\\'), maxLength: 3 }),
    fc.nat(200),
  )
  .map(([parts, end, extra, place]) => {
    const text = parts.map(([[, texts], choice]) => texts[choice % texts.length]!).join('');
    const at = Math.min(place, text.length);
    return [parts.map(([[part]]) => part).join('') + end, text.slice(0, at) + extra + text.slice(at)] as const;
  });

test('both ways of matching agree', () => {
  let matching = 0;
  fc.assert(
    fc.property(patternAndText, ([pattern, text]) => {
      if (text === '') return;
      const isMatch = matchesShort(pattern, text);
      if (isMatch) matching++;
      expect(matchesLong(pattern, text)).toBe(isMatch);
    }),
    { numRuns: 20_000 },
  );
  expect(matching).toBeGreaterThan(1_000);
});

// Each of these takes hours where the time is that of the pattern times the text.
test.each([
  ['a plain piece that begins wrong', `*b${'a'.repeat(500_000)}*`, 'a'.repeat(1_000_000)],
  ['a plain piece that ends wrong', `*${'a'.repeat(500_000)}b*`, 'a'.repeat(1_000_000)],
  ['many stars', 'a*'.repeat(500_000).concat('b'), 'a'.repeat(1_000_000)],
  ['many classes', '*[a-z][^a]'.repeat(300_000), 'a'.repeat(1_000_000)],
  ['one class of many ranges', `*[${'c-z'.repeat(300_000)}]x*`, 'a'.repeat(1_000_000)],
])('%s is matched in the time of its length', (_, pattern, text) => {
  expect(matchesLong(pattern, text)).toBe(false);
});

test('a long piece with wildcards is found where it is, and not elsewhere', () => {
  const text = `${'a'.repeat(60_000)}${'ab'.repeat(100)}${'a'.repeat(60_000)}`;
  const piece = '?b'.repeat(100);
  expect(matchesLong(`*${piece}*`, text)).toBe(true);
  expect(matchesLong(`*${piece}b*`, text)).toBe(false);
  expect(matchesLong(`*${piece}${'a'.repeat(60_000)}`, text)).toBe(true);
  expect(matchesLong(`*${piece}${'a'.repeat(59_999)}`, text)).toBe(false);
});
