/** The documents agree with the code: everything public is documented, and what is documented exists. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/output/exit-codes.ts';
import { defineProgram } from '../../src/cli/program.ts';
import { EventLog } from '../../src/engine/event-log.ts';
import { Projection } from '../../src/engine/past/projection.ts';
import { ReadingStore } from '../../src/engine/reading-store.ts';
import { Store } from '../../src/engine/store.ts';
import { commandTable } from '../../src/redis/commands/table.ts';
import { PARAMETERS } from '../../src/redis/server/config/server-config.ts';
import { FLOORS } from '../floors/floors.ts';
import {
  anchorsOf,
  brokenRows,
  checkedOptions,
  codeOf,
  exportedNames,
  fencesOf,
  firstCells,
  flagsIn,
  inlineCodeOf,
  linksOf,
  membersOf,
  namedTests,
  namesIn,
  sectionOf,
  undocumented,
  unknown,
} from './agreement.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const all = (...patterns: string[]): string[] => patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort();

/** Options of `serve` that are not parameters of redis.conf. */
const SERVE_OPTIONS = [
  '--config',
  '--durability',
  '--history',
  '--max-heap',
  '--audit',
  '--read-only',
  '--wait-for-lock',
  '--at',
];
const SERVE_FLAGS = [...SERVE_OPTIONS, ...PARAMETERS.map(({ name }) => `--${name}`)];

const SOURCES = all('src/**/*.{ts,tsx}');
const PAGES = all('README.md', 'docs/**/*.md');
/** Pages about the past may name what the code no longer has. */
const HISTORY = /^docs\/(?:CHANGES\.md|decisions\/)/;
const PRESENT = PAGES.filter((page) => !HISTORY.test(page));
const GUIDE = all('docs/GUIDE.md', 'docs/guide/*.md', 'README.md').map(read).join('\n');

describe('names that a door exports', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, Record<string, string> | string> };
  const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? [] : [door['refold-source']!]));
  const exported = doors.flatMap((door) =>
    exportedNames(read(door), (specifier) => read(join(dirname(door), specifier))),
  );
  const page = read('docs/guide/public-types.md');

  test('are on the page of public names', () => {
    expect(exported.length).toBeGreaterThan(70);
    expect(undocumented(exported, page)).toEqual([]);
  });

  test('are all that the page has', () => {
    expect(unknown(firstCells(page), exported)).toEqual([]);
  });
});

