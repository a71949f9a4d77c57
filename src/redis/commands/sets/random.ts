/** SPOP and SRANDMEMBER. */
import { int64Argument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { peekCollection, readCollection } from '../../calls/lookup.ts';
import {
  boundedPositions,
  distinctPositions,
  randomBelow,
  randomCountArgument,
  repeatedPositions,
} from '../../calls/random.ts';
import { denseSize } from '../../model/dense.ts';
import type { Members } from '../../model/values.ts';
import { removeMembers } from './change.ts';
import { orderedMembers } from './order.ts';
import { replyMembers } from './read.ts';

/** The log records the members that left. */
export function spop(call: Call): void {
  const { args, reply } = call;
  const key = args[1]!;
  if (args.length > 3) throw syntaxError();
  const count = args.length === 3 ? popCount(args[2]!) : undefined;
  const set = peekCollection<Members>(call, key, 'set');
  const chosen = set === undefined ? [] : chosenMembers(call, set, count ?? 1);
  if (chosen.length > 0) removeMembers(call, key, set!, chosen, 'spop');
  if (count === undefined) reply.bulk(chosen[0]);
  else replyMembers(reply, chosen);
}

function popCount(text: string): number {
  const message = 'ERR value is out of range, must be positive';
  const count = int64Argument(text, message);
  if (count < 0n) throw new CommandError(message);
  return Number(count);
}

/** Up to so many different members. */
function chosenMembers(call: Call, { members }: Members, count: number): readonly string[] {
  const size = denseSize(members);
  if (count >= size) return [...orderedMembers(call, members)];
  if (count === 1) return [members.keys[randomBelow(size)]!];
  return Array.from(distinctPositions(size, count), (at) => members.keys[at]!);
}

export function srandmember(call: Call): void {
  const { args, reply } = call;
  const key = args[1]!;
  if (args.length > 3) throw syntaxError();
  if (args.length === 2) {
    const set = readCollection<Members>(call, key, 'set');
    reply.bulk(set?.members.keys[randomBelow(denseSize(set.members))]);
    return;
  }
  const count = Number(randomCountArgument(args[2]!));
  const set = readCollection<Members>(call, key, 'set');
  if (set === undefined) reply.array(0);
  else if (count >= 0) reply.bulks(chosenMembers(call, set, count));
  else replyRepeated(call, set, -count);
}

function replyRepeated({ reply }: Call, { members }: Members, count: number): void {
  reply.array(count);
  const positions = repeatedPositions(denseSize(members), count);
  for (const at of boundedPositions(reply, positions)) reply.bulk(members.keys[at]);
}
