/**
 * The writer thread: owns the lock and the only connection that writes.
 *
 * Jobs are done one after the other, each answered when it is as durable as the log promises; an fsync blocks this
 * thread and never the application's. WAL checkpoints and late syncs come after the answer.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';
import type { RefoldError } from '../../../core/errors.ts';
import { type Service, serve } from '../../../threads/serving.ts';
import type { LogHead } from '../../log-store.ts';
import { type Connection, readFailure, SQLITE_PAGE_BYTES } from '../file/driver.ts';
import { dropReactorRow, putReactorRow } from '../file/reactor-rows.ts';
import { leastScrubbed, noteScrubbed, SCRUBBED } from '../file/redaction-rows.ts';
import { rebuildFile } from '../redacting/rebuilding.ts';
import type { SharedThreadData } from '../sharing/host-protocol.ts';
import { hostLogs } from '../sharing/hosting.ts';
import { inTurn } from '../sharing/turns.ts';
import { attemptToRead, openAsWriter, type WriterParts } from './opening.ts';
import type { Jobs, OpenedLog, WriterOptions } from './writer-protocol.ts';

/** Under `everysec`, the longest that a commit waits for its sync. */
const SYNC_WITHIN_MS = 1_000;
/** Free pages returned in one transaction: four megabytes, or a piece where room is tight. */
const RECLAIMED_PAGES_AT_ONCE = 1_000;
/** The same in a shared thread, where the logs of other stores wait for it: one megabyte. */
const RECLAIMED_PAGES_BESIDE_OTHERS = 250;
/** About what a job adds to the WAL besides payloads, in bytes. */
const SMALL = SQLITE_PAGE_BYTES;

