/**
 * Reads a log through a read-only connection in the calling thread.
 *
 * Everything is read in pages bounded by bytes and rows, and no transaction stays open between two pages. So a slow
 * reader neither fills memory nor blocks the WAL from being moved into the file. Between two pages the log may change:
 * a block that was sealed meanwhile is found inside the block that replaced it.
 */
import { messageOf, RefoldError } from '../../../core/errors.ts';
import { nextTurn } from '../../../threads/timers.ts';
import { corruptBlock, type StoredBlock, verifyBlock } from '../../blocks/chain.ts';
import { eventsMissing, outcomeDamaged, snapshotDamaged, storeClosed } from '../../log-errors.ts';
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
import { unpackChunk } from '../../snapshot-chunks.ts';
import { chainAt, type LogState, READ_PAGE_BYTES, readLogState, toBlock, toHeader } from '../file/block-rows.ts';
import { type Connection, type Driver, openConnection, readFailure } from '../file/driver.ts';
import { fileIdentity, invalidPath } from '../file/files.ts';
import { formatOf } from '../file/format.ts';
import { readReactors } from '../file/reactor-rows.ts';
import { leastScrubbed, readRedactions, SCRUBBED } from '../file/redaction-rows.ts';
import { identify } from '../file/schema.ts';
import { isSound } from '../file/snapshot-rows.ts';
import { BlockFinder } from './block-finder.ts';
import type { OpenReaders, Resting } from './open-readers.ts';
import { prepareReads, type ReadStatements } from './reader-sql.ts';

/** A page also ends after this many blocks. */
const PAGE_BLOCKS = 1_000;

/** The blocks of one page, unverified, and the chain before the first of them. */
interface Page {
  readonly startChain: string;
  readonly blocks: readonly StoredBlock[];
}

/** A page of command ids, and the last of them in UTF-8, which is where the next page begins; undefined after the end. */
export interface CommandIds {
  readonly ids: readonly string[];
  readonly last: Uint8Array | undefined;
}

/** What a reader has while its connection is open. */
interface OpenParts {
  readonly connection: Connection;
  readonly sql: ReadStatements;
  readonly finder: BlockFinder;
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
  async *read(from: number, to: number): AsyncGenerator<Block, void> {
    for (let next = from; next <= to; ) {
      if (next > from) await nextTurn();
      const page = this.#guarded(() => this.#readPage(next, to));
      let chain = page.startChain;
      for (const block of page.blocks) {
        if (block.firstSequence > next) throw eventsMissing(this.path, next);
        if (block.lastSequence < next) throw corruptBlock(block, this.path, 'it ends before it begins');
        verifyBlock(block, chain, this.path);
        chain = block.chain;
        next = block.lastSequence + 1;
        yield block;
      }
    }
  }

