/** The width of text on a terminal: cutting, padding and wrapping, also of wide characters and marks. */
import { describe, expect, test } from 'vitest';
import { cut, padLeft, padRight, widthOf, wrap } from '../../../src/cli/output/lines.ts';

const PIECES = ['a', ' ', 'é', 'e\u0301', '日', '😀', '…', '-', 'word ', '\u200d'];

/** A text of pieces, by a seed. */
function textOf(seed: number): string {
  let state = seed + 1;
  let text = '';
  for (let length = seed % 40; length > 0; length--) {
    state = (state * 48_271) % 2_147_483_647;
    text += PIECES[state % PIECES.length]!;
  }
  return text;
}

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

test.each([
  ['', 0],
  ['abc', 3],
  ['日本', 4],
  ['😀', 2],
  ['e\u0301', 1],
  ['a\u200db', 2],
  ['✅⏰⚡', 6],
  ['❤\ufe0f', 2],
])('%j has %d columns', (text, width) => expect(widthOf(text)).toBe(width));

describe('cut', () => {
  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['abcdef', 1, '…'],
    ['abcdef', 0, ''],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['😀😀', 3, '😀…'],
  ])('%j to %d columns', (text, width, shorter) => expect(cut(text, width)).toBe(shorter));

  test('never gives more columns, nor half of a character, and leaves alone what fits', () => {
    for (const text of SEEDS.map(textOf)) {
      for (let width = 0; width < 45; width++) {
        const shorter = cut(text, width);
        expect(widthOf(shorter)).toBeLessThanOrEqual(width);
        expect(shorter.isWellFormed()).toBe(true);
        const isTooLong = text.length > 2 * width; // then it may be cut although marks take no column
        if (widthOf(text) <= width && !isTooLong) expect(shorter).toBe(text);
      }
    }
  });
});

test('padding fills up to the width, and never cuts', () => {
  expect([padLeft('日', 4), padRight('日', 4), padLeft('abc', 2), padRight('abc', 2)]).toEqual([
    '  日',
    '日  ',
    'abc',
    'abc',
  ]);
});

test('wrapping keeps every word, breaks only those that do not fit alone, and each line fits', () => {
  for (const text of SEEDS.map(textOf)) {
    for (const width of [2, 5, 12, 40]) {
      const lines = wrap(text, width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      const words = text.split(' ').filter((word) => word !== '' && widthOf(word) <= width);
      expect(lines.join(' ').split(' ')).toEqual(expect.arrayContaining(words));
    }
  }
});
