/**
 * The writer's end of the checkpointing thread: it moves the WAL into the file while the writer goes on.
 *
 * Both threads work synchronously and wait for each other, so they cannot hear messages. They share a few words of memory
 * instead: the writer asks by setting the state, goes on, and looks at it after later jobs.
 */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../../threads/threads.ts';

/** The words that both threads share, by their places. */
export const WORD = { state: 0, outcome: 1, connection: 2 } as const;
const WORD_COUNT = 3;

/** What the state says: the thread waits, is to move the WAL, is to end, is gone. */
export const STATE = { idle: 0, asked: 1, ending: 2, gone: 3 } as const;

/** What the connection says: the thread has none yet; it has one, or is about to; it is to have none. */
export const CONNECTION = { none: 0, open: 1, refused: 2 } as const;

/** What the outcome says of the last move: no complaint (though a reader may have been in its way), a full disk, an I/O error. */
export const OUTCOME = { moved: 0, full: 1, broken: 2 } as const;

/** Handed to the thread. */
export interface CheckpointerOptions {
  readonly path: string;
  readonly shared: SharedArrayBuffer;
}

/** What came of the last move. */
export type MoveOutcome = 'moved' | 'full' | 'broken';

/** Nobody waits for the thread for longer: it may have died without a word. */
const THREAD_PATIENCE_MS = 5_000;

export class Checkpointer {
  readonly #path: string;
  readonly #words = new Int32Array(new SharedArrayBuffer(WORD_COUNT * Int32Array.BYTES_PER_ELEMENT));
  #worker: Worker | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the thread is up, with a connection of its own. */
  get isUp(): boolean {
    return (
      Atomics.load(this.#words, WORD.connection) === CONNECTION.open &&
      Atomics.load(this.#words, WORD.state) !== STATE.gone
    );
  }

  /** Whether a move is under way. */
  get isBusy(): boolean {
    return Atomics.load(this.#words, WORD.state) === STATE.asked;
  }

  /** Of the last move that is over. */
  get outcome(): MoveOutcome {
    const outcome = Atomics.load(this.#words, WORD.outcome);
    return outcome === OUTCOME.moved ? 'moved' : outcome === OUTCOME.full ? 'full' : 'broken';
  }

  /** Has the thread started, unless it was before; it is up some time later, or never. */
  start(): void {
    if (Atomics.load(this.#words, WORD.state) !== STATE.gone) this.#worker ??= this.#startThread();
  }

  /** The same, and waits until it is up. */
  startNow(): void {
    this.start();
    Atomics.wait(this.#words, WORD.connection, CONNECTION.none, THREAD_PATIENCE_MS);
  }

  /** Has the thread move what the WAL holds by now. It must be up; nothing while a move is under way. */
  move(): void {
    if (Atomics.compareExchange(this.#words, WORD.state, STATE.idle, STATE.asked) === STATE.idle)
      Atomics.notify(this.#words, WORD.state);
  }

  /** Waits until no move is under way. */
  awaitMove(): void {
    if (this.isBusy) Atomics.wait(this.#words, WORD.state, STATE.asked, THREAD_PATIENCE_MS);
  }

  /** Ends the thread, after its move. Then its connection is closed, or never comes to be. */
  close(): void {
    if (Atomics.compareExchange(this.#words, WORD.connection, CONNECTION.none, CONNECTION.refused) === CONNECTION.none)
      return;
    this.awaitMove();
    if (Atomics.compareExchange(this.#words, WORD.state, STATE.idle, STATE.ending) !== STATE.idle) return;
    Atomics.notify(this.#words, WORD.state);
    Atomics.wait(this.#words, WORD.state, STATE.ending, THREAD_PATIENCE_MS);
  }

  #startThread(): Worker | undefined {
    try {
      const path = this.#path;
      const data: CheckpointerOptions = { path, shared: this.#words.buffer as SharedArrayBuffer };
      const start = { name: 'checkpointer-worker', from: import.meta.url, data, action: 'checkpoint', path } as const;
      return startThread(start, () => {
        Atomics.store(this.#words, WORD.state, STATE.gone);
        Atomics.notify(this.#words, WORD.state);
      });
    } catch {
      Atomics.store(this.#words, WORD.state, STATE.gone); // the system gives no more threads
      return undefined;
    }
  }
}
