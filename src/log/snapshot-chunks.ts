/** How a snapshot is stored: in chunks of one size, each compressed and with a checksum. */
import { promisify, types } from 'node:util';
import zlib from 'node:zlib';
import { checksumOf } from './blocks/chain.ts';

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
