/**
 * When the WAL goes into the database file.
 *
 * SQLite's own checkpoints run inside some unlucky commit. Ours run after the answer: at the next pause once the WAL has
 * grown to a few megabytes, and at the latest at a size that bounds the file and the work of recovery.
 */
import type { WriteConnection } from './write-connection.ts';

/** From here on a pause is used. */
const AT_A_PAUSE_BYTES = 4 * 1024 * 1024;
/** From here on the next commit is not waited for. */
const AT_ONCE_BYTES = 16 * 1024 * 1024;
/** This long without a job is a pause. */
const PAUSE_MS = 20;
/** Pages that a small commit writes besides its payload: the table's leaf, its parent, the free list. */
const OVERHEAD_BYTES = 3 * 4096;
/** A reader that keeps the WAL busy is waited for this long when the log is closed or shrunk. */
const TRUNCATE_WAIT_MS = 100;

export class WalKeeper {
  readonly #writer: WriteConnection;
  #bytes = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor(writer: WriteConnection) {
    this.#writer = writer;
  }

  /** To be called after each answer with the bytes that the job wrote. */
  wrote(bytes: number): void {
    this.#bytes += bytes + OVERHEAD_BYTES;
    if (this.#bytes >= AT_ONCE_BYTES) this.#checkpoint();
    else if (this.#bytes >= AT_A_PAUSE_BYTES) this.#waitForPause();
  }

  /** Moves the whole WAL into the file and empties it, unless a reader is in the way. */
  truncate(): void {
    clearTimeout(this.#pause);
    const { connection } = this.#writer;
    this.#writer.maintain(() => {
      const waits = connection.pragma('busy_timeout', { simple: true });
      connection.pragma(`busy_timeout = ${TRUNCATE_WAIT_MS}`);
      connection.pragma('wal_checkpoint(truncate)');
      connection.pragma(`busy_timeout = ${waits}`);
    });
    this.#bytes = 0;
  }

  #waitForPause(): void {
    if (this.#pause !== undefined) this.#pause.refresh();
    else this.#pause = setTimeout(() => this.#checkpoint(), PAUSE_MS);
  }

  #checkpoint(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#writer.maintain(() => void this.#writer.connection.pragma('wal_checkpoint(passive)'));
    this.#bytes = 0;
  }
}
