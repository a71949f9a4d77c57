/** XADD, XTRIM and XSETID. */
import { longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, NO_SUCH_KEY, syntaxError, wrongArity } from '../../calls/errors.ts';
import { peekCollection } from '../../calls/lookup.ts';
import {
  LAST_STREAM_ID,
  millisecondsOf,
  nextStreamId,
  plainStreamId,
  sequenceOf,
  streamIdOf,
  ZERO_STREAM_ID,
} from '../../model/stream-ids.ts';
import type { Stream } from '../../model/values.ts';
import { badId, idArgument, part } from './ids.ts';
import { planTrim, type Trimming, trimArguments, trimmingOf } from './trimming.ts';

/** The id that XADD was given: a whole one, only its milliseconds (`5-*`), or none (`*`). */
type WantedId = { readonly id: string } | { readonly milliseconds: bigint } | undefined;

const TOO_SMALL = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';

export function xadd(call: Call): void {
  const { args, reply } = call;
  const key = args[1]!;
  const given = trimArguments(args, true);
  const wanted = wantedId(args[given.end]);
  const trimming = trimmingOf(call, given, true);
  const fields = args.slice(given.end + 1);
  if (fields.length < 2 || fields.length % 2 === 1) throw wrongArity('xadd');
  if (wanted !== undefined && 'id' in wanted && wanted.id === ZERO_STREAM_ID) {
    throw new CommandError('ERR The ID specified in XADD must be greater than 0-0');
  }
  const stream = peekCollection<Stream>(call, key, 'stream');
  if (stream === undefined && given.noCreation) {
    reply.null();
    return;
  }
  const id = plainStreamId(nextId(call, stream?.lastId ?? ZERO_STREAM_ID, wanted));
  addEntry(call, key, id, fields);
  call.notify('x', 'xadd', key);
  if (trimming !== undefined) trim(call, key, peekCollection<Stream>(call, key, 'stream')!, trimming);
  reply.bulk(id);
}

export function xtrim(call: Call): void {
  const key = call.args[1]!;
  const trimming = trimmingOf(call, trimArguments(call.args, false), false);
  const stream = peekCollection<Stream>(call, key, 'stream');
  call.reply.integer(stream === undefined ? 0 : trim(call, key, stream, trimming!));
}

export function xsetid(call: Call): void {
  const { args, client, reply } = call;
  const key = args[1]!;
  const lastId = idArgument(args[2]!);
  const { entriesAdded, maxDeletedId } = positionOptions(args, lastId);
  const stream = peekCollection<Stream>(call, key, 'stream');
  if (stream === undefined) throw new CommandError(NO_SUCH_KEY);
  const top = stream.entries.last()?.[0];
  if (top !== undefined && lastId < top) {
    throw new CommandError('ERR The ID specified in XSETID is smaller than the target stream top item');
  }
  if (top !== undefined && entriesAdded !== undefined && entriesAdded < stream.entries.size) {
    throw new CommandError('ERR The entries_added specified in XSETID is smaller than the target stream length');
  }
  call.apply('StreamPositionSet', {
    db: client.db,
    key,
    lastId: plainStreamId(lastId),
    maxDeletedId: plainStreamId(maxDeletedId === ZERO_STREAM_ID ? stream.maxDeletedId : maxDeletedId),
    entriesAdded: Math.min(entriesAdded ?? stream.entriesAdded, Number.MAX_SAFE_INTEGER),
  });
  call.notify('x', 'xsetid', key);
  reply.ok();
}

function wantedId(text: string | undefined): WantedId {
  if (text === undefined || text === '*') return undefined;
  if (!text.endsWith('-*')) return { id: idArgument(text) };
  const milliseconds = part(text.slice(0, -2));
  if (milliseconds === undefined) throw badId();
  return { milliseconds };
}

/** @throws CommandError when there is no id after the last one, or the wanted one is not */
function nextId({ now }: Call, lastId: string, wanted: WantedId): string {
  if (lastId === LAST_STREAM_ID) {
    throw new CommandError('ERR The stream has exhausted the last possible ID, unable to add more items');
  }
  if (wanted === undefined) {
    const id = streamIdOf(now, 0);
    return id > lastId ? id : nextStreamId(lastId)!;
  }
  const id = 'id' in wanted ? wanted.id : idInMillisecond(lastId, wanted.milliseconds);
  if (id === undefined || id <= lastId) throw new CommandError(TOO_SMALL);
  return id;
}

/** The lowest free id of a millisecond; undefined when all of them are taken. */
function idInMillisecond(lastId: string, milliseconds: bigint): string | undefined {
  if (milliseconds !== millisecondsOf(lastId)) return streamIdOf(milliseconds, 0);
  return sequenceOf(lastId) === 2n ** 64n - 1n ? undefined : nextStreamId(lastId);
}

function addEntry(call: Call, key: string, id: string, fields: readonly string[]): void {
  const { db } = call.client;
  if (fields.length === 2) call.apply('EntryAdded', { db, key, id, field: fields[0]!, value: fields[1]! });
  else call.apply('WideEntryAdded', { db, key, id, fields });
}

/** Returns how many entries left. */
function trim(call: Call, key: string, stream: Stream, trimming: Trimming): number {
  const count = planTrim(call, stream, trimming);
  if (count === 0) return 0;
  call.apply('StreamTrimmed', { db: call.client.db, key, count }, count);
  call.notify('x', 'xtrim', key);
  return count;
}

interface PositionOptions {
  readonly entriesAdded: number | undefined;
  readonly maxDeletedId: string;
}

function positionOptions(args: readonly string[], lastId: string): PositionOptions {
  let entriesAdded: number | undefined;
  let maxDeletedId = ZERO_STREAM_ID;
  for (let at = 3; at < args.length; at += 2) {
    const word = args[at]!.toUpperCase();
    const next = args[at + 1];
    if (word === 'ENTRIESADDED' && next !== undefined) {
      entriesAdded = longArgument(next);
      if (entriesAdded < 0) throw new CommandError('ERR entries_added must be positive');
    } else if (word === 'MAXDELETEDID' && next !== undefined) {
      maxDeletedId = idArgument(next);
      if (lastId < maxDeletedId) {
        throw new CommandError('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
      }
    } else {
      throw syntaxError();
    }
  }
  return { entriesAdded, maxDeletedId };
}
