/**
 * How many entries of a stream a group has read, and how many it has not.
 *
 * The count of entries ever added gives it, as long as no entry was deleted after the place where the group is. Redis does
 * not count exactly otherwise, and neither does this: the answers are the same.
 */
import { ZERO_STREAM_ID } from '../../model/stream-ids.ts';
import { UNKNOWN_READS } from '../../model/streams.ts';
import type { Group, Stream } from '../../model/values.ts';

/** The entries that the group has not read; undefined when it is not known. */
export function lagOf(stream: Stream, group: Group): number | undefined {
  if (stream.entriesAdded === 0) return 0;
  const read =
    group.entriesRead !== UNKNOWN_READS && !hasDeletedFrom(stream, group.lastId)
      ? group.entriesRead
      : countUpTo(stream, group.lastId);
  return read === UNKNOWN_READS ? undefined : stream.entriesAdded - read;
}

/** `entriesRead` of a group that has just read the entry with this id. */
export function readUpTo(stream: Stream, group: Pick<Group, 'entriesRead'>, id: string): number {
  if (group.entriesRead !== UNKNOWN_READS && !hasDeletedFrom(stream, id)) return group.entriesRead + 1;
  return stream.entriesAdded === 0 ? group.entriesRead : countUpTo(stream, id);
}

/** Whether an entry was deleted at an id or after it, among those that the stream still spans. */
function hasDeletedFrom(stream: Stream, id: string): boolean {
  const { entries, maxDeletedId } = stream;
  return entries.size > 0 && id <= maxDeletedId && firstIdOf(stream) <= maxDeletedId;
}

function firstIdOf({ entries }: Stream): string {
  return entries.first()?.[0] ?? ZERO_STREAM_ID;
}

/** How many entries were ever added up to an id, where this is certain. */
function countUpTo(stream: Stream, id: string): number {
  const { entries, entriesAdded, lastId, maxDeletedId } = stream;
  if (entriesAdded === 0) return 0;
  if (entries.size === 0 && id <= lastId) return entriesAdded;
  if (id === lastId) return entriesAdded;
  if (id > lastId) return UNKNOWN_READS;
  const firstId = firstIdOf(stream);
  if (maxDeletedId === ZERO_STREAM_ID || maxDeletedId < firstId) {
    if (id < firstId) return entriesAdded - entries.size;
    if (id === firstId) return entriesAdded - entries.size + 1;
  }
  return UNKNOWN_READS;
}
