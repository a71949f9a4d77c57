/**
 * States all over the log, encoded and packed in memory, from which a cursor builds the state at a far place faster than from the
 * log, where snapshots are farther apart and come from the disk.
 *
 * They belong to one generation of the log. Their holder drops them when history was redacted or dropped.
 */
import type { Model } from '../../../core/model.ts';
import { decodeState, encodeState } from '../../../fold/encoding/state-codec.ts';
import { type PackedChunk, packChunk, SNAPSHOT_CHUNK_BYTES, unpackChunk } from '../../../log/blocks/snapshot-chunks.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { beginningOf } from '../../folding/initial-state.ts';
import type { FoldCursor } from '../../folding/refold.ts';
import { placeAfter } from './checkpoints.ts';

/** Stretches that are folded in the time that it takes to restore a state need no state in their middle. */
const SHORTEST_STRETCH = 2_000;

/** A state in memory, and where the fold stood. */
export interface WarmState {
  readonly sequence: number;
  /** Before packing. */
  readonly bytes: number;
  readonly packedBytes: number;
  readonly chunks: readonly PackedChunk[];
  readonly cursor: Omit<FoldCursor<unknown>, 'state'>;
}

/** What the next state is chosen from. */
export interface WarmFacts {
  /** Sequences from which a state can be built, ascending, with those that are kept already. */
  readonly starts: readonly number[];
  readonly last: number;
  /** Packed bytes of the states that are kept, and how many these are. */
  readonly bytes: number;
  readonly kept: number;
  /** Bytes that they may take. */
  readonly budget: number;
}

/** Where the next state should be kept: in the middle of the longest stretch. Undefined when nothing more is worth it, or fits. */
export function nextWarmPlace({ starts, last, bytes, kept, budget }: WarmFacts): number | undefined {
  const typical = kept === 0 ? 0 : bytes / kept;
  if (bytes + typical >= budget) return undefined;
  let [from, longest] = [0, 0];
  for (const [place, start] of starts.entries()) {
    const length = Math.min(starts[place + 1] ?? last, last) - start;
    if (length > longest) [from, longest] = [start, length];
  }
  return longest <= SHORTEST_STRETCH ? undefined : from + Math.floor(longest / 2);
}

export class WarmStates {
  /** In the order of their sequences. */
  #kept: WarmState[] = [];
  /** As they are packed. */
  bytes = 0;

  get sequences(): number[] {
    return this.#kept.map(({ sequence }) => sequence);
  }

  /** The last one at or before a sequence. */
  before(sequence: number): WarmState | undefined {
    return this.#kept[placeAfter(this.#kept, sequence) - 1];
  }

  keep(one: WarmState): void {
    const place = placeAfter(this.#kept, one.sequence);
    if (this.#kept[place - 1]?.sequence === one.sequence) return;
    this.#kept.splice(place, 0, one);
    this.bytes += one.packedBytes;
  }

  clear(): void {
    this.#kept = [];
    this.bytes = 0;
  }
}

/**
 * Packs a state in the thread pool, chunk by chunk, so that other work runs meanwhile. Undefined if it has more than so many bytes
 * before packing.
 */
export async function packState(
  model: Model<any>,
  { state, ...cursor }: FoldCursor<object>,
  mostBytes: number,
  signal: AbortSignal | undefined,
): Promise<WarmState | undefined> {
  const chunks: PackedChunk[] = [];
  let [bytes, packedBytes] = [0, 0];
  for (const chunk of encodeState(state, SNAPSHOT_CHUNK_BYTES, model.comparators)) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) return undefined;
    const packed = await packChunk(chunk);
    throwIfAborted(signal);
    const data = new Uint8Array(packed.data); // what zlib gives lies in a buffer of 64 KiB
    chunks.push({ ...packed, data });
    packedBytes += data.byteLength;
  }
  return { sequence: cursor.sequence, bytes, packedBytes, chunks, cursor };
}

/** The state again, for one owner. */
export function unpackState<State extends object>(
  model: Model<State>,
  { chunks, cursor }: WarmState,
): FoldCursor<State> {
  const { initial, comparators } = beginningOf(model);
  const state = decodeState(chunks.values().map(unpackChunk), initial, comparators);
  return { ...cursor, firstSeen: new Map(cursor.firstSeen), state };
}
