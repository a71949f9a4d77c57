/**
 * The commands of one AOF file, in the protocol that clients use: arrays of strings.
 *
 * Commands between MULTI and EXEC come together. Annotations, which begin with `#`, are stepped over.
 */
import type { ByteInput } from '../bytes/byte-input.ts';
import { RedisFileError } from '../bytes/file-error.ts';

/** A command with its arguments, latin1 strings. */
export type AofCommand = readonly string[];

/** Commands that are executed together: one alone, or those of a transaction. */
export interface AofStep {
  readonly commands: readonly AofCommand[];
  /** When the commands were executed, in s since the epoch; undefined if the file does not say. */
  readonly time: number | undefined;
}

/** Where a file ends inside of a command or transaction. */
export interface TornTail {
  /** In bytes. What is before is whole. */
  readonly offset: number;
}

/** In bytes. Counts, lengths and annotations are short. */
const LONGEST_LINE = 1_024;

const CR_LF = 0x0d0a;

/**
 * Yields the steps of a file, up to its end.
 *
 * @returns the torn tail, which only the last file of an AOF may have; undefined if the file is whole
 */
export function* readCommands(input: ByteInput): Generator<AofStep, TornTail | undefined> {
  let whole = input.offset;
  let time: number | undefined;
  let transaction: AofCommand[] | undefined;
  try {
    while (!input.ended) {
      if (input.peek() === 0x23) {
        time = timeOf(input.line(LONGEST_LINE)) ?? time;
      } else {
        const command = readCommand(input);
        const name = command[0]!.toLowerCase();
        if (name === 'multi') {
          if (transaction !== undefined) input.fail('A MULTI is inside of another transaction');
          transaction = [];
          continue;
        }
        if (name === 'exec') {
          if (transaction === undefined) input.fail('An EXEC has no MULTI before it');
          if (transaction.length > 0) yield { commands: transaction, time };
          transaction = undefined;
        } else if (transaction === undefined) yield { commands: [command], time };
        else transaction.push(command);
      }
      if (transaction === undefined) whole = input.offset;
    }
    return transaction === undefined ? undefined : { offset: whole };
  } catch (error) {
    if (error instanceof RedisFileError && error.kind === 'truncated') return { offset: whole };
    throw error;
  }
}

function readCommand(input: ByteInput): AofCommand {
  const count = readNumber(input, '*');
  if (count < 1) input.fail('A command has no words');
  const words: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const length = readNumber(input, '$');
    words.push(input.text(length));
    if (input.view(2).readUInt16BE() !== CR_LF) input.fail('The end of a word is not where its length says');
  }
  return words;
}

function readNumber(input: ByteInput, mark: string): number {
  if (input.peek() !== mark.charCodeAt(0)) input.fail(`A ${mark} should follow`);
  const digits = input.line(LONGEST_LINE).slice(1);
  return /^\d{1,15}$/.test(digits) ? Number(digits) : input.fail('A length is not a number');
}

function timeOf(annotation: string): number | undefined {
  const digits = /^#TS:(\d{1,15})$/.exec(annotation)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