  /** Reads in one transaction, so that the page and the chain before it fit together. */
  #readPage(next: number, to: number): Page {
    return this.#connection.transaction(() => {
      const first = this.#sql.blockBefore.get(next);
      if (first === undefined || first[1] < next) throw this.#finder.absent(next);
      const blocks = this.#collectPage(first[0], to);
      // A damaged tree may find a row in one query and not in another. Without a next block the loop would never end.
      if (blocks.length === 0) throw eventsMissing(this.path, next);
      return { startChain: this.#chainBefore(first[0]), blocks };
    })();
  }

  #collectPage(first: number, to: number): StoredBlock[] {
    const blocks: StoredBlock[] = [];
    let bytes = 0;
    for (const row of this.#sql.blocks.iterate(first, to, PAGE_BLOCKS)) {
      const block = toBlock(row);
      blocks.push(block);
      bytes += block.bytes;
      if (bytes >= READ_PAGE_BYTES) break;
    }
    return blocks;
  }

  #chainBefore(first: number): string {
    const before = this.#sql.blockBefore.get(first - 1);
    const trimmed = this.#sql.trimmed.get()!;
    if (before?.[1] === first - 1) return before[2];
    if (trimmed[0] === first - 1) return trimmed[1];
    throw eventsMissing(this.path, first - 1);
  }

  /** Headers of the blocks that begin at `from` or later, in pages. Changes made meanwhile may or may not be seen. */
  async *headers(from: number): AsyncGenerator<BlockHeader, void> {
    for (let after = from - 1; ; ) {
      const rows = this.#guarded(() => this.#sql.headersAfter.all(after, PAGE_BLOCKS));
      for (const row of rows) {
        const header = toHeader(row, this.path);
        if (header.firstSequence > after) yield header; // otherwise sealed meanwhile
        after = Math.max(after, header.lastSequence);
      }
      if (rows.length < PAGE_BLOCKS) return;
      await nextTurn();
    }
  }

  /** Headers of the blocks that a query asks for, in pages; see `LogStore.find`. */
  async *find(query: BlockQuery): AsyncGenerator<BlockHeader, void> {
    if (query.from > query.to) return;
    const start = query.reverse === true ? query.to : query.from;
    for (let next: number | undefined = start; next !== undefined; ) {
      const page = this.#guarded(() => this.#finder.page(query, next!));
      yield* page.found;
      next = page.next;
      if (next !== undefined) await nextTurn();
    }
  }

  /** Times never decrease along the log, so this is a binary search by sequence. An index would cost every append. */
  blockAt(time: number): BlockHeader | undefined {
    return this.#guarded(() => this.#connection.transaction(() => this.#searchTime(time))());
  }

  #searchTime(time: number): BlockHeader | undefined {
    let found: BlockHeader | undefined;
    let [low, high] = this.#sql.bounds.get()!;
    while (low !== null && high !== null && low <= high) {
      const row = this.#sql.headerBefore.get(Math.floor((low + high) / 2));
      if (row === undefined) throw eventsMissing(this.path, low);
      const middle = toHeader(row, this.path);
      if (middle.lastSequence < low) throw eventsMissing(this.path, low);
      if (middle.recordedAt > time) high = middle.firstSequence - 1;
      else {
        found = middle;
        low = middle.lastSequence + 1;
      }
    }
    return found;
  }

  outcome(commandId: string): StoredOutcome | undefined {
    const row = this.#guarded(() => this.#sql.outcome.get(commandId));
    if (row === undefined) return undefined;
    const { checksum, ...stored } = row;
    if (checksumOfOutcome(stored) === checksum) return stored;
    throw outcomeDamaged(this.path, commandId);
  }

  /** Some ids of remembered commands, in the order of their bytes, after `after`; see `CommandIds`. */
  commandIds(after: Uint8Array, atMost: number): CommandIds {
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
    if (header === undefined) throw snapshotDamaged(this.path, sequence, 'it was deleted');
    if (!isSound(header)) throw snapshotDamaged(this.path, sequence, 'its header does not match its checksum');
    let bytes = 0;
    for (let part = 0; part < header.chunks; part++) {
      const chunk = this.#guarded(() => this.#readChunk(header.id, part, sequence));
      bytes += chunk.byteLength;
      yield chunk;
      await nextTurn();
    }
    if (bytes !== header.bytes) throw snapshotDamaged(this.path, sequence, `it has ${bytes} of ${header.bytes} bytes`);
  }

  #readChunk(id: number, part: number, sequence: number): Uint8Array {
    const row = this.#sql.chunk.get(id, part);
    if (row === undefined) throw snapshotDamaged(this.path, sequence, `chunk ${part} is missing`);
    try {
      return unpackChunk(row);
    } catch (error) {
      throw snapshotDamaged(this.path, sequence, `chunk ${part} ${messageOf(error)}`);
    }
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
    return this.#guarded(() => this.#connection.transaction(() => this.#chainBefore(firstSequence))());
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
    if (identity === 'empty') throw invalidPath(path, 'it does not hold a log');
    if (identity === 'older') throw olderFormat(path);
    const sql = prepareReads(connection);
    return { connection, sql, finder: new BlockFinder(connection, path, sql) };
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
