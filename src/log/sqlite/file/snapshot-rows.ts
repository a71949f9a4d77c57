/** Rows of `snapshots`, as both the writer and the readers see them. */
import type { SnapshotHeader } from '../../blocks/snapshot-chunks.ts';

/** A header with the id of its chunks. */
export interface SnapshotRow extends SnapshotHeader {
  readonly id: number;
}

export const SNAPSHOT_COLUMNS = `id, owner, sequence, recorded_at as recordedAt, chain, state_hash as stateHash,
  fingerprint, format, bytes, chunks, checksum`;
