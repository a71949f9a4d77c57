/**
 * Events as columns: the content of a sealed block, and the hot loop that turns it back into events.
 *
 * Data lies together by kind (type and version); kinds, commits and meta are columns of small numbers. `sealed-block.ts`
 * draws the sections and puts the content under zstd.
 */
import { type EventMeta, type Json, type RecordedEvent, recordedEvent } from '../../core/event.ts';
import type { EventTags, TagQuery } from '../log-store.ts';
import { encodeIdColumn, readIdColumn } from './id-column.ts';
import { packValues, unpackValues, type ValueCodec } from './packed-values.ts';
import { packNumbers, SectionReader, SectionWriter, unpackNumbers } from './sections.ts';
import { decodeTagColumn, encodeTagColumn, readTagColumn, type TagColumn } from './tag-column.ts';

/** Events of one block, decoded: the fresh events, and the last sequence of each commit. */
export interface DecodedBlock {
  readonly events: RecordedEvent[];
  readonly commitEnds: number[];
}

interface Kind {
  readonly id: number;
  readonly type: string;
  readonly version: number;
  readonly data: Json[];
}

/** What a content may have besides its events, by the names that the content gives. */
const TAGS = 'tags';
const IDS = 'ids';

/** Whether the events of a block, with these tags, need more than the sections of format 1. */
export function needExtras(events: readonly RecordedEvent[], tags?: readonly EventTags[]): boolean {
  return hasTags(tags) || hasIds(events);
}

function hasTags(tags: readonly EventTags[] | undefined): tags is readonly EventTags[] {
  return tags?.some((event) => event !== 0) === true;
}

function hasIds(events: readonly RecordedEvent[]): boolean {
  return events.some(({ commandId }) => commandId !== undefined);
}

/** The content of a sealed block; see `sealed-block.ts` for its sections. */
export function encodeColumns(
  events: readonly RecordedEvent[],
  commitEnds: readonly number[],
  tags?: readonly EventTags[],
): Uint8Array {
  const { kinds, column } = groupByKind(events);
  const packed = kinds.map((kind) => packValues(kind.data));
  const withMeta = events.filter((event) => event.meta !== undefined);
  const metas = packValues(withMeta.map((event) => event.meta as Json));
  const content = new SectionWriter();
  content.add(Buffer.from(JSON.stringify(kinds.map((kind, i) => [kind.type, kind.version, packed[i]!.codec]))));
  content.add(narrow(column, kinds.length));
  content.add(packNumbers(steps(commitEnds, events[0]!.sequence - 1)));
  content.add(packNumbers(steps(commitTimes(events, commitEnds), 0)));
  content.add(
    packNumbers(
      steps(
        withMeta.map((event) => event.sequence),
        events[0]!.sequence,
      ),
    ),
  );
  content.add(Buffer.from(metas.codec));
  content.add(metas.bytes);
  const [tagged, identified] = [hasTags(tags), hasIds(events)];
  if (tagged || identified) {
    content.add(Buffer.from(JSON.stringify([...(tagged ? [TAGS] : []), ...(identified ? [IDS] : [])])));
    if (hasTags(tags)) content.add(encodeTagColumn(tags));
    if (identified) content.add(encodeIdColumn(commitEnds.map((end) => events[end - events[0]!.sequence]!.commandId)));
  }
  for (const { bytes } of packed) content.add(bytes);
  return content.finish();
}

function groupByKind(events: readonly RecordedEvent[]): { kinds: Kind[]; column: Uint32Array } {
  const byName = new Map<string, Kind>();
  const column = new Uint32Array(events.length);
  let kind: Kind | undefined;
  events.forEach((event, index) => {
    if (kind?.type !== event.type || kind.version !== event.version) kind = kindOf(byName, event);
    kind.data.push(event.data as Json);
    column[index] = kind.id;
  });
  return { kinds: [...byName.values()], column };
}

