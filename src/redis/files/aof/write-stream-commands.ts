/** Commands that build a stream from nothing: its entries, what it knows of itself, its groups, and what is pending in them. */
import { compareStreamIds, FIRST_STREAM_ID } from '../values/stream-id.ts';
import type { StreamEntry, StreamGroup, StreamValue } from '../values/value.ts';
import type { AofCommand } from './read-commands.ts';

/** Entries that stand in for deleted ones have these fields for a moment. */
const STAND_IN: StreamEntry['fields'] = [['x', 'y']];

/** An id that every server takes for a first entry. */
const SMALLEST_ID = '0-1';

/**
 * XCLAIM makes an entry pending only if the stream has it. So a deleted entry that is still pending is added, claimed,
 * and deleted again. XDEL takes those that the stream remembers as deleted. XTRIM takes the others, which are all before
 * the first entry: only trimming leaves the largest deleted id as it is. XSETID comes last and sets the counters.
 */
export function* streamCommands(key: string, stream: StreamValue): Generator<AofCommand, void> {
  const standIns = standInsOf(stream);
  const deleted = standIns.filter(({ id }) => compareStreamIds(id, stream.maxDeletedId) <= 0);
  const entries = [...stream.entries, ...standIns].sort((a, b) => compareStreamIds(a.id, b.id));
  for (const { id, fields } of entries) yield ['XADD', key, id, ...fields.flat()];
  if (entries.length === 0) yield ['XADD', key, 'MAXLEN', '0', SMALLEST_ID, ...STAND_IN.flat()];
  for (const group of stream.groups) yield* groupCommands(key, group);
  if (deleted.length > 0) yield ['XDEL', key, ...deleted.map(({ id }) => id)];
  if (standIns.length > deleted.length) yield trim(key, stream);
  yield setId(key, stream);
}

/** Entries that are pending in a group and no longer in the stream. */
function standInsOf({ entries, groups }: StreamValue): StreamEntry[] {
  const there = new Set(entries.map(({ id }) => id));
  const pending = new Set(groups.flatMap((group) => group.pending.map(({ id }) => id)));
  return [...pending].filter((id) => !there.has(id) && id !== FIRST_STREAM_ID).map((id) => ({ id, fields: STAND_IN }));
}

function trim(key: string, { entries }: StreamValue): AofCommand {
  const first = entries[0];
  return first === undefined ? ['XTRIM', key, 'MAXLEN', '0'] : ['XTRIM', key, 'MINID', first.id];
}

function setId(key: string, { lastId, entriesAdded, maxDeletedId }: StreamValue): AofCommand {
  return ['XSETID', key, lastId, 'ENTRIESADDED', String(entriesAdded), 'MAXDELETEDID', maxDeletedId];
}

function* groupCommands(key: string, group: StreamGroup): Generator<AofCommand, void> {
  const { name, lastId, entriesRead } = group;
  yield ['XGROUP', 'CREATE', key, name, lastId, 'ENTRIESREAD', String(entriesRead)];
  for (const consumer of group.consumers) yield ['XGROUP', 'CREATECONSUMER', key, name, consumer.name];
  for (const { id, consumer, deliveredAt, deliveries } of group.pending) {
    const times = ['TIME', String(deliveredAt), 'RETRYCOUNT', String(deliveries)];
    yield ['XCLAIM', key, name, consumer, '0', id, ...times, 'JUSTID', 'FORCE'];
  }
}
