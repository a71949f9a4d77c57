/**
 * Reads a log through a read-only connection in the calling thread.
 *
 * Everything is read in pages bounded by bytes and rows, and no transaction stays open between two pages. So a slow
 * reader neither fills memory nor blocks the WAL from being moved into the file. Between two pages the log may change:
 * a block that was sealed meanwhile is found inside the block that replaced it.
 */
import { RefoldError } from '../../../core/errors.ts';
import { nextTurn } from '../../../threads/timers.ts';
import { isSound, readChunks } from '../../blocks/snapshot-chunks.ts';
import { outcomeDamaged, storeClosed } from '../../log-errors.ts';
import type { RecordedRedaction } from '../../log-redaction.ts';
import type {
  Block,
  BlockHeader,
  BlockQuery,
  Checkpoint,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import { foundBlocks } from '../../paging/found-pages.ts';
import type { CommandIds } from '../../paging/known-ids.ts';
import { verifiedBlocks } from '../../paging/verified-pages.ts';
import { chainAt, type LogState, readLogState, readStateRow, toHeader } from '../file/block-rows.ts';
import { type Connection, type Driver, openConnection, readFailure } from '../file/driver.ts';
import { fileIdentity, withoutLog } from '../file/files.ts';
import { formatOf } from '../file/format.ts';
import { readReactors } from '../file/reactor-rows.ts';
import { leastScrubbed, readRedactions, SCRUBBED } from '../file/redaction-rows.ts';
import { identify } from '../file/schema.ts';
import { BlockFinder } from './block-finder.ts';
import { BlockPages } from './block-pages.ts';
import type { OpenReaders, Resting } from './open-readers.ts';
import { prepareReads, type ReadStatements } from './reader-sql.ts';

/** A page of headers has up to this many. */
const PAGE_HEADERS = 1_000;

/** What a reader has while its connection is open. */
interface OpenParts {
  readonly connection: Connection;
  readonly sql: ReadStatements;
  readonly finder: BlockFinder;
  readonly pages: BlockPages;
}

export class LogReader implements Resting {
  readonly path: string;
  readonly #driver: Driver;
  /** Which file it is: a reader that has rested must not open another one. Undefined for one that never rests. */
  readonly #identity: string | undefined;
  readonly #readers: OpenReaders | undefined;
  /** Undefined while it rests. */
  #open: OpenParts | undefined;
  #isClosed = false;

  /**
   * Opens a log for reading.
   *
   * @param readers lets it rest when it is not used
   * @throws RefoldError `INVALID_OPTION` when the file is not a log or has an older format, `FORMAT_TOO_NEW`,
   * `LOG_CORRUPT`
   */
  static open(driver: Driver, path: string, readers?: OpenReaders): LogReader {
    const identity = readers && fileIdentity(path);
    return new LogReader(driver, path, openToRead(driver, path), readers, identity);
  }

  /** A reader of a log that is known to be sound, which rests until it is used. */
  static resting(driver: Driver, path: string, readers: OpenReaders): LogReader {
    return new LogReader(driver, path, undefined, readers, fileIdentity(path));
  }

  /**
   * Looks at a file without changing it.
   *
   * @throws RefoldError when it is neither a log nor empty
   */
  static identify(driver: Driver, path: string): void {
    let connection: Connection | undefined;
    try {
      connection = openConnection(driver, path, { readOnly: true });
      identify(connection, path);
    } catch (error) {
      throw readFailure(error, 'open', path);
    } finally {
      connection?.close();
    }
  }

  private constructor(
    driver: Driver,
    path: string,
    open: OpenParts | undefined,
    readers: OpenReaders | undefined,
    identity: string | undefined,
  ) {
    this.path = path;
    this.#driver = driver;
    this.#open = open;
    this.#readers = readers;
    this.#identity = identity;
    if (open !== undefined) readers?.used(this);
  }

  get #connection(): Connection {
    return this.#parts.connection;
  }

  get #sql(): ReadStatements {
    return this.#parts.sql;
  }

  get #finder(): BlockFinder {
    return this.#parts.finder;
  }

  get #pages(): BlockPages {
    return this.#parts.pages;
  }

  get #parts(): OpenParts {
    return (this.#open ??= this.#reopen());
  }

  #reopen(): OpenParts {
    if (fileIdentity(this.path) !== this.#identity) throw fileReplaced(this.path);
    return openToRead(this.#driver, this.path);
  }

  /** Closes the connection until the next call. No statement is under way between two calls. */
  rest(): void {
    this.#open?.connection.close();
    this.#open = undefined;
  }

  /** The log's id. @throws RefoldError `LOG_CORRUPT` */
  id(): string {
    return this.#guarded(() => readStateRow(this.#connection, this.path).logId);
  }

  /** Where the log begins and ends now. */
  state(): LogState {
    return this.#guarded(() => readLogState(this.#connection, this.path));
  }

  /** The chain at a sequence, or undefined where no block ends there. */
  chainAt(sequence: number): string | undefined {
    return this.#guarded(() => chainAt(this.#connection, sequence));
  }

  /** A number that changes when another connection has written. */
  dataVersion(): number {
    return this.#guarded(() => this.#sql.dataVersion.get()!);
  }

  /** Blocks from the one that holds `from` to the one that holds `to`, verified; see `LogStore.read`. */
  read(from: number, to: number): AsyncIterable<Block> {
    return verifiedBlocks({ path: this.path, from, to }, async (next) => {
      if (next > from) await nextTurn();
      return this.#guarded(() => this.#pages.page(next, to));
    });
  }

  /** Headers of the blocks that begin at `from` or later, in pages. Changes made meanwhile may or may not be seen. */
  async *headers(from: number): AsyncGenerator<BlockHeader, void> {
    for (let after = from - 1; ; ) {
      const rows = this.#guarded(() => this.#sql.headersAfter.all(after, PAGE_HEADERS));
      for (const row of rows) {
        const header = toHeader(row, this.path);
        if (header.firstSequence > after) yield header; // otherwise sealed meanwhile
        after = Math.max(after, header.lastSequence);
      }
      if (rows.length < PAGE_HEADERS) return;
      await nextTurn();
    }
  }

  /** Headers of the blocks that a query asks for, in pages; see `LogStore.find`. */
  find(query: BlockQuery): AsyncIterable<BlockHeader> {
    let isFirst = true;
    return foundBlocks(query, async (at) => {
      if (!isFirst) await nextTurn();
      isFirst = false;
      return this.#guarded(() => this.#finder.page(query, at));
    });
  }

  /** The last block whose first event was recorded at or before a time. */
  blockAt(time: number): BlockHeader | undefined {
    return this.#guarded(() => this.#finder.lastBy(time));
  }

  outcome(commandId: string): StoredOutcome | undefined {
    const row = this.#guarded(() => this.#sql.outcome.get(commandId));
    if (row === undefined) return undefined;
    const { checksum, ...stored } = row;
    if (checksumOfOutcome(stored) === checksum) return stored;
    throw outcomeDamaged(this.path, commandId);
  }

  /** Some ids of remembered commands, in the order of their bytes, after `after`; see `CommandIds`. */
  commandIds(after: Uint8Array, atMost: number): CommandIds<Uint8Array> {
    return this.#guarded(() =>
      this.#connection.transaction(() => ({
        ids: this.#sql.commandIds.all(after, atMost),
        last: this.#sql.lastCommandId.get(after, atMost) ?? undefined,
      }))(),
    );
  }

  /** Newest first. A damaged header is skipped: it is unknown which state it leads to. */
  snapshots(owner: string): readonly SnapshotInfo[] {
    const rows = this.#guarded(() => this.#sql.snapshots.all(owner)).filter(isSound);
    return rows.map(({ id: _id, chunks: _chunks, checksum: _checksum, ...info }) => info);
  }

  async *readSnapshot({ owner, sequence }: SnapshotInfo): AsyncGenerator<Uint8Array, void> {
    const header = this.#guarded(() => this.#sql.snapshotHeader.get(owner, sequence));
    yield* readChunks({ path: this.path, sequence }, header, async (part) => {
      if (part > 0) await nextTurn();
      return this.#guarded(() => this.#sql.chunk.get(header!.id, part));
    });
  }

  checkpoints(): readonly Checkpoint[] {
    return this.#guarded(() => this.#sql.checkpoints.all());
  }

  reactors(): readonly ReactorRow[] {
    return this.#guarded(() => readReactors(this.#connection));
  }

  redactions(): readonly RecordedRedaction[] {
    return this.#guarded(() => readRedactions(this.#connection));
  }

  /** Whether an old byte may still lie in a file of the log. */
  needsScrub(): boolean {
    return this.#guarded(() => leastScrubbed(this.#connection) !== SCRUBBED.whole);
  }

  /** The chain before the block that begins at a sequence. */
  chainBefore(firstSequence: number): string {
    return this.#guarded(() => this.#connection.transaction(() => this.#pages.chainBefore(firstSequence))());
  }

  meta(key: string): string | undefined {
    return this.#guarded(() => this.#sql.meta.get(key));
  }

  /** The format of the file as it is now. */
  format(): number {
    return this.#guarded(() => formatOf(this.#connection));
  }

  /** Bytes in free pages. */
  freeBytes(): number {
    return this.#guarded(() => {
      const pages = Number(this.#connection.pragma('freelist_count', { simple: true }));
      return pages * Number(this.#connection.pragma('page_size', { simple: true }));
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#readers?.forget(this);
    this.rest();
  }

  #guarded<T>(work: () => T): T {
    if (this.#isClosed) throw storeClosed(this.path);
    this.#readers?.used(this);
    try {
      return work();
    } catch (error) {
      throw readFailure(error, 'read', this.path);
    }
  }
}

function openToRead(driver: Driver, path: string): OpenParts {
  let connection: Connection | undefined;
  try {
    connection = openConnection(driver, path, { readOnly: true });
    const identity = identify(connection, path);
    if (identity === 'empty') throw withoutLog(path);
    if (identity === 'older') throw olderFormat(path);
    const sql = prepareReads(connection);
    const finder = new BlockFinder(connection, path, sql);
    return { connection, sql, finder, pages: new BlockPages(connection, path, sql, finder) };
  } catch (error) {
    connection?.close();
    throw readFailure(error, 'open', path);
  }
}

function fileReplaced(path: string): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot read ${path}: another file is there now, or none`, {
    path,
    hint: 'Close the store, put the file back, and open it again',
  });
}

function olderFormat(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot read ${path}: it has an older format`, {
    path,
    type: 'readOnly',
    hint: 'Open it once without readOnly: that brings it to the present format',
  });
}
