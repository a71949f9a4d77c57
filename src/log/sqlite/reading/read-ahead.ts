/**
 * Reading ahead: a long and slow read is gone on with by a thread that reads, verifies and unpacks while the caller
 * decodes.
 *
 * Every read begins in the calling thread. Only when much is left, and what there was took its time to come, is a thread
 * started, and it takes over where the
 * caller stands once it is up: nobody waits for its start, and a short read never pays for one. A thread that meets
 * damage, or dies, ends without a word; the calling thread reads on from there, and says itself what is wrong. So a read
 * gives the same blocks and the same errors with the thread and without.
 */
import type { Worker } from 'node:worker_threads';
import { startThread, threadFile } from '../../../threads/threads.ts';
import { performance } from '../../../threads/timers.ts';
import { unpackedSizeOf } from '../../blocks/sealed-block.ts';
import type { Block } from '../../log-store.ts';
import type { LogReader } from './reader.ts';

/** What has been read, and what is left, as a read goes along. */
export interface ReadProgress {
  readonly events: number;
  /** Unpacked. */
  readonly bytes: number;
  readonly eventsLeft: number;
  /** ms that the caller has waited for its blocks, and ms since it began. */
  readonly waitedMs: number;
  readonly elapsedMs: number;
}

/** A thread is worth its start (some 100 ms of a core) when at least this much is left to read, unpacked. */
export const READ_AHEAD_FROM_BYTES: number = 32 * 1024 * 1024;

/**
 * The share of its time that a caller waits before a thread is to help. A file in the system's cache takes 2 % (sealed)
 * to 7 % (open blocks) of a replay: there a thread saves next to nothing, and costs a third more CPU and its heap.
 */
const WAITS = 0.2;

/** A read is judged after so much of it, unpacked: the first page is waited for in any case. */
const JUDGED_AFTER_BYTES = 4 * 1024 * 1024;

const NEVER = Number.POSITIVE_INFINITY;

/** Whether what is left of a read is worth a thread, judged by how large the events so far were and how slow to come. */
export function isWorthThread(progress: ReadProgress, fromBytes: number): boolean {
  const { events, bytes, eventsLeft, waitedMs, elapsedMs } = progress;
  if (bytes < JUDGED_AFTER_BYTES) return false;
  return eventsLeft * (bytes / events) >= fromBytes && waitedMs >= elapsedMs * WAITS;
}

/** Reads a log's blocks, ahead of the caller where that pays. */
export class ReadAhead {
  readonly #reader: LogReader;
  readonly #logId: string;
  #fromBytes: number;
  readonly #threads = new Set<ReadingThread>();

  /**
   * @param logId of the log that `reader` has open: a thread that finds another one at its path leaves it alone
   * @param fromBytes see `SqliteLogOptions.readAheadFromBytes`
   */
  constructor(reader: LogReader, logId: string, fromBytes: number) {
    this.#reader = reader;
    this.#logId = logId;
    this.#fromBytes = fromBytes;
  }

