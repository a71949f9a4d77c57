/** What is offered at each place of a line: a pure function of the words, the grammar and facts. */
import { describe, expect, test } from 'vitest';
import { grammarOf, type OptionGrammar } from '../../../src/cli/completion/grammar.ts';
import { completionOf, type Fact, readCursor } from '../../../src/cli/completion/line.ts';
import { SERVE_OPTIONS } from '../../../src/cli/completion/serve-options.ts';
import { defineProgram } from '../../../src/cli/program.ts';

const program = defineProgram('0');
const grammar = grammarOf(program);

const FACTS: Readonly<Record<Fact, readonly string[]>> = {
  types: ['OrderPlaced', 'OrderCancelled', 'TradeExecuted', '--evil', ''],
  invariants: ['neverCrossed', 'cashIsThere'],
  paths: ['orders', 'bids', '["odd name"]'],
};

/** Words are separated by spaces; the last one is at the cursor. */
function offered(line: string): string[] {
  const sought = readCursor(grammar, line.split(' '));
  const facts = sought.fact === undefined ? [] : FACTS[sought.fact];
  const { candidates } = completionOf(
    sought,
    facts.map((value) => ({ value, description: '' })),
  );
  return candidates.map(({ value }) => value);
}

function takesFile(line: string): boolean {
  return completionOf(readCursor(grammar, line.split(' ')), []).isFile;
}

const ALL = grammar.commands.map(({ name }) => name);

describe('commands', () => {
  test('all of them stand in the first place, and after help', () => {
    expect(ALL).toEqual(expect.arrayContaining(['info', 'why', 'completion', 'help', 'serve']));
    expect(ALL).not.toContain('complete');
    expect(offered('')).toEqual(ALL);
    expect(offered('help ')).toEqual(ALL);
  });

  test.each([
    ['ev', ['events']],
    ['re', ['replay', 'rehearse', 'retag', 'redact', 'restore', 'repair']],
    ['help wh', ['why']],
    ['nothing', []],
    ['nowhere ', []],
    ['nowhere --', []],
    ['help why ', []],
  ])('%j', (line, expected) => {
    expect(offered(line)).toEqual(expected);
  });
});

describe('options', () => {
  const long = (options: readonly OptionGrammar[]): string[] =>
    options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith('--')));

  test.each(grammar.commands.map((command) => [command.name, command] as const))('%s has its own', (name, command) => {
    expect(offered(`${name} --`)).toEqual(long(command.options));
    expect(offered(`${name} -`)).toEqual(long(command.options));
    expect(offered(`${name} x.db --zo`)).toEqual(long(command.options).includes('--zone') ? ['--zone'] : []);
  });

  test('those of refold itself stand before a command', () => {
    expect(offered('--')).toEqual(['--version', '--help']);
    expect(offered('-V')).toEqual(['-V']);
    expect(offered('why -h')).toEqual(['-h']);
  });

  test('one that was given is not offered again, unless it may be repeated', () => {
    expect(offered('events x.db --limit 3 --li')).toEqual([]);
    expect(offered('events x.db --limit=3 --li')).toEqual([]);
    expect(offered('events x.db --type A --ty')).toEqual(['--type']);
    expect(offered('why -h --he')).toEqual([]);
  });

  test('none stands after --', () => {
    expect(offered('why -- --')).toEqual([]);
    expect(takesFile('why -- --')).toBe(true);
    expect(offered('why -- x.db or')).toEqual(['orders']);
  });

  test('every closed list is offered', () => {
    const lists = grammar.commands.flatMap(({ name, options }) =>
      options.flatMap(({ flags, value }) => (value?.choices === undefined ? [] : [{ name, flags, value }])),
    );
    expect(lists.map(({ flags }) => flags[0])).toEqual(expect.arrayContaining(['--time', '--history', '--durability']));
    for (const { name, flags, value } of lists) {
      expect(offered(`${name} ${flags[0]} `)).toEqual(value.choices);
      expect(offered(`${name} ${flags[0]}=`)).toEqual(value.choices);
    }
    expect(offered('info --time r')).toEqual(['relative', 'raw']);
    expect(offered('compact x.db --history=d')).toEqual(['discard']);
    expect(offered('completion ')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
    expect(offered('completion bash ')).toEqual([]);
  });

  test('the ones of serve are those of its help', () => {
    const help = program.commands.find((one) => one.name() === 'serve')!;
    let text = '';
    help.configureOutput({ writeOut: (part) => (text += part) });
    help.outputHelp();
    const named = [...text.matchAll(/--[a-z][a-z-]*/g)].map(([name]) => name);
    expect(long(SERVE_OPTIONS).sort()).toEqual([...new Set(named)].filter((name) => name !== '--help').sort());
  });
});

