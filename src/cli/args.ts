/** Arguments and options that several commands share, and the parsers of their values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Place, parsePlace, TIME_UNITS } from '../guests/position.ts';
import { isZone } from '../guests/zones.ts';
import { isRefoldError } from '../index.ts';
import { parseRows, type Rows } from './input/rows.ts';
import { nameLog } from './logs.ts';
import type { ExitCode } from './output/exit-codes.ts';
import { type Answer, printAnswer } from './output/output.ts';
import { TIME_STYLES } from './output/times.ts';

export const FILE: readonly [string, string] = ['<file>', "the log's file, or the URL of a log in PostgreSQL"];
export const MODEL: readonly [string, string] = [
  '--model <module>',
  'module whose default or only Model export is the model; ./model.ts#name picks an export (default: REFOLD_MODEL, or "refold" in package.json)',
];
export const JSON_OPTION: readonly [string, string] = ['--json', 'print one JSON object on stdout'];

export interface JsonOption {
  readonly json?: true;
}

/** Wraps a command's work: prints its answer and sets its exit code. */
export function answering<Options extends JsonOption>(
  work: (args: readonly string[], options: Options) => Promise<Answer | undefined>,
): (this: Command) => Promise<void> {
  return async function action(this: Command): Promise<void> {
    const options = this.opts<Options>();
    const answer = await work(this.args.map(nameLog), options);
    if (answer === undefined) return;
    if (answer.exitCode !== undefined) process.exitCode = answer.exitCode satisfies ExitCode;
    await printAnswer(answer, options.json === true);
  };
}

/** Parses a sequence. Accepts thousands separators, as the human output prints them. */
export function parseSequence(text: string): number {
  const value = Number(text.replace(/[,_]/g, ''));
  if (/^\d[\d,_]*$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Give a whole number from 0.');
}

export function parseCount(text: string): number {
  const value = Number(text.replace(/[,_]/g, ''));
  if (/^\d[\d,_]*$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number from 1.');
}

/** Parses a position, such as a sequence, `last-100`, `50%`, an ISO time or `10:31:07`. See `parsePlace`. */
export function parsePosition(text: string): Place {
  return parseArgument(parsePlace, text);
}

/** Parses `100..200`, `100..`, `..200` or `100`. */
export function parseRowsOption(text: string): Rows {
  return parseArgument(parseRows, text);
}

function parseArgument<Value>(parse: (text: string) => Value, text: string): Value {
  try {
    return parse(text);
  } catch (error) {
    throw isRefoldError(error) ? new InvalidArgumentError(error.hint ?? error.message) : error;
  }
}

/** For commands that read a position. */
export const ZONE: readonly [string, string, (text: string) => string] = [
  '--zone <zone>',
  'time zone of times without one, and of those that are printed, such as America/New_York (default: UTC)',
  parseZone,
];

/** The last options of a command that prints times. @param json what `--json` does there */
export function withTimes(command: Command, json: string = JSON_OPTION[1]): Command {
  return command
    .option(...ZONE)
    .addOption(new Option('--time <style>', 'how times are printed (default: iso)').choices([...TIME_STYLES]))
    .option(JSON_OPTION[0], json);
}

/** The last options of a command that looks back with a model. */
export function withPast(command: Command): Command {
  return withTimes(command.option(...MODEL));
}

export interface PastOptions extends JsonOption {
  readonly model?: string;
}

function parseZone(text: string): string {
  if (isZone(text)) return text;
  throw new InvalidArgumentError('Give a time zone such as America/New_York, UTC or +02:00.');
}

/** Parses `90d`, `12h` or `30m`. Returns ms. */
export function parseDuration(text: string): number {
  return parseAmount(text, DURATIONS, 'Give a time such as 90d, 12h or 30m.');
}

const DURATIONS: { readonly [unit: string]: number } = Object.fromEntries(TIME_UNITS);

/** Parses `10s` or `2m`, or whole milliseconds. Returns ms. */
export function parseWait(text: string): number {
  const wait = /^\d+$/.test(text) ? Number(text) : parseAmount(text, DURATIONS, 'Give a time such as 10s or 2m.');
  if (wait <= LONGEST_WAIT) return wait;
  throw new InvalidArgumentError('Give a time of at most 24 days.');
}

const LONGEST_WAIT = 2 ** 31 - 1;

/** For commands that write to a log. */
export const WAIT_OPTION: readonly [string, string, (text: string) => number] = [
  '--wait-for-lock <time>',
  'wait this long for a process that has the log open, such as 10s (default: 200ms)',
  parseWait,
];

export interface WaitOption {
  readonly waitForLock?: number;
}

const SIZES: { readonly [unit: string]: number } = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Parses `500MB`, `2GiB` or `1000000`. Returns bytes. */
export function parseBytes(text: string): number {
  return parseAmount(/^\d[\d,_]*$/.test(text) ? `${text}b` : text, SIZES, 'Give a size such as 500MB or 2GiB.');
}

function parseAmount(text: string, units: { readonly [unit: string]: number }, problem: string): number {
  const [, amount = '', unit = ''] = /^(\d[\d,_]*(?:\.\d+)?) ?([a-z]+)$/i.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()]! : Number.NaN;
  const value = Math.round(Number(amount.replace(/[,_]/g, '')) * factor);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(problem);
}

/** Collects the values of an option that may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
