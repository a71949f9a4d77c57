/** The thread that unpacks large blocks, and packs their events again in slices that the other thread unpacks fast. */
import { parentPort } from 'node:worker_threads';
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { Json, RecordedEvent } from '../../core/event.ts';
import { Moved, serve } from '../../threads/serving.ts';
import { decodeBlock, decodeMatches } from '../blocks/block.ts';
import type { StoredBlock } from '../blocks/chain.ts';
import { type PackedValues, packValues } from '../blocks/packed-values.ts';
import { type RedactedEvent, redactRun } from '../blocks/redacting.ts';
import { openBytesOf, retagBlock } from '../blocks/sealing.ts';
import type { Block, EventTags, SealedBlock } from '../log-store.ts';
import type { Slice, WantedEvents } from './unpacking.ts';

/** Events of a block, in order, as a list that can be unpacked alone. */
export interface PackedSlice extends Omit<Slice, 'events'> {
  readonly values: PackedValues;
}

export interface UnpackJobs {
  unpack: {
    takes: { readonly block: Block; readonly wanted: WantedEvents };
    answers: readonly PackedSlice[];
  };
  retag: {
    takes: { readonly block: Block; readonly tags: readonly EventTags[] };
    answers: SealedBlock;
  };
  redact: {
    takes: {
      readonly run: readonly Block[];
      readonly startChain: string;
      readonly changes: readonly RedactedEvent[];
    };
    answers: SealedBlock;
  };
}

/** A slice is full at this many events, or this much text in characters. */
const SLICE_EVENTS = 1_024;
const SLICE_CHARACTERS = 128 * 1024;

function unpack({ block, wanted }: UnpackJobs['unpack']['takes']): Moved<readonly PackedSlice[]> {
  const { types, tags } = wanted;
  const { events, isCertain } =
    tags === undefined ? { ...decodeBlock(block, types), isCertain: undefined } : decodeMatches(block, tags);
  const average = openBytesOf(block as StoredBlock) / (block.lastSequence - block.firstSequence + 1);
  const slices: PackedSlice[] = [];
  let from = block.firstSequence;
  for (let start = 0; start < events.length; ) {
    const end = endOfSlice(events, start, average);
    const through = end === events.length ? block.lastSequence : events[end - 1]!.sequence;
    const packed = packValues(events.slice(start, end) as unknown as Json[]);
    const bytes = new Uint8Array(packed.bytes); // a separate buffer, which moves to the other thread
    slices.push({ values: { ...packed, bytes }, isCertain: isCertain?.slice(start, end), from, through });
    start = end;
    from = through + 1;
  }
  return new Moved(
    slices,
    slices.map(({ values }) => values.bytes.buffer as ArrayBuffer),
  );
}

/** Measures events only where they may be large. */
function endOfSlice(events: readonly RecordedEvent[], start: number, average: number): number {
  const most = Math.min(events.length, start + SLICE_EVENTS);
  if (average * SLICE_EVENTS <= SLICE_CHARACTERS / 2) return most;
  let characters = 0;
  let end = start;
  while (end < most && characters < SLICE_CHARACTERS) characters += JSON.stringify(events[end++]!.data).length;
  return end;
}

function failureOf(error: unknown): RefoldError {
  if (isRefoldError(error)) return error;
  return new RefoldError('STORE_FAILED', `Cannot unpack a block in its thread: ${messageOf(error)}`);
}

await serve<UnpackJobs>(parentPort, failureOf, () => ({
  opened: undefined,
  jobs: {
    unpack,
    retag: ({ block, tags }) => retagBlock(block as StoredBlock, tags),
    redact: ({ run, startChain, changes }) => redactRun(run as readonly StoredBlock[], startChain, changes),
  },
}));
