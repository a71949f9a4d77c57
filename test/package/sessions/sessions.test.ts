/**
 * The sessions in the documentation are what the installed package prints. `npm run sessions` writes them again after a change of
 * what commands print.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { defineProgram } from '../../../src/cli/program.ts';
import { ROOT } from '../run.ts';
import { answersTo } from './answers.ts';
import { runCommands } from './running.ts';
import { filesOf, shownIn, withAnswers } from './sessions.ts';

/** The page that prints the files of the bank. */
const CLI = 'docs/CLI.md';
const PAGES = [CLI, 'README.md'];
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

test.each(PAGES)('the sessions of %s are what the commands print', async (page) => {
  const commands = shownIn(read(page)).map(({ command }) => command);
  const answers = await runCommands(commands, filesOf(read(CLI)), inject('consumer').folder);
  await expect(withAnswers(read(page), answers)).toMatchFileSnapshot(join(ROOT, page));
});

/** A session is made without a server. `test/postgres/moving/command-line.test.ts` looks at what these print. */
const NEED_SERVERS = ['logs'];

test('every command has a session, but for those that need a server', () => {
  const shown = shownIn(read(CLI)).flatMap(({ command }) => /\brefold ([a-z]+)/.exec(command)?.[1] ?? []);
  const names = defineProgram('0.0.0').commands.map((command) => command.name());
  expect(names.filter((name) => !shown.includes(name))).toEqual(NEED_SERVERS);
});

test('no other page has a session of refold', () => {
  const others = globSync('{docs,examples}/**/*.md', { cwd: ROOT }).filter((page) => !PAGES.includes(page));
  expect(others.length).toBeGreaterThan(50);
  expect(others.filter((page) => shownIn(read(page)).some(({ command }) => /\brefold /.test(command)))).toEqual([]);
});

describe('a page', () => {
  const page = [
    '# A',
    '```ts\n// a.ts\nlet a\n```',
    '```\n$ refold info a.db\nevents  1\ntook    5ms\n$ node a.ts\n```',
    '```\n$ refold state a.db\none\n…\nfour\n```',
    '```ts\nlet b\n```\n',
  ].join('\n\n');
  const longer = ['one', 'two', 'three', 'four'];

  test('has files and commands', () => {
    expect(filesOf(page)).toEqual([{ name: 'a.ts', source: '// a.ts\nlet a\n' }]);
    expect(shownIn(page).map(({ command }) => command)).toEqual(['refold info a.db', 'node a.ts', 'refold state a.db']);
  });

  test('stays as it is if only the time is another one', () => {
    expect(withAnswers(page, [['events  1', 'took    12.5s'], [], longer])).toBe(page);
  });

  test('may ask at other places, but says so in the same words', () => {
    const asked = (lines: string): string => `\`\`\`\n$ refold bisect a.db\n${lines}\n\`\`\`\n`;
    const shown = asked('asked   36 times, at most 569 events apart\nfolded  1 event');
    expect(withAnswers(shown, [['asked   1 time', 'folded  1,020 events']])).toBe(shown);
    const older = asked('asked   every 569 events\nfolded  603 events');
    expect(withAnswers(older, [['asked   1 time', 'folded  603 events']])).not.toBe(older);
  });

  test.each([
    ['a number', [['events  2', 'took    5ms'], [], longer], 'events  1', 'events  2'],
    ['a line more', [['events  1', 'took    5ms', 'more'], [], longer], '5ms\n', '5ms\nmore\n'],
    ['a line less', [['events  1'], [], longer], '\ntook    5ms', ''],
    ['a space', [['events   1', 'took    5ms'], [], longer], 'events  1', 'events   1'],
    [
      'an error',
      [['events  1', 'took    5ms'], ['refold: no'], longer],
      'a.ts\n```\n\n```\n$',
      'a.ts\nrefold: no\n```\n\n```\n$',
    ],
    ['the end of what is left out', [['events  1', 'took    5ms'], [], ['one', 'two', 'five']], 'four', 'five'],
    ['nothing to leave out', [['events  1', 'took    5ms'], [], ['one', 'four']], '…\n', ''],
  ])('is another one with %s', (_, answers, before, after) => {
    expect(page).toContain(before);
    expect(withAnswers(page, answers)).toBe(page.replace(before, () => after));
  });

  test('shows the exit code of a command that fails', () => {
    const failed = { text: 'refold: no\n', code: 2 };
    const echo = { text: '2\n', code: 0 };
    expect(answersTo(['refold at', 'echo $?'], [failed, echo], '/x')).toEqual([['refold: no'], ['2']]);
    expect(() => answersTo(['refold at', 'refold info'], [failed, echo], '/x')).toThrow('refold at');
  });

  test('names the model once, and another folder', () => {
    const ran = ['model: ./a.ts, from /x/package.json\n1\n', 'model: ./a.ts, from /x/package.json\n/x/a.db\n'];
    const answers = answersTo(
      ['a', 'b'],
      ran.map((text) => ({ text, code: 0 })),
      '/x',
    );
    expect(answers).toEqual([['model: ./a.ts, from /home/ada/bank/package.json', '1'], ['/home/ada/bank/a.db']]);
  });
});