function kindOf(byName: Map<string, Kind>, { type, version }: RecordedEvent): Kind {
  const name = `${version} ${type}`;
  let kind = byName.get(name);
  if (kind === undefined) byName.set(name, (kind = { id: byName.size, type, version, data: [] }));
  return kind;
}

function commitTimes(events: readonly RecordedEvent[], commitEnds: readonly number[]): number[] {
  const first = events[0]!.sequence;
  return commitEnds.map((end) => events[end - first]!.recordedAt);
}

/** The difference of each number from the one before it. */
function steps(numbers: readonly number[], before: number): number[] {
  return numbers.map((number, index) => number - (index === 0 ? before : numbers[index - 1]!));
}

/** The kind column, little-endian. The number of kinds decides how many bytes an event takes. */
function narrow(column: Uint32Array, kinds: number): Uint8Array {
  const width = columnWidth(kinds);
  if (width === 1) return Uint8Array.from(column);
  const bytes = Buffer.alloc(column.length * width);
  column.forEach((kind, index) => void bytes.writeUIntLE(kind, index * width, width));
  return bytes;
}

function columnWidth(kinds: number): 1 | 2 | 4 {
  return kinds <= 0x100 ? 1 : kinds <= 0x10000 ? 2 : 4;
}

/** The range of a block in the log, and whether its content has more than events. */
export interface SequenceRange {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly hasExtras: boolean;
}

/**
 * Decodes the events of a content, or only those of `types`; their sequences are right in both cases.
 *
 * @throws Error of any kind when the content is malformed
 */
export function decodeColumns(content: Uint8Array, range: SequenceRange, types?: ReadonlySet<string>): DecodedBlock {
  const columns = readColumns(content, range, ({ kinds }) =>
    types === undefined ? undefined : kinds.map(([type]) => types.has(type)),
  );
  return assemble(columns, range);
}

/** The types of a block's events and the times of its commits, without data. */
export interface EventKinds {
  /** The types, by number. One that occurs in several versions may be there several times. */
  readonly types: readonly string[];
  /** The number of each event's type. */
  readonly typeOf: ArrayLike<number>;
  /** How many events each commit has, and when it was recorded, in ms since the epoch. */
  readonly commitSizes: readonly number[];
  readonly commitTimes: readonly number[];
}

/** Reads the first columns only. @throws Error of any kind when the content is malformed */
export function decodeColumnKinds(content: Uint8Array, range: SequenceRange): EventKinds {
  const { kinds, kindOf: typeOf, commitSizes, commitTimes } = readPlaces(new SectionReader(content), range);
  if (commitSizes.reduce((sum, size) => sum + size, 0) !== typeOf.length)
    throw new RangeError('another number of events');
  for (let at = 0; at < typeOf.length; at++) if (typeOf[at]! >= kinds.length) throw new RangeError('an unknown kind');
  return { types: kinds.map(([type]) => type), typeOf, commitSizes, commitTimes };
}

/** The tags of each event. @throws Error of any kind when the content is malformed */
export function decodeColumnTags(content: Uint8Array, range: SequenceRange): EventTags[] {
  const { tags } = readColumns(content, range, ({ kinds }) => kinds.map(() => false));
  return tags === undefined ? Array<EventTags>(countOf(range)).fill(0) : decodeTagColumn(tags);
}

/** The events that a query asks for, as `decodeMatches` does. @throws Error of any kind when the content is malformed */
export function decodeColumnMatches(
  content: Uint8Array,
  range: SequenceRange,
  query: TagQuery,
): { readonly events: RecordedEvent[]; readonly isCertain: boolean[] } {
  const answers = new Uint8Array(countOf(range));
  const columns = readColumns(content, range, (head) => {
    noteAnswers(answers, head, query);
    const isWanted = head.kinds.map(() => false);
    for (let at = 0; at < answers.length; at++) if (answers[at] !== NO) isWanted[head.kindOf[at]!] = true;
    return isWanted;
  });
  const { events } = assemble(columns, range, answers);
  return { events, isCertain: events.map(({ sequence }) => answers[sequence - range.firstSequence] === YES) };
}

