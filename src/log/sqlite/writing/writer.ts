/**
 * The writer thread: owns the lock and the only connection that writes.
 *
 * Jobs are done one after the other, each answered when it is as durable as the log promises; an fsync blocks this
 * thread and never the application's. Checkpoints and syncs that nobody waits for come after the answer.
 */
import assert from 'node:assert';
import { clearTimeout, setTimeout } from 'node:timers';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf, type RefoldError, type SerializedError } from '../../../core/errors.ts';
import { endThread } from '../../../threads/threads.ts';
import type { Durability, LogHead } from '../../log-store.ts';
import { Ballast } from '../file/ballast.ts';
import { readLogState } from '../file/block-rows.ts';
import { type Connection, type Driver, isFull, loadDriver, openConnection, readFailure } from '../file/driver.ts';
import { createFile, fileKind } from '../file/files.ts';
import { acquireLock, lockPath } from '../file/lock.ts';
import { createSchema, identify, migrate } from '../file/schema.ts';
import { readWitness, requireUnwitnessed, WitnessFile } from '../file/witness.ts';
import { requireWitnessedFile } from '../mending/structure.ts';
import { BlockWriting } from './block-writing.ts';
import { Room } from './room.ts';
import { SnapshotWriting } from './snapshot-writing.ts';
import { WalKeeper } from './wal-keeper.ts';
import { WriteConnection } from './write-connection.ts';
import type { AnswerMessage, JobMessage, JobName, Jobs, OpenedLog, WriterOptions } from './writer-protocol.ts';

/** Under `everysec`, the longest that a commit waits for its sync. */
const SYNC_WITHIN_MS = 1_000;
/** Free pages returned in one transaction: four megabytes, or a piece where room is tight. */
const RECLAIMED_PAGES_AT_ONCE = 1_000;
const PAGE_BYTES = 4096;
/** A WAL that once grew large is cut back to this. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024;

/** What lets the log grow. All other jobs give space back, or sync what is there: out of the ballast if need be. */
const GROWING: ReadonlySet<JobName> = new Set<JobName>([
  'append',
  'putSnapshot',
  'putChunk',
  'finishSnapshot',
  'putCheckpoint',
  'putMeta',
]);

/** What a job came to, and the bytes that it wrote. */
interface Done {
  readonly value?: unknown;
  readonly written: number;
}

class Writer {
  readonly opened: OpenedLog;
  readonly #driver: Driver;
  readonly #lock: Connection;
  readonly #connection: Connection;
  readonly #write: WriteConnection;
  readonly #blocks: BlockWriting;
  readonly #snapshots: SnapshotWriting;
  readonly #wal: WalKeeper;
  readonly #room: Room;
  readonly #witness: WitnessFile;
  readonly #durability: Durability;
  #sync: NodeJS.Timeout | undefined;

