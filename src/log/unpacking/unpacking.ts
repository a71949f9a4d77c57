/**
 * Unpacks blocks so that the event loop is never held for long. This is the door to this folder.
 *
 * A small block is unpacked in the calling thread. A larger one is sent to a thread, which sends its events back in
 * slices, packed: to unpack a slice takes well under a millisecond. While the events of one block are used, the next
 * block is unpacked. The thread is shared by all logs of the process. It starts with the first large block, and ends
 * after some idle time. Without a thread everything is unpacked in the calling thread.
 */

import { isRefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { Thread } from '../../threads/thread.ts';
import { later, nextTurn } from '../../threads/timers.ts';
import { decodeBlock, decodeMatches } from '../blocks/block.ts';
import type { StoredBlock } from '../blocks/chain.ts';
import { unpackValues } from '../blocks/packed-values.ts';
import { type RedactedEvent, redactRun } from '../blocks/redacting.ts';
import { openBytesOf, retagBlock } from '../blocks/sealing.ts';
import type { Block, EventTags, SealedBlock, TagQuery } from '../log-store.ts';
import type { PackedSlice, UnpackJobs } from './unpack-worker.ts';

/** Which events of a block are wanted; default all. */
export interface WantedEvents {
  readonly types?: ReadonlySet<string> | undefined;
  /** In place of `types`: see `decodeMatches`. */
  readonly tags?: TagQuery | undefined;
}

/** Some wanted events of a block, in order. */
export interface Slice {
  readonly events: readonly RecordedEvent[];
  /** With `tags`: whether the stored tags of each event answer the query. */
  readonly isCertain?: readonly boolean[] | undefined;
  /** The part of the log that the slice stands for: it has all wanted events of these sequences. */
  readonly from: number;
  readonly through: number;
}

/** A larger block is unpacked by the thread. So much text unpacks in about 5 ms. */
const UNPACKED_AT_ONCE = 384 * 1024;
const SEALED_SPEED = 6;
/** A smaller block unpacks in less than a millisecond. */
const SMALL_BLOCK = 32 * 1024;
/** How long the thread stays after its last work. */
const IDLE_MS = 10_000;

/**
 * The events of blocks, in slices. Reads one block ahead.
 *
 * @param reverse gives the slices of a block from the last to the first; the events of a slice are always in order
 * @throws RefoldError what reading throws, `LOG_CORRUPT`
 */
export async function* unpackBlocks(
  blocks: AsyncIterable<Block>,
  wanted: WantedEvents,
  reverse = false,
): AsyncGenerator<Slice, void> {
  const reading = blocks[Symbol.asyncIterator]();
  const pull = async (): Promise<Unpacking | undefined> => {
    const { value, done } = await reading.next();
    return done === true ? undefined : startUnpacking(value, wanted);
  };
  let next = pull();
  try {
    for (let current = await next; current !== undefined; current = await next) {
      next = pull();
      next.catch(() => {}); // it is awaited, and throws, when its turn comes
      yield* finishUnpacking(current, wanted, reverse);
    }
  } finally {
    await next.catch(() => {});
    await reading.return?.();
  }
}

/** The slices of one block that was read already. @throws RefoldError `LOG_CORRUPT` */
export async function* unpackBlock(block: Block, wanted: WantedEvents = {}): AsyncGenerator<Slice, void> {
  yield* finishUnpacking(startUnpacking(block, wanted), wanted, false);
}

/**
 * Packs a sealed block again with other tags, in the thread.
 *
 * @param tags one entry for each event
 * @throws RefoldError `LOG_CORRUPT`
 */
export async function packTagged(block: Block, tags: readonly EventTags[]): Promise<SealedBlock> {
  const packed = await askThread((thread) => thread.ask('retag', { block, tags }));
  return packed ?? retagBlock(block as StoredBlock, tags);
}

/**
 * Packs blocks again with other data in some of their events, in the thread: `redactRun`.
 *
 * @param run verified blocks in order, as `read` gives them
 * @throws RefoldError `LOG_CORRUPT`
 */
export async function packRedacted(
  run: readonly Block[],
  startChain: string,
  changes: readonly RedactedEvent[],
): Promise<SealedBlock> {
  const packed = await askThread((thread) => thread.ask('redact', { run, startChain, changes }));
  return packed ?? redactRun(run as readonly StoredBlock[], startChain, changes);
}

/** A block, and its packed slices if another thread unpacks it. */
interface Unpacking {
  readonly block: Block;
  readonly slices: Promise<readonly PackedSlice[] | undefined> | undefined;
}

function startUnpacking(block: Block, wanted: WantedEvents): Unpacking {
  if (sizeOf(block) <= UNPACKED_AT_ONCE) return { block, slices: undefined };
  const slices = unpackElsewhere(block, wanted);
  slices.catch(() => {}); // as above
  return { block, slices };
}

async function* finishUnpacking(
  { block, slices }: Unpacking,
  wanted: WantedEvents,
  reverse: boolean,
): AsyncGenerator<Slice, void> {
  const packed = await slices;
  if (packed !== undefined) yield* slicesOf(reverse ? packed.toReversed() : packed);
  else {
    if (sizeOf(block) > SMALL_BLOCK) await nextTurn(); // it gets a turn of the event loop for itself
    yield unpackHere(block, wanted);
  }
}

function* slicesOf(packed: readonly PackedSlice[]): Generator<Slice, void> {
  for (const { values, ...slice } of packed) {
    yield { events: unpackValues(values) as unknown as RecordedEvent[], ...slice };
  }
}

/** The work of unpacking a block, as bytes of text of an open block. A sealed one unpacks several times as fast. */
function sizeOf(block: Block): number {
  return unpackedBytes(block) / (block.encoding === 'open' ? 1 : SEALED_SPEED);
}

/** The size of a block's events as open text, in bytes. A sealed block may have a thousandth of it. */
export function unpackedBytes(block: Block): number {
  return openBytesOf(block as StoredBlock);
}

function unpackHere(block: Block, { types, tags }: WantedEvents): Slice {
  const place = { from: block.firstSequence, through: block.lastSequence };
  return tags === undefined
    ? { events: decodeBlock(block, types).events, ...place }
    : { ...decodeMatches(block, tags), ...place };
}

function unpackElsewhere(block: Block, wanted: WantedEvents): Promise<readonly PackedSlice[] | undefined> {
  return askThread((thread) => thread.ask('unpack', { block, wanted }));
}

/** Undefined when the system has no thread for this, or when the thread died, as it may when a block is too large. */
async function askThread<Answer>(ask: (thread: Thread<UnpackJobs>) => Promise<Answer>): Promise<Answer | undefined> {
  let thread: Thread<UnpackJobs> | undefined;
  try {
    thread = await borrowThread();
    return await ask(thread);
  } catch (error) {
    if (isRefoldError(error, 'LOG_CORRUPT')) throw error;
    return undefined;
  } finally {
    giveBack(thread);
  }
}

/** The thread of this process, and how many blocks it is working on. */
let shared: Promise<Thread<UnpackJobs>> | undefined;
let borrowed = 0;
let stayUp: () => void = () => {};

async function borrowThread(): Promise<Thread<UnpackJobs>> {
  stayUp();
  borrowed += 1;
  shared ??= startShared();
  const thread = await shared;
  if (thread.death === undefined) return thread;
  shared = undefined; // the next block gets a new one
  throw thread.death;
}

function startShared(): Promise<Thread<UnpackJobs>> {
  const starting = Thread.start<UnpackJobs>({
    ...{ name: 'unpack-worker', from: import.meta.url, data: undefined },
    ...{ action: 'unpack blocks of', path: 'the log' },
  });
  starting.catch(() => {
    if (shared === starting) shared = undefined;
  });
  return starting;
}

function giveBack(thread: Thread<UnpackJobs> | undefined): void {
  borrowed -= 1;
  if (borrowed > 0 || thread === undefined) return;
  stayUp = later(IDLE_MS, () => {
    shared = undefined;
    void thread.end().catch(() => {});
  });
}
