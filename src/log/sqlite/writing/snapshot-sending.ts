/**
 * The store's end of a snapshot: cuts it into chunks of one size, and hands them to the writer thread.
 *
 * Those of a large one are compressed in the thread pool: in the writer's thread an append would wait for it.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { checksumOf } from '../../blocks/chain.ts';
import type { SnapshotInfo } from '../../log-store.ts';
import type { WriterClient } from './writer-client.ts';
import type { SnapshotPart } from './writer-protocol.ts';

/** Size of a stored chunk before compression: large enough to compress well, small enough for a very short transaction. */
const STORED_CHUNK_BYTES = 128 * 1024;

/** Up to this size a snapshot is one job of the writer: a millisecond to compress, and half of one for some 60 KB then. */
const ONE_JOB_BYTES = 256 * 1024;

/** Sends a snapshot; when this returns, it exists. When it throws, nothing of it does. */
export async function sendSnapshot(
  writer: WriterClient,
  info: SnapshotInfo,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  let needsSweep = true;
  try {
    const send = info.bytes <= ONE_JOB_BYTES ? sendAtOnce : sendInParts;
    needsSweep = await send(writer, info, chunks);
  } finally {
    if (needsSweep) await sweep(writer);
  }
}

/** Under full load whatever is awaited comes a turn of the event loop later: what is small is one message. */
async function sendAtOnce(writer: WriterClient, info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<boolean> {
  const pieces = [...recut(chunks, STORED_CHUNK_BYTES)];
  const bytes = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const transfer = pieces.map(({ buffer }) => buffer);
  return writer.do('putSnapshot', { info: { ...info, bytes }, chunks: pieces }, transfer);
}

async function sendInParts(writer: WriterClient, info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<boolean> {
  const id = await writer.do('beginSnapshot', undefined);
  try {
    const sent = await sendChunks(writer, id, chunks);
    return await writer.do('finishSnapshot', { id, chunks: sent.parts, info: { ...info, bytes: sent.bytes } });
  } catch (error) {
    await writer.do('abandonSnapshot', id).catch(() => {}); // the first error says more
    throw error;
  }
}

async function sendChunks(
  writer: WriterClient,
  id: number,
  chunks: Iterable<Uint8Array>,
): Promise<{ readonly parts: number; readonly bytes: number }> {
  let parts = 0;
  let bytes = 0;
  // One after the other, so that an append never waits for more than one.
  for (const chunk of recut(chunks, STORED_CHUNK_BYTES)) {
    await writer.do('putChunk', { id, part: parts++, ...(await packed(chunk)) });
    bytes += chunk.byteLength;
  }
  return { parts, bytes };
}

async function packed(chunk: Uint8Array): Promise<SnapshotPart> {
  const data = await promisify(zlib.zstdCompress)(chunk);
  return { bytes: chunk.byteLength, checksum: checksumOf(data), data };
}

/** Chunks that were replaced or abandoned. What is left after an error is swept at the next chance. */
async function sweep(writer: WriterClient): Promise<void> {
  try {
    while (await writer.do('sweepChunks', undefined));
  } catch {
    // Sweeping is housekeeping: it must not make a snapshot fail that is already there.
  }
}

/** The same bytes in pieces of `size`, each with a buffer of its own. */
function* recut(chunks: Iterable<Uint8Array>, size: number): Generator<Uint8Array<ArrayBuffer>, void> {
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
