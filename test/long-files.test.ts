/** Which files that take long are drawn: some in each run, and each of them in the end. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LONG_FILES, leftOut, wantedFiles } from './long-files.ts';

describe('the files that take long', () => {
  test('are there, and named once', () => {
    expect(LONG_FILES.filter((file) => !existsSync(new URL(`${file}.test.ts`, import.meta.url)))).toEqual([]);
    expect(new Set(LONG_FILES).size).toBe(LONG_FILES.length);
  });

  test('are drawn by a number alone, one of each three neighbours', () => {
    const files = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (let number = 0; number < 300; number++) {
      const out = leftOut(number, files);
      expect(out).toEqual(leftOut(number, files));
      expect(out).not.toContain('g');
      expect(
        [files.slice(0, 3), files.slice(3, 6)].map((of) => of.filter((file) => out.includes(file)).length),
      ).toEqual([2, 2]);
    }
    expect(leftOut('all', files)).toEqual([]);
  });

  test('are all drawn about as often', () => {
    const runs = new Map<string, number>();
    for (let number = 0; number < 3_000; number++) {
      const out = new Set(leftOut(number));
      for (const file of LONG_FILES) if (!out.has(file)) runs.set(file, (runs.get(file) ?? 0) + 1);
    }
    const counts = LONG_FILES.map((file) => runs.get(file) ?? 0);
    expect(Math.min(...counts)).toBeGreaterThan(850);
  });

  test('are not drawn by what cannot be a number of ours', () => {
    expect(wantedFiles('all')).toBe('all');
    expect(wantedFiles('12')).toBe(12);
    for (const text of ['', 'none', '-1', '1.5', '12345678']) expect(() => wantedFiles(text)).toThrow('REFOLD_FILES');
  });
});
