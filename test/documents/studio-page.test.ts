/** STUDIO lists the names and the keys of the page, and no others. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { firstCells, inlineCodeOf, sectionOf, unknown } from './agreement.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/STUDIO.md'), 'utf8');
const SOURCES = globSync('src/studio/page/**/*.{ts,tsx}', { cwd: ROOT }).map((path) =>
  readFileSync(join(ROOT, path), 'utf8'),
);

/** The names that a source gives to elements. */
function namesOf(source: string): string[] {
  return [...source.matchAll(/data-testid="([\w-]+)"/g)].map(([, name]) => name!);
}

/** The keys of the actions of a source, as a person reads them: `label: 'g'`, or a pair for `move`. */
function keysOf(source: string): string[] {
  const labelled = [...source.matchAll(/\blabel: '([^']+)' \}/g)];
  const pairs = [...source.matchAll(/\['[^']+', '([^']+)'\]/g)].filter(() => source.includes('function move('));
  return [...labelled, ...pairs].map(([, label]) => label!);
}

describe('names of elements', () => {
  const listed = firstCells(sectionOf(PAGE, '## Names of the page')).filter((name) => name !== 'data-testid');
  const given = SOURCES.flatMap(namesOf);

  test('that the page has are in the table', () => {
    expect(unknown(given, listed)).toEqual([]);
  });

  test('in the table are on the page', () => {
    expect(listed.length).toBeGreaterThan(20);
    expect(unknown(listed, given)).toEqual([]);
  });
});

test('the keys of the page are in the table of keys', () => {
  const keys = SOURCES.flatMap(keysOf);
  const section = sectionOf(PAGE, '## Keys');
  const told = [...inlineCodeOf(section), ...(section.match(/[A-Z]\w+|[←→⌘]/g) ?? [])];
  expect(keys.length).toBeGreaterThan(8);
  expect(unknown(keys, told)).toEqual([]);
});

test('names and keys are read from a source', () => {
  const source =
    "<i data-testid=\"scrubber\" />\nconst a = { key: 'g', label: 'g' };\nmove(['[Shift]+<', '<']);\nfunction move() {}";
  expect(namesOf(source)).toEqual(['scrubber']);
  expect(keysOf(source)).toEqual(['g', '<']);
});
