/** What a page quotes from a file of the repository stands in that file. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Excerpt {
  readonly file: string;
  /** What stands between the lines `// …`, which stand for what is left out. */
  readonly parts: readonly string[];
}

/** The blocks of a page whose first line is a comment with the path of a file: `// examples/shop/model.ts`. */
function excerptsOf(markdown: string): Excerpt[] {
  const blocks = markdown.matchAll(/^```ts\n\/\/ ((?:src|test|examples)\/\S+)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, file, text]) => ({
    file: file!,
    parts: text!
      .split(/^\s*\/\/ …\n/m)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  }));
}

/** The parts that a file does not have, or not in this order. */
function missingIn(source: string, parts: readonly string[]): string[] {
  let from = 0;
  return parts.filter((part) => {
    const found = source.indexOf(part, from);
    if (found >= 0) from = found + part.length;
    return found < 0;
  });
}

const all = globSync(['README.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT }).flatMap((page) =>
  excerptsOf(readFileSync(join(ROOT, page), 'utf8')).map((excerpt) => ({ page, ...excerpt })),
);

test.each(all)('$page quotes $file as it is', ({ file, parts }) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(parts).not.toEqual([]);
  expect(missingIn(readFileSync(join(ROOT, file), 'utf8'), parts)).toEqual([]);
});

test('there is something to compare', () => {
  expect(all.length).toBeGreaterThan(0);
});

test('a quote that is not in the file is noticed, in a wrong order too', () => {
  const page = '```ts\n// src/a.ts\nconst a = 1;\n// …\nconst b = 2;\n```\n\n```ts\nconst c = 3;\n```\n';
  const [excerpt] = excerptsOf(page);
  expect(excerptsOf(page)).toEqual([{ file: 'src/a.ts', parts: ['const a = 1;', 'const b = 2;'] }]);
  expect(missingIn('const a = 1;\nconst x = 0;\nconst b = 2;\n', excerpt!.parts)).toEqual([]);
  expect(missingIn('const b = 2;\nconst a = 1;\n', excerpt!.parts)).toEqual(['const b = 2;']);
});
