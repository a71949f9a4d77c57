/**
 * What can stand at the cursor of a command line, and which of it fits what is typed. Pure: the words before the cursor, the
 * grammar of the commands, and facts of a log and a model go in; candidates come out.
 */
import type { CommandGrammar, Grammar, OptionGrammar, ValueGrammar } from './grammar.ts';

/** What the cursor's word completes to. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Facts that are not in the grammar. */
export type Fact = 'types' | 'invariants' | 'paths';

/** What the words before the cursor say about the word at it. */
export interface Sought {
  /** What is typed of the word so far. Candidates begin with it. */
  readonly typed: string;
  /** What stays before each candidate: the earlier members of a list with commas. */
  readonly kept: string;
  /** Names that are known from the grammar alone. */
  readonly names: readonly Candidate[];
  /** What is asked of the log or of the model besides. */
  readonly fact?: Fact;
  /** Whether a file name may stand here. The shell completes it. */
  readonly isFile: boolean;
  /** Whether the value ends here. A path goes on. */
  readonly isWhole: boolean;
  /** The log that the line names. */
  readonly file?: string;
  /** The value of `--model` on the line. */
  readonly model?: string;
}

/** What is printed for the shell. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly isFile: boolean;
  readonly isWhole: boolean;
}

/** More would not help anyone who looks for one. */
const MOST_CANDIDATES = 500;

/** @param facts in the order in which they are shown */
export function completionOf(sought: Sought, facts: readonly Candidate[]): Completion {
  const { typed, kept, names, isFile, isWhole } = sought;
  const fitting = [...names, ...facts].filter(({ value }) => value !== '' && value.startsWith(typed));
  const candidates = fitting
    // A dash would make an option of it, where it is not one.
    .filter(({ value }) => !value.startsWith('-') || names.some((name) => name.value === value))
    .slice(0, MOST_CANDIDATES)
    .map(({ value, description }) => ({ value: kept + value, description }));
  return { candidates, isFile, isWhole };
}

/** @param words after `refold`, up to the cursor; the last one is what the cursor stands at the end of, perhaps empty */
export function readCursor(grammar: Grammar, words: readonly string[]): Sought {
  const typed = words.at(-1) ?? '';
  const line = read(grammar, words.slice(0, -1));
  const { command, waiting, file, model } = line;
  const known = { ...(file !== undefined && { file }), ...(model !== undefined && { model }) };
  if (waiting !== undefined) return { ...soughtValue(waiting.value!, waiting.flags[0], typed, grammar), ...known };
  if (typed.startsWith('-') && !line.isPastOptions) {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
    if (flag === undefined || value === undefined) return { ...closed(typed, optionNames(line, typed)), ...known };
    const option = line.options.find(({ flags }) => flags.includes(flag));
    if (option?.value === undefined) return { ...closed(value, []), ...known };
    return { ...soughtValue(option.value, flag, value, grammar), ...known };
  }
  if (command === undefined) return closed(typed, line.isUnknown ? [] : commandNames(grammar));
  const argument = command.arguments[line.operands.length];
  return {
    ...(argument === undefined ? closed(typed, []) : soughtValue(argument, undefined, typed, grammar)),
    ...known,
  };
}

/** The words before the cursor. */
interface ReadLine {
  readonly command: CommandGrammar | undefined;
  /** Whether the first word is not a command. */
  readonly isUnknown: boolean;
  /** Options that may stand there. */
  readonly options: readonly OptionGrammar[];
  readonly given: ReadonlySet<OptionGrammar>;
  readonly operands: readonly string[];
  /** The option whose value comes next. */
  readonly waiting: OptionGrammar | undefined;
  /** Whether `--` was there. */
  readonly isPastOptions: boolean;
  readonly file: string | undefined;
  readonly model: string | undefined;
}

