import { describe, expect, test } from 'vitest';
import { parseTraces, repeatsOf, violationsOf } from './effects.ts';

function judged(text: string, sequences: number[], concurrency = 2): string[] {
  return violationsOf(parseTraces(text), { sequences, concurrency });
}

describe('the judge of effects', () => {
  test('accepts effects that run once, or again because they were in flight', () => {
    const text =
      'life\nbegin 1 a\nend 1 a\nbegin 2 a\nbegin 3 b\nend 3 b\nlife\nbegin 2 a\nend 2 a\nbegin 3 b\nend 3 b\nbeg';
    expect(judged(text, [1, 2, 3])).toEqual([]);
    expect(repeatsOf(parseTraces(text))).toBe(2);
  });

  test.each<[string, string, number[], string]>([
    ['an effect that never ran', 'life\nbegin 1 a\nend 1 a\n', [1, 2], 'the effect of 2 never ran'],
    ['an effect that was cut short', 'life\nbegin 1 a\n', [1], 'the effect of 1 never ran'],
    [
      'an effect that runs again after a later one of its partition',
      'life\nbegin 1 a\nend 1 a\nbegin 2 a\nlife\nbegin 1 a\nend 1 a\nbegin 2 a\nend 2 a\n',
      [1, 2],
      '1 ran again',
    ],
    ['a partition out of order', 'life\nbegin 2 a\nend 2 a\nbegin 1 a\nend 1 a\n', [1, 2], '1 ran after 2'],
    [
      'too much at once',
      'life\nbegin 1 a\nbegin 2 b\nbegin 3 c\nend 1 a\nend 2 b\nend 3 c\n',
      [1, 2, 3],
      '3 effects ran',
    ],
  ])('notices %s', (_name, text, sequences, words) => {
    expect(judged(text, sequences).join('; ')).toContain(words);
  });
});
