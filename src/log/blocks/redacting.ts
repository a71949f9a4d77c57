/**
 * Packs blocks again with other data in some of their events, as one sealed block that takes their place.
 *
 * Everything else stays: sequences, times, types, commits and ids, and the chain after the last block. So the blocks and
 * snapshots that follow still link.
 */
import assert from 'node:assert';
import type { RecordedEvent } from '../../core/event.ts';
import type { EventTags, SealedBlock } from '../log-store.ts';
import type { StoredBlock } from './chain.ts';
import { sameJson } from './packed-values.ts';
import { joinBlocks, packWhole, type WholeBlock } from './sealing.ts';

/** An event with its new data, meta and version, and its new tags. The rest of it is as before. */
export interface RedactedEvent {
  readonly event: RecordedEvent;
  readonly tags: EventTags;
}

/**
 * One sealed block that says what `run` says, except for the changed events. It is decoded again and compared.
 *
 * @param run verified blocks in order
 * @param startChain the chain before the first of them
 * @param changes in any order; events that are not in it keep their data and tags
 */
export function redactRun(
  run: readonly StoredBlock[],
  startChain: string,
  changes: readonly RedactedEvent[],
): SealedBlock {
  const before = joinBlocks(run);
  const after = withChanges(before, changes);
  proveKept(before, after);
  return packWhole(after, run, startChain);
}

function withChanges(before: WholeBlock, changes: readonly RedactedEvent[]): WholeBlock {
  const events = [...before.events];
  const tags = [...before.tags];
  const first = events[0]!.sequence;
  for (const change of changes) {
    const index = change.event.sequence - first;
    assert(events[index] !== undefined, 'a changed event is not in the blocks');
    events[index] = change.event;
    tags[index] = change.tags;
  }
  return { events, tags, commitEnds: before.commitEnds };
}

/** Compares what a redaction must not change. */
export function proveKept(before: Pick<WholeBlock, 'events' | 'commitEnds'>, after: typeof before): void {
  assert(sameJson(before.commitEnds, after.commitEnds), 'a redaction changed the commits of a block');
  assert(
    sameJson(before.events.map(placeOf), after.events.map(placeOf)),
    'a redaction changed more than data and meta',
  );
}

/** All of an event but what a redaction may change. */
function placeOf({ sequence, recordedAt, type, commandId }: RecordedEvent): unknown[] {
  return [sequence, recordedAt, type, commandId ?? null];
}
