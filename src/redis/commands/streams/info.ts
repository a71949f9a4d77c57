/** XINFO: what a stream, its groups and its consumers look like. */
import { isOption, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, NO_SUCH_KEY } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { readCollection } from '../../calls/lookup.ts';
import { plainStreamId, ZERO_STREAM_ID } from '../../model/stream-ids.ts';
import { UNKNOWN_READS } from '../../model/streams.ts';
import type { Consumer, Group, Stream } from '../../model/values.ts';
import { lastSeen } from './consumers.ts';
import { lagOf } from './counting.ts';
import { type Entry, entriesOf, replyEntries, replyEntry } from './entries.ts';
import { sortedByName } from './pending.ts';
import { nodeEntries } from './trimming.ts';

export const xinfoHelp: (call: Call) => void = helpCommand('XINFO', [
  ['CONSUMERS <key> <groupname>', 'Show the consumers of a group.'],
  ['GROUPS <key>', 'Show the groups of a stream.'],
  ['STREAM <key> [FULL [COUNT <count>]', 'Show a stream; with FULL its entries, groups and consumers, too.'],
]);

export function xinfoConsumers(call: Call): void {
  const { args, now, reply } = call;
  const group = requireStream(call).groups.get(args[3]!);
  if (group === undefined) {
    throw new CommandError(`NOGROUP No such consumer group '${args[3]}' for key name '${args[2]}'`);
  }
  reply.array(group.consumers.size);
  for (const [name, consumer] of sortedByName(group.consumers)) {
    reply.map(3);
    replyFact(call, 'name', name);
    replyFact(call, 'pending', consumer.pending.size);
    replyFact(call, 'idle', Math.max(now - lastSeen(consumer), 0));
  }
}

export function xinfoGroups(call: Call): void {
  const stream = requireStream(call);
  call.reply.array(stream.groups.size);
  for (const [name, group] of sortedByName(stream.groups)) {
    call.reply.map(6);
    replyFact(call, 'name', name);
    replyFact(call, 'consumers', group.consumers.size);
    replyFact(call, 'pending', group.pending.size);
    replyPosition(call, stream, group);
  }
}

export function xinfoStream(call: Call): void {
  const { args, reply } = call;
  const stream = requireStream(call);
  const isFull = args.length > 3;
  const limit = isFull ? fullCount(call) : 0;
  reply.map(isFull ? 9 : 10);
  replyBasics(call, stream);
  if (isFull) {
    reply.bulk('entries');
    replyEntries(call, entriesOf(stream.entries, limit));
    reply.bulk('groups');
    reply.array(stream.groups.size);
    for (const [name, group] of sortedByName(stream.groups)) replyGroup(call, stream, name, group, limit);
  } else {
    replyFact(call, 'groups', stream.groups.size);
    reply.bulk('first-entry');
    replyEdge(call, stream.entries.first());
    reply.bulk('last-entry');
    replyEdge(call, stream.entries.last());
  }
}

function requireStream(call: Call): Stream {
  const stream = readCollection<Stream>(call, call.args[2]!, 'stream');
  if (stream === undefined) throw new CommandError(NO_SUCH_KEY);
  return stream;
}

const DEFAULT_ENTRIES = 10;

/** COUNT n; 0 for all. */
function fullCount(call: Call): number {
  const { args } = call;
  if (!isOption(args[3], 'FULL')) throw badSubcommand(call);
  if (args.length === 4) return DEFAULT_ENTRIES;
  if (args.length !== 6 || !isOption(args[4], 'COUNT')) throw badSubcommand(call);
  const count = longArgument(args[5]!);
  return count < 0 ? DEFAULT_ENTRIES : count;
}

function badSubcommand({ args }: Call): CommandError {
  return new CommandError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try XINFO HELP.`);
}

/** The radix tree of Redis has a key for each node of entries. Here it is what Redis would need for these entries. */
function replyBasics(call: Call, { entries, entriesAdded, lastId, maxDeletedId }: Stream): void {
  const keys = Math.ceil(entries.size / nodeEntries(call));
  replyFact(call, 'length', entries.size);
  replyFact(call, 'radix-tree-keys', keys);
  replyFact(call, 'radix-tree-nodes', keys + 1);
  replyFact(call, 'last-generated-id', plainStreamId(lastId));
  replyFact(call, 'max-deleted-entry-id', plainStreamId(maxDeletedId));
  replyFact(call, 'entries-added', entriesAdded);
  replyFact(call, 'recorded-first-entry-id', plainStreamId(entries.first()?.[0] ?? ZERO_STREAM_ID));
}

function replyGroup(call: Call, stream: Stream, name: string, group: Group, limit: number): void {
  const { reply } = call;
  reply.map(7);
  replyFact(call, 'name', name);
  replyPosition(call, stream, group);
  replyFact(call, 'pel-count', group.pending.size);
  reply.bulk('pending');
  const pending = entriesOf(group.pending, limit);
  reply.array(pending.length);
  for (const [id, { consumer, deliveredAt, deliveries }] of pending) {
    reply.array(4);
    reply.bulk(plainStreamId(id));
    reply.bulk(consumer);
    reply.integer(deliveredAt);
    reply.integer(deliveries);
  }
  reply.bulk('consumers');
  reply.array(group.consumers.size);
  for (const [consumer, facts] of sortedByName(group.consumers)) replyConsumer(call, group, consumer, facts, limit);
}

function replyConsumer(call: Call, group: Group, name: string, consumer: Consumer, limit: number): void {
  const { reply } = call;
  reply.map(4);
  replyFact(call, 'name', name);
  replyFact(call, 'seen-time', lastSeen(consumer));
  replyFact(call, 'pel-count', consumer.pending.size);
  reply.bulk('pending');
  const pending = entriesOf(consumer.pending, limit);
  reply.array(pending.length);
  for (const [id] of pending) {
    const { deliveredAt, deliveries } = group.pending.get(id)!;
    reply.array(3);
    reply.bulk(plainStreamId(id));
    reply.integer(deliveredAt);
    reply.integer(deliveries);
  }
}

function replyPosition(call: Call, stream: Stream, group: Group): void {
  replyFact(call, 'last-delivered-id', plainStreamId(group.lastId));
  replyFact(call, 'entries-read', group.entriesRead === UNKNOWN_READS ? undefined : group.entriesRead);
  replyFact(call, 'lag', lagOf(stream, group));
}

function replyEdge(call: Call, entry: Entry | undefined): void {
  if (entry === undefined) call.reply.null();
  else replyEntry(call, entry[0], entry[1]);
}

function replyFact({ reply }: Call, name: string, value: string | number | undefined): void {
  reply.bulk(name);
  if (typeof value === 'number') reply.integer(value);
  else reply.bulk(value);
}