describe('values', () => {
  test.each([
    ['events x.db --type ', ['OrderPlaced', 'OrderCancelled', 'TradeExecuted']],
    ['events x.db --type Or', ['OrderPlaced', 'OrderCancelled']],
    ['events x.db --type=Tr', ['TradeExecuted']],
    ['events --type Tr', ['TradeExecuted']],
    ['export x.db --type Tr', ['TradeExecuted']],
    ['redact x.db --types Or', ['OrderPlaced', 'OrderCancelled']],
    ['redact x.db --types OrderPlaced,Tr', ['OrderPlaced,TradeExecuted']],
    ['redact x.db --types=A,B,Tr', ['A,B,TradeExecuted']],
    ['bisect x.db ', ['neverCrossed', 'cashIsThere']],
    ['bisect x.db --fast ne', ['neverCrossed']],
    ['bisect x.db --first-true or', ['orders']],
    ['bisect x.db neverCrossed ', []],
    ['state x.db ', ['orders', 'bids', '["odd name"]']],
    ['state x.db --json or', ['orders']],
    ['why x.db b', ['bids']],
    ['why --limit 3 x.db b', ['bids']],
    ['why x.db orders ', []],
    ['at x.db ', ['first', 'last']],
    ['at x.db last ', ['orders', 'bids', '["odd name"]']],
    ['at x.db 50% or', ['orders']],
    ['diff x.db f', ['first']],
    ['diff x.db first ', ['first', 'last']],
    ['diff x.db first last ', []],
    ['diff x.db first last --only or', ['orders']],
    ['why x.db orders --before ', ['first', 'last']],
    ['replay x.db --to l', ['last']],
    ['restore x.db --at ', ['first', 'last']],
    ['serve x.db --at ', ['first', 'last']],
    ['events x.db --from=fi', ['first']],
    ['events x.db --limit ', []],
    ['events x.db --no-such-option ', []],
    ['events x.db --follow=', []],
    ['info x.db --zone America/New_Y', ['America/New_York']],
    ['info x.db --zone UT', ['UTC']],
    ['redact x.db --by ', []],
  ])('%j', (line, expected) => {
    expect(offered(line)).toEqual(expected);
    expect(takesFile(line)).toBe(false);
  });

  test.each([
    'info ',
    'info x',
    'events --follow ',
    'why --limit 3 ',
    'why --model ',
    'why --model=./m',
    'rehearse x.db --next ',
    'backup x.db ',
    'restore ',
    'restore x.db ',
    'restore x.db --out ',
    'export x.db --out ',
    'export x.db --aof ',
    'import x.db --in ',
    'import x.db --aof ',
    'serve ',
    'serve --config ',
    'serve --dir ',
  ])('%j: the shell completes a file', (line) => {
    expect(takesFile(line)).toBe(true);
    expect(offered(line)).toEqual([]);
  });

  test('the log and the model are those that the line names', () => {
    const read = (line: string): object => {
      const { fact, file, model } = readCursor(grammar, line.split(' '));
      return { fact, file, model };
    };
    expect(read('events x.db --type ')).toEqual({ fact: 'types', file: 'x.db', model: undefined });
    expect(read('events --follow --limit 3 x.db --type=')).toEqual({ fact: 'types', file: 'x.db', model: undefined });
    expect(read('events --type ')).toEqual({ fact: 'types', file: undefined, model: undefined });
    expect(read('bisect x.db --model m.ts ')).toEqual({ fact: 'invariants', file: 'x.db', model: 'm.ts' });
    expect(read('why --model=a=b.ts x.db ')).toEqual({ fact: 'paths', file: 'x.db', model: 'a=b.ts' });
  });

  test('a path goes on after its first part, everything else ends', () => {
    const ends = (line: string): boolean => readCursor(grammar, line.split(' ')).isWhole;
    expect(['why x.db ', 'diff x.db 1 2 --only '].map(ends)).toEqual([false, false]);
    expect(['', 'why ', 'why --', 'events x.db --type ', 'at x.db '].map(ends)).toEqual([true, true, true, true, true]);
  });

  test('there is a bound on how many', () => {
    const many = Array.from({ length: 2_000 }, (_, n) => ({ value: `Type${n}`, description: '' }));
    const sought = readCursor(grammar, ['events', 'x.db', '--type', 'Type1']);
    expect(completionOf(sought, many).candidates).toHaveLength(500);
    expect(completionOf({ ...sought, typed: 'Type1999' }, many).candidates).toHaveLength(1);
  });
});

test('no words at all give the commands', () => {
  expect(readCursor(grammar, []).names.map(({ value }) => value)).toEqual(ALL);
});