  constructor(driver: Driver, lock: Connection, connection: Connection, options: WriterOptions) {
    const { path, durability, checkpointFromBytes } = options;
    this.#driver = driver;
    this.#lock = lock;
    this.#connection = connection;
    this.#durability = durability;
    prepareFile(connection, path);
    // The epoch first: whoever wrote before is refused from here on, so that the head stays what is read now.
    this.#write = new WriteConnection(connection, path, durability);
    const state = readLogState(connection, path);
    this.#blocks = new BlockWriting(this.#write, state.head);
    this.#snapshots = new SnapshotWriting(this.#write);
    const ballast = new Ballast(path);
    this.#wal = new WalKeeper(this.#write, ballast, checkpointFromBytes);
    this.#room = new Room(this.#write, this.#wal, ballast);
    if (this.#room.isTight) this.#room.make();
    this.#witness = new WitnessFile(path, state.logId, this.#write.epoch);
    this.#witness.record(state.head); // the epoch was committed with a sync of all that is in the WAL
    this.opened = state;
  }

  /** Does one job and answers it, then what should not delay the answer. */
  handle(message: JobMessage, answer: (answer: AnswerMessage) => void): void {
    const { number } = message;
    let bytes = 0;
    try {
      const { value, written } = this.#doInRoom(message);
      bytes = written;
      answer({ number, value });
    } catch (error) {
      answer({ number, ...serialize(readFailure(error, 'write to', this.#write.path)) });
    }
    if (bytes > 0) this.#settle(bytes);
  }

  #doInRoom(message: JobMessage): Done {
    const work = () => this.#do(message);
    if (message.job === 'close') return work();
    return GROWING.has(message.job) ? this.#room.grow(work) : this.#room.spare(work);
  }

  /** Closes everything; what is committed goes into the file first. */
  close(): void {
    clearTimeout(this.#sync);
    try {
      if (!this.#write.failed && !this.#write.isReplaced) this.#syncNow();
      this.#room.make();
    } finally {
      this.#closeConnections();
    }
  }

  /**
   * The last connection to close moves the WAL into the file and removes it. After a failed write it shall stay as it is,
   * for recovery to judge: a reader, which moves nothing, is then the last.
   */
  #closeConnections(): void {
    this.#wal.close();
    const guard = this.#write.failed ? attemptToRead(this.#driver, this.#write.path) : undefined;
    this.#connection.close();
    guard?.close();
    this.#witness.close();
    this.#lock.close();
  }

  /** Nothing of an append may be answered before it is as durable as promised; under `always` it is also witnessed. */
  #append(input: Jobs['append']['takes']): LogHead {
    const head = this.#blocks.append(input);
    if (this.#durability === 'always') this.#witness.record(head);
    return head;
  }

  #syncNow(): void {
    this.#write.sync();
    this.#witness.record(this.#blocks.head);
  }

  #do(message: JobMessage): Done {
    switch (message.job) {
      case 'append':
        return { value: this.#append(message.input), written: 1 + (message.input.block?.payload.byteLength ?? 0) };
      case 'putSnapshot': {
        const written = this.#snapshots.put(message.input) + SMALL;
        return { value: this.#snapshots.needsSweep(), written };
      }
      case 'putChunk':
        return { written: this.#snapshots.putChunk(message.input) };
      case 'swapRun': {
        const { sealed, blocks } = message.input;
        return { value: this.#blocks.swapRun(message.input), written: sealed.bytes + blocks * 256 };
      }
      case 'pieceBytes':
        return { value: this.#room.pieceBytes, written: 0 };
      case 'dropBlocks':
        return { value: this.#blocks.dropBlocks(message.input), written: SMALL };
      case 'beginSnapshot':
        return { value: this.#snapshots.begin(), written: 0 };
      case 'finishSnapshot':
        this.#snapshots.finish(message.input);
        return { value: this.#snapshots.needsSweep(), written: SMALL };
      case 'abandonSnapshot':
        return { value: this.#snapshots.abandon(message.input), written: 0 };
      case 'dropSnapshots':
        return { value: this.#snapshots.drop(message.input), written: SMALL };
      case 'sweepChunks':
        return { value: this.#snapshots.sweep(), written: SMALL };
      case 'putCheckpoint':
        return { value: this.#putCheckpoint(message.input), written: SMALL };
      case 'dropCheckpoint':
        return { value: this.#dropCheckpoint(message.input), written: SMALL };
      case 'putMeta':
        return { value: this.#putMeta(message.input), written: SMALL };
      case 'reclaimPages':
        return { value: this.#reclaimPages(), written: RECLAIMED_PAGES_AT_ONCE * PAGE_BYTES };
      case 'flush':
        return { value: this.#syncNow(), written: 0 };
      case 'close':
        return { value: this.close(), written: 0 };
    }
  }

  #putCheckpoint({ projection, sequence }: Jobs['putCheckpoint']['takes']): void {
    this.#write.transact(() =>
      this.#connection
        .prepare(
          `insert into checkpoints (projection, sequence) values (?, ?)
           on conflict (projection) do update set sequence = excluded.sequence`,
        )
        .run(projection, sequence),
    );
  }

  #dropCheckpoint(projection: Jobs['dropCheckpoint']['takes']): void {
    this.#write.transact(() =>
      this.#connection.prepare('delete from checkpoints where projection = ?').run(projection),
    );
  }

  #putMeta({ key, value }: Jobs['putMeta']['takes']): void {
    this.#write.transact(() =>
      this.#connection
        .prepare('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value')
        .run(key, value),
    );
  }

  /** Moves some free pages out of the file; at the end the file itself is cut. Answers whether there are more. */
  #reclaimPages(): boolean {
    const { pieceBytes } = this.#room;
    const pages = pieceBytes === undefined ? RECLAIMED_PAGES_AT_ONCE : pieceBytes / PAGE_BYTES;
    this.#write.transact(() => this.#connection.pragma(`incremental_vacuum(${pages})`));
    const more = Number(this.#connection.pragma('freelist_count', { simple: true })) > 0;
    if (!more) this.#room.make();
    return more;
  }

  #settle(bytes: number): void {
    this.#wal.wrote(bytes);
    if (this.#durability === 'everysec') this.#sync ??= setTimeout(() => this.#syncLate(), SYNC_WITHIN_MS);
  }

  #syncLate(): void {
    this.#sync = undefined;
    try {
      this.#room.spare(() => this.#syncNow());
    } catch {
      // Failed, and the next write says so; or the disk is full even so, and the next second may be better.
      if (!this.#write.failed) this.#sync = setTimeout(() => this.#syncLate(), SYNC_WITHIN_MS);
    }
  }
}

/** What a job adds to the WAL besides payloads, roughly. */
const SMALL = 4096;

/**
 * Creates, recognises or migrates the log, and sets what belongs to the file. `auto_vacuum` must come before the first
 * page.
 */
function prepareFile(connection: Connection, path: string): void {
  const identity = identify(connection, path);
  if (identity === 'empty') connection.pragma('auto_vacuum = incremental');
  const mode = connection.pragma('journal_mode = wal', { simple: true });
  if (mode !== 'wal') throw readFailure(new Error(`its file system has no write-ahead log (${mode})`), 'open', path);
  connection.pragma('wal_autocheckpoint = 0');
  connection.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
  if (identity === 'empty') createSchema(connection);
  if (identity === 'older') migrate(connection, path);
}

async function openWriter(options: WriterOptions): Promise<Writer> {
  const driver = await loadDriver();
  createFile(lockPath(options.path));
  createFile(options.path);
  const lock = acquireLock(driver, options.path);
  try {
    try {
      return openUnderLock(driver, lock, options);
    } catch (error) {
      // Opening itself needs a little space: the WAL's index, and the page with the epoch.
      if (!isFull(error) || !new Ballast(options.path).release()) throw error;
      return openUnderLock(driver, lock, options);
    }
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Looks at the file through a reader before anything is written. The reader is closed last: should the log be refused,
 * nothing of its WAL has been moved, and repair finds it as it was.
 */
function openUnderLock(driver: Driver, lock: Connection, options: WriterOptions): Writer {
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
    connection = openConnection(driver, path, { readOnly: false });
    return new Writer(driver, lock, connection, options);
  } catch (error) {
    connection?.close();
    throw error;
  } finally {
    guard.close();
  }
}

/** A power cut in the making of a log leaves a rollback journal: the first read that may write plays it back. */
function finishRollback(driver: Driver, path: string): void {
  if (fileKind(`${path}-journal`) !== 'filled') return;
  const connection = openConnection(driver, path, { readOnly: false });
  try {
    connection.pragma('schema_version');
  } finally {
    connection.close();
  }
}

function attemptToRead(driver: Driver, path: string): Connection | undefined {
  try {
    const connection = openConnection(driver, path, { readOnly: true });
    identify(connection, path); // a connection takes part from its first read on
    return connection;
  } catch {
    return undefined;
  }
}

function serialize(error: RefoldError): Pick<AnswerMessage, 'error' | 'cause'> {
  const plain: SerializedError = error.toJSON();
  return error.cause === undefined ? { error: plain } : { error: plain, cause: messageOf(error.cause) };
}

async function main(port: MessagePort, options: WriterOptions): Promise<void> {
  let writer: Writer;
  try {
    writer = await openWriter(options);
  } catch (error) {
    port.postMessage({ number: 0, ...serialize(readFailure(error, 'open', options.path)) } satisfies AnswerMessage);
    return endThread(port);
  }
  port.postMessage({ number: 0, value: writer.opened } satisfies AnswerMessage);
  const isLast = (job: JobName) => job === 'close';
  port.on('message', (message: JobMessage) => {
    writer.handle(message, (answer) => port.postMessage(answer));
    if (isLast(message.job)) endThread(port);
  });
}

assert(parentPort, 'the writer runs in a thread of its own');
await main(parentPort, workerData as WriterOptions);
