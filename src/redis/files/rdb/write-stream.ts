/** A stream as RDB version 10 writes it; see `read-stream.ts` for what a listpack of entries contains. */
import { ByteOutput } from '../bytes/byte-output.ts';
import { streamId } from '../values/stream-id.ts';
import type { StreamEntry, StreamGroup, StreamValue } from '../values/value.ts';
import { ENTRY } from './format.ts';
import { ListpackWriter } from './listpack-writer.ts';
import { writeBytes, writeLength, writeString, writeUint64 } from './write-strings.ts';

/** Redis's own bounds of one listpack by default, in entries and bytes. */
const NODE_ENTRIES = 100;
const NODE_BYTES = 4_096;

export function writeStream(output: ByteOutput, stream: StreamValue): void {
  writeEntries(output, stream.entries);
  writeLength(output, stream.entries.length);
  for (const id of [stream.lastId, stream.firstId, stream.maxDeletedId]) writeIdNumbers(output, id);
  writeUint64(output, stream.entriesAdded);
  writeLength(output, stream.groups.length);
  for (const group of stream.groups) writeGroup(output, group);
}

function writeEntries(output: ByteOutput, entries: readonly StreamEntry[]): void {
  const nodes = [...nodesOf(entries)];
  writeLength(output, nodes.length);
  for (const node of nodes) {
    writeBytes(output, idBytes(node[0]!.id));
    writeBytes(output, listpackOf(node));
  }
}

function* nodesOf(entries: readonly StreamEntry[]): Generator<readonly StreamEntry[], void> {
  let start = 0;
  let bytes = 0;
  for (const [at, { fields }] of entries.entries()) {
    bytes += fields.reduce((sum, [field, value]) => sum + field.length + value.length, 0);
    if (at + 1 - start < NODE_ENTRIES && bytes < NODE_BYTES) continue;
    yield entries.slice(start, at + 1);
    start = at + 1;
    bytes = 0;
  }
  if (start < entries.length) yield entries.slice(start);
}

function listpackOf(entries: readonly StreamEntry[]): Buffer {
  const first = entries[0]!;
  const names = first.fields.map(([field]) => field);
  const master = streamId(first.id);
  const writer = new ListpackWriter().integer(entries.length).integer(0).integer(names.length);
  for (const name of names) writer.text(name);
  writer.integer(0);
  for (const { id, fields } of entries) {
    const same = fields.length === names.length && fields.every(([field], at) => field === names[at]);
    const { milliseconds, sequence } = streamId(id);
    writer
      .integer(same ? ENTRY.sameFields : 0)
      .integer(BigInt.asIntN(64, milliseconds - master.milliseconds))
      .integer(BigInt.asIntN(64, sequence - master.sequence));
    if (!same) writer.integer(fields.length);
    for (const [field, value] of fields) {
      if (!same) writer.text(field);
      writer.text(value);
    }
    writer.integer(same ? fields.length + 3 : 2 * fields.length + 4);
  }
  return writer.take();
}

function writeGroup(output: ByteOutput, group: StreamGroup): void {
  writeString(output, group.name);
  writeIdNumbers(output, group.lastId);
  writeUint64(output, BigInt.asUintN(64, group.entriesRead));
  writeLength(output, group.pending.length);
  for (const { id, deliveredAt, deliveries } of group.pending) {
    output.append(idBytes(id)).int64(BigInt(deliveredAt));
    writeUint64(output, deliveries);
  }
  const owned = Map.groupBy(group.pending, ({ consumer }) => consumer);
  writeLength(output, group.consumers.length);
  for (const { name, seenAt } of group.consumers) {
    writeString(output, name);
    output.int64(BigInt(seenAt));
    const pending = owned.get(name) ?? [];
    writeLength(output, pending.length);
    for (const { id } of pending) output.append(idBytes(id));
  }
}

function writeIdNumbers(output: ByteOutput, text: string): void {
  const { milliseconds, sequence } = streamId(text);
  writeUint64(output, milliseconds);
  writeUint64(output, sequence);
}

function idBytes(text: string): Buffer {
  const { milliseconds, sequence } = streamId(text);
  return Buffer.from(new ByteOutput().uint64BigEndian(milliseconds).uint64BigEndian(sequence).take());
}
