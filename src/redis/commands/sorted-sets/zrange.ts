/** ZRANGE, ZRANGESTORE, and the older commands that read one kind of range. */
import { isOption, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { readCollection } from '../../calls/lookup.ts';
import { membersBetween } from '../../model/sorted-sets.ts';
import type { SortedSet } from '../../model/values.ts';
import { type Bounds, boundsOf, firstOf, intervalOf, lengthOf } from './bounds.ts';
import { storeResult } from './changing.ts';
import { replyScored } from './replies.ts';

/** What the name of a command fixes. */
interface Fixed {
  readonly by?: Bounds['by'];
  readonly isReverse?: boolean;
  readonly isStored?: boolean;
}

interface RangeRequest {
  readonly bounds: Bounds;
  readonly isReverse: boolean;
  readonly offset: number;
  /** Negative for all. */
  readonly count: number;
  readonly withScores: boolean;
}

export function zrange(call: Call): void {
  replyRange(call, {});
}

export function zrevrange(call: Call): void {
  replyRange(call, { by: 'rank', isReverse: true });
}

export function zrangebyscore(call: Call): void {
  replyRange(call, { by: 'score', isReverse: false });
}

export function zrevrangebyscore(call: Call): void {
  replyRange(call, { by: 'score', isReverse: true });
}

export function zrangebylex(call: Call): void {
  replyRange(call, { by: 'lex', isReverse: false });
}

export function zrevrangebylex(call: Call): void {
  replyRange(call, { by: 'lex', isReverse: true });
}

export function zrangestore(call: Call): void {
  const [, target = '', source = ''] = call.args;
  const request = requestOf(call.args, 3, { isStored: true });
  const set = readCollection<SortedSet>(call, source, 'zset');
  const scored = set === undefined ? [] : Array.from(read(set, request).scored);
  storeResult(call, target, scored, 'zrangestore');
}

function replyRange(call: Call, fixed: Fixed): void {
  const request = requestOf(call.args, 2, fixed);
  const set = readCollection<SortedSet>(call, call.args[1]!, 'zset');
  const { count, scored } = set === undefined ? { count: 0, scored: [] } : read(set, request);
  replyScored(call.reply, count, scored, request.withScores);
}

function read(set: SortedSet, { bounds, isReverse, offset, count }: RangeRequest) {
  const interval = firstOf(intervalOf(set, bounds, isReverse, offset), count, isReverse);
  const length = lengthOf(interval);
  return {
    count: length,
    scored: length === 0 ? [] : membersBetween(set, interval.start, interval.end, isReverse),
  };
}

/** @param start the position of the first bound */
function requestOf(args: readonly string[], start: number, fixed: Fixed): RangeRequest {
  let { by, isReverse } = fixed;
  let [offset, count, withScores] = [0, -1, false];
  for (let at = start + 2; at < args.length; at++) {
    if (fixed.isStored !== true && isOption(args[at], 'WITHSCORES')) withScores = true;
    else if (isOption(args[at], 'LIMIT') && at + 2 < args.length) {
      offset = longArgument(args[++at]!);
      count = longArgument(args[++at]!);
    } else if (isReverse === undefined && isOption(args[at], 'REV')) isReverse = true;
    else if (by === undefined && isOption(args[at], 'BYLEX')) by = 'lex';
    else if (by === undefined && isOption(args[at], 'BYSCORE')) by = 'score';
    else throw syntaxError();
  }
  by ??= 'rank';
  isReverse ??= false;
  if (count !== -1 && by === 'rank') {
    throw new CommandError('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
  }
  if (withScores && by === 'lex') {
    throw new CommandError('ERR syntax error, WITHSCORES not supported in combination with BYLEX');
  }
  const [first, second] = [args[start]!, args[start + 1]!];
  // Backwards, the larger bound comes first; ranks count from the end instead.
  const bounds = isReverse && by !== 'rank' ? boundsOf(by, second, first) : boundsOf(by, first, second);
  return { bounds, isReverse, offset: by === 'rank' ? 0 : offset, count, withScores };
}
