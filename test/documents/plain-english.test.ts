/**
 * What people read is plain English: the documents as a whole, and comments, messages and names of tests in the folders
 * that are held to it.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Finding, findPhrases, longSentences, PHRASES, proseOfMarkdown, proseOfSource } from './plain-english.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const all = (patterns: readonly string[]): string[] =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort();

const PAGES = all(['README.md', 'docs/**/*.md']);

/** These two quote what they look for. */
const QUOTING = /^test\/documents\/plain-english/;
const SOURCES = all(['{src,examples,test}/**/*.{ts,tsx}']).filter(
  (path) => !QUOTING.test(path) && !path.includes('node_modules'),
);

/** The most words of a sentence in a document. */
const WORDS = 30;

function told(file: string, findings: readonly Finding[]): string[] {
  return findings.map(({ line, phrase, instead }) => `${file}:${line}: ${phrase}: ${instead}`);
}

describe('the documents', () => {
  test.each(PAGES)('%s', (page) => {
    const prose = proseOfMarkdown(readFileSync(`${ROOT}/${page}`, 'utf8'));
    expect(told(page, [...findPhrases(prose), ...longSentences(prose, WORDS)])).toEqual([]);
  });
});

describe('comments, messages and names of tests', () => {
  test.each(SOURCES)('%s', (path) => {
    expect(told(path, findPhrases(proseOfSource(readFileSync(`${ROOT}/${path}`, 'utf8'))))).toEqual([]);
  });
});

/** At least one planted phrase for each entry of the list, in its order. */
const PLANTED: readonly string[] = [
  'Kept are the newest two. | bounded is the work',
  'It is no object. Its place was no sequence.',
  'Its time is none.',
  'Nobody waits for it.',
  'It wakes whoever waits.',
  'a thread of its own',
  'what befell the first; the size is not foretold; begun anew',
  'Any past state, soon.',
  'The older ones go first. What history may go is planned. Its folder goes with it, and the rest must go.',
  'The process is gone.',
  'A thread has gone on with the read. A snapshot brings it about.',
  'Snapshots are in nobody’s way. It drops commits without a word.',
  'Checks it. Who has the file can write it.',
  'It is given to who asks.',
  'Nobody vouches for it. The fold is held against its oracle.',
  'It is told of once.',
  "the application's own clock",
  'They are written by turns.',
  'It waits, for it is not durable yet.',
  'It is not read, nor is it written.',
  'where keyframes come to lie',
  'It is refused, and so is the commit.',
  'It notes the keys in one go.',
  'Of a Map the keys are noted.',
  'Should it fail, it is tried again.',
  'It takes some 8 ms.',
  'It was refused for want of space.',
  'The log is mended.',
];

describe('a planted phrase is found', () => {
  test('for each entry of the list', () => {
    const found = PLANTED.map((text) => PHRASES.findIndex(([pattern]) => pattern.test(text)));
    const missed = PHRASES.filter(([pattern]) => !PLANTED.some((text) => pattern.test(text)));
    expect(missed.map(([pattern]) => pattern.source)).toEqual([]);
    expect(found).not.toContain(-1);
  });

  test.each([
    ['in a paragraph', '# Title\n\nThe two newest stay.\nKept are they.\n', [4]],
    ['over the end of a line', 'What it\nmakes is\nno object.\n', [2]],
    ['in a cell of a table', '| a | b |\n|---|---|\n| x | is no object |\n', [3]],
    ['but not in code', 'Use `is no object` here.\n\n```\nit is no object\n```\n', []],
    [
      'and not where English has no other way',
      'There is no option x. As soon as it ends, it is no longer open. The page that goes on is all that goes wrong.\n',
      [],
    ],
    ['and not across two items', '- it is\n- no object\n', []],
  ])('%s', (_, page, lines) => {
    expect(findPhrases(proseOfMarkdown(page)).map(({ line }) => line)).toEqual(lines);
  });

  test.each([
    ['in a comment', '/**\n * It is no object.\n */\nconst a = 1;\n', [2]],
    ['in a comment at the end of a line', 'const a = 1; // it is no object\n', [1]],
    ['in a message', 'throw new Error(`Cannot go on: the name is no object`);\n', [1]],
    ['in the name of a test', "test('refuses what is no object', () => {});\n", [1]],
    ['but not in code', 'const is = no\nobject;\n', []],
    ['and not in an address', "const url = 'https://x/is no y';\n", [1]],
  ])('%s', (_, source, lines) => {
    expect(findPhrases(proseOfSource(source)).map(({ line }) => line)).toEqual(lines);
  });

  test('a sentence of too many words, where it begins', () => {
    const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');
    const page = `Short.\n\n${words(8)}. ${words(11)}\n${words(4)}.\n\n| ${words(9)} | ${words(9)} |\n`;
    expect(longSentences(proseOfMarkdown(page), 10).map(({ line }) => line)).toEqual([3]);
  });
});
