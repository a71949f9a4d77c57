/** Words from the line and onto it: what a shell has quoted is read, and no candidate can become a command. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainWords, type Shell, typedWord } from '../../../src/cli/completion/shells.ts';
import { sample } from '../../sample.ts';
import { HOSTILE } from './hostile.ts';

const AROUND = { home: '/home/ada', environment: { DIR: '/data', EMPTY: undefined } };

function plain(shell: Shell | undefined, ...words: string[]): readonly string[] {
  return plainWords(shell, words, AROUND);
}

describe('reads what is typed', () => {
  test.each([
    ['book.db', 'book.db'],
    ["'my book.db'", 'my book.db'],
    ['"my book.db"', 'my book.db'],
    ['my\\ book.db', 'my book.db'],
    ['"my bo', 'my bo'],
    ["'my bo", 'my bo'],
    ['my\\', 'my'],
    ['a"b c"\'d e\'f', 'ab cd ef'],
    ['"say \\"hi\\" \\n"', 'say "hi" \\n'],
    ["'a\\b'", 'a\\b'],
    ['~/book.db', '/home/ada/book.db'],
    ['~', '/home/ada'],
    ['~bob/book.db', '~bob/book.db'],
    ['"~/book.db"', '~/book.db'],
    ['$DIR/book.db', '/data/book.db'],
    [`"$\{DIR}/book.db"`, '/data/book.db'],
    ["'$DIR'", '$DIR'],
    ['\\$DIR', '$DIR'],
    ['$EMPTY$UNKNOWN', ''],
    ['$(rm x)`rm y`', '$(rm x)`rm y`'],
    ['$1 $', '$1 $'],
    ['', ''],
  ])('%j in bash and zsh', (typed, expected) => {
    expect(plain('bash', typed)).toEqual([expected]);
    expect(plain('zsh', typed)).toEqual([expected]);
  });

  test('fish has read the words before the cursor already', () => {
    expect(plain('fish', "it's.db", '~/x.db', "'a b")).toEqual(["it's.db", '/home/ada/x.db', 'a b']);
    expect(plain('fish', "'it\\'s")).toEqual(["it's"]);
  });

  test('PowerShell escapes with a backtick', () => {
    expect(plain('powershell', 'my` book.db', "'a b'", 'C:\\logs\\x.db')).toEqual([
      'my book.db',
      'a b',
      'C:\\logs\\x.db',
    ]);
  });

  test('a program gives words as they are', () => {
    expect(plain(undefined, "'a", '~/x', '\\')).toEqual(["'a", '~/x', '\\']);
  });
});

describe('writes what is offered', () => {
  const UNPRINTABLE = ['', 'x\ny', 'tab\tbed', 'esc\u001b[31m', 'nul\u0000', 'rtl\u202e', 'line\u2028', 'lone\ud800'];

  test.each(['bash', 'zsh', 'fish', 'powershell', undefined] as const)('%s never gets what cannot be seen', (shell) => {
    for (const value of UNPRINTABLE) expect(typedWord(shell, value, '')).toBeUndefined();
  });

  test('a name that needs no quotes stays as it is', () => {
    for (const shell of ['bash', 'fish', 'powershell', undefined] as const) {
      for (const value of ['OrderPlaced', 'order:filled', 'orders.v2', 'a=b', 'Ärger', '注文', '--first-true', '-h'])
        expect(typedWord(shell, value, '')).toBe(value);
    }
    expect(typedWord('zsh', 'order:filled', '')).toBe('order\\:filled');
  });

  test('PowerShell and programs get nothing that needs quotes', () => {
    for (const value of HOSTILE)
      expect([typedWord('powershell', value, ''), typedWord(undefined, value, '')]).toEqual([undefined, undefined]);
  });

  test('fish quotes by itself', () => {
    for (const value of HOSTILE) expect(typedWord('fish', value, '')).toBe(value);
  });

  test('within an open quote only that is offered which is safe there', () => {
    expect(typedWord('bash', 'a $(b)', '"a ')).toBeUndefined();
    expect(typedWord('bash', 'a (b)', '"a ')).toBe('a (b)');
    expect(typedWord('bash', "it's", "'i")).toBeUndefined();
    expect(typedWord('bash', 'a $(b)', "'a ")).toBe('a $(b)');
    expect(typedWord('zsh', 'a\\b', "'a")).toBe('a\\\\b');
    expect(typedWord('bash', 'a b', "'x'a")).toBe('a\\ b');
  });

  test('bash reads each word as the name that was meant, and runs nothing', () => {
    const names = [...HOSTILE, ...fc.sample(printable, { numRuns: sample(300), seed: 7 })];
    expect(readBy('bash', names, (value) => typedWord('bash', value, ''))).toEqual(names);
    const single = names.filter((name) => typedWord('bash', name, "'") !== undefined);
    expect(readBy('bash', single, (value) => `'${typedWord('bash', value, "'")}'`)).toEqual(single);
    const double = names.filter((name) => typedWord('bash', name, '"') !== undefined);
    expect(readBy('bash', double, (value) => `"${typedWord('bash', value, '"')}"`)).toEqual(double);
    expect(single.length).toBeGreaterThan(50);
    expect(double.length).toBeGreaterThan(20);
  });
});

/** Text of all kinds that is printed as it is. */
const printable: fc.Arbitrary<string> = fc
  .string({ unit: fc.constantFrom(...'ab9Ä注 $`\'"\\!*?~#&;|<>()[]{}=%^,:@+-./'), minLength: 1, maxLength: 8 })
  .filter((text) => typedWord('bash', text, '') !== undefined);

/** What a shell makes of words, one a line in its program. */
function readBy(shell: string, names: readonly string[], write: (name: string) => string | undefined): string[] {
  const lines = names.map((name) => `printf '%s\\0' x${write(name)}`);
  // The x keeps a dash from being an option of printf; a letter before ~ or = also stands there on no line.
  const bare = names.map((name) => `set -- ${write(name)}; printf '%s\\0' "$1"`);
  const run = (program: readonly string[]): string[] => {
    const { stdout, stderr } = spawnSync(shell, ['--norc', '-s'], { input: program.join('\n'), encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.split('\0').slice(0, -1);
  };
  expect(run(lines)).toEqual(names.map((name) => `x${name}`));
  return run(bare);
}
