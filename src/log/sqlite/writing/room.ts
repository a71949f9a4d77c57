/**
 * How the writer handles a full disk.
 *
 * The rule: while the ballast is not in place, nothing is written that makes the log grow. Work that frees space, or
 * that makes existing data durable, may use the ballast's space. Then the ballast is put back, and the log may grow
 * again. So after `LOG_FULL` an application can always open the log again and compact it. An append never uses the last
 * reserve.
 */
import { isRefoldError } from '../../../core/errors.ts';
import type { Ballast } from '../file/ballast.ts';
import type { WalKeeper } from './wal-keeper.ts';
import { logFull, type WriteConnection } from './write-connection.ts';

/**
 * A piece of work takes at most this share of the ballast: moved data is written again, with the pages above it, before
 * any space is freed.
 */
const PIECE_SHARE = 4;

export class Room {
  readonly #writer: WriteConnection;
  readonly #wal: WalKeeper;
  readonly #ballast: Ballast;

  constructor(writer: WriteConnection, wal: WalKeeper, ballast: Ballast) {
    this.#writer = writer;
    this.#wal = wal;
    this.#ballast = ballast;
  }

  /** True while the ballast is in use. */
  get isTight(): boolean {
    return !this.#ballast.isInPlace;
  }

  /** The bytes that one transaction may move while room is tight; undefined otherwise. */
  get pieceBytes(): number | undefined {
    return this.isTight ? this.#ballast.leastBytes / PIECE_SHARE : undefined;
  }

  /**
   * Does work that makes the log grow.
   *
   * @throws RefoldError `LOG_FULL` without trying when there is no room for the ballast beside it
   */
  grow<T>(work: () => T): T {
    if ((this.isTight || this.#writer.wasFull) && !this.make()) throw logFull(this.#writer.path);
    return work();
  }

  /** Does work that frees space, or syncs. It uses the ballast's space when there is no other. */
  spare<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isRefoldError(error, 'LOG_FULL') || !this.#ballast.release()) throw error;
      this.#wal.truncate();
      return work();
    } finally {
      if (this.isTight) this.#wal.truncate();
    }
  }

  /**
   * Empties the WAL into the file, with the ballast's space if necessary, and puts the ballast back. Returns true when
   * it is in place.
   */
  make(): boolean {
    this.#wal.truncate();
    if (this.#writer.wasFull && this.#ballast.release()) this.#wal.truncate();
    return !this.#writer.wasFull && this.#ballast.restore();
  }
}
