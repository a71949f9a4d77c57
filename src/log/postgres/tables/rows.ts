/** Rows as the log keeps them → the values of the contract. Names of the application are bytes in UTF-8 there. */
import type { StoredBlock } from '../../blocks/chain.ts';
import type { SnapshotHeader } from '../../blocks/snapshot-chunks.ts';
import { readTagRow } from '../../blocks/tag-list.ts';
import { outcomeDamaged } from '../../log-errors.ts';
import type { BlockEncoding, BlockHeader, LogHead, StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import type { ListedHeader } from '../../paging/found-pages.ts';
import type { Cell } from '../server/driver.ts';

export type Row = readonly Cell[];

/** Where a log begins and ends, its epoch, and how many redactions it has had. */
export interface LogState {
  readonly head: LogHead;
  readonly trimmedThrough: number;
  readonly epoch: number;
  readonly redactions: number;
}

/** A name of the application, as its column holds it. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text.toWellFormed());
}

export function toState(row: Row): LogState {
  const [epoch, trimmedThrough, trimmedTime, trimmedChain, redactions, last, lastTime, chain] = row as readonly [
    number,
    number,
    number,
    string,
    number,
    number | null,
    number | null,
    string | null,
  ];
  const head =
    last === null
      ? { sequence: trimmedThrough, recordedAt: trimmedTime, chain: trimmedChain }
      : { sequence: last, recordedAt: lastTime!, chain: chain! };
  return { head, trimmedThrough, epoch, redactions };
}

export function toBlock(row: Row): StoredBlock {
  const [firstSequence, lastSequence, recordedAt, encoding, checksum, chain, bytes] = row as readonly [
    number,
    number,
    number,
    BlockEncoding,
    number,
    string,
    Buffer,
  ];
  const payload = encoding === 'open' ? bytes.toString() : bytes;
  return { firstSequence, lastSequence, recordedAt, encoding, bytes: bytes.byteLength, payload, chain, checksum };
}

export function toHeader(row: Row): BlockHeader {
  const [firstSequence, lastSequence, recordedAt, encoding, bytes] = row as readonly [
    number,
    number,
    number,
    BlockEncoding,
    number,
  ];
  return { firstSequence, lastSequence, recordedAt, encoding, bytes };
}

/** A header, the checksum of its block, and the tag list; nulls without a list. */
export function toListed(row: Row): ListedHeader {
  const header = toHeader(row);
  const [blockChecksum, ofBlock, checksum, kinds, hashes] = row.slice(5) as unknown as readonly [
    number,
    number | null,
    number,
    string,
    Buffer,
  ];
  const list =
    ofBlock === null ? undefined : readTagRow([header.firstSequence, ofBlock, checksum, kinds, hashes], blockChecksum);
  return { header, list };
}

/** A header with the id of its chunks. */
export interface SnapshotRow extends SnapshotHeader {
  readonly id: Buffer;
}

export function toSnapshot(row: Row): SnapshotRow {
  const [owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, chunks, checksum, id] =
    row as readonly [Buffer, number, number, string, string, string, number, number, number, number, Buffer];
  return {
    ...{ owner: owner.toString(), sequence, recordedAt, chain, stateHash, fingerprint, format, bytes },
    ...{ chunks, checksum, id },
  };
}

/** An outcome with its place among the others. */
export interface OutcomeRow extends StoredOutcome {
  readonly ordinal: number;
  readonly checksum: number;
}

export function toOutcome(row: Row): OutcomeRow {
  const [ordinal, id, recordedAt, outcome, checksum] = row as readonly [number, Buffer, number, string, number];
  return { ordinal, commandId: id.toString(), recordedAt, outcome, checksum };
}

/** @throws RefoldError `LOG_CORRUPT` for a damaged row. @param path names the log in it */
export function soundOutcome({ commandId, recordedAt, outcome, checksum }: OutcomeRow, path: string): StoredOutcome {
  const stored = { commandId, recordedAt, outcome };
  if (checksumOfOutcome(stored) !== checksum) throw outcomeDamaged(path, commandId);
  return stored;
}
