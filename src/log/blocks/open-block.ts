/**
 * The open form of a block: JSON text, as it was written.
 *
 * All that reads it throws errors of any kind when the text is malformed: `block.ts` makes one `LOG_CORRUPT` of them.
 */
import { type EventMeta, type Json, type RecordedEvent, recordedEvent } from '../../core/event.ts';
import type { Block, EventTags, QueuedCommit, TagQuery } from '../log-store.ts';
import { parsePlain } from './plain-json.ts';
import type { DecodedBlock, EventKinds } from './sealed-block.ts';

/** An event as a block keeps it. Its position in the block gives its sequence and time. */
export interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly data: Json;
  readonly meta?: EventMeta | undefined;
}

/** JSON text of one commit's events: `[[type,version,data],[type,version,data,meta],…]`. */
export function encodeCommit(events: readonly StoredEvent[]): string {
  return JSON.stringify(events.length === 1 ? [tupleOf(events[0]!)] : events.map(tupleOf));
}

function tupleOf({ type, version, data, meta }: StoredEvent): unknown[] {
  return meta === undefined ? [type, version, data] : [type, version, data, meta];
}

/**
 * The inverse of `encodeCommit`, for a commit whose sequence is known. Its events are fresh and mutable.
 *
 * @param commandId of the commit, if it has one
 */
export function decodeCommit(
  json: string,
  firstSequence: number,
  recordedAt: number,
  commandId?: string | undefined,
): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  const tuples = asList(parsePlain(json)) as readonly StoredTuple[];
  pushEvents(events, tuples, { sequence: firstSequence, recordedAt, commandId }, undefined);
  return events;
}

/**
 * The payload of an open block: `[[index,offset,EVENTS],…]`, one entry per commit, where `index` counts the block's
 * events before it and `offset` is its time in ms after the block's first commit.
 *
 * A commit with tags or an id has a fourth part, with one or both: `[index,offset,EVENTS,{"tags":[[tagger,tag,…],0,…],"id":"…"}]`.
 * There is one entry of tags for each event. A log with such a commit has format 2.
 */
export function encodeOpenBlock(commits: readonly QueuedCommit[]): string {
  return openBlockPieces(commits).join('');
}

/** The same in pieces. A block may be megabytes, and the texts of large commits need not be copied to be written. */
export function openBlockPieces(commits: readonly QueuedCommit[]): string[] {
  const start = commits[0]?.recordedAt ?? 0;
  const pieces: string[] = [];
  let small: string[] = [commits.length === 0 ? '[' : ''];
  let index = 0;
  for (const { events, recordedAt, json, tags, commandId } of commits) {
    const head = `${index === 0 ? '[' : ','}[${index},${recordedAt - start},`;
    const tail = tags === undefined && commandId === undefined ? ']' : `${extrasOf(tags?.events, commandId)}]`;
    index += events;
    if (json.length < LARGE_COMMIT) small.push(`${head}${json}${tail}`);
    else {
      small.push(head);
      pieces.push(small.join(''), json);
      small = [tail];
    }
  }
  small.push(']');
  pieces.push(small.join(''));
  return pieces;
}

/** What a commit has besides its events. */
interface CommitExtras {
  readonly tags?: readonly EventTags[];
  readonly id?: string;
}

/** Tags come first. Nothing for a commit without an id whose events have no tagger: the block is as in format 1. */
function extrasOf(given: readonly EventTags[] | undefined, id: string | undefined): string {
  const tags = given?.some((event) => event !== 0) === true ? given : undefined;
  if (tags === undefined && id === undefined) return '';
  const extras: CommitExtras = { ...(tags && { tags }), ...(id !== undefined && { id }) };
  return `,${JSON.stringify(extras)}`;
}

/** From this length on, in characters, a commit's text is a separate piece. */
const LARGE_COMMIT = 4_096;

/** Events that a query asks for, and for each whether its stored tags say so. The tags of the others must be computed. */
export interface MatchingEvents {
  readonly events: readonly RecordedEvent[];
  readonly isCertain: readonly boolean[];
}

/** The events of a block, or only those of `types`; `commitEnds` covers all commits. */
export function decodeOpenPayload(block: Block, payload: string, types?: ReadonlySet<string>): DecodedBlock {
  return decodeCommits(block, commitsOf(payload), types);
}

/** The tags of each event. */
export function decodeOpenTags(block: Block, payload: string): EventTags[] {
  return tagsOf(block, commitsOf(payload));
}

/** The events that a query asks for, as `decodeMatches` does. */
export function decodeOpenMatches(block: Block, payload: string, query: TagQuery): MatchingEvents {
  const commits = commitsOf(payload);
  const tags = tagsOf(block, commits);
  const events: RecordedEvent[] = [];
  const isCertain: boolean[] = [];
  for (const event of decodeCommits(block, commits).events) {
    const answer = answerOf(tags[event.sequence - block.firstSequence]!, event.type, query);
    if (answer === false) continue;
    events.push(event);
    isCertain.push(answer === true);
  }
  return { events, isCertain };
}