  /** Blocks from the one that holds `from` to the one that holds `to`, verified; see `LogStore.read`. */
  async *read(from: number, to: number): AsyncGenerator<Block, void> {
    let next = from;
    let thread = this.#fromBytes === 0 && from <= to ? this.#start() : undefined;
    try {
      await thread?.started();
      const start = performance.now();
      const progress = { events: 0, bytes: 0, eventsLeft: to - from + 1, waitedMs: 0, elapsedMs: 0 };
      for await (const block of thread?.isReady === true ? [] : this.#reader.read(from, to)) {
        progress.waitedMs += performance.now() - start - progress.elapsedMs;
        yield block;
        next = block.lastSequence + 1;
        progress.events += next - block.firstSequence;
        progress.bytes += unpackedSizeOf(block);
        progress.eventsLeft = to - block.lastSequence;
        progress.elapsedMs = performance.now() - start;
        if (thread === undefined && isWorthThread(progress, this.#fromBytes)) thread = this.#start();
        if (thread?.isReady === true) break;
      }
      if (thread?.isReady === true) {
        for await (const block of thread.read(next, to)) {
          yield block;
          next = block.lastSequence + 1;
        }
      }
    } finally {
      thread?.stop();
    }
    yield* this.#reader.read(next, to); // nothing, unless the thread could not go on
  }

  /** Stops what is under way; a read that goes on after this finds the log closed. */
  async close(): Promise<void> {
    this.#fromBytes = NEVER;
    await Promise.all(Array.from(this.#threads, (thread) => thread.close()));
  }

  /** One thread at a time is all that two cores can use: a second long read gets none. */
  #start(): ReadingThread | undefined {
    if (this.#threads.values().some((thread) => !thread.isStopped)) return undefined;
    try {
      const thread = new ReadingThread({ path: this.#reader.path, logId: this.#logId });
      this.#threads.add(thread);
      void thread.ended.then(() => this.#threads.delete(thread));
      return thread;
    } catch {
      this.#fromBytes = NEVER; // the system gives no more threads: it need not be asked at each block
      return undefined;
    }
  }
}

/** Handed to the thread. */
export interface ReadAheadOptions {
  readonly path: string;
  readonly logId: string;
}

/** What the thread is told: where to read, how many bytes of what it sent are done with, or to end. */
export type ReadAheadRequest =
  | { readonly from: number; readonly to: number }
  | { readonly taken: number }
  | { readonly stop: true };

/** What the thread says: that it is up, some blocks, or that nothing more will come. */
export type ReadAheadMessage = 'ready' | 'end' | Batch;

export interface Batch {
  readonly blocks: readonly Block[];
  readonly bytes: number;
}

/** The caller's end of one thread. While nobody waits for its blocks it does not keep the process alive. */
class ReadingThread {
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #batches: Batch[] = [];
  #wake: () => void = () => {};
  #state: 'starting' | 'ready' | 'over' = 'starting';
  #isStopped = false;
  #isClosing = false;

  constructor(options: ReadAheadOptions) {
    const start = { workerData: options, name: 'refold read-ahead' };
    this.#worker = startThread(READ_AHEAD_WORKER, start, 'read', options.path);
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#over();
        resolve();
      });
    });
    this.#worker.on('message', (message: ReadAheadMessage) => this.#hear(message));
    this.#worker.on('error', () => this.#over()); // the calling thread reads on, and meets whatever it was
    this.#worker.unref();
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Resolves when it is up, or will never be. */
  async started(): Promise<void> {
    await this.#until(() => this.#state !== 'starting');
  }

  /** Blocks as they come; ends early when the thread could not go on. */
  async *read(from: number, to: number): AsyncGenerator<Block, void> {
    this.#ask({ from, to });
    for (;;) {
      const batch = await this.#next();
      if (batch === undefined) return;
      yield* batch.blocks;
      this.#ask({ taken: batch.bytes });
    }
  }

  async #next(): Promise<Batch | undefined> {
    await this.#until(() => this.#batches.length > 0 || this.#state === 'over');
    return this.#batches.shift();
  }

  async #until(holds: () => boolean): Promise<void> {
    this.#worker.ref();
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (!this.#isClosing) this.#worker.unref();
  }

  #hear(message: ReadAheadMessage): void {
    if (message === 'end') this.#state = 'over';
    else if (message !== 'ready') this.#batches.push(message);
    else if (this.#state === 'starting') this.#state = 'ready';
    if (this.#isStopped) this.#batches.length = 0;
    this.#wake();
  }

  #over(): void {
    this.#state = 'over';
    this.#wake();
  }

  #ask(request: ReadAheadRequest): void {
    this.#worker.postMessage(request);
  }

  /** Lets the thread end; what it has sent is dropped. */
  stop(): void {
    this.#isStopped = true;
    this.#batches.length = 0;
    this.#ask({ stop: true });
    this.#over();
  }

  async close(): Promise<void> {
    this.#isClosing = true; // from here on its end is waited for
    this.stop();
    this.#worker.ref();
    await this.ended;
  }
}

const READ_AHEAD_WORKER = threadFile(import.meta.url, 'read-ahead-worker');
