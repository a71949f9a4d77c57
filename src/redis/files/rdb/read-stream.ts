/** A stream in an RDB file: its entries in listpacks, what it knows of itself, and its consumer groups. */
import type { ByteInput } from '../bytes/byte-input.ts';
import { compareStreamIds, FIRST_STREAM_ID, formatStreamId, type StreamId } from '../values/stream-id.ts';
import type { PendingEntry, StreamConsumer, StreamEntry, StreamGroup, StreamValue } from '../values/value.ts';
import { ENTRY, TYPE } from './format.ts';
import { readListpack } from './read-packed.ts';
import { readLength, readPacked, readString, readUint64 } from './read-strings.ts';

const MASK = 2n ** 64n - 1n;

export function readStream(type: number, input: ByteInput): StreamValue {
  const entries = readEntries(input);
  const length = readUint64(input);
  if (length !== BigInt(entries.length)) input.fail(`A stream of ${entries.length} entries says that it has ${length}`);
  const lastId = readIdNumbers(input);
  const last = entries.at(-1);
  if (last !== undefined && compareStreamIds(last.id, lastId) > 0)
    input.fail('A stream has an entry after its last id');
  const firstId = entries[0]?.id ?? FIRST_STREAM_ID;
  const about =
    type === TYPE.stream
      ? { lastId, firstId, maxDeletedId: FIRST_STREAM_ID, entriesAdded: length }
      : {
          lastId,
          firstId: readIdNumbers(input),
          maxDeletedId: readIdNumbers(input),
          entriesAdded: readUint64(input),
        };
  if (about.entriesAdded < length) input.fail('A stream has more entries than were ever added');
  return { kind: 'stream', entries, ...about, groups: readGroups(type, input, about) };
}

function readEntries(input: ByteInput): StreamEntry[] {
  const entries: StreamEntry[] = [];
  const nodes = readLength(input);
  for (let at = 0; at < nodes; at += 1) {
    const key = readPacked(input);
    const master = readIdBytes(key);
    if (!key.ended) input.fail('The key of a stream node is longer than an id');
    for (const entry of entriesOf(new Listpack(readPacked(input)), master)) {
      const before = entries.at(-1);
      if (before !== undefined && compareStreamIds(before.id, entry.id) >= 0) input.fail('Stream ids do not ascend');
      entries.push(entry);
    }
  }
  return entries;
}

/**
 * The entries of one listpack. It begins with a master entry: how many entries are there and how many of them are
 * deleted, the field names that most entries share, and 0. Each entry has flags, what its id is more than the master's,
 * its fields and values or only values, and how many elements that were.
 */
function entriesOf(elements: Listpack, master: StreamId): StreamEntry[] {
  const live = elements.count();
  const deleted = elements.count();
  const shared = elements.texts(elements.count());
  if (elements.count() !== 0) elements.fail('The master entry of a stream does not end with 0');
  const entries: StreamEntry[] = [];
  for (let at = 0; at < live + deleted; at += 1) {
    const start = elements.at;
    const flags = elements.count();
    const id = formatStreamId({
      milliseconds: (master.milliseconds + elements.integer()) & MASK,
      sequence: (master.sequence + elements.integer()) & MASK,
    });
    const fields = readFields(elements, flags, shared);
    const size = elements.at - start;
    if (elements.count() !== size) elements.fail('An entry of a stream says another length');
    if ((flags & ENTRY.deleted) === 0) entries.push({ id, fields });
  }
  if (entries.length !== live) elements.fail(`A stream node of ${entries.length} entries says that it has ${live}`);
  if (!elements.ended) elements.fail('More elements follow the entries of a stream node');
  return entries;
}

function readFields(elements: Listpack, flags: number, shared: readonly string[]): StreamEntry['fields'] {
  if ((flags & ENTRY.sameFields) !== 0) return shared.map((field) => [field, elements.text()]);
  const texts = elements.texts(2 * elements.count());
  return Array.from({ length: texts.length / 2 }, (_, at) => [texts[2 * at]!, texts[2 * at + 1]!]);
}

/** The elements of a listpack, read from front to back. */
class Listpack {
  readonly #elements: readonly string[];
  readonly #input: ByteInput;
  at = 0;

  constructor(input: ByteInput) {
    this.#input = input;
    this.#elements = readListpack(input);
  }

  get ended(): boolean {
    return this.at === this.#elements.length;
  }

