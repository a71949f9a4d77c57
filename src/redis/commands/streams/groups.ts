/** XGROUP: groups and their consumers. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { peekCollection } from '../../calls/lookup.ts';
import { plainStreamId, ZERO_STREAM_ID } from '../../model/stream-ids.ts';
import { UNKNOWN_READS } from '../../model/streams.ts';
import type { Group, Stream } from '../../model/values.ts';
import { createConsumer } from './consumers.ts';
import { idArgument } from './ids.ts';

export const xgroupHelp: (call: Call) => void = helpCommand('XGROUP', [
  ['CREATE <key> <groupname> <id|$> [option]', 'Create a group. Options: MKSTREAM makes a missing stream,'],
  ['', 'ENTRIESREAD <n> sets how many entries it has read.'],
  ['CREATECONSUMER <key> <groupname> <consumer>', 'Create a consumer in the group.'],
  ['DELCONSUMER <key> <groupname> <consumer>', 'Delete the consumer.'],
  ['DESTROY <key> <groupname>', 'Delete the group.'],
  ['SETID <key> <groupname> <id|$> [ENTRIESREAD <n>]', 'Set the last id that the group has read.'],
]);

export function xgroupCreate(call: Call): void {
  const { args, client, reply } = call;
  const [key, group] = [args[2]!, args[3]!];
  const { entriesRead, isMakingStream } = groupOptions(args, true);
  const stream = peekCollection<Stream>(call, key, 'stream');
  if (stream === undefined && !isMakingStream) throw new CommandError(NO_KEY);
  const lastId = positionArgument(args[4]!, stream);
  if (stream?.groups.has(group)) throw new CommandError('BUSYGROUP Consumer Group name already exists');
  if (stream === undefined) call.apply('StreamCreated', { db: client.db, key });
  call.apply('GroupCreated', { db: client.db, key, group, lastId, entriesRead });
  call.notify('x', 'xgroup-create', key);
  reply.ok();
}

export function xgroupSetId(call: Call): void {
  const { args, client, reply } = call;
  const [key, group] = [args[2]!, args[3]!];
  const { entriesRead } = groupOptions(args, false);
  const { stream } = requireGroup(call, key, group);
  const lastId = positionArgument(args[4]!, stream);
  call.apply('GroupPositionSet', { db: client.db, key, group, lastId, entriesRead });
  call.notify('x', 'xgroup-setid', key);
  reply.ok();
}

export function xgroupDestroy(call: Call): void {
  const { args, client, reply } = call;
  const [key, group] = [args[2]!, args[3]!];
  const stream = peekCollection<Stream>(call, key, 'stream');
  if (stream === undefined) throw new CommandError(NO_KEY);
  const isThere = stream.groups.has(group);
  if (isThere) {
    call.apply('GroupDestroyed', { db: client.db, key, group });
    call.notify('x', 'xgroup-destroy', key);
  }
  reply.integer(isThere ? 1 : 0);
}

export function xgroupCreateConsumer(call: Call): void {
  const { args, reply } = call;
  const [key, name, consumer] = [args[2]!, args[3]!, args[4]!];
  const { group } = requireGroup(call, key, name);
  reply.integer(createConsumer(call, { key, group: name, consumer }, group) ? 1 : 0);
}

/** Answers how many entries were pending for the consumer. */
export function xgroupDelConsumer(call: Call): void {
  const { args, client, reply } = call;
  const [key, name, consumer] = [args[2]!, args[3]!, args[4]!];
  const present = requireGroup(call, key, name).group.consumers.get(consumer);
  const pending = present?.pending.size ?? 0;
  if (present !== undefined) {
    call.apply('ConsumerDeleted', { db: client.db, key, group: name, consumer });
    call.notify('x', 'xgroup-delconsumer', key);
  }
  reply.integer(pending);
}

function requireGroup(call: Call, key: string, name: string): { readonly stream: Stream; readonly group: Group } {
  const stream = peekCollection<Stream>(call, key, 'stream');
  if (stream === undefined) throw new CommandError(NO_KEY);
  const group = stream.groups.get(name);
  if (group !== undefined) return { stream, group };
  throw new CommandError(`NOGROUP No such consumer group '${name}' for key name '${key}'`);
}

/** `$` is the last id of the stream. */
function positionArgument(text: string, stream: Stream | undefined): string {
  return plainStreamId(text === '$' ? (stream?.lastId ?? ZERO_STREAM_ID) : idArgument(text));
}

interface GroupOptions {
  readonly entriesRead: number;
  readonly isMakingStream: boolean;
}

function groupOptions(args: readonly string[], isCreation: boolean): GroupOptions {
  let entriesRead = UNKNOWN_READS;
  let isMakingStream = false;
  for (let at = 5; at < args.length; at++) {
    const word = args[at]!.toUpperCase();
    if (isCreation && word === 'MKSTREAM') {
      isMakingStream = true;
    } else if (word === 'ENTRIESREAD' && at + 1 < args.length) {
      entriesRead = longArgument(args[++at]!);
      if (entriesRead < 0 && entriesRead !== UNKNOWN_READS) {
        throw new CommandError('ERR value for ENTRIESREAD must be positive or -1');
      }
    } else {
      throw new CommandError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try XGROUP HELP.`);
    }
  }
  return { entriesRead: Math.min(entriesRead, Number.MAX_SAFE_INTEGER), isMakingStream };
}

const NO_KEY =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.';
