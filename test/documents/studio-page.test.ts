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
  return [...source.matchAll(/test-?id(?:=|': )["']([\w-]+)["']/gi)].map(([, name]) => name!);
}

/** The keys that a source names: `label: 'g'`, or in a list of arguments, with what the action does before or after it. */
function keysOf(source: string): string[] {
  const labels = source.matchAll(/\blabel: '([^'\s]+)' \}/g);
  const pairs = source.matchAll(/\['[^']+', '([^']+)'\][,)]/g);
  const calls = source.matchAll(/\blook\(\s*'[\w-]+',\s*(?:'[A-Z][^']+',\s*)?'([^'\s])'/g);
  return [...labels, ...(source.includes('function move(') ? pairs : []), ...calls].map(([, key]) => key!);
}

test('the names of elements that the table has are on the page', () => {
  const listed = firstCells(sectionOf(PAGE, '## Names of the page')).filter((name) => name !== 'data-testid');
  expect(listed.length).toBeGreaterThan(20);
  expect(unknown(listed, SOURCES.flatMap(namesOf))).toEqual([]);
});

describe('the keys of the page', () => {
  const section = sectionOf(PAGE, '## Keys');
  const told = [...inlineCodeOf(section), ...(section.match(/[A-Z][A-Za-z]+|[←→⌘]/g) ?? [])];
  const keys = SOURCES.flatMap(keysOf);

  test('are in the table of keys', () => {
    expect(keys.length).toBeGreaterThan(20);
    expect(unknown(keys, told)).toEqual([]);
  });

  test('are all that the table has', () => {
    expect(unknown(inlineCodeOf(section), keys)).toEqual([]);
  });
});

test('names and keys are read from a source', () => {
  const source = `<i data-testid="scrubber" /><List testid="events" />
    const row = { 'data-testid': 'tree-row' };
    const a = { key: 'g', label: 'g' };
    const retry = { does: 'retry', label: 'Try now' };
    move('commit-back', 'Go back', () => stepCommit(-1), ['[Shift]+<', '<']);
    look('zoom-in', 'Zoom in', 'i', () => zoom());
    look('why', 'w', 'Ask why', () => ask());
    function move() {}`;
  expect(namesOf(source)).toEqual(['scrubber', 'events', 'tree-row']);
  expect(keysOf(source)).toEqual(['g', '<', 'i', 'w']);
});