  fail(what: string): never {
    return this.#input.fail(what);
  }

  text(): string {
    const text = this.#elements[this.at] ?? this.fail('A stream node ends inside of an entry');
    this.at += 1;
    return text;
  }

  texts(count: number): string[] {
    if (count > this.#elements.length - this.at) this.fail('A stream node ends inside of an entry');
    return Array.from({ length: count }, () => this.text());
  }

  integer(): bigint {
    const text = this.text();
    return /^-?\d{1,20}$/.test(text) ? BigInt(text) : this.fail('A stream node has text instead of an integer');
  }

  /** An integer that counts something in this listpack. */
  count(): number {
    const count = Number(this.integer());
    return count >= 0 && count <= this.#elements.length ? count : this.fail(`A stream node counts ${count} elements`);
  }
}

type About = Pick<StreamValue, 'lastId' | 'firstId' | 'maxDeletedId' | 'entriesAdded'>;

function readGroups(type: number, input: ByteInput, about: About): StreamGroup[] {
  const groups: StreamGroup[] = [];
  const names = new Set<string>();
  const count = readLength(input);
  for (let at = 0; at < count; at += 1) {
    const name = readString(input);
    if (names.has(name)) input.fail('A consumer group occurs twice');
    names.add(name);
    const lastId = readIdNumbers(input);
    const entriesRead =
      type === TYPE.stream ? estimateEntriesRead(lastId, about) : BigInt.asIntN(64, readUint64(input));
    groups.push({ name, lastId, entriesRead, ...readConsumers(input) });
  }
  return groups;
}

/**
 * How many entries a group has read, which files before version 10 do not say. Those files come from streams of which
 * nothing is known to be deleted, so a group that stands at the first or last entry has read a known number.
 */
function estimateEntriesRead(groupLastId: string, { lastId, firstId, entriesAdded }: About): bigint {
  if (entriesAdded === 0n) return 0n;
  const toLast = compareStreamIds(groupLastId, lastId);
  if (toLast === 0) return entriesAdded;
  if (toLast > 0) return -1n;
  const toFirst = compareStreamIds(groupLastId, firstId);
  if (toFirst > 0) return -1n;
  return toFirst === 0 ? 1n : 0n;
}

function readConsumers(input: ByteInput): Pick<StreamGroup, 'consumers' | 'pending'> {
  const delivered = readDelivered(input);
  const owners = new Map<string, string>();
  const consumers: StreamConsumer[] = [];
  const names = new Set<string>();
  const count = readLength(input);
  for (let at = 0; at < count; at += 1) {
    const name = readString(input);
    if (names.has(name)) input.fail('A consumer occurs twice');
    names.add(name);
    consumers.push({ name, seenAt: readTime(input) });
    const owned = readLength(input);
    for (let entry = 0; entry < owned; entry += 1) {
      const id = formatStreamId(readIdBytes(input));
      if (!delivered.has(id)) input.fail('A consumer has an entry that is not pending in its group');
      if (owners.has(id)) input.fail('Two consumers have the same pending entry');
      owners.set(id, name);
    }
  }
  if (owners.size < delivered.size) input.fail('A pending entry belongs to no consumer');
  const pending = [...delivered].map(([id, times]): PendingEntry => ({ id, consumer: owners.get(id)!, ...times }));
  return { consumers, pending };
}

/** The pending entries of a group by id, ascending. */
function readDelivered(input: ByteInput): Map<string, Pick<PendingEntry, 'deliveredAt' | 'deliveries'>> {
  const delivered = new Map<string, Pick<PendingEntry, 'deliveredAt' | 'deliveries'>>();
  let before: string | undefined;
  const count = readLength(input);
  for (let at = 0; at < count; at += 1) {
    const id = formatStreamId(readIdBytes(input));
    if (before !== undefined && compareStreamIds(before, id) >= 0) input.fail('Pending entries do not ascend');
    before = id;
    delivered.set(id, { deliveredAt: readTime(input), deliveries: readUint64(input) });
  }
  return delivered;
}

/** A time in ms since the epoch. */
export function readTime(input: ByteInput): number {
  return Number(input.int64());
}

function readIdNumbers(input: ByteInput): string {
  return formatStreamId({ milliseconds: readUint64(input), sequence: readUint64(input) });
}

function readIdBytes(input: ByteInput): StreamId {
  return { milliseconds: input.uint64BigEndian(), sequence: input.uint64BigEndian() };
}
