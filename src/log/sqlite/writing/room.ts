/**
 * What the writer does about a full disk.
 *
 * The rule: while the ballast is not in place, nothing is written that lets the log grow. What gives space back, or makes
 * durable what is there already, may use the ballast's; afterwards it is put back, and growing goes on. So whoever meets
 * `LOG_FULL` can always open the log again and compact it, and no append is ever acknowledged out of the last reserve.
 */
import { isRefoldError } from '../../../core/errors.ts';
import type { Ballast } from '../file/ballast.ts';
import type { WalKeeper } from './wal-keeper.ts';
import { logFull, type WriteConnection } from './write-connection.ts';

/**
 * Of the ballast, a piece of work takes at most this share: what it moves is written once more, with the pages above it,
 * before anything is given back.
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

  /** While room is tight, what one transaction may move; undefined otherwise. */
  get pieceBytes(): number | undefined {
    return this.isTight ? this.#ballast.leastBytes / PIECE_SHARE : undefined;
  }

  /**
   * Does what lets the log grow.
   *
   * @throws RefoldError `LOG_FULL` without trying when there is no room for the ballast beside it
   */
  grow<T>(work: () => T): T {
    if ((this.isTight || this.#writer.wasFull) && !this.make()) throw logFull(this.#writer.path);
    return work();
  }

  /** Does what gives space back, or syncs; out of the ballast when there is no other. */
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

  /** Empties the WAL into the file, out of the ballast if need be, and puts the ballast back. Answers whether it is. */
  make(): boolean {
    this.#wal.truncate();
    if (this.#writer.wasFull && this.#ballast.release()) this.#wal.truncate();
    return !this.#writer.wasFull && this.#ballast.restore();
  }
}
