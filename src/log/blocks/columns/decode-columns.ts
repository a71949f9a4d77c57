/**
 * Columns → events: the hot loop that turns the content of a sealed block back into events, and looks at its columns without
 * their data.
 */
import { type EventMeta, type RecordedEvent, recordedEvent } from '../../../core/event.ts';
import type { EventTags, TagQuery } from '../../log-store.ts';
import { unpackPart, unpackValues, type ValueCodec, type ValueRange } from '../packed-values.ts';
import { type Extras, NO_EXTRAS, readExtras } from './extras.ts';
import { readKindColumn } from './kind-column.ts';
import { SectionReader, textOf, unpackNumbers } from './sections.ts';
import { decodeTagColumn } from './tag-column.ts';

/** Events of one block, decoded: the fresh events, and the last sequence of each commit. */
export interface DecodedBlock {
  readonly events: RecordedEvent[];
  readonly commitEnds: number[];
}

/** The range of a block in the log, and whether its content has more than events. */
export interface SequenceRange {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly hasExtras: boolean;
}

/** A part of the log, by its first and its last sequence. */
export interface LogPart {
  readonly from: number;
  readonly to: number;
}

/**
 * Decodes the events of a content, or only those of `types` or of a part of the log; their sequences are right in any case.
 *
 * @throws Error of any kind when the content is malformed
 */
export function decodeColumns(
  content: Uint8Array,
  range: SequenceRange,
  types?: ReadonlySet<string>,
  part?: LogPart,
): DecodedBlock {
  const stretch = stretchOf(range, part);
  const columns = readColumns(content, range, stretch, ({ kinds }) =>
    types === undefined ? undefined : kinds.map(([type]) => types.has(type)),
  );
  return assemble(columns, range, stretch);
}

/** Places in a block, `end` exclusive. */
interface Stretch {
  readonly begin: number;
  readonly end: number;
}

function stretchOf(range: SequenceRange, part?: LogPart): Stretch {
  const count = countOf(range);
  if (part === undefined) return { begin: 0, end: count };
  const begin = Math.min(count, Math.max(0, part.from - range.firstSequence));
  return { begin, end: Math.max(begin, Math.min(count, part.to - range.firstSequence + 1)) };
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
  const { tags } = readColumns(content, range, stretchOf(range), ({ kinds }) => kinds.map(() => false));
  return tags === undefined ? Array<EventTags>(countOf(range)).fill(0) : decodeTagColumn(tags);
}

/** The events that a query asks for, as `decodeMatches` does. @throws Error of any kind when the content is malformed */
export function decodeColumnMatches(
  content: Uint8Array,
  range: SequenceRange,
  query: TagQuery,
): { readonly events: RecordedEvent[]; readonly isCertain: boolean[] } {
  const answers = new Uint8Array(countOf(range));
  const stretch = stretchOf(range);
  const columns = readColumns(content, range, stretch, (head) => {
    noteAnswers(answers, head, query);
    const isWanted = head.kinds.map(() => false);
    for (let at = 0; at < answers.length; at++) if (answers[at] !== NO) isWanted[head.kindOf[at]!] = true;
    return isWanted;
  });
  const { events } = assemble(columns, range, stretch, answers);
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
  const kindOf = readKindColumn(sections.next(), kinds.length, countOf(range));
  const commitSizes = unpackNumbers(sections.next());
  const commitTimes = runningSums(unpackNumbers(sections.next()));
  if (commitSizes.length !== commitTimes.length) throw new RangeError('columns of different lengths');
  return { kinds, kindOf, commitSizes, commitTimes };
}

/** What is known of the events before their data is unpacked. */
interface ColumnsHead extends Places, Pick<Extras, 'tags'> {}

interface Columns extends ColumnsHead, Extras {
  /** Index of each event that carries meta. */
  readonly metaPlaces: readonly number[];
  readonly metas: readonly EventMeta[];
  /** The data of each kind in the stretch; undefined for a kind that was not asked for. */
  readonly data: readonly (unknown[] | undefined)[];
}

/** @param select says for each kind whether its data is wanted; undefined for all kinds */
function readColumns(
  content: Uint8Array,
  range: SequenceRange,
  stretch: Stretch,
  select: (head: ColumnsHead) => readonly boolean[] | undefined,
): Columns {
  const sections = new SectionReader(content);
  const places = readPlaces(sections, range);
  const metaPlaces = runningSums(unpackNumbers(sections.next()));
  const metas = unpackValues({ codec: readCodec(textOf(sections.next())), bytes: sections.next() });
  const extras = range.hasExtras ? readExtras(sections, countOf(range), places.commitSizes.length) : NO_EXTRAS;
  const isWanted = select({ ...places, tags: extras.tags });
  const wanted = valuesOf(places, stretch);
  const data = places.kinds.map(([, , codec], kind) => {
    const packed = { codec, bytes: sections.next() };
    return isWanted?.[kind] === false ? undefined : unpackPart(packed, wanted[kind]!);
  });
  sections.finish();
  if (metaPlaces.length !== metas.length) throw new RangeError('columns of different lengths');
  return { ...places, metaPlaces, metas: metas as unknown as EventMeta[], data, ...extras };
}

/** Which values of each kind lie in a stretch. */
function valuesOf({ kinds, kindOf }: Places, { begin, end }: Stretch): ValueRange[] {
  const counts = [begin, end, kindOf.length].map(() => new Uint32Array(kinds.length));
  const [before, within, all] = counts as [Uint32Array, Uint32Array, Uint32Array];
  for (let at = 0; at < begin; at++) before[kindOf[at]!]! += 1;
  for (let at = begin; at < end; at++) within[kindOf[at]!]! += 1;
  for (let at = end; at < kindOf.length; at++) all[kindOf[at]!]! += 1;
  return kinds.map((_, kind) => {
    const from = before[kind]!;
    const to = from + within[kind]!;
    return { from, to, count: to + all[kind]! };
  });
}

function readKinds(section: Uint8Array): Places['kinds'] {
  const kinds: unknown = JSON.parse(textOf(section));
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

/** Sums in place. */
function runningSums(numbers: number[]): number[] {
  let sum = 0;
  for (let index = 0; index < numbers.length; index++) numbers[index] = sum += numbers[index]!;
  if (!Number.isSafeInteger(sum)) throw new RangeError('a sum too large');
  return numbers;
}

/**
 * The hot loop of every replay: one fresh object per event, in one shape.
 *
 * @param answers for each event `NO` if it is left out; default: all events of the wanted kinds are given
 */
function assemble(
  columns: Columns,
  { firstSequence, lastSequence }: SequenceRange,
  stretch: Stretch,
  answers?: Uint8Array,
): DecodedBlock {
  const { kinds, kindOf, commitSizes, commitTimes, metaPlaces, metas, ids, data } = columns;
  const { begin, end: stretchEnd } = stretch;
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
      const meta = at === metaPlaces[nextMeta] ? metas[nextMeta++] : undefined;
      if (at < begin || at >= stretchEnd) continue;
      const kind = kindOf[at]!;
      const values = data[kind];
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
