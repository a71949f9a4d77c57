/** The pictures of the pages: each exists, has words for readers who do not see it, and is small. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })].sort();
const MB = 1_000_000;

interface Picture {
  readonly path: string;
  /** Absent for the other colours of a picture, whose words stand once. */
  readonly alt?: string;
}

/** The pictures of a page: Markdown's, and those of `<picture>`, which has one for dark and one for light. */
function picturesOf(markdown: string): Picture[] {
  const plain = [...markdown.matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, alt, path]) => ({
    path: path!,
    alt: alt!,
  }));
  const images = [...markdown.matchAll(/<img\b[^>]*>/g)].map(([tag]) => ({
    path: attribute(tag, 'src'),
    alt: attribute(tag, 'alt'),
  }));
  const sources = [...markdown.matchAll(/<source\b[^>]*>/g)].map(([tag]) => ({ path: attribute(tag, 'srcset') }));
  return [...plain, ...images, ...sources];
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

const all = PAGES.flatMap((page) =>
  picturesOf(readFileSync(join(ROOT, page), 'utf8')).map((picture) => ({
    page,
    ...picture,
    file: join(ROOT, dirname(page), picture.path),
  })),
);

test.each(all)('$page: $path exists', ({ file }) => {
  expect(existsSync(file)).toBe(true);
});

test.each(all.filter(({ alt }) => alt !== undefined))('$page: $path has words', ({ alt }) => {
  expect(alt!.length).toBeGreaterThan(15);
});

describe('the pictures of the studio', () => {
  const pictures = globSync('docs/pictures/*', { cwd: ROOT });

  test('are all shown on a page', () => {
    const shown = all.map(({ file }) => file);
    expect(pictures.length).toBeGreaterThan(4);
    expect(pictures.map((path) => join(ROOT, path)).filter((path) => !shown.includes(path))).toEqual([]);
  });

  test.each(pictures)('%s is small', (path) => {
    expect(statSync(join(ROOT, path)).size).toBeLessThan(path.endsWith('studio.webp') ? 3 * MB : 0.4 * MB);
  });
});

test('a picture without words, and a lost one, are noticed', () => {
  const page = '![](a.png)\n<picture>\n<source media="x" srcset="b.webp">\n<img alt="words" src="c.webp">\n</picture>';
  expect(picturesOf(page)).toEqual([{ path: 'a.png', alt: '' }, { path: 'c.webp', alt: 'words' }, { path: 'b.webp' }]);
});
