/**
 * Recorded events in lists, a list for each block: for command lines and other programs that only read.
 *
 * A block is decoded here in one step, and its events are not looked at one by one where the range wants them all. That takes
 * a third of what `events` takes. But it keeps the event loop for all of a block, which `events` does not. Between blocks other
 * work runs.
 */
import type { RecordedEvent } from '../../core/event.ts';
import { decodeBlock, decodeMatches } from '../../log/blocks/block.ts';
import type { Block, LogStore, TagQuery } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { checkOptions } from '../calls/call-options.ts';
import {
  blocksOf,
  boundsOf,
  type EventRange,
  RANGE_CHECKS,
  READING_SLICE_MS,
  type Stretch,
  storedTagging,
  type Tagging,
} from './events.ts';

/**
 * The events of a range as they were recorded, in lists that are not empty. With a tag only stored tags count.
 *
 * @throws RefoldError as `readRecorded` does
 */
export async function* readBatches(log: LogStore, given: EventRange): AsyncGenerator<readonly RecordedEvent[], void> {
  const range = checkOptions('read events', RANGE_CHECKS, given);
  const tagging = await storedTagging(log, range);
  const { tag, reverse = false, signal, sequences } = range;
  throwIfAborted(signal);
  const bounds = await boundsOf(log, range);
  const types = range.types && new Set(range.types);
  const tags = tag === undefined ? undefined : { tag, types, taggers: tagging.taggers };
  const only = sequences && new Set(sequences);
  let { from, to } = bounds;
  let left = range.limit ?? Number.POSITIVE_INFINITY;
  if (left === 0) return;
  const pace = new Pace(READING_SLICE_MS);
  for await (const block of blocksOf(log, bounds, range, tags)) {
    throwIfAborted(signal);
    const events = wantedIn(block, { from, to }, { types, tags, tagging, only });
    // Sealing may meanwhile have joined events that were already given with later ones in one block.
    if (reverse) to = Math.min(to, block.firstSequence - 1);
    else from = Math.max(from, block.lastSequence + 1);
    if (reverse) events.reverse();
    if (events.length > left) events.length = left;
    if (events.length > 0) {
      left -= events.length;
      yield events;
    }
    if (left === 0) return;
    if (pace.isOver) await pace.rest();
  }
}

interface Wanting {
  readonly types: ReadonlySet<string> | undefined;
  readonly tags: TagQuery | undefined;
  readonly tagging: Tagging;
  readonly only: ReadonlySet<number> | undefined;
}

/** A fresh list. */
function wantedIn(block: Block, { from, to }: Stretch, { types, tags, tagging, only }: Wanting): RecordedEvent[] {
  const isWhole = from <= block.firstSequence && block.lastSequence <= to && only === undefined;
  const isIn = ({ sequence }: RecordedEvent): boolean =>
    sequence >= from && sequence <= to && only?.has(sequence) !== false;
  if (tags === undefined) {
    const { events } = decodeBlock(block, types);
    return isWhole ? events : events.filter(isIn);
  }
  const { events, isCertain } = decodeMatches(block, tags);
  return events.filter(
    (event, index) => isIn(event) && (isCertain[index] === true || tagging.hasTag(event, tags.tag ?? '')),
  );
}
