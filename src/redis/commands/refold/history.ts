/** REFOLD.HISTORY and REFOLD.WHY: which effects changed a key, when, and who caused them. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import type { Change, Found } from '../../calls/contracts/past.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import type { Reply } from '../../protocol/reply.ts';

/** `REFOLD.HISTORY key [COUNT n] [BEFORE sequence]`: every change of the key that the log still has, newest first. */
export function history(call: Call): void {
  search(call, undefined, 2, false);
}

/**
 * `REFOLD.WHY key [field] [COUNT n] [BEFORE sequence]`: the changes that made the present value, newest first, back to the
 * one that gave the key a new value. With a field, member or element only those that concern it.
 */
export function why(call: Call): void {
  const hasField = call.args.length % 2 === 1;
  search(call, hasField ? call.args[2] : undefined, hasField ? 3 : 2, true);
}

/** How many changes are given without COUNT. */
const USUAL_COUNT = 10;
const LARGEST_ANSWER = 10_000;

function search(
  { args, client, parts, reply }: Call,
  field: string | undefined,
  start: number,
  onlyPresent: boolean,
): void {
  let count = USUAL_COUNT;
  let before: number | undefined;
  for (let at = start; at < args.length; at += 2) {
    if (at + 1 >= args.length) throw syntaxError();
    const number = integerArgument(args[at + 1]!);
    if (isOption(args[at], 'COUNT')) count = number;
    else if (isOption(args[at], 'BEFORE')) before = number;
    else throw syntaxError();
  }
  if (count < 1 || count > LARGEST_ANSWER) throw new CommandError(`ERR COUNT must be from 1 to ${LARGEST_ANSWER}`);
  const found = parts.past.search({
    db: client.db,
    key: args[1]!,
    onlyPresent,
    count,
    ...(field !== undefined && { field }),
    ...(before !== undefined && { before }),
  });
  parts.tasks.wait(client, found, (result) => write(reply, result));
}

/** A map: how far the search looked, whether that is everything, and the changes. */
function write(reply: Reply, { changes, from, to, isPartial }: Found): void {
  reply.map(3);
  reply.bulk('looked');
  reply.array(2);
  reply.integer(from);
  reply.integer(to);
  reply.bulk('partial');
  reply.boolean(isPartial);
  reply.bulk('changes');
  reply.array(changes.length);
  for (const change of changes) writeChange(reply, change);
}

function writeChange(reply: Reply, { sequence, recordedAt, effect, data, by }: Change): void {
  reply.map(5);
  reply.bulk('sequence');
  reply.integer(sequence);
  reply.bulk('time');
  reply.bulk(new Date(recordedAt).toISOString());
  reply.bulk('effect');
  reply.bulk(effect);
  reply.bulk('data');
  writeMembers(reply, data);
  reply.bulk('by');
  if (by === undefined) reply.null();
  else writeMembers(reply, by);
}

function writeMembers(reply: Reply, members: { readonly [member: string]: unknown }): void {
  const entries = Object.entries(members);
  reply.map(entries.length);
  for (const [name, value] of entries) {
    reply.bulk(name);
    writeValue(reply, value);
  }
}

function writeValue(reply: Reply, value: unknown): void {
  if (Array.isArray(value)) {
    reply.array(value.length);
    for (const item of value) writeValue(reply, item);
  } else if (typeof value === 'string') reply.bulk(value);
  else if (Number.isInteger(value)) reply.integer(value as number);
  else if (typeof value === 'number') reply.double(value);
  else reply.bulk(JSON.stringify(value));
}
