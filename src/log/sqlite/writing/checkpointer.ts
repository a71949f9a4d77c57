/**
 * The writer's end of the checkpointing thread: it moves the WAL into the file while the writer goes on.
 *
 * Both threads work synchronously and wait for each other, so they cannot hear messages. They share a few words of memory
 * instead: the writer asks by setting the state, goes on, and looks at it after later jobs.
 */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../../threads/threads.ts';

/** The words that both threads share. */
export const STATE = 0;
export const OUTCOME = 1;
export const CONNECTION = 2;
const WORDS = 3;

/** What `STATE` says: the thread waits, is to move the WAL, is to end, is gone. */
export const IDLE = 0;
export const ASKED = 1;
export const ENDING = 2;
export const GONE = 3;

/** What `CONNECTION` says: the thread has none yet; it has one, or is about to; it is to have none. */
export const NONE = 0;
export const OPEN = 1;
export const REFUSED = 2;

/** What `OUTCOME` says of the last move: no complaint (though a reader may have been in its way), a full disk, an I/O error. */
export const MOVED = 0;
export const FULL = 1;
export const BROKEN = 2;

/** Handed to the thread. */
export interface CheckpointerOptions {
  readonly path: string;
  readonly shared: SharedArrayBuffer;
}

/** What came of the last move. */
export type MoveOutcome = 'moved' | 'full' | 'broken';

/** Nobody waits for the thread for longer: it may have died without a word. */
const PATIENCE_MS = 5_000;

export class Checkpointer {
  readonly #path: string;
  readonly #words = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  #worker: Worker | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the thread is up, with a connection of its own. */
  get isUp(): boolean {
    return Atomics.load(this.#words, CONNECTION) === OPEN && Atomics.load(this.#words, STATE) !== GONE;
  }

  /** Whether a move is under way. */
  get isBusy(): boolean {
    return Atomics.load(this.#words, STATE) === ASKED;
  }

  /** Of the last move that is over. */
  get outcome(): MoveOutcome {
    const outcome = Atomics.load(this.#words, OUTCOME);
    return outcome === MOVED ? 'moved' : outcome === FULL ? 'full' : 'broken';
  }

  /** Has the thread started, unless it was before; it is up some time later, or never. */
  start(): void {
    if (Atomics.load(this.#words, STATE) !== GONE) this.#worker ??= this.#startThread();
  }

  /** The same, and waits until it is up. */
  startNow(): void {
    this.start();
    Atomics.wait(this.#words, CONNECTION, NONE, PATIENCE_MS);
  }

  /** Has the thread move what the WAL holds by now. It must be up; nothing while a move is under way. */
  move(): void {
    if (Atomics.compareExchange(this.#words, STATE, IDLE, ASKED) === IDLE) Atomics.notify(this.#words, STATE);
  }

  /** Waits until no move is under way. */
  settle(): void {
    if (this.isBusy) Atomics.wait(this.#words, STATE, ASKED, PATIENCE_MS);
  }

  /** Ends the thread, after its move. Then its connection is closed, or never comes to be. */
  close(): void {
    if (Atomics.compareExchange(this.#words, CONNECTION, NONE, REFUSED) === NONE) return;
    this.settle();
    if (Atomics.compareExchange(this.#words, STATE, IDLE, ENDING) !== IDLE) return;
    Atomics.notify(this.#words, STATE);
    Atomics.wait(this.#words, STATE, ENDING, PATIENCE_MS);
  }

  #startThread(): Worker | undefined {
    try {
      const path = this.#path;
      const data: CheckpointerOptions = { path, shared: this.#words.buffer as SharedArrayBuffer };
      const start = { name: 'checkpointer-worker', from: import.meta.url, data, action: 'checkpoint', path } as const;
      return startThread(start, () => {
        Atomics.store(this.#words, STATE, GONE);
        Atomics.notify(this.#words, STATE);
      });
    } catch {
      Atomics.store(this.#words, STATE, GONE); // the system gives no more threads
      return undefined;
    }
  }
}
