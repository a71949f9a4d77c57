/** ZRANDMEMBER and ZSCAN. */
import { int64Argument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { isCompactSortedSet } from '../../calls/encoding.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { readCollection } from '../../calls/lookup.ts';
import { replyWithScan, replyWithStep, scanCursor, scanOptions } from '../../calls/scan.ts';
import { denseSize, type ReadonlyDense } from '../../model/dense.ts';
import { membersBetween } from '../../model/sorted-sets.ts';
import type { Scored, SortedSet } from '../../model/values.ts';
import { formatDouble, INT64_MAX, INT64_MIN } from '../../protocol/numbers.ts';
import { replyScored } from './replies.ts';

/** Repeated members may make a reply of any size. It ends with an error beyond this many bytes. */
const LARGEST_RANDOM_REPLY = 128 * 1024 * 1024;

export function zrandmember(call: Call): void {
  const { args, reply } = call;
  const [, key = '', countText, option] = args;
  if (countText === undefined) {
    const set = readCollection<SortedSet>(call, key, 'zset');
    reply.bulk(set?.scores.keys[randomBelow(denseSize(set.scores))]);
    return;
  }
  const count = randomCount(countText);
  if (args.length > 4 || (option !== undefined && !isOption(option, 'WITHSCORES'))) throw syntaxError();
  const withScores = option !== undefined;
  if (withScores && Math.abs(count) > Number.MAX_SAFE_INTEGER / 2) throw outOfRange();
  const set = readCollection<SortedSet>(call, key, 'zset');
  const size = set === undefined ? 0 : denseSize(set.scores);
  const length = set === undefined ? 0 : count < 0 ? -count : Math.min(count, size);
  const positions = count < 0 ? repeatedPositions(size, length) : distinctPositions(size, length);
  replyScored(reply, length, set === undefined ? [] : bounded(call, scoredAt(set.scores, positions)), withScores);
}

export function zscan(call: Call): void {
  const cursor = scanCursor(call.args[2]!);
  const set = readCollection<SortedSet>(call, call.args[1]!, 'zset');
  if (set !== undefined && isCompactSortedSet(set.scores, call.parts.config)) scanCompact(call, set);
  else replyWithScan(call, cursor, set?.scores, false, (reply, score) => reply.bulk(formatDouble(score)));
}

/** A small set is given at once, whatever COUNT says, and in its order. */
function scanCompact({ args, reply }: Call, set: SortedSet): void {
  const { matches } = scanOptions(args, 3, false);
  const found = [...membersBetween(set, 0, denseSize(set.scores))].filter(({ member }) => matches?.(member) ?? true);
  replyWithStep(reply, 0, found.length * 2);
  for (const { member, score } of found) {
    reply.bulk(member);
    reply.bulk(compactScore(score));
  }
}

/** The compact form has integers of up to 62 bits, which are printed with all their digits. */
function compactScore(score: number): string {
  return Number.isInteger(score) && Math.abs(score) <= 2 ** 62 ? String(BigInt(score)) : formatDouble(score);
}

function randomCount(text: string): number {
  const count = int64Argument(text);
  if (count === INT64_MIN) throw outOfRange(`, value must between -${INT64_MAX} and ${INT64_MAX}`);
  return Number(count);
}

function outOfRange(bounds = ''): CommandError {
  return new CommandError(`ERR value is out of range${bounds}`);
}

function randomBelow(size: number): number {
  return Math.floor(Math.random() * size);
}

function* repeatedPositions(size: number, count: number): Iterable<number> {
  for (let left = count; left > 0; left--) yield randomBelow(size);
}

/** Different positions below `size`, each choice equally likely: Floyd's way, in O(count). */
function distinctPositions(size: number, count: number): Iterable<number> {
  const chosen = new Set<number>();
  for (let below = size - count + 1; below <= size; below++) {
    const position = randomBelow(below);
    chosen.add(chosen.has(position) ? below - 1 : position);
  }
  return chosen;
}

function* scoredAt({ keys, values }: ReadonlyDense<number>, positions: Iterable<number>): Iterable<Scored> {
  for (const at of positions) yield { member: keys[at]!, score: values[at]! };
}

function* bounded({ reply }: Call, scored: Iterable<Scored>): Iterable<Scored> {
  const most = reply.size + LARGEST_RANDOM_REPLY;
  for (const each of scored) {
    if (reply.size > most) throw new CommandError('ERR the reply is too large');
    yield each;
  }
}
