/**
 * The codec of blocks: events to payload and back.
 *
 * A commit's events become JSON text once, when they are queued; an open block is those texts joined. Sealing reads
 * them back and writes columns (`sealed-block.ts`). Both forms decode to the same events, fresh and mutable, and both
 * refuse malformed input with `LOG_CORRUPT`, because a payload may come from a damaged or hostile file.
 */
import { isRefoldError, RefoldError } from '../../core/errors.ts';
import { type EventMeta, type Json, type RecordedEvent, recordedEvent } from '../../core/event.ts';
import type { Block, EventTags, QueuedCommit, TagQuery } from '../log-store.ts';
import { HINT_CORRUPT } from './chain.ts';
import { parsePlain } from './plain-json.ts';
import {
  type DecodedBlock,
  decodeSealedKinds,
  decodeSealedMatches,
  decodeSealedPayload,
  decodeSealedTags,
  type EventKinds,
  hasExtras,
  readSealedPrefix,
} from './sealed-block.ts';

export { chainAfter, checksumOf, EMPTY_CHAIN } from './chain.ts';
export { type DecodedBlock, type EventKinds, encodeSealedBlock } from './sealed-block.ts';

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

/**
 * The events of a block, in order, as fresh and mutable plain objects; `meta` is a key only where there is one.
 *
 * With `types`, only events of those types are given (and, in a sealed block, only those are unpacked); `commitEnds`
 * always covers all commits.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeBlock(block: Block, types?: ReadonlySet<string>): DecodedBlock {
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return decodeOpen(block, commitsOf(payload), types);
    requireOwnPayload(block, payload);
    const decoded = decodeSealedPayload(payload, types);
    requireOwnTime(block, decoded.events);
    return decoded;
  });
}

/**
 * The tags of each event of a block, in order. All are 0 in a block without tags.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeTags(block: Block): EventTags[] {
  if (!mayHaveTags(block)) return untagged(block.lastSequence - block.firstSequence + 1);
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return openTags(block, commitsOf(payload));
    requireOwnPayload(block, payload);
    return decodeSealedTags(payload);
  });
}

/** Events that a query asks for, and for each whether its stored tags say so. The tags of the others must be computed. */
export interface MatchingEvents {
  readonly events: readonly RecordedEvent[];
  readonly isCertain: readonly boolean[];
}

/**
 * Only the events of a block that have the tag of a query, or whose tags must be computed. A sealed block is unpacked
 * only as far as necessary.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeMatches(block: Block, query: TagQuery): MatchingEvents {
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return openMatches(block, commitsOf(payload), query);
    requireOwnPayload(block, payload);
    const matches = decodeSealedMatches(payload, query);
    requireOwnTime(block, matches.events);
    return matches;
  });
}

/** Whether the stored tags of an event answer a query: true or false, or undefined when its tags must be computed. */
export function answerOf(tags: EventTags, type: string, { tag, taggers, types }: TagQuery): boolean | undefined {
  const tagger = taggers.get(type);
  if (tagger === undefined || types?.has(type) === false) return false;
  if (tags === 0 || tags[0] !== tagger) return undefined;
  return tag !== undefined && tags.indexOf(tag, 1) > 0;
}

