/**
 * When the WAL goes into the database file.
 *
 * SQLite's own checkpoints run inside some unlucky commit. Ours run after the answer: at the next pause once the WAL has
 * grown to a few megabytes, and at the latest at a size that bounds the file and the work of recovery.
 */
import { type Ballast, SMALLEST_BALLAST_BYTES } from './ballast.ts';
import { sizeOf } from './files.ts';
import type { WriteConnection } from './write-connection.ts';

/** A WAL of this size is emptied without waiting for a pause; smaller where the ballast is. */
const AT_ONCE_BYTES = 12 * 1024 * 1024;
/** What the WAL holds must find room in the file out of the ballast: it is kept to this share of it. */
const BALLAST_SHARE = 3 / 4;
/** From this share of the size on a pause is used. */
const PAUSE_SHARE = 1 / 3;
/** This long without a job is a pause. */
const PAUSE_MS = 20;
/** Pages that a small commit writes besides its payload: the table's leaf, its parent, the free list. */
const OVERHEAD_BYTES = 3 * 4096;
/** A reader that keeps the WAL busy is waited for this long when the log is closed or shrunk. */
const TRUNCATE_WAIT_MS = 100;

export class WalKeeper {
  readonly #writer: WriteConnection;
  readonly #ballast: Ballast;
  #bytes = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor(writer: WriteConnection, ballast: Ballast) {
    this.#writer = writer;
    this.#ballast = ballast;
  }

  /** To be called after each answer with the bytes that the job wrote. */
  wrote(bytes: number): void {
    this.#bytes += bytes + OVERHEAD_BYTES;
    const atOnce = this.#atOnceBytes();
    if (this.#bytes >= atOnce) this.#checkpoint();
    else if (this.#bytes >= atOnce * PAUSE_SHARE) this.#waitForPause();
  }

  /** Moves the whole WAL into the file and empties it, unless a reader is in the way. */
  truncate(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    const { connection } = this.#writer;
    this.#writer.maintain(() => {
      const waits = connection.pragma('busy_timeout', { simple: true });
      connection.pragma(`busy_timeout = ${TRUNCATE_WAIT_MS}`);
      try {
        connection.pragma('wal_checkpoint(truncate)');
      } finally {
        connection.pragma(`busy_timeout = ${waits}`);
      }
    });
    this.#bytes = 0;
  }

  /** Where there is no ballast, as beside the smallest one of a large disk. */
  #atOnceBytes(): number {
    return Math.min((this.#ballast.bytes || SMALLEST_BALLAST_BYTES) * BALLAST_SHARE, AT_ONCE_BYTES);
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
    if (!this.#writer.wasFull) this.#ballast.follow(sizeOf(this.#writer.path));
  }
}
