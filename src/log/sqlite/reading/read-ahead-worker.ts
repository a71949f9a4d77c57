/**
 * The thread that reads ahead: from a read-only connection of its own, page by page as every reader does, no further
 * ahead than a bound in bytes.
 *
 * Whatever goes wrong here ends it without a word: who waits for the blocks then reads on by itself.
 */
import assert from 'node:assert';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { endThread } from '../../../threads/threads.ts';
import { nextTurn } from '../../../threads/timers.ts';
import { unpackContent, unpackedSizeOf } from '../../blocks/sealed-block.ts';
import type { Block } from '../../log-store.ts';
import { loadDriver } from '../file/driver.ts';
import type { Batch, ReadAheadMessage, ReadAheadOptions, ReadAheadRequest } from './read-ahead.ts';
import { LogReader } from './reader.ts';

/** Blocks are sent when they have come to this … */
const BATCH_BYTES = 1024 * 1024;
/** … while no more than this is on its way or waiting, unless a single block is larger. */
const AHEAD_BYTES = 8 * 1024 * 1024;

class Ahead {
  readonly #port: MessagePort;
  #range: { readonly from: number; readonly to: number } | undefined;
  #onItsWay = 0;
  #isStopped = false;
  #wake: () => void = () => {};

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (request: ReadAheadRequest) => {
      if ('from' in request) this.#range = request;
      else if ('taken' in request) this.#onItsWay -= request.taken;
      else this.#isStopped = true;
      this.#wake();
    });
  }

  async run(reader: LogReader): Promise<void> {
    this.#say('ready');
    await this.#until(() => this.#range !== undefined);
    let blocks: Block[] = [];
    let bytes = 0;
    for await (const block of this.#isStopped ? [] : reader.read(this.#range!.from, this.#range!.to)) {
      const unpacked = unpack(block);
      blocks.push(unpacked);
      bytes += sizeOf(unpacked);
      if (bytes < BATCH_BYTES) continue;
      await this.#send({ blocks, bytes });
      if (this.#isStopped) return;
      blocks = [];
      bytes = 0;
    }
    if (blocks.length > 0) await this.#send({ blocks, bytes });
  }

  /** Waits for room, and a turn of the loop in any case: to hear of a stop. */
  async #send(batch: Batch): Promise<void> {
    await nextTurn();
    await this.#until(() => this.#onItsWay === 0 || this.#onItsWay + batch.bytes <= AHEAD_BYTES);
    if (this.#isStopped) return;
    this.#onItsWay += batch.bytes;
    const contents = batch.blocks.flatMap(({ content }) => content ?? []);
    this.#say(
      batch,
      contents.map(({ buffer }) => buffer as ArrayBuffer),
    );
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!this.#isStopped && !holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #say(message: ReadAheadMessage, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  end(): void {
    this.#say('end');
    endThread(this.#port);
  }
}

/** With its content, unless that is too large to lie about, or malformed: `decodeBlock` finds that anew, and says so. */
function unpack(block: Block): Block {
  if (typeof block.payload === 'string' || unpackedSizeOf(block) > AHEAD_BYTES) return block;
  try {
    return { ...block, content: owned(unpackContent(block.payload)) };
  } catch {
    return block;
  }
}

function sizeOf({ bytes, content }: Block): number {
  return bytes + (content?.byteLength ?? 0);
}

/** In memory of its own, not part of a pool: that alone can change hands. */
function owned(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}

async function main(port: MessagePort, { path, logId }: ReadAheadOptions): Promise<void> {
  const ahead = new Ahead(port);
  let reader: LogReader | undefined;
  try {
    reader = LogReader.open(await loadDriver(), path);
    if (reader.state().logId === logId) await ahead.run(reader);
  } catch {
    // As promised: without a word.
  } finally {
    reader?.close();
    ahead.end();
  }
}

assert(parentPort, 'reading ahead is done in a thread of its own');
await main(parentPort, workerData as ReadAheadOptions);
