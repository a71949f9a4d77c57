/**
 * The writer's end of the checkpointing thread: it moves the WAL into the file while the writer goes on.
 *
 * Both threads work synchronously, so that they share a few words of memory instead of messages: the writer asks by
 * setting the state, goes on, and looks at it after later jobs.
 */
import { Worker } from 'node:worker_threads';

/** The words that both threads share. */
export const STATE = 0;
export const OUTCOME = 1;
const WORDS = 2;

/** What `STATE` says: the thread waits, is to move the WAL, is to end, is gone. */
export const IDLE = 0;
export const ASKED = 1;
export const ENDING = 2;
export const GONE = 3;

/** What `OUTCOME` says of the last move: no complaint (though a reader may have been in its way), a full disk, an I/O error. */
export const MOVED = 0;
export const FULL = 1;
export const BROKEN = 2;

/** Handed to the thread. */
export interface CheckpointerOptions {
  readonly path: string;
  readonly shared: SharedArrayBuffer;
}

/** What befell the last move; `unavailable` when there can be no thread. */
export type MoveOutcome = 'moved' | 'full' | 'broken' | 'unavailable';

/** Nobody waits for the thread for longer: it may have died without a word. */
const PATIENCE_MS = 5_000;

export class Checkpointer {
  readonly #path: string;
  readonly #words = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  #worker: Worker | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether a move is under way. */
  get isBusy(): boolean {
    return Atomics.load(this.#words, STATE) === ASKED;
  }

  /** Of the last move that is over. */
  get outcome(): MoveOutcome {
    if (Atomics.load(this.#words, STATE) === GONE) return 'unavailable';
    const outcome = Atomics.load(this.#words, OUTCOME);
    return outcome === MOVED ? 'moved' : outcome === FULL ? 'full' : 'broken';
  }

  /** Starts to move what the WAL holds by now; the first time this starts the thread. Nothing while one is under way. */
  start(): void {
    if (Atomics.compareExchange(this.#words, STATE, IDLE, ASKED) !== IDLE) return;
    this.#worker ??= this.#startThread();
    Atomics.notify(this.#words, STATE);
  }

  /** Waits until no move is under way. */
  settle(): void {
    if (this.isBusy) Atomics.wait(this.#words, STATE, ASKED, PATIENCE_MS);
  }

  /** Ends the thread, after its move; then its connection is closed. */
  close(): void {
    if (this.#worker === undefined) return;
    this.settle();
    if (Atomics.compareExchange(this.#words, STATE, IDLE, ENDING) !== IDLE) return;
    Atomics.notify(this.#words, STATE);
    Atomics.wait(this.#words, STATE, ENDING, PATIENCE_MS);
  }

  #startThread(): Worker | undefined {
    try {
      const workerData: CheckpointerOptions = {
        path: this.#path,
        shared: this.#words.buffer as SharedArrayBuffer,
      };
      const worker = new Worker(CHECKPOINTER_WORKER, { workerData, execArgv: [], name: 'refold checkpoint' });
      const gone = () => {
        Atomics.store(this.#words, STATE, GONE);
        Atomics.notify(this.#words, STATE);
      };
      worker.on('error', gone);
      worker.on('exit', gone);
      worker.unref();
      return worker;
    } catch {
      Atomics.store(this.#words, STATE, GONE); // the system gives no more threads
      return undefined;
    }
  }
}

const CHECKPOINTER_WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './checkpointer-worker.ts' : './checkpointer-worker.js',
  import.meta.url,
);
