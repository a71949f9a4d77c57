/**
 * The rules for SQL statements in the sources: no name, type or key from outside becomes part of a statement, and no name
 * stands for two constants.
 *
 * SQL statements are literal text. Only constants of this code are inserted, and a few values that were
 * reviewed: numbers, and members of a closed union. Every other value is bound.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A template that begins like a statement, or is passed to a pragma. */
const STATEMENT =
  /`\s*((?:select|insert|update|delete|create|drop|alter|replace|with|pragma|begin|attach|vacuum)\b[^`]*)`|pragma\(\s*`([^`]*)`/g;
const CONSTANT = /^[A-Z][A-Z0-9_]*( [+-] 1)?$/;
/** Parts of statements, which are constants but for `schema` and names of tables. */
const PARTS = [
  'fence',
  'fenceOfRound',
  'isAllowed',
  'body',
  'told',
  'onKnownId',
  'before',
  'beforePage',
  'holder',
  'holderOfEnd',
  'synced',
  'itsList',
  'blocksReplaced',
  'listsReplaced',
];
/** `level`: 'normal' or 'full'. `schema` obeys SCHEMA_NAME, `ourTable` is one of ours. The others are numbers. */
const LOOKED_AT = ['level', 'pages', 'waits', 'version + 1', 'schema', 'ourTable', ...PARTS];

/** The values that a source inserts into its statements without permission. */
function putInto(source: string): string[] {
  const statements = [...source.matchAll(STATEMENT)].map(([, statement, pragma]) => statement ?? pragma ?? '');
  const values = statements.flatMap((statement) =>
    [...statement.matchAll(/\$\{([^}]*)\}/g)].map(([, value]) => value!),
  );
  return values.filter((value) => !CONSTANT.test(value) && !LOOKED_AT.includes(value));
}

test('statements are built from constants only', () => {
  const files = globSync('src/**/*.{ts,tsx}', { cwd: ROOT });
  const found = files.flatMap((file) => {
    const source = readFileSync(`${ROOT}/${file}`, 'utf8');
    return putInto(source).map((value) => `${file}: ${value}`);
  });
  expect(found).toEqual([]);
});

/** Sources with `«value»` where a template has its value. */
describe('a planted value is found', () => {
  test.each([
    ['in a query', 'connection.prepare(`select * from «table»`)', ['table']],
    ['over several lines', 'connection.prepare(\n  `select *\n   from events\n   where type = «type»`\n)', ['type']],
    ['in a helper function', 'objects(`delete from commands where command_id = «id»`)', ['id']],
    ['in a pragma', 'connection.pragma(`cache_size = «size»`)', ['size']],
    ['unless it is a constant', 'connection.prepare(`select «COLUMNS» from blocks`)', []],
    ['unless the template is not a statement', 'throw new Error(`Cannot select «name»`)', []],
  ])('%s', (_, source, expected) => {
    expect(putInto(source.replaceAll(/«(.*?)»/g, '$' + '{$1}'))).toEqual(expected);
  });
});

/** A constant of a file, with its value as it is written. */
const DECLARATION = /^(?:export )?const ([A-Z][A-Z0-9_]*)\b[^=\n]*= ([\s\S]*?);(?:\s*\/\/.*)?$/gm;

/** Names that two sources give to constants of different values. */
function nameTwice(sources: readonly (readonly [file: string, source: string])[]): string[] {
  const found = sources.flatMap(([file, source]) =>
    [...source.matchAll(DECLARATION)].map(([, name, value]) => ({ file, name: name!, value: value! })),
  );
  return [...Map.groupBy(found, ({ name }) => name)]
    .filter(([, all]) => new Set(all.map(({ value }) => value)).size > 1)
    .map(([name, all]) => `${name} stands for several values: ${all.map(({ file }) => file).join(', ')}`);
}

describe('a constant has a name that no other one has', () => {
  test('in all sources', () => {
    const files = globSync('src/**/*.{ts,tsx}', { cwd: ROOT });
    expect(nameTwice(files.map((file) => [file, readFileSync(`${ROOT}/${file}`, 'utf8')]))).toEqual([]);
  });

  test.each([
    ['two values', 'const PAGE = 1;', 'const PAGE = 2;', 1],
    ['two values, one of them exported', 'export const PAGE: number = 1;', 'const PAGE = 2;', 1],
    ['values over several lines', 'const CHECKS = {\n  a: 1,\n};', 'const CHECKS = {\n  a: 2,\n};', 1],
    ['one value twice', 'const PAGE = 1;', 'const PAGE = 1; // the same', 0],
    ['one value twice, and one more', 'const PAGE = 1;\nconst OTHER = 2;', 'const PAGE = 1;', 0],
    ['a constant inside a function', 'const PAGE = 1;', '  const PAGE = 2;', 0],
  ])('%s', (_, one, other, found) => {
    expect(
      nameTwice([
        ['one.ts', one],
        ['other.ts', other],
      ]),
    ).toHaveLength(found);
  });
});

/** Hooks for each test that a shared helper registers: they would run in the first test file of a worker alone. */
function hooksIn(source: string): string[] {
  return source.match(/^(?:before|after)(?:Each|All)\(/gm) ?? [];
}

describe('a helper that tests share registers no hooks: it calls cleanAfterEachTest', () => {
  const helpers = globSync('test/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'));

  test('in all of them', () => {
    const found = helpers.filter((file) => hooksIn(readFileSync(`${ROOT}/${file}`, 'utf8')).length > 0);
    expect(found).toEqual(['test/cleaning/setup.ts']);
  });

  test.each([
    ['afterEach(async () => {});', 1],
    ['import x;\nbeforeAll(() => {});\nafterAll(close);', 2],
    ['function f() {\n  afterAll(close);\n}', 0],
  ])('%j', (source, found) => {
    expect(hooksIn(source)).toHaveLength(found);
  });
});
