/**
 * SCAN, HSCAN, SSCAN and ZSCAN: a walk through a dictionary in small steps, with the position as the cursor.
 *
 * A walk runs from the back of the dictionary to its front. Entries that stay only ever move towards the front (see `dense.ts`),
 * so each of them is seen, whatever is added and deleted in between.
 */
import type { ReadonlyDense } from '../model/dense.ts';
import type { Reply } from '../protocol/reply.ts';
import { isOption, longArgument } from './arguments.ts';
import type { Call } from './call.ts';
import { CommandError, syntaxError } from './errors.ts';
import { type Glob, globOf } from './glob.ts';

/** MATCH, COUNT and TYPE. */
export interface ScanOptions {
  /** Undefined when everything matches. */
  readonly matches: Glob | undefined;
  /** How many entries one step looks at. */
  readonly count: number;
  /** In lower case. */
  readonly type: string | undefined;
}

const DEFAULT_COUNT = 10;
const CURSOR_MAX = 2n ** 64n - 1n;

/** Reads a cursor as C's strtoul does. @throws CommandError */
export function scanCursor(text: string): number {
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text) || text.length > 32) throw new CommandError('ERR invalid cursor');
  const value = BigInt(text.replace(/^[+-]/, ''));
  if (value > CURSOR_MAX) throw new CommandError('ERR invalid cursor');
  // A negative cursor is a very large one.
  return text.startsWith('-') && value > 0n ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** Reads the options from a position on. @throws CommandError */
export function scanOptions(args: readonly string[], start: number, allowsType: boolean): ScanOptions {
  let matches: Glob | undefined;
  let count = DEFAULT_COUNT;
  let type: string | undefined;
  for (let at = start; at < args.length; at += 2) {
    const value = args[at + 1];
    if (value === undefined) throw syntaxError();
    if (isOption(args[at], 'COUNT')) {
      count = longArgument(value);
      if (count < 1) throw syntaxError();
    } else if (isOption(args[at], 'MATCH')) {
      matches = value === '*' ? undefined : globOf(value);
    } else if (allowsType && isOption(args[at], 'TYPE')) {
      type = value.toLowerCase();
    } else {
      throw syntaxError();
    }
  }
  return { matches, count, type };
}

/** What one step of a walk has looked at. */
export interface ScanStep {
  /** Where the next step begins; 0 at the end of the walk. */
  readonly cursor: number;
  /** Positions in the dictionary, from the back to the front. Those that do not match are left out. */
  readonly found: readonly number[];
}

/** Makes one step. A cursor of 0 begins a walk; one beyond the end finds nothing more. */
export function scanStep(
  { keys }: ReadonlyDense<unknown>,
  cursor: number,
  count: number,
  matches: Glob | undefined,
): ScanStep {
  const from = cursor === 0 ? keys.length : Math.min(cursor, keys.length);
  const end = Math.max(0, from - count);
  const found: number[] = [];
  for (let at = from - 1; at >= end; at--) if (matches === undefined || matches(keys[at]!)) found.push(at);
  return { cursor: end, found };
}

/**
 * Answers HSCAN, SSCAN or ZSCAN: a cursor, and the entries of one step.
 *
 * @param entries undefined for a missing key
 * @param isSmall whether everything is given in one step, whatever COUNT says: Redis does so with its compact encodings
 * @param writeValue writes the value that stands behind a key in the reply; absent for sets
 * @throws CommandError
 */
export function replyWithScan<V>(
  call: Call,
  cursor: number,
  entries: ReadonlyDense<V> | undefined,
  isSmall: boolean,
  writeValue?: (reply: Reply, value: V) => void,
): void {
  const { args, reply } = call;
  if (entries === undefined) {
    replyWithStep(reply, 0, 0);
    return;
  }
  const { count, matches } = scanOptions(args, 3, false);
  const step = isSmall ? scanStep(entries, 0, entries.keys.length, matches) : scanStep(entries, cursor, count, matches);
  replyWithStep(reply, step.cursor, step.found.length * (writeValue === undefined ? 1 : 2));
  for (const at of step.found) {
    reply.bulk(entries.keys[at]!);
    writeValue?.(reply, entries.values[at]!);
  }
}

/** Begins the reply of a step: `items` replies follow. */
export function replyWithStep(reply: Reply, cursor: number, items: number): void {
  reply.array(2);
  reply.bulk(String(cursor));
  reply.array(items);
}
