/** How a snapshot is stored: a header with a checksum, and chunks of one size, each compressed and with a checksum. */
import { promisify, types } from 'node:util';
import zlib from 'node:zlib';
import { messageOf } from '../../core/errors.ts';
import { snapshotDamaged } from '../log-errors.ts';
import type { SnapshotInfo } from '../log-store.ts';
import { checksumOf } from './chain.ts';

/** Size of a chunk before compression: large enough to compress well, small enough for a very short transaction. */
export const SNAPSHOT_CHUNK_BYTES: number = 128 * 1024;
/** The most bytes that a chunk may unpack to: more than is ever put into one. A damaged log may claim more. */
const LARGEST_CHUNK_BYTES = 16 * 1024 * 1024;

/** A compressed chunk; `bytes` is its size before, `checksum` that of `data`. */
export interface PackedChunk {
  readonly bytes: number;
  readonly checksum: number;
  readonly data: Uint8Array;
}

/**
 * The same bytes in pieces of `size`, the last one smaller; each has its own buffer, which can be moved to a thread.
 */
export function* cutChunks(
  chunks: Iterable<Uint8Array>,
  size: number = SNAPSHOT_CHUNK_BYTES,
): Generator<Uint8Array<ArrayBuffer>, void> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}

/** Compresses a chunk, in the thread pool. */
export async function packChunk(chunk: Uint8Array): Promise<PackedChunk> {
  const data = await promisify(zlib.zstdCompress)(chunk);
  return { bytes: chunk.byteLength, checksum: checksumOf(data), data };
}

/**
 * Unpacks a chunk.
 *
 * @throws RangeError whose message says what is wrong, such as `does not match its checksum`
 */
export function unpackChunk({ data, checksum }: Pick<PackedChunk, 'data' | 'checksum'>): Uint8Array {
  if (!types.isUint8Array(data) || checksumOf(data) !== checksum) throw new RangeError('does not match its checksum');
  try {
    return zlib.zstdDecompressSync(data, { maxOutputLength: LARGEST_CHUNK_BYTES });
  } catch (cause) {
    throw new RangeError('is malformed', { cause });
  }
}

/** A header as it is stored: how many chunks it has, and its own checksum. */
export interface SnapshotHeader extends SnapshotInfo {
  readonly chunks: number;
  readonly checksum: number;
}

/**
 * CRC-32 over the header as a JSON list: a header is not in a block, so it has its own checksum. Without it a flipped bit
 * in `sequence` would give a sound state a wrong sequence.
 */
export function checksumOfSnapshot(info: SnapshotInfo, chunks: number): number {
  const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes } = info;
  return checksumOf(
    JSON.stringify([owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, chunks]),
  );
}

/** True when the header matches its checksum. */
export function isSound(header: SnapshotHeader): boolean {
  return Number.isSafeInteger(header.sequence) && checksumOfSnapshot(header, header.chunks) === header.checksum;
}

/**
 * The bytes of a snapshot, verified: its header, each chunk, and how many bytes they are together.
 *
 * @param header undefined when the log has no such snapshot any more
 * @param chunkAt gives a chunk as it is stored, or undefined when it is missing
 * @throws RefoldError `LOG_CORRUPT`
 */
export async function* readChunks(
  { path, sequence }: { readonly path: string; readonly sequence: number },
  header: SnapshotHeader | undefined,
  chunkAt: (part: number) => Promise<Pick<PackedChunk, 'data' | 'checksum'> | undefined>,
): AsyncGenerator<Uint8Array, void> {
  if (header === undefined) throw snapshotDamaged(path, sequence, 'it was deleted');
  if (!isSound(header)) throw snapshotDamaged(path, sequence, 'its header does not match its checksum');
  let bytes = 0;
  for (let part = 0; part < header.chunks; part++) {
    const packed = await chunkAt(part);
    if (packed === undefined) throw snapshotDamaged(path, sequence, `chunk ${part} is missing`);
    let chunk: Uint8Array;
    try {
      chunk = unpackChunk(packed);
    } catch (error) {
      throw snapshotDamaged(path, sequence, `chunk ${part} ${messageOf(error)}`);
    }
    bytes += chunk.byteLength;
    yield chunk;
  }
  if (bytes !== header.bytes) throw snapshotDamaged(path, sequence, `it has ${bytes} of ${header.bytes} bytes`);
}
