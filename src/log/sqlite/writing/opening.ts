/**
 * Opening a log as its writer: the lock first, then a look at the file, then the epoch.
 *
 * Nothing is written to the file before it is known to be a log or empty.
 */
import type { Durability } from '../../log-store.ts';
import { WitnessFile } from '../../witness/witness-file.ts';
import { Ballast } from '../file/ballast.ts';
import { readLogState } from '../file/block-rows.ts';
import { type Connection, type Driver, isFull, loadDriver, openConnection, readFailure } from '../file/driver.ts';
import { createFile, fileKind, requireNoRepair } from '../file/files.ts';
import { acquireLock, lockPath } from '../file/lock.ts';
import { createSchema, type FileIdentity, identify, migrate } from '../file/schema.ts';
import { readWitness, requireUnwitnessed, witnessPath } from '../file/witness.ts';
import { requireWitnessedFile } from '../mending/structure.ts';
import { Staging } from '../redacting/staging.ts';
import { patiently, WRITE_LOCK_PATIENCE_MS } from '../sharing/job-line.ts';
import { BlockWriting } from './block-writing.ts';
import { Room } from './room.ts';
import { SnapshotWriting } from './snapshot-writing.ts';
import { WalKeeper } from './wal-keeper.ts';
import { WriteConnection } from './write-connection.ts';
import type { OpenedLog, WriterOptions } from './writer-protocol.ts';

/** A WAL that grew larger is truncated to this size. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024;

/** What a writer works with. */
export interface WriterParts {
  readonly driver: Driver;
  readonly lock: Connection;
  readonly write: WriteConnection;
  readonly opened: OpenedLog;
  readonly blocks: BlockWriting;
  readonly snapshots: SnapshotWriting;
  readonly wal: WalKeeper;
  readonly room: Room;
  readonly witness: WitnessFile;
  readonly staging: Staging;
  readonly durability: Durability;
  /** Other logs share the thread. */
  readonly isShared: boolean;
}

/**
 * Opens the log as its writer, or creates it.
 *
 * @param signal ends the waiting for another writer
 * @throws RefoldError `LOG_LOCKED` while another writer has it; what `openSqliteLog` throws
 */
export async function openAsWriter(options: WriterOptions, signal?: AbortSignal): Promise<WriterParts> {
  try {
    return await lockAndOpen(options, signal);
  } catch (error) {
    throw readFailure(error, 'open', options.path);
  }
}

async function lockAndOpen(options: WriterOptions, signal: AbortSignal | undefined): Promise<WriterParts> {
  const driver = await loadDriver();
  createFile(lockPath(options.path));
  createFile(options.path);
  const lock = await acquireLock(driver, options.path, options.waitForLock, signal);
  try {
    requireNoRepair(options.path); // it may have been interrupted while this writer waited
    const open = (): WriterParts => openWithRoom(driver, lock, options);
    // In a shared thread SQLite must not wait for a lock: the logs of other stores would wait too.
    return options.isShared ? await patiently(open, WRITE_LOCK_PATIENCE_MS) : open();
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Opening needs a little space: the WAL's index, and the page with the epoch. */
function openWithRoom(driver: Driver, lock: Connection, options: WriterOptions): WriterParts {
  try {
    return openUnderLock(driver, lock, options);
  } catch (error) {
    if (!isFull(error) || !new Ballast(options.path).release()) throw readFailure(error, 'open', options.path);
    return openUnderLock(driver, lock, options);
  }
}

/**
 * Looks at the file through a reader before anything is written. The reader is closed last. So when the log is refused,
 * its WAL has not been moved, and repair finds it unchanged.
 */
function openUnderLock(driver: Driver, lock: Connection, options: WriterOptions): WriterParts {
  const { path, isNew } = options;
  finishRollback(driver, path);
  const testimonies = readWitness(path);
  const guard = openConnection(driver, path, { readOnly: true });
  let connection: Connection | undefined;
  try {
    const identity = identify(guard, path);
    if (identity === 'log') {
      requireWitnessedFile(guard, path, testimonies);
    } else if (identity === 'empty' && !isNew) requireUnwitnessed(path, testimonies);
    // SQLite keeps the descriptor of a connection that is closed while another one to the same file is open.
    if (options.isShared) guard.close();
    connection = openConnection(driver, path, { readOnly: false, waits: options.isShared !== true });
    return prepareParts(driver, lock, connection, options);
  } catch (error) {
    const reader = guard.open ? undefined : attemptToRead(driver, path);
    connection?.close();
    reader?.close();
    throw error;
  } finally {
    guard.close();
  }
}

/** A reader that is closed after the writer, if the file can be read: then the WAL stays as it is. */
export function attemptToRead(driver: Driver, path: string): Connection | undefined {
  try {
    const connection = openConnection(driver, path, { readOnly: true });
    identify(connection, path); // a connection counts from its first read on
    return connection;
  } catch {
    return undefined;
  }
}

/** Becomes the log's writer. The lock must be held. */
function prepareParts(driver: Driver, lock: Connection, connection: Connection, options: WriterOptions): WriterParts {
  const { path, durability, checkpointFromBytes, remember, isShared = false } = options;
  const isCreated = prepareFile(connection, path) === 'empty';
  // The epoch first: from here on an earlier writer is refused, so the head that is read next stays true.
  const write = WriteConnection.open(connection, path, durability);
  const opened = { ...readLogState(connection, path), isCreated };
  const blocks = new BlockWriting(write, opened.head, remember, isShared);
  const snapshots = new SnapshotWriting(write);
  const ballast = new Ballast(path);
  const wal = WalKeeper.open(write, ballast, { threadFromBytes: checkpointFromBytes, isShared });
  const room = new Room(write, wal, ballast);
  if (room.isTight) room.make();
  const witness = WitnessFile.open(witnessPath(path), opened.logId, write.epoch, !isShared);
  witness.note(opened.head); // the commit of the epoch synced everything in the WAL
  const staging = new Staging(connection, path);
  return { driver, lock, write, opened, blocks, snapshots, wal, room, witness, staging, durability, isShared };
}

/**
 * Creates, recognises or migrates the log, says what the file was before, and sets the pragmas that the file keeps. `auto_vacuum` must come before the
 * first page.
 */
function prepareFile(connection: Connection, path: string): FileIdentity {
  const identity = identify(connection, path);
  if (identity === 'empty') connection.pragma('auto_vacuum = incremental');
  const mode = connection.pragma('journal_mode = wal', { simple: true });
  if (mode !== 'wal') throw readFailure(new Error(`its file system has no write-ahead log (${mode})`), 'open', path);
  connection.pragma('wal_autocheckpoint = 0');
  connection.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
  if (identity === 'empty') createSchema(connection);
  if (identity === 'older') migrate(connection, path);
  return identity;
}

/**
 * A power cut while a log was created leaves a rollback journal. The first read on a writable connection plays it back.
 */
function finishRollback(driver: Driver, path: string): void {
  if (fileKind(`${path}-journal`) !== 'filled') return;
  const connection = openConnection(driver, path, { readOnly: false });
  try {
    connection.pragma('schema_version');
  } finally {
    connection.close();
  }
}
