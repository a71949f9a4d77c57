/** XACK and XPENDING: what was delivered and not acknowledged. */
import { isOption, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { batchesOf } from '../../calls/limits.ts';
import { peekCollection, readCollection } from '../../calls/lookup.ts';
import { plainStreamId } from '../../model/stream-ids.ts';
import type { Group, Stream } from '../../model/values.ts';
import { endArgument, idArgument, startArgument } from './ids.ts';

export function xack(call: Call): void {
  const { args, client, reply } = call;
  const [, key = '', name = ''] = args;
  const group = peekCollection<Stream>(call, key, 'stream')?.groups.get(name);
  if (group === undefined) {
    reply.integer(0);
    return;
  }
  const ids = new Set(args.slice(3).map((text) => idArgument(text)));
  const present = [...ids].filter((id) => group.pending.has(id)).map(plainStreamId);
  acknowledge(call, { db: client.db, key, group: name }, present);
  reply.integer(present.length);
}

/** @param ids in the plain spelling; each of them is pending */
export function acknowledge(
  call: Call,
  on: { readonly db: number; readonly key: string; readonly group: string },
  ids: readonly string[],
): void {
  if (ids.length === 1) {
    call.apply('EntryAcknowledged', { ...on, id: ids[0]! });
    return;
  }
  for (const batch of batchesOf(ids)) call.apply('EntriesAcknowledged', { ...on, ids: batch }, batch.length);
}

export function xpending(call: Call): void {
  const { args } = call;
  if (args.length !== 3 && (args.length < 6 || args.length > 9)) throw syntaxError();
  const filter = args.length === 3 ? undefined : filterOf(args);
  const group = readCollection<Stream>(call, args[1]!, 'stream')?.groups.get(args[2]!);
  if (group === undefined) throw noGroup(args[1]!, args[2]!);
  if (filter === undefined) replySummary(call, group);
  else replyPending(call, group, filter);
}

export function noGroup(key: string, group: string): CommandError {
  return new CommandError(`NOGROUP No such key '${key}' or consumer group '${group}'`);
}

interface Filter {
  readonly minIdleMs: number;
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly consumer: string | undefined;
}

function filterOf(args: readonly string[]): Filter {
  const hasIdle = isOption(args[3], 'IDLE');
  const minIdleMs = hasIdle ? longArgument(args[4]!) : 0;
  if (hasIdle && args.length < 8) throw syntaxError();
  const at = hasIdle ? 5 : 3;
  const count = Math.max(longArgument(args[at + 2]!), 0);
  return {
    minIdleMs,
    from: startArgument(args[at]!),
    to: endArgument(args[at + 1]!),
    count,
    consumer: args[at + 3],
  };
}

function replySummary({ reply }: Call, { consumers, pending }: Group): void {
  const [first, last] = [pending.first(), pending.last()];
  reply.array(4);
  reply.integer(pending.size);
  reply.bulk(first && plainStreamId(first[0]));
  reply.bulk(last && plainStreamId(last[0]));
  const busy = sortedByName(consumers).filter(([, consumer]) => consumer.pending.size > 0);
  if (pending.size === 0) reply.nullArray();
  else {
    reply.array(busy.length);
    for (const [name, consumer] of busy) reply.bulks([name, String(consumer.pending.size)]);
  }
}

/** Redis keeps names in the order of their bytes. */
export function sortedByName<V>(map: ReadonlyMap<string, V>): (readonly [string, V])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function replyPending(call: Call, group: Group, { minIdleMs, from, to, count, consumer }: Filter): void {
  const { now, reply } = call;
  const ids = consumer === undefined ? group.pending : group.consumers.get(consumer)?.pending;
  const found: string[] = [];
  const range = from > to || count === 0 ? [] : (ids?.range({ from, to }) ?? []);
  for (const [id] of range) {
    if (minIdleMs > 0 && now - group.pending.get(id)!.deliveredAt < minIdleMs) continue;
    found.push(id);
    if (found.length === count) break;
  }
  reply.array(found.length);
  for (const id of found) {
    const pending = group.pending.get(id)!;
    reply.array(4);
    reply.bulk(plainStreamId(id));
    reply.bulk(pending.consumer);
    reply.integer(Math.max(now - pending.deliveredAt, 0));
    reply.integer(pending.deliveries);
  }
}
