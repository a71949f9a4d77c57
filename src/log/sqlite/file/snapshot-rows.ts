/** Rows of `snapshots`, as both the writer and the readers see them. */
import { checksumOf } from '../../blocks/chain.ts';
import type { SnapshotInfo } from '../../log-store.ts';

/** A header with the id of its chunks. */
export interface SnapshotRow extends SnapshotInfo {
  readonly id: number;
  readonly chunks: number;
  readonly checksum: number;
}

export const SNAPSHOT_COLUMNS = `id, owner, sequence, recorded_at as recordedAt, chain, state_hash as stateHash,
  fingerprint, format, bytes, chunks, checksum`;

/**
 * CRC-32 over the columns as a JSON list, `id` left out: a header is not in a block, so it has its own checksum.
 * Without it a flipped bit in `sequence` would give a sound state a wrong sequence.
 */
export function checksumOfSnapshot(info: SnapshotInfo, chunks: number): number {
  const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes } = info;
  return checksumOf(
    JSON.stringify([owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, chunks]),
  );
}

/** True when the header matches its checksum. */
export function isSound(row: SnapshotRow): boolean {
  return Number.isSafeInteger(row.sequence) && checksumOfSnapshot(row, row.chunks) === row.checksum;
}