/** Whether an event answers a query: not, or it does, or its tags must be computed. */
const NO = 0;
const YES = 1;
const UNKNOWN = 2;

function noteAnswers(answers: Uint8Array, { kinds, kindOf, tags }: ColumnsHead, query: TagQuery): void {
  const current = kinds.map(([type]) => (query.types?.has(type) === false ? undefined : query.taggers.get(type)));
  const wanted = tags === undefined || query.tag === undefined ? -1 : tags.names.indexOf(query.tag);
  let place = 0;
  for (let at = 0; at < answers.length; at++) {
    const end = place + (tags?.counts[at] ?? 0);
    const tagger = current[kindOf[at]!];
    if (tagger !== undefined) {
      const stored = tags?.taggers[tags.taggerOf[at]! - 1];
      if (stored !== tagger) answers[at] = UNKNOWN;
      else if (wanted >= 0) for (let of = place; of < end; of++) if (tags!.tags[of] === wanted) answers[at] = YES;
    }
    place = end;
  }
}

function countOf({ firstSequence, lastSequence }: SequenceRange): number {
  return lastSequence - firstSequence + 1;
}

/** The first columns: the kind of each event, and the commits. */
interface Places {
  readonly kinds: readonly (readonly [type: string, version: number, codec: ValueCodec])[];
  readonly kindOf: ArrayLike<number>;
  readonly commitSizes: readonly number[];
  readonly commitTimes: readonly number[];
}

function readPlaces(sections: SectionReader, range: SequenceRange): Places {
  const kinds = readKinds(sections.next());
  const kindOf = widen(sections.next(), kinds.length, countOf(range));
  const commitSizes = unpackNumbers(sections.next());
  const commitTimes = runningSums(unpackNumbers(sections.next()));
  if (commitSizes.length !== commitTimes.length) throw new RangeError('columns of different lengths');
  return { kinds, kindOf, commitSizes, commitTimes };
}

/** What is known of the events before their data is unpacked. */
interface ColumnsHead extends Places {
  readonly tags: TagColumn | undefined;
}

interface Columns extends ColumnsHead {
  /** Index of each event that carries meta. */
  readonly metaPlaces: readonly number[];
  readonly metas: readonly EventMeta[];
  /** The id of each commit that has one; undefined when no commit has one. */
  readonly ids: readonly (string | undefined)[] | undefined;
  /** The data of each kind; undefined for a kind that was not asked for. */
  readonly data: readonly (unknown[] | undefined)[];
}

/** @param select says for each kind whether its data is wanted; undefined for all kinds */
function readColumns(
  content: Uint8Array,
  range: SequenceRange,
  select: (head: ColumnsHead) => readonly boolean[] | undefined,
): Columns {
  const sections = new SectionReader(content);
  const places = readPlaces(sections, range);
  const metaPlaces = runningSums(unpackNumbers(sections.next()));
  const metas = unpackValues({ codec: readCodec(text(sections.next())), bytes: sections.next() });
  const extras = range.hasExtras ? readExtras(sections, countOf(range), places.commitSizes.length) : NO_EXTRAS;
  const isWanted = select({ ...places, tags: extras.tags });
  const data = places.kinds.map(([, , codec], kind) => {
    const packed = { codec, bytes: sections.next() };
    return isWanted?.[kind] === false ? undefined : unpackValues(packed);
  });
  sections.finish();
  if (metaPlaces.length !== metas.length) throw new RangeError('columns of different lengths');
  return { ...places, metaPlaces, metas: metas as unknown as EventMeta[], data, ...extras };
}

/** What a content has besides events. */
interface Extras {
  readonly tags: TagColumn | undefined;
  /** The id of each commit. */
  readonly ids: readonly (string | undefined)[] | undefined;
}

const NO_EXTRAS: Extras = { tags: undefined, ids: undefined };