function read(grammar: Grammar, words: readonly string[]): ReadLine {
  let options = grammar.options;
  let command: CommandGrammar | undefined;
  let isUnknown = false;
  let waiting: OptionGrammar | undefined;
  let isPastOptions = false;
  let model: string | undefined;
  const given = new Set<OptionGrammar>();
  const operands: string[] = [];
  for (const word of words) {
    if (waiting !== undefined) {
      if (waiting.flags.includes('--model')) model = word;
      waiting = undefined;
    } else if (word === '--' && !isPastOptions) {
      isPastOptions = true;
    } else if (word.startsWith('-') && word.length > 1 && !isPastOptions) {
      const [flag = '', ...rest] = word.split('=');
      const option = options.find(({ flags }) => flags.includes(flag));
      if (option === undefined) continue;
      given.add(option);
      if (option.value !== undefined && rest.length === 0) waiting = option;
      if (flag === '--model' && rest.length > 0) model = rest.join('=');
    } else if (command !== undefined) {
      operands.push(word);
    } else if (!isUnknown) {
      command = grammar.commands.find(({ name }) => name === word);
      isUnknown = command === undefined;
      options = command?.options ?? [];
    }
  }
  const file = operands[command?.arguments.findIndex(({ name }) => name === 'file') ?? -1];
  return { command, isUnknown, options, given, operands, waiting, isPastOptions, file, model };
}

function commandNames({ commands }: Grammar): Candidate[] {
  return commands.map(({ name, description }) => ({ value: name, description }));
}

/** Long ones, unless a short one is being typed. What was given is not offered again. */
function optionNames({ options, given }: ReadLine, typed: string): Candidate[] {
  const isLong = typed === '-' || typed.startsWith('--');
  return options
    .filter((option) => option.isRepeated || !given.has(option))
    .flatMap(({ flags, description }) => flags.map((value) => ({ value, description })))
    .filter(({ value }) => value.startsWith('--') === isLong);
}

function closed(typed: string, names: readonly Candidate[]): Sought {
  return { typed, kept: '', names, isFile: false, isWhole: true };
}

type ValueKind = 'file' | 'position' | 'zone' | 'command' | Fact;

/** What a value is, by its name in the help. A name that is not here is free text, such as a count. */
const VALUE_KINDS: ReadonlyMap<string, ValueKind> = new Map([
  ['file', 'file'],
  ['module', 'file'],
  ['folder', 'file'],
  ['destination', 'file'],
  ['backup', 'file'],
  ['position', 'position'],
  ['a', 'position'],
  ['b', 'position'],
  ['zone', 'zone'],
  ['command', 'command'],
  ['type', 'types'],
  ['invariant', 'invariants'],
  ['path', 'paths'],
]);

/** Options whose value has a name with another meaning elsewhere. */
const VALUE_KINDS_BY_FLAG: typeof VALUE_KINDS = new Map([
  ['--aof', 'file'],
  ['--types', 'types'],
  ['--first-true', 'paths'],
  ['--first-false', 'paths'],
]);

const POSITIONS: readonly Candidate[] = [
  { value: 'first', description: 'the first event' },
  { value: 'last', description: 'the last event' },
];

function soughtValue(value: ValueGrammar, flag: string | undefined, typed: string, grammar: Grammar): Sought {
  if (value.choices !== undefined) return closed(typed, value.choices.map(withoutDescription));
  const kind = VALUE_KINDS_BY_FLAG.get(flag ?? '') ?? VALUE_KINDS.get(value.name);
  switch (kind) {
    case undefined:
      return closed(typed, []);
    case 'file':
      return { ...closed(typed, []), isFile: true };
    case 'position':
      return closed(typed, POSITIONS);
    case 'zone':
      return closed(typed, zones());
    case 'command':
      return closed(typed, commandNames(grammar));
    case 'types':
      return { ...(flag === '--types' ? lastOfList(typed) : closed(typed, [])), fact: 'types' };
    default:
      return { ...closed(typed, []), fact: kind, isWhole: kind !== 'paths' };
  }
}

/** Members are separated by commas. */
function lastOfList(typed: string): Sought {
  const end = typed.lastIndexOf(',') + 1;
  return { ...closed(typed.slice(end), []), kept: typed.slice(0, end) };
}

function zones(): Candidate[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')].map(withoutDescription);
}

function withoutDescription(value: string): Candidate {
  return { value, description: '' };
}