describe('error codes', () => {
  const union = /export type ErrorCode =([^;]*);/.exec(read('src/core/errors.ts'))![1]!;
  const codes = union.match(/[A-Z_]+(?=')/g)!;

  test('are the rows of ERRORS', () => {
    const rows = firstCells(read('docs/ERRORS.md')).filter((cell) => /^[A-Z_]+$/.test(cell));
    expect(rows.toSorted()).toEqual(codes.toSorted());
  });

  test('have the exit code that CLI says', () => {
    const rows = [...sectionOf(read('docs/CLI.md'), '### Exit codes').matchAll(/^\| ([^|]*) \| (\d+) \|$/gm)];
    const told = rows.flatMap(([, cell, exit]) => inlineCodeOf(cell!).map((code) => `${code} ${exit}`));
    expect(told.toSorted()).toEqual(codes.map((code) => `${code} ${exitCodeOf(code)}`).toSorted());
  });
});

test('process warnings are the rows of ERRORS', () => {
  const warnings = SOURCES.flatMap((path) => read(path).match(/Refold[A-Z][a-z]\w*Warning\b/g) ?? []);
  const rows = firstCells(sectionOf(read('docs/ERRORS.md'), '## Process warnings'));
  expect(rows.toSorted()).toEqual([...new Set(warnings)].toSorted());
});

describe('options', () => {
  test('of openStore are the rows of its table, and no others', () => {
    const rows = firstCells(sectionOf(read('docs/guide/open-a-store.md'), '## Options'));
    expect(rows.toSorted()).toEqual(membersOf(read('src/engine/calls/options.ts'), 'StoreOptions').toSorted());
  });

  test('of every call are in the guide', () => {
    const options = SOURCES.flatMap((path) => checkedOptions(read(path)));
    expect(options).toEqual(expect.arrayContaining(['dryRun', 'expectedSequence', 'types', 'signal', 'quick']));
    expect(undocumented(options, GUIDE)).toEqual([]);
  });

  test.each([
    ['ModelDefinition', 'src/core/model.ts'],
    ['VersionedEvent', 'src/core/catalog.ts'],
    ['DecideContext', 'src/core/model.ts'],
    ['ProjectionDefinition', 'src/engine/past/projection-definition.ts'],
    ['HistoryBudget', 'src/engine/calls/options.ts'],
    ['SaveRule', 'src/engine/calls/options.ts'],
  ])('that are parts of %s are in the guide', (name, path) => {
    const members = membersOf(read(path), name);
    expect(members.length).toBeGreaterThan(1);
    expect(undocumented(members, GUIDE)).toEqual([]);
  });
});

test.each([
  ['Store', Store],
  ['ReadingStore', ReadingStore],
  ['Projection', Projection],
  ['EventLog', EventLog],
])('calls of %s are in the guide', (_, { prototype }) => {
  const calls = Object.getOwnPropertyNames(prototype).filter((name) => !INTERNAL.includes(name));
  expect(calls.length).toBeGreaterThan(3);
  expect(undocumented(calls, GUIDE)).toEqual([]);
});

/** Members of public classes that only the engine calls. */
const INTERNAL = ['constructor', 'drained', 'start', 'wake'];

describe('the command line', () => {
  const page = read('docs/CLI.md');
  const { commands } = defineProgram('0.0.0');
  const common = flagsIn(codeOf(sectionOf(page, '## Common to all')).join(' '));

  test('has the commands that CLI has sections for', () => {
    const sections = [...page.matchAll(/^## ([a-z]+)$/gm)].map(([, name]) => name!);
    expect(sections.toSorted()).toEqual(commands.map((command) => command.name()).toSorted());
  });

  test.each(commands.map((command) => command.name()))('%s has the flags that its section has', (name) => {
    const command = commands.find((candidate) => candidate.name() === name)!;
    const flags = name === 'serve' ? SERVE_FLAGS : command.options.map(({ long }) => long!);
    // A session uses other commands as well, and its output names flags of theirs.
    const section = sectionOf(page, `## ${name}`).replaceAll(/^```\n(\$ [\s\S]*?)^```$/gm, (_, session: string) =>
      ['```', ...session.split('\n').filter((line) => line.startsWith(`$ refold ${name} `)), '```'].join('\n'),
    );
    const told = flagsIn(codeOf(section).join(' '));
    // The parameters of redis.conf are too many for a page.
    expect(unknown(name === 'serve' ? SERVE_OPTIONS : flags, told)).toEqual([]);
    expect(unknown(told, [...flags, ...common])).toEqual([]);
  });

  test('is named nowhere with a command that it does not have', () => {
    const names = [...commands.map((command) => command.name()), 'help'];
    const called = PRESENT.flatMap((path) =>
      codeOf(read(path)).flatMap((code) => code.match(/(?<=^(?:\$ )?(?:npx )?refold )[a-z]+/gm) ?? []),
    );
    expect(called.length).toBeGreaterThan(10);
    expect(unknown(called, names)).toEqual([]);
  });
});

describe('what pages name in backticks', () => {
  const corpus = all('src/**/*.{ts,tsx,mjs}', 'test/**/*.{ts,mjs}', 'examples/**/*.ts', 'package.json', '.ci/*')
    .map(read)
    .concat(PRESENT.flatMap((page) => fencesOf(read(page)).filter((code) => code.startsWith('// run:'))))
    .join('\n');
  const words = new Set(corpus.match(/[A-Za-z][\w$]*/g));

  test.each(PRESENT)('%s: names of the code exist', (page) => {
    const named = inlineCodeOf(read(page)).flatMap(namesIn);
    expect(unknown(named, [...words, ...FOREIGN])).toEqual([]);
  });

  test.each(PRESENT)('%s: flags exist', (page) => {
    const flags = codeOf(read(page)).flatMap(flagsIn);
    const known = new Set(corpus.match(/(?<![\w-])--[a-z][\w-]*/g));
    expect(unknown(flags, [...known, ...SERVE_FLAGS, ...FOREIGN_FLAGS])).toEqual([]);
  });

  test.each(PRESENT)('%s: files of the repository exist', (page) => {
    const paths = inlineCodeOf(read(page)).filter((code) => /^(?:src|test|docs|examples|\.ci)\/[\w./-]*$/.test(code));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

/** Names of other programs that pages tell a reader to use. */
const FOREIGN = [
  'EVALSHA_RO',
  'EVAL_RO',
  'FCALL_RO',
  'outputModule',
  'localeCompare',
  'useFakeTimers',
  'vmForks',
  'vmThreads',
  'globalThis',
  'fsync',
];
const FOREIGN_FLAGS = [
  '--no-install-recommends',
  '--watch',
  '--external',
  '--format',
  '--platform',
  '--experimental-vm-modules',
  '--max-semi-space-size',
];

test.each(PAGES)('tables of %s have rows of as many cells as their heads', (page) => {
  expect(brokenRows(read(page))).toEqual([]);
});

describe('links', () => {
  test.each(PAGES)('of %s lead to a page and a heading that exist', (page) => {
    const lost = linksOf(read(page)).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(lost).toEqual([]);
  });

  test('from the guide reach each of its pages', () => {
    const pages = all('docs/guide/*.md').map((page) => page.replace('docs/', ''));
    expect(
      unknown(
        pages,
        linksOf(read('docs/GUIDE.md')).map((link) => link.split('#')[0]!),
      ),
    ).toEqual([]);
  });
});

describe('decisions', () => {
  const pages = all('docs/decisions/*.md');
  const numberOf = (page: string): string => page.slice('docs/decisions/'.length, 'docs/decisions/0000'.length);

  test('have a number each, without a gap', () => {
    expect(pages.length).toBeGreaterThan(30);
    expect(pages.map(numberOf)).toEqual(pages.map((_, at) => String(at + 1).padStart(4, '0')));
  });

  test('are linked by the number that they have', () => {
    const links = PAGES.flatMap((page) => [...read(page).matchAll(/\[(?:decision )?(\d{4})\]\([^)]*\/(\d{4})-/gi)]);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter(([, told, linked]) => told !== linked).map(([link]) => link)).toEqual([]);
  });
});

test('the tests that GUARANTEES names have these titles', () => {
  const named = namedTests(read('docs/GUARANTEES.md'));
  expect(named.length).toBeGreaterThan(80);
  expect(named.filter(({ file, title }) => !existsSync(join(ROOT, file)) || !read(file).includes(title))).toEqual([]);
});

describe('ARCHITECTURE', () => {
  const page = sectionOf(read('docs/ARCHITECTURE.md'), '## Floors and wings');
  const sections = [...page.matchAll(/^### (src[\w/-]*)[^\n]*\n([\s\S]*?)(?=^### |$(?![\s\S]))/gm)];
  const rows = sections.flatMap(([, folder, text]) => firstCells(text!).map((file) => `${folder}/${file}`));

  test('has a section for each wing of the floor plan', () => {
    const wings = FLOORS.map(({ files }) => files).filter(
      (files) => /^src\/.*\/$/.test(files) && all(`${files}*.{ts,tsx}`).length > 0,
    );
    expect(
      unknown(
        wings,
        sections.map(([, folder]) => `${folder}/`),
      ),
    ).toEqual([]);
  });

  test('has a row for each file, and no row for a file that was deleted', () => {
    expect(unknown(SOURCES, rows)).toEqual([]);
    expect(rows.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test('REDIS lists every command of the server, and no other', () => {
  const names = commandTable.all().map(({ name }) => name.replace('|', ' ').toUpperCase());
  const containers = names.filter((name) => names.some((other) => other.startsWith(`${name} `)));
  const listed = inlineCodeOf(sectionOf(read('docs/REDIS.md'), '## Commands'));
  expect(listed.toSorted()).toEqual(names.filter((name) => !containers.includes(name)).toSorted());
});

describe('a planted disagreement is found', () => {
  const page =
    '# A\n\nUse `one(two)` with `--three`.\n\n| `four` | `five` |\n\n```ts\nsix()\n```\n\n## B c, d?\n\n[x](y.md#z)\n';

  test.each(['one', 'two', 'three', 'four', 'five', 'six'])('%s is documented', (name) => {
    expect(undocumented([name], page)).toEqual([]);
  });

  test.each(['Use', 'seven', 'on'])('%s is not documented', (name) => {
    expect(undocumented([name], page)).toEqual([name]);
  });

  test('a name that only the page has is unknown', () => {
    expect(unknown(firstCells(page), ['five'])).toEqual(['four']);
    expect(unknown(namesIn('store.oldName({ goneOption })'), ['store'])).toEqual(['goneOption', 'oldName']);
    expect(unknown(flagsIn('refold info FILE --gone [--json]'), ['--json'])).toEqual(['--gone']);
  });

  test('headings, sections and links are read', () => {
    expect(anchorsOf(page)).toEqual(['a', 'b-c-d']);
    expect(linksOf(page)).toEqual(['y.md#z']);
    expect(sectionOf(page, '# A')).toContain('[x]');
    expect(() => sectionOf(page, '## Gone')).toThrow('## Gone');
  });

  test('a row with a bar in its code is broken, unless the bar is escaped', () => {
    expect(brokenRows('| a | b |\n|---|---|\n| `x | y` | c |\n')).toEqual(['| `x | y` | c |']);
    expect(brokenRows('| a | b |\n|---|---|\n| `x \\| y` | c |\n')).toEqual([]);
  });

  test('exports of every form are read', () => {
    const source =
      "export { type A, b as c } from './a.ts';\nexport type { D } from './d.ts';\nexport class E {}\nexport async function f() {}\nexport * from './g.ts';\nconst hidden = 1;\n";
    expect(exportedNames(source, () => 'export const h = 1;\nexport interface I {}\n')).toEqual([
      'A',
      'D',
      'E',
      'I',
      'c',
      'f',
      'h',
    ]);
  });

  test('options and members are read', () => {
    const source =
      "const C: OptionChecks<X> = {\n  ...MORE,\n  a: ['an (odd) text, b: too', (value) => f(value, { c: 1 })],\n  d: E,\n};\nexport interface F {\n  readonly g?: number;\n  h(): void;\n}\n";
    expect(checkedOptions(source)).toEqual(['a', 'd']);
    expect(checkedOptions('const C: OptionChecks<X> = { i: A, j: B };')).toEqual(['i', 'j']);
    expect(membersOf(source, 'F')).toEqual(['g', 'h']);
  });

  test('titles of tests are read with their files', () => {
    const text =
      '- `test/a.test.ts` · *one %s* · *two,\n  and more*\n- the same · *three*\n- `test/b.test.ts`, *four*\n';
    expect(namedTests(text).map(({ file, title }) => `${file} ${title}`)).toEqual([
      'test/a.test.ts one %s',
      'test/a.test.ts two, and more',
      'test/a.test.ts three',
      'test/b.test.ts four',
    ]);
  });
});