/** A name that this release does not know is refused: it belongs to a newer format. */
function readExtras(sections: SectionReader, events: number, commits: number): Extras {
  const names: unknown = JSON.parse(text(sections.next()));
  if (!Array.isArray(names)) throw new TypeError('no list of extras');
  let { tags, ids } = NO_EXTRAS;
  for (const name of names) {
    if (name === TAGS) tags = readTagColumn(sections.next(), events);
    else if (name === IDS) ids = readIdColumn(sections.next(), commits);
    else throw new TypeError('an unknown extra');
  }
  return { tags, ids };
}

function readKinds(section: Uint8Array): Places['kinds'] {
  const kinds: unknown = JSON.parse(text(section));
  if (!Array.isArray(kinds)) throw new TypeError('no list of kinds');
  for (const kind of kinds) {
    if (!Array.isArray(kind) || typeof kind[0] !== 'string' || typeof kind[1] !== 'number') {
      throw new TypeError('a kind without type and version');
    }
    readCodec(kind[2]);
  }
  return kinds;
}

function readCodec(name: unknown): ValueCodec {
  if (name === 'records' || name === 'json') return name;
  throw new TypeError('an unknown codec');
}

function widen(section: Uint8Array, kinds: number, count: number): ArrayLike<number> {
  const width = columnWidth(kinds);
  if (section.byteLength !== count * width) throw new RangeError('a kind column of another length');
  if (width === 1) return section;
  const bytes = Buffer.from(section.buffer, section.byteOffset, section.byteLength);
  return Uint32Array.from({ length: count }, (_, index) => bytes.readUIntLE(index * width, width));
}

/** Sums in place. */
function runningSums(numbers: number[]): number[] {
  let sum = 0;
  for (let index = 0; index < numbers.length; index++) numbers[index] = sum += numbers[index]!;
  if (!Number.isSafeInteger(sum)) throw new RangeError('a sum too large');
  return numbers;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/**
 * The hot loop of every replay: one fresh object per event, in one shape.
 *
 * @param answers for each event `NO` if it is left out; default: all events of the wanted kinds are given
 */
function assemble(
  columns: Columns,
  { firstSequence, lastSequence }: SequenceRange,
  answers?: Uint8Array,
): DecodedBlock {
  const { kinds, kindOf, commitSizes, commitTimes, metaPlaces, metas, ids, data } = columns;
  const types = kinds.map((kind) => kind[0]);
  const versions = kinds.map((kind) => kind[1]);
  const cursors = new Uint32Array(kinds.length);
  const events: RecordedEvent[] = [];
  const commitEnds: number[] = [];
  const count = lastSequence - firstSequence + 1;
  let at = 0;
  let nextMeta = 0;
  for (let commit = 0; commit < commitSizes.length; commit++) {
    const end = at + commitSizes[commit]!;
    const recordedAt = commitTimes[commit]!;
    const commandId = ids?.[commit];
    if (end > count) throw new RangeError('more events than the block holds');
    for (; at < end; at++) {
      const kind = kindOf[at]!;
      const values = data[kind];
      const meta = at === metaPlaces[nextMeta] ? metas[nextMeta++] : undefined;
      if (values === undefined) continue;
      if (answers !== undefined && answers[at] === NO) {
        cursors[kind]! += 1;
        continue;
      }
      const value = values[cursors[kind]!++];
      events.push(recordedEvent(firstSequence + at, recordedAt, types[kind]!, versions[kind]!, value, meta, commandId));
    }
    commitEnds.push(firstSequence + at - 1);
  }
  const whole = at === count && nextMeta === metas.length;
  if (!whole || data.some((values, kind) => values !== undefined && values.length !== cursors[kind])) {
    throw new RangeError('columns that do not add up');
  }
  // These lists are so large that the garbage collector treats them as old at once. While full, they would keep alive
  // all that they refer to, and the heap of a long replay would double.
  for (const values of data) if (values !== undefined) values.length = 0;
  return { events, commitEnds };
}
