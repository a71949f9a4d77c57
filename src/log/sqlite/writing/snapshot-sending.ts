/**
 * The store's end of a snapshot: cuts it into chunks of one size, and hands them to the writer thread.
 *
 * The chunks of a large one are compressed in the thread pool: in the writer's thread an append would have to wait.
 */

import { cutChunks, packChunk } from '../../blocks/snapshot-chunks.ts';
import type { SnapshotInfo } from '../../log-store.ts';
import type { WriterClient } from './writer-client.ts';

/**
 * Up to this size a snapshot is one job of the writer: about 1 ms to compress, and 0.5 ms to write the 60 KB that
 * result.
 */
const ONE_JOB_BYTES = 256 * 1024;

/** Sends a snapshot. When this resolves, the snapshot exists. When it rejects, no part of it exists. */
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

/** Under full load each `await` costs a turn of the event loop, so a small snapshot is one message. */
async function sendAtOnce(writer: WriterClient, info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<boolean> {
  const pieces = [...cutChunks(chunks)];
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
  // One after the other, so an append never waits for more than one.
  for (const chunk of cutChunks(chunks)) {
    await writer.do('putChunk', { id, part: parts++, ...(await packChunk(chunk)) });
    bytes += chunk.byteLength;
  }
  return { parts, bytes };
}

/** Sweeps chunks that were replaced or abandoned. After an error the rest is swept next time. */
async function sweep(writer: WriterClient): Promise<void> {
  try {
    while (await writer.do('sweepChunks', undefined));
  } catch {
    // Sweeping is upkeep: it must not make a snapshot fail that already exists.
  }
}
