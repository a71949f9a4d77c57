/**
 * Fills a new file with a copy of another log.
 *
 * The writer's lock is held meanwhile. Commits are synced when SQLite moves the WAL, and all of them before the mark goes: a power
 * cut takes the end of an unfinished copy, and leaves it an unfinished copy.
 */
import { isRefoldError } from '../../../core/errors.ts';
import { nextTurn } from '../../../threads/timers.ts';
import { checksumOfSnapshot, cutChunks, packChunk } from '../../blocks/snapshot-chunks.ts';
import { endOf, type FilledBlock, filledBlocks } from '../../copying/filled-blocks.ts';
import type { CopyMark, FillOptions, LastRows, LogFilling } from '../../copying/log-copying.ts';
import { copyFull, decodeMark, encodeMark, placeTaken, UNFINISHED_KEY } from '../../copying/unfinished.ts';
import type { Block, LogHead, SnapshotInfo, StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import { BLOCK_COLUMNS, chainBefore, readLogState, readStateRow } from '../file/block-rows.ts';
import { type Connection, type Driver, isFull, loadDriver, openConnection, readFailure } from '../file/driver.ts';
import {
  canonicalPath,
  createFile,
  fileKind,
  isUsablePath,
  requireNoRepair,
  requireOwnFiles,
  unusablePath,
} from '../file/files.ts';
import { hasTagLists, raiseFormat } from '../file/format.ts';
import { acquireLock, lockPath } from '../file/lock.ts';
import { putReactorRow } from '../file/reactor-rows.ts';
import { addRedactionRow, SCRUBBED } from '../file/redaction-rows.ts';
import { createSchema, identify } from '../file/schema.ts';
import { addTagRow } from '../file/tag-rows.ts';

/**
 * Opens a new file, or an unfinished copy of the same log, to be filled.
 *
 * @throws RefoldError `INVALID_OPTION` when there is something else; `LOG_LOCKED`, `LOG_FULL`
 */
export async function fillFile(given: string, options: FillOptions): Promise<LogFilling> {
  if (!isUsablePath(given)) throw unusablePath(given);
  const path = canonicalPath(given);
  requireOwnFiles(path);
  requireNoRepair(path);
  const driver = await loadDriver();
  requirePlace(driver, path, options);
  createFile(lockPath(path));
  const lock = await acquireLock(driver, path, options.waitForLock, options.signal);
  try {
    requirePlace(driver, path, options);
    createFile(path);
    return new FileFilling(path, lock, prepare(driver, path), options);
  } catch (error) {
    lock.close();
    throw failure(error, path);
  }
}

/** Looks before anything is made. A WAL without its file may hold the newest events of a log that was moved away. */
function requirePlace(driver: Driver, path: string, { of }: FillOptions): void {
  if (fileKind(path) === 'missing' && fileKind(`${path}-wal`) === 'filled') throw placeTaken(path, undefined);
  if (fileKind(path) !== 'filled') return;
  const connection = openConnection(driver, path, { readOnly: true });
  try {
    if (identify(connection, path) === 'empty') return;
    const mark = markIn(connection);
    if (mark?.of !== of) throw placeTaken(path, mark);
  } catch (error) {
    const known = failure(error, path);
    throw isRefoldError(known, 'LOG_CORRUPT') ? placeTaken(path, undefined, 'another file') : known;
  } finally {
    connection.close();
  }
}

function markIn(connection: Connection): CopyMark | undefined {
  return decodeMark(connection.prepare('select value from meta where key = ?').pluck().get(UNFINISHED_KEY) as string);
}

function prepare(driver: Driver, path: string): Connection {
  const connection = openConnection(driver, path, { readOnly: false });
  try {
    const isNew = identify(connection, path) === 'empty';
    if (isNew) connection.pragma('auto_vacuum = incremental');
    connection.pragma('journal_mode = wal');
    connection.pragma('synchronous = normal');
    if (isNew) createSchema(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A full disk is told as what it is: the copy can go on. */
function failure(error: unknown, path: string): Error {
  return isFull(error) ? copyFull(path, error) : readFailure(error, 'copy to', path);
}

class FileFilling implements LogFilling {
  readonly path: string;
  readonly found: CopyMark | undefined;
  readonly #lock: Connection;
  readonly #connection: Connection;
  readonly #format: number | undefined;
  #end: LogHead;

  constructor(path: string, lock: Connection, connection: Connection, { format }: FillOptions) {
    this.path = path;
    this.#lock = lock;
    this.#connection = connection;
    this.#format = format;
    this.found = markIn(connection);
    this.#end = readLogState(connection, path).head;
  }

  get end(): LogHead {
    return this.#end;
  }

  async begin(mark: CopyMark, trimmed: LogHead, keepsBlocks: boolean): Promise<void> {
    await this.#transact((connection) => {
      connection.exec('delete from snapshots; delete from snapshot_chunks; delete from commands; delete from meta');
      connection.prepare('insert into meta (key, value) values (?, ?)').run(UNFINISHED_KEY, encodeMark(mark));
      if (this.#format !== 1) raiseFormat(connection, { ids: true }); // other logs may hold all of format 2
      if (keepsBlocks) return;
      connection.exec('delete from blocks');
      if (hasTagLists(connection)) connection.exec('delete from block_tags');
      connection
        .prepare('update log_state set trimmed_through = ?, trimmed_recorded_at = ?, trimmed_chain = ?')
        .run(trimmed.sequence, trimmed.recordedAt, trimmed.chain);
    });
    if (!keepsBlocks) this.#end = trimmed;
  }

  async putBlocks(blocks: readonly Block[]): Promise<void> {
    const first = blocks[0]!.firstSequence;
    await this.#transact((connection) => {
      const { trimmed } = readStateRow(connection, this.path);
      const filled = filledBlocks(blocks, chainBefore(connection, first, this.path, trimmed), this.path);
      connection.prepare('delete from blocks where first_sequence >= ?').run(first);
      if (hasTagLists(connection)) connection.prepare('delete from block_tags where first_sequence >= ?').run(first);
      for (const block of filled) putBlock(connection, block);
      this.#end = endOf(filled)!;
    });
  }

  async putOutcomes(outcomes: readonly StoredOutcome[]): Promise<void> {
    await this.#transact((connection) => {
      const insert = connection.prepare(
        'insert or replace into commands (command_id, recorded_at, outcome, checksum) values (?, ?, ?, ?)',
      );
      for (const outcome of outcomes) {
        insert.run(outcome.commandId, outcome.recordedAt, outcome.outcome, checksumOfOutcome(outcome));
      }
    });
  }

  async putSnapshot(info: SnapshotInfo, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const id = this.#newSnapshotId();
    let part = 0;
    for await (const chunk of chunks) {
      for (const piece of cutChunks([chunk])) {
        const { bytes, checksum, data } = await packChunk(piece);
        await this.#transact((connection) =>
          connection
            .prepare('insert into snapshot_chunks (snapshot_id, part, bytes, checksum, data) values (?, ?, ?, ?, ?)')
            .run(id, part, bytes, checksum, data),
        );
        part += 1;
      }
    }
    await this.#transact((connection) => {
      const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes } = info;
      connection
        .prepare(
          `insert into snapshots
             (id, owner, sequence, recorded_at, chain, state_hash, fingerprint, format, bytes, chunks, checksum)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          ...[id, owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, part],
          checksumOfSnapshot(info, part),
        );
      raiseFormat(connection, { snapshotFormat: format });
    });
  }

  #newSnapshotId(): number {
    const last = this.#connection.prepare(
      `select max(coalesce((select max(id) from snapshots), 0), coalesce((select max(snapshot_id) from snapshot_chunks), 0))`,
    );
    return (last.pluck().get() as number) + 1;
  }

  async finish({ epoch, checkpoints, reactors, meta, redactions }: LastRows): Promise<number> {
    this.#connection.pragma('synchronous = full'); // the commit syncs everything before it, too
    await this.#transact((connection) => {
      const putCheckpoint = connection.prepare('insert into checkpoints (projection, sequence) values (?, ?)');
      for (const { projection, sequence } of checkpoints) putCheckpoint.run(projection, sequence);
      for (const row of reactors) putReactorRow(connection, row);
      const putMeta = connection.prepare('insert into meta (key, value) values (?, ?)');
      for (const [key, value] of meta) putMeta.run(key, value);
      for (const row of redactions) addRedactionRow(connection, row, SCRUBBED.whole); // this file never held the words
      connection.prepare('update log_state set epoch = max(epoch, ?) + 1').run(epoch);
      connection.prepare('delete from meta where key = ?').run(UNFINISHED_KEY);
    });
    return readStateRow(this.#connection, this.path).epoch;
  }

  async close(): Promise<void> {
    this.#connection.close();
    this.#lock.close();
  }

  /** One transaction. Before it the event loop gets a turn. */
  async #transact(work: (connection: Connection) => unknown): Promise<void> {
    await nextTurn();
    try {
      this.#connection.transaction(() => work(this.#connection)).immediate();
    } catch (error) {
      throw failure(error, this.path);
    }
  }
}

function putBlock(connection: Connection, block: FilledBlock): void {
  const { firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload, tagList, hasTags } = block;
  connection
    .prepare(`insert into blocks (${BLOCK_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)`)
    .run(firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload);
  if (hasTags) raiseFormat(connection, { tags: true });
  if (hasTagLists(connection)) addTagRow(connection, firstSequence, checksum, tagList);
}
