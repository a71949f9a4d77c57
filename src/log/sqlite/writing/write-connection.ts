/**
 * The writer's connection. Each transaction is refused, rolled back or durable, with nothing in between.
 *
 * After an I/O error the content of the disk is unknown: SQLite continues as if nothing had happened, and rows that
 * failed can reappear after a crash. So after the first such error every write is `STORE_FAILED`.
 */
import { messageOf, RefoldError } from '../../../core/errors.ts';
import { epochConflict, storeFailed } from '../../log-errors.ts';
import type { Durability } from '../../log-store.ts';
import { type Connection, isBusy, readFailure, type Statement, sqliteCode } from '../file/driver.ts';

export class WriteConnection {
  readonly connection: Connection;
  readonly path: string;
  readonly epoch: number;
  readonly #durability: Durability;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #readEpoch: Statement<number>;
  #failure: unknown;
  #wasFull = false;

  /** Becomes the log's writer: raises the epoch durably. */
  static open(connection: Connection, path: string, durability: Durability): WriteConnection {
    setSynchronous(connection, 'full', path);
    connection.prepare('update log_state set epoch = epoch + 1').run();
    const writer = new WriteConnection(connection, path, durability);
    if (durability !== 'always') setSynchronous(connection, 'normal', path);
    return writer;
  }

  private constructor(connection: Connection, path: string, durability: Durability) {
    this.connection = connection;
    this.path = path;
    this.#durability = durability;
    this.#begin = connection.prepare('begin immediate');
    this.#commit = connection.prepare('commit');
    this.#readEpoch = connection.prepare('select epoch from log_state').pluck() as Statement<number>;
    this.epoch = this.#readEpoch.get()!;
  }

  /**
   * Runs `work` in one transaction. When this returns, the transaction is as durable as the log's durability says.
   *
   * @param epoch the writer that asks for it
   * @throws RefoldError what `work` throws (nothing was written), `SEQUENCE_CONFLICT` for another epoch, `LOG_FULL`
   * (nothing was written), `OUTCOME_UNKNOWN`, `STORE_FAILED`
   */
  transact<T>(work: () => T, epoch: number = this.epoch): T {
    this.#begun();
    try {
      const current = this.#readEpoch.get()!;
      if (current !== epoch) throw epochConflict(this.path, epoch, current);
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      throw this.#rolledBack(error);
    }
  }

  /**
   * Runs a statement that is its own transaction, such as a rebuild of the file. It is done or not done.
   *
   * @throws RefoldError as `transact` does; `LOG_LOCKED` when another program holds a lock
   */
  alone<T>(work: () => T): T {
    if (this.#failure !== undefined) throw storeFailed(this.path, this.#failure);
    const current = this.#readEpoch.get()!;
    if (current !== this.epoch) throw epochConflict(this.path, this.epoch, current);
    try {
      return work();
    } catch (error) {
      throw isBusy(error) ? readFailure(error, 'write to', this.path) : this.#rolledBack(error);
    }
  }

  /** Forces everything committed so far to the disk, whatever the durability: a commit under FULL syncs the whole WAL. */
  sync(): void {
    if (this.#failure !== undefined) throw storeFailed(this.path, this.#failure);
    if (this.#durability === 'always') return;
    setSynchronous(this.connection, 'full', this.path);
    try {
      this.transact(() => this.connection.prepare('update log_state set syncs = syncs + 1').run());
    } finally {
      setSynchronous(this.connection, 'normal', this.path);
    }
  }

  /**
   * Runs work outside a transaction that may meet the disk, such as a checkpoint. A full disk is ignored: committed
   * data stays in the WAL.
   */
  maintain(work: () => void): void {
    if (this.#failure !== undefined) return;
    try {
      work();
      this.#wasFull = false;
    } catch (error) {
      if (sqliteCode(error) === 'SQLITE_FULL') this.#wasFull = true;
      else if (!isBusy(error)) this.#failure = error;
    }
  }

  /** Ends all writing: another thread had an I/O error in its work for this connection. */
  fail(cause: unknown): void {
    this.#failure ??= cause;
  }

  /** True when the last maintenance found the disk full: the WAL must not grow before it was emptied. */
  get wasFull(): boolean {
    return this.#wasFull;
  }

  /** True when nothing may be written any more. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** True when another writer has opened the log: it has synced everything that this one had committed. */
  get isReplaced(): boolean {
    return this.#readEpoch.get() !== this.epoch;
  }

  #begun(): void {
    if (this.#failure !== undefined) throw storeFailed(this.path, this.#failure);
    try {
      this.#begin.run();
    } catch (error) {
      // Nothing is written yet, so a lock held by another program is a plain refusal.
      if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) throw readFailure(error, 'write to', this.path);
      throw this.#outcomeUnknown(error);
    }
  }

  /**
   * Rolls a transaction back, and says what its failure means. An error that is not from SQLite is returned as it is.
   */
  #rolledBack(error: unknown): unknown {
    try {
      if (this.connection.inTransaction) this.connection.exec('rollback');
    } catch (failedRollback) {
      return this.#outcomeUnknown(failedRollback);
    }
    const code = sqliteCode(error);
    if (code === undefined) return error;
    if (code === 'SQLITE_FULL') return logFull(this.path, error);
    return this.#outcomeUnknown(error);
  }

  #outcomeUnknown(error: unknown): RefoldError {
    this.#failure = error;
    return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether ${this.path} was written: ${messageOf(error)}`, {
      path: this.path,
      hint: 'Check the disk, close the log and open it again; recovery shows what was kept',
      cause: error,
    });
  }
}

/** SQLite's number for each level of `pragma synchronous`. */
const SYNCHRONOUS = { normal: 1, full: 2 } as const;

/** Sets the level and reads it back: if it had no effect, a power cut would lose acknowledged events. */
function setSynchronous(connection: Connection, level: keyof typeof SYNCHRONOUS, path: string): void {
  connection.pragma(`synchronous = ${level}`);
  const actual = connection.pragma('synchronous', { simple: true });
  if (actual === SYNCHRONOUS[level]) return;
  throw new RefoldError('STORE_FAILED', `Cannot make ${path} durable: synchronous is ${actual}, not ${level}`, {
    path,
  });
}

/** The refusal of a write because the disk is full, whether or not it was tried. */
export function logFull(path: string, cause?: unknown): RefoldError {
  return new RefoldError('LOG_FULL', `Cannot write to ${path}: the disk is full; nothing was written`, {
    path,
    hint: 'Free some space, or open the log again and compact it: there is a reserve of space for that',
    cause,
  });
}