/** Whether the stored tags of an event answer a query: true or false, or undefined when its tags must be computed. */
function answerOf(tags: EventTags, type: string, { tag, taggers, types }: TagQuery): boolean | undefined {
  const tagger = taggers.get(type);
  if (tagger === undefined || types?.has(type) === false) return false;
  if (tags === 0 || tags[0] !== tagger) return undefined;
  return tag !== undefined && tags.indexOf(tag, 1) > 0;
}

/** The types of the events. The whole text is parsed. */
export function decodeOpenKinds(block: Block, payload: string): EventKinds {
  const numbers = new Map<string, number>();
  const typeOf: number[] = [];
  const commitSizes: number[] = [];
  const commitTimes: number[] = [];
  eachCommit(block, commitsOf(payload), (tuples, { recordedAt }) => {
    for (const [type] of tuples) {
      let number = numbers.get(type);
      if (number === undefined) {
        if (typeof type !== 'string') throw new TypeError('an event without a type');
        numbers.set(type, (number = numbers.size));
      }
      typeOf.push(number);
    }
    commitSizes.push(tuples.length);
    commitTimes.push(recordedAt);
  });
  return { types: [...numbers.keys()], typeOf, commitSizes, commitTimes };
}

type StoredTuple = readonly [type: string, version: number, data: unknown, meta?: EventMeta];

/** The commits of an open block, not checked yet. */
function commitsOf(payload: string): readonly unknown[] {
  return asList(parsePlain(payload));
}

/** What the events of a commit share, and the sequence of the first of them. */
interface CommitPlace {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly commandId: string | undefined;
}

function decodeCommits(block: Block, commits: readonly unknown[], types?: ReadonlySet<string>): DecodedBlock {
  const events: RecordedEvent[] = [];
  const commitEnds: number[] = [];
  eachCommit(block, commits, (tuples, place) => {
    pushEvents(events, tuples, place, types);
    commitEnds.push(place.sequence + tuples.length - 1);
  });
  return { events, commitEnds };
}

/** Visits the commits of a block in order, each proven to be in its place. */
function eachCommit(
  block: Block,
  commits: readonly unknown[],
  visit: (tuples: readonly StoredTuple[], place: CommitPlace) => void,
): void {
  let sequence = block.firstSequence;
  let recordedAt = block.recordedAt;
  for (const commit of commits) {
    const [index, offset, tuples, extras] = asList(commit);
    if (index !== sequence - block.firstSequence || !isCount(offset)) throw new RangeError('a commit out of place');
    recordedAt = timeAfter(recordedAt, block.recordedAt + offset, index === 0);
    const list = asList(tuples) as readonly StoredTuple[];
    visit(list, { sequence, recordedAt, commandId: idIn(extras) });
    sequence += list.length;
  }
  if (sequence - 1 !== block.lastSequence) throw new RangeError('another number of events');
}

function idIn(extras: unknown): string | undefined {
  if (extras === undefined) return undefined;
  const { id } = extras as CommitExtras;
  if (id === undefined || typeof id === 'string') return id;
  throw new TypeError('an id that is not a text');
}

/** The first commit gives its block the time. Times never decrease. */
function timeAfter(before: number, recordedAt: number, isFirst: boolean): number {
  if (recordedAt < before || (isFirst && recordedAt !== before) || !Number.isSafeInteger(recordedAt)) {
    throw new RangeError('a commit out of time');
  }
  return recordedAt;
}

function pushEvents(
  events: RecordedEvent[],
  tuples: readonly StoredTuple[],
  { sequence: first, recordedAt, commandId }: CommitPlace,
  types: ReadonlySet<string> | undefined,
): void {
  for (let index = 0; index < tuples.length; index++) {
    const tuple = tuples[index]!;
    const type = tuple[0];
    const version = tuple[1];
    if (typeof type !== 'string' || typeof version !== 'number' || tuple.length < 3 || tuple.length > 4) {
      throw new TypeError('an event without type, version and data');
    }
    if (types !== undefined && !types.has(type)) continue;
    const meta = tuple.length === 3 ? undefined : tuple[3]!;
    events.push(recordedEvent(first + index, recordedAt, type, version, tuple[2], meta, commandId));
  }
}

function tagsOf(block: Block, commits: readonly unknown[]): EventTags[] {
  const tags: EventTags[] = [];
  for (const commit of commits) {
    const [, , tuples, extras] = asList(commit);
    const count = asList(tuples).length;
    const given = (extras as CommitExtras | undefined)?.tags ?? untagged(count);
    if (asList(given).length !== count) throw new RangeError('another number of tags');
    for (const event of given) tags.push(toEventTags(event));
  }
  if (tags.length !== block.lastSequence - block.firstSequence + 1) throw new RangeError('another number of events');
  return tags;
}

/** The tags of events without a tagger. */
export function untagged(count: number): EventTags[] {
  return Array<EventTags>(count).fill(0);
}

function toEventTags(value: unknown): EventTags {
  if (value === 0) return 0;
  const list = asList(value);
  if (list.length > 0 && list.every((text) => typeof text === 'string')) return list as unknown as EventTags;
  throw new TypeError('tags that are not texts');
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
