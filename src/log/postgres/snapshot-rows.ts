/** Rows of `snapshots`. Their checksum is that of a file's rows, so that a snapshot can be copied as it is. */
import { checksumOf } from '../blocks/chain.ts';
import type { SnapshotInfo } from '../log-store.ts';

export interface SnapshotRow extends SnapshotInfo {
  readonly id: Buffer;
  readonly chunks: number;
  readonly checksum: number;
}

export function checksumOfSnapshot(info: SnapshotInfo, chunks: number): number {
  const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes } = info;
  return checksumOf(
    JSON.stringify([owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, chunks]),
  );
}

export function isSound(row: SnapshotRow): boolean {
  return checksumOfSnapshot(row, row.chunks) === row.checksum;
}
