/**
 * The writer's end of the checkpointing thread, which moves the WAL into the file while the writer works.
 *
 * Both threads work synchronously and wait for each other, so they cannot receive messages. They share a few words of
 * memory instead: the writer asks by setting the state, continues, and looks at it after later jobs.
 */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../../threads/threads.ts';

/** The words that both threads share, by their index. */
export const WORD = { state: 0, outcome: 1, connection: 2 } as const;
const WORD_COUNT = 3;

/** The states: the thread waits, must move the WAL, must end, or has ended. */
export const STATE = { idle: 0, asked: 1, ending: 2, gone: 3 } as const;

/** The thread's connection: not open yet; open, or about to be; must not be opened. */
export const CONNECTION = { none: 0, open: 1, refused: 2 } as const;

/**
 * The outcome of the last move: it worked (though a reader may have kept part of the WAL), the disk is full, or an I/O
 * error.
 */
export const OUTCOME = { moved: 0, full: 1, broken: 2 } as const;

/** The thread's `workerData`. */
export interface CheckpointerOptions {
  readonly path: string;
  readonly shared: SharedArrayBuffer;
}

/** The outcome of the last move, by name. */
export type MoveOutcome = 'moved' | 'full' | 'broken';

/** The writer never waits longer for the thread, which may have died silently. */
const THREAD_PATIENCE_MS = 5_000;

export class Checkpointer {
  readonly #path: string;
  readonly #words = new Int32Array(new SharedArrayBuffer(WORD_COUNT * Int32Array.BYTES_PER_ELEMENT));
  #worker: Worker | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** True when the thread runs and has its connection. */
  get isUp(): boolean {
    return (
      Atomics.load(this.#words, WORD.connection) === CONNECTION.open &&
      Atomics.load(this.#words, WORD.state) !== STATE.gone
    );
  }

  /** True while a move runs. */
  get isBusy(): boolean {
    return Atomics.load(this.#words, WORD.state) === STATE.asked;
  }

  /** The outcome of the last finished move. */
  get outcome(): MoveOutcome {
    const outcome = Atomics.load(this.#words, WORD.outcome);
    return outcome === OUTCOME.moved ? 'moved' : outcome === OUTCOME.full ? 'full' : 'broken';
  }

  /** Starts the thread, unless it was started before. It is up some time later, or never. */
  start(): void {
    if (Atomics.load(this.#words, WORD.state) !== STATE.gone) this.#worker ??= this.#startThread();
  }

  /** Starts the thread and waits until it is up. */
  startNow(): void {
    this.start();
    Atomics.wait(this.#words, WORD.connection, CONNECTION.none, THREAD_PATIENCE_MS);
  }

  /** Asks the thread to move the present content of the WAL. It must be up. Does nothing while a move runs. */
  move(): void {
    if (Atomics.compareExchange(this.#words, WORD.state, STATE.idle, STATE.asked) === STATE.idle)
      Atomics.notify(this.#words, WORD.state);
  }

  /** Waits until no move runs. */
  awaitMove(): void {
    if (this.isBusy) Atomics.wait(this.#words, WORD.state, STATE.asked, THREAD_PATIENCE_MS);
  }

  /** Ends the thread after its move. Afterwards its connection is closed, or will never be opened. */
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
      Atomics.store(this.#words, WORD.state, STATE.gone); // the system cannot start another thread
      return undefined;
    }
  }
}
