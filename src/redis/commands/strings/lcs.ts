/** LCS: the longest common subsequence of two strings. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { textOf } from '../../calls/lookup.ts';
import { type Bytes, kindOf, type Value } from '../../model/values.ts';
import { longestString } from './limits.ts';

interface Options {
  isLength: boolean;
  isIndices: boolean;
  withLength: boolean;
  minimum: number;
}

/** A run of bytes that both strings have, by its first and last index in each. */
interface Match {
  readonly a: readonly [first: number, last: number];
  readonly b: readonly [first: number, last: number];
  readonly length: number;
}

export function lcs(call: Call): void {
  const [, keyA = '', keyB = ''] = call.args;
  const a = stringOf(call.read(keyA));
  const b = stringOf(call.read(keyB));
  const options = optionsOf(call.args);
  if (options.isLength && options.isIndices) {
    throw new CommandError('ERR If you want both the length and indexes, please just use IDX.');
  }
  // Four bytes for each pair of positions.
  if (4 * (a.length + 1) * (b.length + 1) > longestString(call)) {
    throw new CommandError('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
  }
  const table = lengthsOf(a, b);
  const length = table[table.length - 1]!;
  if (options.isLength) call.reply.integer(length);
  else if (options.isIndices) replyMatches(call, matchesOf(a, b, table), length, options);
  else call.reply.bulk(subsequenceOf(a, matchesOf(a, b, table)));
}

function stringOf(value: Value | undefined): string {
  if (value === undefined) return '';
  if (kindOf(value) !== 'string') throw new CommandError('ERR The specified keys must contain string values');
  return textOf(value as string | Bytes);
}

function optionsOf(args: readonly string[]): Options {
  const options: Options = { isLength: false, isIndices: false, withLength: false, minimum: 0 };
  for (let at = 3; at < args.length; at++) {
    const word = args[at]!.toUpperCase();
    if (word === 'IDX') options.isIndices = true;
    else if (word === 'LEN') options.isLength = true;
    else if (word === 'WITHMATCHLEN') options.withLength = true;
    else if (word === 'MINMATCHLEN' && at + 1 < args.length) options.minimum = Math.max(longArgument(args[++at]!), 0);
    else throw syntaxError();
  }
  return options;
}

/** For each pair of prefixes the length of their longest common subsequence, in rows of `b.length + 1`. */
function lengthsOf(a: string, b: string): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1);
    for (let j = 1, at = i * width + 1; j < width; j++, at++) {
      const [above, left] = [table[at - width]!, table[at - 1]!];
      if (b.charCodeAt(j - 1) === code) table[at] = table[at - width - 1]! + 1;
      else table[at] = Math.max(above, left);
    }
  }
  return table;
}

/** The matching runs, from the last to the first. */
function matchesOf(a: string, b: string, table: Uint32Array): Match[] {
  const width = b.length + 1;
  const matches: Match[] = [];
  let [i, j] = [a.length, b.length];
  while (i > 0 && j > 0) {
    let length = 0;
    while (i > length && j > length && a.charCodeAt(i - length - 1) === b.charCodeAt(j - length - 1)) length++;
    if (length > 0) matches.push({ a: [i - length, i - 1], b: [j - length, j - 1], length });
    i -= length;
    j -= length;
    if (i === 0 || j === 0) break;
    if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
    else j--;
  }
  return matches;
}

function subsequenceOf(a: string, matches: readonly Match[]): string {
  return matches
    .map((match) => a.slice(match.a[0], match.a[1] + 1))
    .reverse()
    .join('');
}

function replyMatches({ reply }: Call, all: readonly Match[], length: number, options: Options): void {
  const matches = all.filter((match) => match.length >= options.minimum);
  reply.map(2);
  reply.bulk('matches');
  reply.array(matches.length);
  for (const match of matches) {
    reply.array(options.withLength ? 3 : 2);
    for (const [first, last] of [match.a, match.b]) {
      reply.array(2);
      reply.integer(first);
      reply.integer(last);
    }
    if (options.withLength) reply.integer(match.length);
  }
  reply.bulk('len');
  reply.integer(length);
}