class Writer implements Service<Jobs, OpenedLog> {
  readonly #parts: WriterParts;
  /** Bytes that the last job wrote; 0 when it failed. */
  #written = 0;
  #sync: NodeJS.Timeout | undefined;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  get opened(): OpenedLog {
    return this.#parts.opened;
  }

  /** Jobs that make the log grow need room. All others free space or sync, with the ballast's space if necessary. */
  readonly jobs: Service<Jobs>['jobs'] = {
    append: (input) => this.#grow(() => this.#append(input)),
    putSnapshot: (input) =>
      this.#grow(() => {
        this.#written = this.#parts.snapshots.put(input) + SMALL;
        return this.#parts.snapshots.needsSweep();
      }),
    putChunk: (input) =>
      this.#grow(() => {
        this.#written = this.#parts.snapshots.putChunk(input);
      }),
    finishSnapshot: (input) =>
      this.#grow(() => {
        this.#parts.snapshots.finish(input);
        this.#written = SMALL;
        return this.#parts.snapshots.needsSweep();
      }),
    putCheckpoint: (input) => this.#grow(() => this.#putCheckpoint(input)),
    putReactor: (input) => this.#grow(() => this.#onFile((connection) => putReactorRow(connection, input))),
    dropReactor: (input) => this.#spare(SMALL, () => this.#onFile((connection) => dropReactorRow(connection, input))),
    stageRedaction: (input) => this.#grow(() => this.#parts.write.transact(() => this.#parts.staging.stage(input))),
    applyRedaction: (input) => this.#grow(() => this.#applyRedaction(input)),
    discardRedaction: () => this.#spare(0, () => this.#parts.write.transact(() => this.#parts.staging.discard())),
    rebuildFile: () => this.#spare(0, () => this.#rebuildFile()),
    emptyWal: () => this.#spare(0, () => this.#emptyWal()),
    putMeta: (input) => this.#grow(() => this.#putMeta(input)),
    dropCheckpoint: (input) => this.#spare(SMALL, () => this.#dropCheckpoint(input)),
    swapRun: (input) =>
      this.#spare(input.sealed.bytes + input.sealed.replaces.length * 256, () => this.#parts.blocks.swapRun(input)),
    pieceBytes: () => this.#spare(0, () => this.#parts.room.pieceBytes),
    dropBlocks: (input) => this.#spare(SMALL, () => this.#parts.blocks.dropBlocks(input, this.#parts.room.pieceBytes)),
    beginSnapshot: () => this.#spare(0, () => this.#parts.snapshots.begin()),
    abandonSnapshot: (input) => this.#spare(0, () => this.#parts.snapshots.abandon(input)),
    dropSnapshots: (input) => this.#spare(SMALL, () => this.#parts.snapshots.drop(input)),
    sweepChunks: () => this.#spare(SMALL, () => this.#parts.snapshots.sweep()),
    reclaimPages: () => this.#spare(this.#reclaimedPages * SQLITE_PAGE_BYTES, () => this.#reclaimPages()),
    flush: () => this.#spare(0, () => this.#syncNow()),
  };

  /** Closes everything, after moving everything committed into the file. */
  close(): void {
    clearTimeout(this.#sync);
    this.#sync = undefined;
    try {
      if (!this.#parts.write.failed && !this.#parts.write.isReplaced) this.#syncNow();
      this.#parts.room.make();
    } finally {
      this.#closeConnections();
    }
  }

  /**
   * The last connection to close moves the WAL into the file and removes it. After a failed write it must stay
   * unchanged for recovery. Then a reader, which moves nothing, is closed last.
   */
  #closeConnections(): void {
    this.#parts.wal.close();
    const guard = this.#parts.write.failed ? attemptToRead(this.#parts.driver, this.#parts.write.path) : undefined;
    this.#parts.write.connection.close();
    guard?.close();
    this.#parts.witness.close();
    this.#parts.lock.close();
  }

  /** Ends all writing, because of an error outside of a job. */
  fail(cause: unknown): void {
    this.#parts.write.fail(cause);
  }

  #grow<T>(work: () => T): T {
    this.#written = 0;
    return this.#parts.room.grow(work);
  }

  /** @param written what the job may write, in bytes */
  #spare<T>(written: number, work: () => T): T {
    this.#written = 0;
    const answer = this.#parts.room.spare(work);
    this.#written = written;
    return answer;
  }

  /** An append may be answered only when it is as durable as promised. Under `always` it is also witnessed. */
  #append(input: Jobs['append']['takes']): LogHead {
    const head = this.#parts.blocks.append(input);
    if (this.#parts.durability === 'always') this.#parts.witness.note(head);
    this.#written = 1 + (input.block?.payload.byteLength ?? 0);
    return head;
  }

  #syncNow(): void {
    this.#parts.write.sync();
    this.#parts.witness.note(this.#parts.blocks.head);
  }

  #putCheckpoint({ projection, sequence }: Jobs['putCheckpoint']['takes']): void {
    this.#parts.write.transact(() =>
      this.#parts.write.connection
        .prepare(
          `insert into checkpoints (projection, sequence) values (?, ?)
           on conflict (projection) do update set sequence = excluded.sequence`,
        )
        .run(projection, sequence),
    );
  }

  #dropCheckpoint(projection: Jobs['dropCheckpoint']['takes']): void {
    this.#parts.write.transact(() =>
      this.#parts.write.connection.prepare('delete from checkpoints where projection = ?').run(projection),
    );
  }

  #applyRedaction({ row, fence }: Jobs['applyRedaction']['takes']): void {
    const { write, staging, blocks, snapshots } = this.#parts;
    this.#written = write.transact(() => {
      if (fence.expectedSequence !== undefined) blocks.requireHead(fence.expectedSequence);
      return staging.apply(row);
    }, fence.epoch);
    snapshots.giveUpAll();
    blocks.settleTags();
  }

  #rebuildFile(): boolean {
    const { write, wal } = this.#parts;
    const { connection, path } = write;
    const scrubbed = leastScrubbed(connection);
    if (scrubbed !== SCRUBBED.not) return scrubbed === SCRUBBED.rebuilt;
    try {
      write.alone(() => rebuildFile(connection, path));
      write.transact(() => noteScrubbed(connection, SCRUBBED.rebuilt));
      return true;
    } finally {
      if (!write.failed) wal.truncate(); // otherwise it keeps the size of the file
    }
  }

  #emptyWal(): boolean {
    const { write, wal } = this.#parts;
    const isEmpty = wal.truncate();
    if (isEmpty) write.transact(() => noteScrubbed(write.connection, SCRUBBED.whole));
    return isEmpty;
  }

  #onFile(work: (connection: Connection) => void): void {
    this.#parts.write.transact(() => work(this.#parts.write.connection));
  }

  #putMeta({ key, value }: Jobs['putMeta']['takes']): void {
    this.#parts.write.transact(() =>
      this.#parts.write.connection
        .prepare('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value')
        .run(key, value),
    );
  }

  get #reclaimedPages(): number {
    return this.#parts.isShared ? RECLAIMED_PAGES_BESIDE_OTHERS : RECLAIMED_PAGES_AT_ONCE;
  }

  /** Truncates the file by some free pages. Returns true when there are more. */
  #reclaimPages(): boolean {
    const { pieceBytes } = this.#parts.room;
    const pages = pieceBytes === undefined ? this.#reclaimedPages : pieceBytes / SQLITE_PAGE_BYTES;
    this.#parts.write.transact(() => this.#parts.write.connection.pragma(`incremental_vacuum(${pages})`));
    const more = Number(this.#parts.write.connection.pragma('freelist_count', { simple: true })) > 0;
    if (!more) this.#parts.room.make();
    return more;
  }

  /** WAL checkpoints and late syncs come after the answer. */
  afterAnswer(): void {
    if (this.#written === 0) return;
    this.#parts.wal.wrote(this.#written);
    if (this.#parts.durability === 'everysec') this.#sync ??= this.#syncAfter();
  }

  #syncLate(): void {
    this.#sync = undefined;
    try {
      this.#parts.room.spare(() => this.#syncNow());
    } catch {
      // It failed, and the next write reports that. Or the disk is full, and the next second may be better.
      if (!this.#parts.write.failed) this.#sync = this.#syncAfter();
    }
  }

  /** Logs that share a thread sync one after the other, and let other work run in between. */
  #syncAfter(): NodeJS.Timeout {
    return setTimeout(() => {
      if (!this.#parts.isShared) this.#syncLate();
      else {
        inTurn(
          () => this.#sync !== undefined && this.#syncLate(),
          (error) => this.fail(error),
        );
      }
    }, SYNC_WITHIN_MS);
  }
}

const openWriter = async (options: WriterOptions, signal?: AbortSignal): Promise<Writer> =>
  new Writer(await openAsWriter(options, signal));
const given = workerData as WriterOptions | SharedThreadData;
if ('path' in given) {
  const failureOf = (error: unknown): RefoldError => readFailure(error, 'write to', given.path);
  await serve<Jobs, OpenedLog>(parentPort, failureOf, () => openWriter(given));
} else await hostLogs(parentPort, openWriter);
