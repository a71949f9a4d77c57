/** ZADD and ZINCRBY. */
import { doubleArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { requireRoom } from '../../calls/limits.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { denseGet, denseSize } from '../../model/dense.ts';
import type { Scored, SortedSet } from '../../model/values.ts';
import { asKept, setScores } from './changing.ts';

const ZADD_OPTIONS = ['NX', 'XX', 'CH', 'INCR', 'GT', 'LT'] as const;

type Options = ReadonlySet<(typeof ZADD_OPTIONS)[number]>;

export function zadd(call: Call): void {
  const { args } = call;
  if (args.length === 4 && optionOf(args[2]) === undefined) {
    addScore(call, args[1]!, doubleArgument(args[2]!), args[3]!);
    return;
  }
  const options = new Set<(typeof ZADD_OPTIONS)[number]>();
  let at = 2;
  for (; at < args.length; at++) {
    const option = optionOf(args[at]);
    if (option === undefined) break;
    options.add(option);
  }
  const pairs = (args.length - at) / 2;
  if (pairs === 0 || !Number.isInteger(pairs)) throw syntaxError();
  requireCompatible(options, pairs);
  const scored: Scored[] = [];
  for (; at < args.length; at += 2) scored.push({ score: doubleArgument(args[at]!), member: args[at + 1]! });
  addScores(call, args[1]!, scored, options);
}

function optionOf(text: string | undefined): (typeof ZADD_OPTIONS)[number] | undefined {
  return ZADD_OPTIONS.find((name) => isOption(text, name));
}

/** The usual case: one member, without options. */
function addScore(call: Call, key: string, score: number, member: string): void {
  const set = peekCollection<SortedSet>(call, key, 'zset');
  const old = set && denseGet(set.scores, member);
  requireRoom(set === undefined ? 0 : denseSize(set.scores), old === undefined ? 1 : 0);
  if (old !== score) {
    setScores(call, key, asKept(call, set?.scores, [{ score, member }]));
    call.notify('z', 'zadd', key);
  }
  call.reply.integer(old === undefined ? 1 : 0);
}

export function zincrby(call: Call): void {
  const [, key = '', increment = '', member = ''] = call.args;
  addScores(call, key, [{ score: doubleArgument(increment), member }], new Set(['INCR']));
}

function requireCompatible(options: Options, pairs: number): void {
  if (options.has('NX') && options.has('XX')) {
    throw new CommandError('ERR XX and NX options at the same time are not compatible');
  }
  if (Number(options.has('NX')) + Number(options.has('GT')) + Number(options.has('LT')) > 1) {
    throw new CommandError('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (options.has('INCR') && pairs > 1) {
    throw new CommandError('ERR INCR option supports a single increment-element pair');
  }
}

/** Adds members as the options allow. GEOADD ends here, too. @throws CommandError */
export function addScores(call: Call, key: string, scored: readonly Scored[], options: Options): void {
  const set = peekCollection<SortedSet>(call, key, 'zset');
  // What earlier pairs of the same command say counts for later ones.
  const decided = new Map<string, number>();
  let [added, updated] = [0, 0];
  let last: number | undefined;
  for (const { member, score } of scored) {
    const old = decided.get(member) ?? (set && denseGet(set.scores, member));
    last = newScore(old, score, options);
    if (last === undefined || last === old) continue;
    decided.set(member, last);
    if (old === undefined) added++;
    else updated++;
  }
  requireRoom(set === undefined ? 0 : denseSize(set.scores), added);
  const changed = Array.from(decided, ([member, score]) => ({ member, score }));
  if (changed.length > 0) {
    setScores(call, key, asKept(call, set?.scores, changed));
    call.notify('z', options.has('INCR') ? 'zincr' : 'zadd', key);
  }
  if (!options.has('INCR')) call.reply.integer(options.has('CH') ? added + updated : added);
  else if (last === undefined) call.reply.null();
  else call.reply.double(last);
}

/** The score that the member gets; undefined when the options forbid it. */
function newScore(old: number | undefined, score: number, options: Options): number | undefined {
  if (old === undefined) return options.has('XX') ? undefined : score;
  if (options.has('NX')) return undefined;
  const result = options.has('INCR') ? old + score : score;
  if (Number.isNaN(result)) throw new CommandError('ERR resulting score is not a number (NaN)');
  if ((options.has('GT') && result <= old) || (options.has('LT') && result >= old)) return undefined;
  return result;
}
