/** MAXLEN and MINID of XADD and XTRIM: which entries leave at the start of a stream. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import type { Stream } from '../../model/values.ts';
import { idArgument } from './ids.ts';

export interface Trimming {
  /** The most entries that stay, or the lowest id that does. */
  readonly bound: { readonly length: number } | { readonly id: string };
  /** `~`: only whole nodes leave, as Redis stores them. */
  readonly isApproximate: boolean;
  /** How many entries may leave at most; 0 for any number. */
  readonly limit: number;
}

/** What stands before the id of XADD, and after the key of XTRIM. */
export interface TrimArguments {
  readonly bound: Trimming['bound'] | undefined;
  readonly isApproximate: boolean;
  readonly limit: number | undefined;
  /** NOMKSTREAM. */
  readonly noCreation: boolean;
  /** The position of the id of XADD; the number of arguments for XTRIM. */
  readonly end: number;
}

/** @throws CommandError */
export function trimArguments(args: readonly string[], isAdd: boolean): TrimArguments {
  let bound: Trimming['bound'] | undefined;
  let isApproximate = false;
  let limit: number | undefined;
  let noCreation = false;
  let at = 2;
  for (; at < args.length; at++) {
    const word = args[at]!.toUpperCase();
    const left = args.length - at - 1;
    if ((word === 'MAXLEN' || word === 'MINID') && left > 0) {
      if (bound !== undefined) throw new CommandError(INCOMPATIBLE);
      const mark = left >= 2 && (args[at + 1] === '~' || args[at + 1] === '=') ? args[++at] : undefined;
      isApproximate = mark === '~';
      bound = boundOf(word, args[++at]!);
    } else if (word === 'LIMIT' && left > 0) {
      limit = longArgument(args[++at]!);
      if (limit < 0) throw new CommandError('ERR The LIMIT argument must be >= 0.');
    } else if (isAdd && word === 'NOMKSTREAM') {
      noCreation = true;
    } else if (isAdd) {
      break;
    } else {
      throw syntaxError();
    }
  }
  return { bound, isApproximate, limit, noCreation, end: at };
}

/** @throws CommandError when the arguments do not fit together */
export function trimmingOf(call: Call, given: TrimArguments, isAdd: boolean): Trimming | undefined {
  checkLimit(given, isAdd);
  const { bound, isApproximate, limit = nodeEntries(call) * NODES_AT_ONCE } = given;
  return bound && { bound, isApproximate, limit: isApproximate ? limit : 0 };
}

const NODES_AT_ONCE = 100;

/** How many entries at the start of the stream leave. */
export function planTrim(call: Call, stream: Stream, { bound, isApproximate, limit }: Trimming): number {
  const { entries } = stream;
  const excess = 'id' in bound ? entries.rank(bound.id) : Math.max(entries.size - bound.length, 0);
  if (!isApproximate) return excess;
  // Redis fills its nodes from the first entry ever on. What left the first node makes it shorter.
  const node = nodeEntries(call);
  let count = 0;
  let size = node - ((stream.entriesAdded - entries.size) % node);
  while (count < entries.size) {
    const step = Math.min(size, entries.size - count);
    if (count + step > excess || (limit > 0 && count + step > limit)) break;
    count += step;
    size = node;
  }
  return count;
}

function boundOf(word: string, text: string): Trimming['bound'] {
  if (word === 'MINID') return { id: idArgument(text) };
  const length = longArgument(text);
  if (length < 0) throw new CommandError('ERR The MAXLEN argument must be >= 0.');
  return { length };
}

function checkLimit({ bound, isApproximate, limit }: TrimArguments, isAdd: boolean): void {
  if ((limit ?? 0) > 0 && bound === undefined) {
    throw new CommandError('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
  }
  if (!isAdd && bound === undefined) {
    throw new CommandError('ERR syntax error, XTRIM must be called with a trimming strategy');
  }
  if (limit !== undefined && !isApproximate) {
    throw new CommandError('ERR syntax error, LIMIT cannot be used without the special ~ option');
  }
}

/** The entries of one node of Redis. 0 in the configuration means no bound. */
export function nodeEntries({ parts }: Call): number {
  return parts.config.number('stream-node-max-entries') || UNBOUNDED_NODE;
}

const UNBOUNDED_NODE = 100;
const INCOMPATIBLE = 'ERR syntax error, MAXLEN and MINID options at the same time are not compatible';