/**
 * The types of a block's events, without their data: a sealed block has a column of them. The text of an open block must be parsed
 * as a whole.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeKinds(block: Block): EventKinds {
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return kindsOf(block, commitsOf(payload));
    requireOwnPayload(block, payload);
    return decodeSealedKinds(payload);
  });
}

function kindsOf(block: Block, commits: readonly unknown[]): EventKinds {
  const numbers = new Map<string, number>();
  const typeOf = new Uint32Array(block.lastSequence - block.firstSequence + 1);
  const commitSizes: number[] = [];
  const commitTimes: number[] = [];
  let at = 0;
  let recordedAt = block.recordedAt;
  for (const commit of commits) {
    const [index, offset, tuples] = asList(commit);
    if (index !== at || !isCount(offset)) throw new RangeError('a commit out of place');
    recordedAt = timeAfter(recordedAt, block.recordedAt + offset, index === 0);
    const list = asList(tuples) as readonly StoredTuple[];
    if (at + list.length > typeOf.length) throw new RangeError('another number of events');
    for (const [type] of list) {
      let number = numbers.get(type);
      if (number === undefined) {
        if (typeof type !== 'string') throw new TypeError('an event without a type');
        numbers.set(type, (number = numbers.size));
      }
      typeOf[at++] = number;
    }
    commitSizes.push(list.length);
    commitTimes.push(recordedAt);
  }
  if (at !== typeOf.length) throw new RangeError('another number of events');
  return { types: [...numbers.keys()], typeOf, commitSizes, commitTimes };
}

function refusingMalformed<T>(block: Block, decode: (block: Block) => T): T {
  try {
    return decode(block);
  } catch (cause) {
    if (isRefoldError(cause)) throw cause;
    throw malformed(block, cause);
  }
}

/** Fast, so that sealing does not read every block twice. True for some blocks without tags. */
function mayHaveTags({ payload }: Block): boolean {
  return typeof payload === 'string' ? payload.includes('],{"tags":[') : hasExtras(payload);
}

function untagged(count: number): EventTags[] {
  return Array<EventTags>(count).fill(0);
}

function requireOwnPayload(block: Block, payload: Uint8Array): void {
  const prefix = readSealedPrefix(payload);
  if (prefix?.firstSequence !== block.firstSequence || prefix.lastSequence !== block.lastSequence) {
    throw new RangeError('a payload of another block');
  }
}

function requireOwnTime(block: Block, [first]: readonly RecordedEvent[]): void {
  if (first?.sequence === block.firstSequence && first.recordedAt !== block.recordedAt) {
    throw new RangeError('a row of another time');
  }
}

type StoredTuple = readonly [type: string, version: number, data: unknown, meta?: EventMeta];

/** The commits of an open block, not checked yet. */
function commitsOf(payload: string): readonly unknown[] {
  return asList(parsePlain(payload));
}

function decodeOpen(block: Block, commits: readonly unknown[], types: ReadonlySet<string> | undefined): DecodedBlock {
  const events: RecordedEvent[] = [];
  const commitEnds: number[] = [];
  let sequence = block.firstSequence;
  let recordedAt = block.recordedAt;
  for (const commit of commits) {
    const [index, offset, tuples, extras] = asList(commit);
    if (index !== sequence - block.firstSequence || !isCount(offset)) throw new RangeError('a commit out of place');
    recordedAt = timeAfter(recordedAt, block.recordedAt + offset, index === 0);
    const list = asList(tuples) as readonly StoredTuple[];
    pushEvents(events, list, { sequence, recordedAt, commandId: idIn(extras) }, types);
    sequence += list.length;
    commitEnds.push(sequence - 1);
  }
  if (sequence - 1 !== block.lastSequence) throw new RangeError('another number of events');
  return { events, commitEnds };
}

/** What the events of a commit share, and the sequence of the first of them. */
interface CommitPlace {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly commandId: string | undefined;
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

function openMatches(block: Block, commits: readonly unknown[], query: TagQuery): MatchingEvents {
  const tags = openTags(block, commits);
  const events: RecordedEvent[] = [];
  const isCertain: boolean[] = [];
  for (const event of decodeOpen(block, commits, undefined).events) {
    const answer = answerOf(tags[event.sequence - block.firstSequence]!, event.type, query);
    if (answer === false) continue;
    events.push(event);
    isCertain.push(answer === true);
  }
  return { events, isCertain };
}

function openTags(block: Block, commits: readonly unknown[]): EventTags[] {
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

function malformed(block: Block, cause: unknown): RefoldError {
  const { firstSequence: first, lastSequence: last } = block;
  return new RefoldError('LOG_CORRUPT', `Cannot decode the block of events ${first} to ${last}: it is malformed`, {
    sequence: first,
    hint: HINT_CORRUPT,
    cause,
  });
}
