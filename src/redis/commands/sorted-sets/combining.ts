/** ZUNION, ZINTER, ZDIFF, their forms that store the result, and ZINTERCARD. Sets count as well: each member scores 1. */
import { doubleArgument, isOption, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError, wrongType } from '../../calls/errors.ts';
import { denseGet, denseSize, type ReadonlyDense } from '../../model/dense.ts';
import type { Scored } from '../../model/values.ts';
import { countArgument } from './arguments.ts';
import { storeResult } from './changing.ts';
import { replyScored } from './replies.ts';

type Operation = 'union' | 'inter' | 'diff';

export function zunion(call: Call): void {
  replyCombined(call, 'union');
}

export function zinter(call: Call): void {
  replyCombined(call, 'inter');
}

export function zdiff(call: Call): void {
  replyCombined(call, 'diff');
}

export function zunionstore(call: Call): void {
  storeCombined(call, 'union');
}

export function zinterstore(call: Call): void {
  storeCombined(call, 'inter');
}

export function zdiffstore(call: Call): void {
  storeCombined(call, 'diff');
}

export function zintercard(call: Call): void {
  const { args, reply } = call;
  const { sources, rest } = sourcesOf(call, 1);
  let limit = 0;
  for (let at = rest; at < args.length; at += 2) {
    if (!isOption(args[at], 'LIMIT') || at + 1 === args.length) throw syntaxError();
    limit = countArgument(args[at + 1]!, 0, "ERR LIMIT can't be negative");
  }
  let count = 0;
  for (const _ of intersection(bySize(sources), sum)) if (++count === limit) break;
  reply.integer(count);
}

function replyCombined(call: Call, operation: Operation): void {
  const { sources, rest } = sourcesOf(call, 1);
  const options = optionsOf(call.args, rest, sources.length, operation, false);
  const scored = inOrder(combined(sources, operation, options));
  replyScored(call.reply, scored.length, scored, options.withScores);
}

function storeCombined(call: Call, operation: Operation): void {
  const { args } = call;
  const { sources, rest } = sourcesOf(call, 2);
  const options = optionsOf(args, rest, sources.length, operation, true);
  const scored = Array.from(combined(sources, operation, options), ([member, score]) => ({ member, score }));
  storeResult(call, args[1]!, scored, `z${operation}store`);
}

/** A set or sorted set that a command reads, with its weight. */
interface Source {
  readonly entries: ReadonlyDense<number | true>;
  readonly weight: number;
}

const NO_ENTRIES: Source['entries'] = { slots: new Map(), keys: [], values: [] };

/** @param start the position of the number of keys */
function sourcesOf(call: Call, start: number): { readonly sources: readonly Source[]; readonly rest: number } {
  const { args } = call;
  const numKeys = longArgument(args[start]!);
  if (numKeys < 1) {
    throw new CommandError(`ERR at least 1 input key is needed for '${args[0]!.toLowerCase()}' command`);
  }
  const rest = start + 1 + numKeys;
  if (rest > args.length) throw syntaxError();
  const sources = args.slice(start + 1, rest).map((key) => ({ entries: entriesAt(call, key), weight: 1 }));
  return { sources, rest };
}

function entriesAt(call: Call, key: string): Source['entries'] {
  const value = call.read(key);
  if (value === undefined) return NO_ENTRIES;
  if (typeof value !== 'string' && value.kind === 'zset') return value.scores;
  if (typeof value !== 'string' && value.kind === 'set') return value.members;
  throw wrongType();
}

type Aggregate = (a: number, b: number) => number;

interface Options {
  readonly weights: readonly number[] | undefined;
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

/** The sum of opposite infinities is 0. */
const sum: Aggregate = (a, b) => (Number.isNaN(a + b) ? 0 : a + b);
const AGGREGATES: readonly (readonly [string, Aggregate])[] = [
  ['SUM', sum],
  ['MIN', (a, b) => (isBefore(b, a) ? b : a)],
  ['MAX', (a, b) => (isBefore(a, b) ? b : a)],
];

/** `Math.min` would tell -0 from 0. Redis keeps the first of them. */
function isBefore(a: number, b: number): boolean {
  return a < b;
}

function optionsOf(
  args: readonly string[],
  start: number,
  sources: number,
  operation: Operation,
  isStored: boolean,
): Options {
  let weights: readonly number[] | undefined;
  let aggregate = sum;
  let withScores = false;
  const isWeighted = operation !== 'diff';
  for (let at = start; at < args.length; at++) {
    if (isWeighted && isOption(args[at], 'WEIGHTS') && at + sources < args.length) {
      weights = args
        .slice(at + 1, at + 1 + sources)
        .map((text) => doubleArgument(text, 'ERR weight value is not a float'));
      at += sources;
    } else if (isWeighted && isOption(args[at], 'AGGREGATE') && at + 1 < args.length) {
      const name = args[++at]!;
      const found = AGGREGATES.find(([option]) => isOption(name, option));
      if (found === undefined) throw syntaxError();
      aggregate = found[1];
    } else if (!isStored && isOption(args[at], 'WITHSCORES')) {
      withScores = true;
    } else {
      throw syntaxError();
    }
  }
  return { weights, aggregate, withScores };
}

function combined(
  sources: readonly Source[],
  operation: Operation,
  { weights, aggregate }: Options,
): Iterable<readonly [string, number]> {
  if (operation === 'diff') return difference(sources);
  const weighted = sources.map(({ entries }, at) => ({ entries, weight: weights?.[at] ?? 1 }));
  // Sums of floating-point numbers depend on the order: Redis takes the smallest set first.
  return operation === 'union' ? union(bySize(weighted), aggregate) : intersection(bySize(weighted), aggregate);
}

function bySize(sources: readonly Source[]): readonly Source[] {
  return sources.toSorted((a, b) => denseSize(a.entries) - denseSize(b.entries));
}

function union(sources: readonly Source[], aggregate: Aggregate): Map<string, number> {
  const result = new Map<string, number>();
  for (const { entries, weight } of sources) {
    for (const [at, member] of entries.keys.entries()) {
      const score = weightedScore(entries.values[at]!, weight);
      const old = result.get(member);
      result.set(member, old === undefined ? score : aggregate(old, score));
    }
  }
  return result;
}

function* intersection(sources: readonly Source[], aggregate: Aggregate): Iterable<readonly [string, number]> {
  const [smallest, ...others] = sources;
  const { keys, values } = smallest!.entries;
  candidates: for (const [at, member] of keys.entries()) {
    let score = weightedScore(values[at]!, smallest!.weight);
    for (const { entries, weight } of others) {
      const value = denseGet(entries, member);
      if (value === undefined) continue candidates;
      score = aggregate(score, weightedScore(value, weight));
    }
    yield [member, score];
  }
}

function* difference([first, ...others]: readonly Source[]): Iterable<readonly [string, number]> {
  const { keys, values } = first!.entries;
  for (const [at, member] of keys.entries()) {
    if (!others.some(({ entries }) => entries.slots.has(member))) yield [member, weightedScore(values[at]!, 1)];
  }
}

/** A weight of 0 makes 0 of an infinite score. */
function weightedScore(value: number | true, weight: number): number {
  const score = weight * Number(value);
  return Number.isNaN(score) ? 0 : score;
}

function inOrder(entries: Iterable<readonly [string, number]>): Scored[] {
  return Array.from(entries, ([member, score]) => ({ member, score })).sort(byScore);
}

function byScore(a: Scored, b: Scored): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1;
  return a.member < b.member ? -1 : a.member === b.member ? 0 : 1;
}
