/**
 * The writer thread: owns the lock and the only connection that writes.
 *
 * Jobs are done one after the other, each answered when it is as durable as the log promises; an fsync blocks this
 * thread and never the application's. Checkpoints and syncs that nobody waits for come after the answer.
 */
import assert from 'node:assert';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf, type RefoldError, type SerializedError } from '../../core/errors.ts';
import type { Durability } from '../log-store.ts';
import { readLogState } from './block-rows.ts';
import { BlockWriting } from './block-writing.ts';
import { type Connection, loadDriver, openConnection, readFailure } from './driver.ts';
import { acquireLock } from './lock.ts';
import { createSchema, identify } from './schema.ts';
import { SnapshotWriting } from './snapshot-writing.ts';
import { WalKeeper } from './wal-keeper.ts';
import { WriteConnection } from './write-connection.ts';
import type { AnswerMessage, JobMessage, JobName, Jobs, OpenedLog, WriterOptions } from './writer-protocol.ts';

/** Under `everysec`, the longest that a commit waits for its sync. */
const SYNC_WITHIN_MS = 1_000;
/** Free pages returned in one transaction: four megabytes. */
const RECLAIMED_PAGES_AT_ONCE = 1_000;
/** A WAL that once grew large is cut back to this. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024;

class Writer {
  readonly opened: OpenedLog;
  readonly #lock: Connection;
  readonly #connection: Connection;
  readonly #write: WriteConnection;
  readonly #blocks: BlockWriting;
  readonly #snapshots: SnapshotWriting;
  readonly #wal: WalKeeper;
  readonly #durability: Durability;
  #sync: NodeJS.Timeout | undefined;

  constructor(lock: Connection, connection: Connection, { path, durability }: WriterOptions) {
    this.#lock = lock;
    this.#connection = connection;
    this.#durability = durability;
    prepareFile(connection, path);
    const state = readLogState(connection, path);
    this.#write = new WriteConnection(connection, path, durability);
    this.#blocks = new BlockWriting(this.#write, state.head);
    this.#snapshots = new SnapshotWriting(this.#write);
    this.#wal = new WalKeeper(this.#write);
    this.opened = { ...state, epoch: this.#write.epoch };
  }

  /** Does one job and answers it, then what should not delay the answer. */
  handle(message: JobMessage, answer: (answer: AnswerMessage) => void): void {
    const { number } = message;
    let bytes = 0;
    try {
      const { value, written } = this.#do(message);
      bytes = written;
      answer({ number, value });
    } catch (error) {
      answer({ number, ...serialize(readFailure(error, 'write to', this.#write.path)) });
    }
    if (bytes > 0) this.#settle(bytes);
  }

  /** Closes everything; what is committed goes into the file first. */
  close(): void {
    clearTimeout(this.#sync);
    try {
      if (!this.#write.failed) this.#write.sync();
      this.#wal.truncate();
    } finally {
      this.#connection.close();
      this.#lock.close();
    }
  }

  #do(message: JobMessage): { readonly value?: unknown; readonly written: number } {
    switch (message.job) {
      case 'append':
        return { value: this.#blocks.append(message.input), written: 1 + (message.input.block?.payload.length ?? 0) };
      case 'putChunk':
        return { written: this.#snapshots.putChunk(message.input) };
      case 'sealRun': {
        const value = this.#blocks.sealRun(message.input);
        return { value, written: value === undefined ? 0 : value.sealed.bytes + value.run.length * 256 };
      }
      case 'dropBlocks':
        return { value: this.#blocks.dropBlocks(message.input), written: SMALL };
      case 'beginSnapshot':
        return { value: this.#snapshots.begin(), written: 0 };
      case 'finishSnapshot':
        return { value: this.#snapshots.finish(message.input), written: SMALL };
      case 'abandonSnapshot':
        return { value: this.#snapshots.abandon(message.input), written: 0 };
      case 'dropSnapshots':
        return { value: this.#snapshots.drop(message.input), written: SMALL };
      case 'sweepChunks':
        return { value: this.#snapshots.sweep(), written: SMALL };
      case 'putCheckpoint':
        return { value: this.#putCheckpoint(message.input), written: SMALL };
      case 'putMeta':
        return { value: this.#putMeta(message.input), written: SMALL };
      case 'reclaimPages':
        return { value: this.#reclaimPages(), written: RECLAIMED_PAGES_AT_ONCE * 4096 };
      case 'flush':
        return { value: this.#write.sync(), written: 0 };
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

  #putMeta({ key, value }: Jobs['putMeta']['takes']): void {
    this.#write.transact(() =>
      this.#connection
        .prepare('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value')
        .run(key, value),
    );
  }

  /** Moves some free pages out of the file; at the end the file itself is cut. Answers whether there are more. */
  #reclaimPages(): boolean {
    this.#write.transact(() => this.#connection.pragma(`incremental_vacuum(${RECLAIMED_PAGES_AT_ONCE})`));
    const more = Number(this.#connection.pragma('freelist_count', { simple: true })) > 0;
    if (!more) this.#wal.truncate();
    return more;
  }

  #settle(bytes: number): void {
    this.#wal.wrote(bytes);
    if (this.#durability !== 'everysec' || this.#sync !== undefined) return;
    this.#sync = setTimeout(() => {
      this.#sync = undefined;
      try {
        this.#write.sync();
      } catch {
        // The connection is failed by now: the next write says so.
      }
    }, SYNC_WITHIN_MS);
  }
}

/** What a job adds to the WAL besides payloads, roughly. */
const SMALL = 4096;

/** Creates or recognises the log, and sets what belongs to the file. `auto_vacuum` must come before the first page. */
function prepareFile(connection: Connection, path: string): void {
  const identity = identify(connection, path);
  if (identity === 'empty') connection.pragma('auto_vacuum = incremental');
  const mode = connection.pragma('journal_mode = wal', { simple: true });
  if (mode !== 'wal') throw readFailure(new Error(`its file system has no write-ahead log (${mode})`), 'open', path);
  connection.pragma('wal_autocheckpoint = 0');
  connection.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
  if (identity === 'empty') createSchema(connection);
}

async function openWriter(options: WriterOptions): Promise<Writer> {
  const driver = await loadDriver();
  const lock = acquireLock(driver, options.path);
  let connection: Connection | undefined;
  try {
    connection = openConnection(driver, options.path, { readOnly: false });
    return new Writer(lock, connection, options);
  } catch (error) {
    connection?.close();
    lock.close();
    throw error;
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
    return port.close();
  }
  port.postMessage({ number: 0, value: writer.opened } satisfies AnswerMessage);
  const isLast = (job: JobName) => job === 'close';
  port.on('message', (message: JobMessage) => {
    writer.handle(message, (answer) => port.postMessage(answer));
    if (isLast(message.job)) port.close();
  });
}

assert(parentPort, 'the writer runs in a thread of its own');
await main(parentPort, workerData as WriterOptions);
