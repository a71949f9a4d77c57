/**
 * The codec of blocks: events to payload and back.
 *
 * A commit's events become JSON text once, when they are queued; an open block is those texts joined (`open-block.ts`).
 * Sealing reads them back and writes columns (`sealed-block.ts`). Both forms decode to the same events, fresh and mutable, and both
 * refuse malformed input with `LOG_CORRUPT`, because a payload may come from a damaged or hostile file.
 */
import { grouped, isRefoldError, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Block, EventTags, TagQuery } from '../log-store.ts';
import { HINT_CORRUPT } from './chain.ts';
import {
  decodeOpenKinds,
  decodeOpenMatches,
  decodeOpenPayload,
  decodeOpenTags,
  type MatchingEvents,
  untagged,
} from './open-block.ts';
import {
  type DecodedBlock,
  decodeSealedKinds,
  decodeSealedMatches,
  decodeSealedPayload,
  decodeSealedTags,
  type EventKinds,
  hasExtras,
  type LogPart,
  readSealedPrefix,
} from './sealed-block.ts';

export { chainAfter, checksumOf, EMPTY_CHAIN } from './chain.ts';
export {
  decodeCommit,
  encodeCommit,
  encodeOpenBlock,
  type MatchingEvents,
  openBlockPieces,
  type StoredEvent,
} from './open-block.ts';
export { type DecodedBlock, type EventKinds, encodeSealedBlock, type LogPart } from './sealed-block.ts';

/**
 * The events of a block, in order, as fresh and mutable plain objects; `meta` is a key only where there is one.
 *
 * With `types`, only events of those types are given (and, in a sealed block, only those are unpacked); `commitEnds`
 * always covers all commits. With `part`, only events of that part of the log are given.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeBlock(block: Block, types?: ReadonlySet<string>, part?: LogPart): DecodedBlock {
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return partOf(decodeOpenPayload(block, payload, types), part);
    requireOwnPayload(block, payload);
    const decoded = decodeSealedPayload(payload, types, part);
    requireOwnTime(block, decoded.events);
    return decoded;
  });
}

function partOf(decoded: DecodedBlock, part: LogPart | undefined): DecodedBlock {
  const { events, commitEnds } = decoded;
  if (part === undefined || isWithin(events, part)) return decoded;
  return { events: events.filter(({ sequence }) => sequence >= part.from && sequence <= part.to), commitEnds };
}

function isWithin(events: readonly RecordedEvent[], { from, to }: LogPart): boolean {
  return events.length === 0 || (events[0]!.sequence >= from && events.at(-1)!.sequence <= to);
}

/**
 * The tags of each event of a block, in order. All are 0 in a block without tags.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeTags(block: Block): EventTags[] {
  if (!mayHaveTags(block)) return untagged(block.lastSequence - block.firstSequence + 1);
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return decodeOpenTags(block, payload);
    requireOwnPayload(block, payload);
    return decodeSealedTags(payload);
  });
}

/**
 * Only the events of a block that have the tag of a query, or whose tags must be computed. A sealed block is unpacked
 * only as far as necessary.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeMatches(block: Block, query: TagQuery): MatchingEvents {
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return decodeOpenMatches(block, payload, query);
    requireOwnPayload(block, payload);
    const matches = decodeSealedMatches(payload, query);
    requireOwnTime(block, matches.events);
    return matches;
  });
}

/**
 * The types of a block's events, without their data: a sealed block has a column of them. The text of an open block must be parsed
 * as a whole.
 *
 * @throws RefoldError `LOG_CORRUPT` when the payload is malformed
 */
export function decodeKinds(block: Block): EventKinds {
  return refusingMalformed(block, ({ payload }) => {
    if (typeof payload === 'string') return decodeOpenKinds(block, payload);
    requireOwnPayload(block, payload);
    const kinds = decodeSealedKinds(payload);
    if (kinds.commitTimes[0] !== block.recordedAt) throw anotherTime();
    return kinds;
  });
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

function requireOwnPayload(block: Block, payload: Uint8Array): void {
  const prefix = readSealedPrefix(payload);
  if (prefix?.firstSequence !== block.firstSequence || prefix.lastSequence !== block.lastSequence) {
    throw new RangeError('a payload of another block');
  }
}

function requireOwnTime(block: Block, [first]: readonly RecordedEvent[]): void {
  if (first?.sequence === block.firstSequence && first.recordedAt !== block.recordedAt) throw anotherTime();
}

function anotherTime(): RangeError {
  return new RangeError('a row of another time');
}

function malformed(block: Block, cause: unknown): RefoldError {
  const { firstSequence: first, lastSequence: last } = block;
  return new RefoldError(
    'LOG_CORRUPT',
    `Cannot decode the block of events ${grouped(first)} to ${grouped(last)}: it is malformed`,
    {
      sequence: first,
      hint: HINT_CORRUPT,
      cause,
    },
  );
}
