/** ZREM and ZREMRANGEBYRANK, -BYSCORE, -BYLEX. */
import type { Call } from '../../calls/call.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { denseGet } from '../../model/dense.ts';
import { membersBetween } from '../../model/sorted-sets.ts';
import type { SortedSet } from '../../model/values.ts';
import { type Bounds, boundsOf, intervalOf } from './bounds.ts';
import { removeMembers } from './changing.ts';

export function zrem(call: Call): void {
  const [, key = '', ...members] = call.args;
  const set = peekCollection<SortedSet>(call, key, 'zset');
  const present = set === undefined ? [] : members.filter((member) => denseGet(set.scores, member) !== undefined);
  call.reply.integer(set === undefined ? 0 : removeMembers(call, key, set, [...new Set(present)], 'zrem'));
}

export function zremrangebyrank(call: Call): void {
  removeRange(call, 'rank');
}

export function zremrangebyscore(call: Call): void {
  removeRange(call, 'score');
}

export function zremrangebylex(call: Call): void {
  removeRange(call, 'lex');
}

function removeRange(call: Call, by: Bounds['by']): void {
  const [name = '', key = '', min = '', max = ''] = call.args;
  const bounds = boundsOf(by, min, max);
  const set = peekCollection<SortedSet>(call, key, 'zset');
  if (set === undefined) {
    call.reply.integer(0);
    return;
  }
  const { start, end } = intervalOf(set, bounds, false);
  const members = start >= end ? [] : Array.from(membersBetween(set, start, end), ({ member }) => member);
  call.reply.integer(removeMembers(call, key, set, members, name.toLowerCase()));
}
