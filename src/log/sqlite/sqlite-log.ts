/**
 * A log in one SQLite file. This is the door to this folder.
 *
 * Writes go to a thread that holds the writer's lock (`writer.ts`); reads are served from a read-only connection here
 * (`reader.ts`). Long work is cut into small jobs, so appends get their turn in between.
 */
import { randomInt } from 'node:crypto';
import type { RefoldError } from '../../core/errors.ts';
import { requireThreads } from '../../threads/threads.ts';
import { Bell, followLog } from '../following.ts';
import { openedReadOnly, requireDurability, storeClosed } from '../log-errors.ts';
import type {
  AppendRequest,
  Block,
  BlockHeader,
  BlockQuery,
  Checkpoint,
  Durability,
  LogHead,
  LogStore,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../log-store.ts';
import { DEFAULT_BOUNDS, type OutcomeBounds } from '../outcomes.ts';
import type { LogState } from './file/block-rows.ts';
import { type Driver, isFull, loadDriver, needsRollback } from './file/driver.ts';
import {
  canonicalPath,
  fileIdentity,
  fileKind,
  invalidPath,
  isUsablePath,
  requireNoRepair,
  requireOwnFiles,
  unusablePath,
} from './file/files.ts';
import { type Explain, explainLeftovers } from './file/leftovers.ts';
import { readWitness, requireWitnessed } from './file/witness.ts';
import { KnownIds } from './reading/known-ids.ts';
import { NewLog } from './reading/new-log.ts';
import { LogReader } from './reading/reader.ts';
import { Watch } from './reading/watch.ts';
import type { LogThreads } from './sharing/log-threads.ts';
import { SqliteCare } from './sqlite-care.ts';
import { sendAppend } from './writing/append-sending.ts';
import { sendSnapshot } from './writing/snapshot-sending.ts';
import { WriterClient } from './writing/writer-client.ts';

export interface SqliteLogOptions {
  /**
   * The log's file. A missing file is created with mode 0600, so only its owner can read it. Its directory must exist.
   */
  readonly path: string;
  /**
   * What a resolved append survives. `always` (default): a power cut, at the cost of one fsync per append. `everysec`:
   * the end of the process, and after at most a second a power cut. `os`: the end of the process; the operating system
   * decides when it survives more.
   */
  readonly durability?: Durability;
  /** Opens an existing log beside its writer, and changes nothing. Default false: become the writer. */
  readonly readOnly?: boolean;
  /**
   * Once 16 MiB were written, a thread moves a WAL of at least this many bytes into the file while the writer works.
   * Default: 1 to 4 MiB, depending on the room on the disk. 0, for tests: after every write, from the first.
   */
  readonly checkpointFromBytes?: number;
  /** How long the outcomes of commands are remembered; default: 100,000 outcomes, for seven days. */
  readonly remember?: OutcomeBounds | undefined;
  /** Threads that this log shares with others. Default: a thread for this log. */
  readonly threads?: LogThreads | undefined;
  /** How long to wait for another writer that has the log open, in ms; default 200. */
  readonly waitForLock?: number | undefined;
  /** Ends that waiting: the open rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A block of this size is fast to write and to read. */
const SQLITE_BLOCK_BYTES = 4 * 1024 * 1024;
/** In a shared thread, where the logs of other stores wait while a block is written. */
const SHARED_BLOCK_BYTES = 1024 * 1024;

/**
 * Opens a log, or creates it.
 *
 * @throws RefoldError `LOG_LOCKED` (another writer has it), `INVALID_OPTION` (no usable path, or another program's
 * file), `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `NODE_TOO_OLD`
 */
export async function openSqliteLog(options: SqliteLogOptions): Promise<LogStore> {
  const { durability = 'always' } = options;
  requireDurability(durability);
  if (!isUsablePath(options.path)) throw unusablePath(options.path);
  const path = canonicalPath(options.path);
  requireThreads(path);
  requireOwnFiles(path);
  requireNoRepair(path);
  const explain = explainLeftovers(path);
  try {
    return await openFile(path, durability, options, explain);
  } catch (error) {
    throw explain(error);
  }
}

async function openFile(
  path: string,
  durability: Durability,
  options: SqliteLogOptions,
  explain: Explain,
): Promise<LogStore> {
  const { checkpointFromBytes, remember = DEFAULT_BOUNDS, waitForLock } = options;
  const driver = await loadDriver();
  const kind = fileKind(path);
  if (options.readOnly === true) {
    if (kind === 'missing') throw invalidPath(path, 'there is no such file');
    return openBesideWriter(driver, path, explain, remember);
  }
  // The writer makes files beside the log, so look first: a foreign file must not even get a lock file.
  if (kind === 'filled') identifyIfPossible(driver, path);
  const { threads, signal } = options;
  const isNew = kind === 'missing';
  const writing = { path, durability, isNew, checkpointFromBytes, remember, waitForLock };
  const writer = await WriterClient.open(writing, signal, threads);
  try {
    return SqliteLog.open(readerBeside(writer, driver, path, threads), writer, writer.opened, explain, remember);
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** A new log that shares its thread is read only when there is something to read. */
function readerBeside(writer: WriterClient, driver: Driver, path: string, threads: LogThreads | undefined): LogReader {
  if (threads === undefined) return LogReader.open(driver, path);
  return writer.opened.isCreated
    ? LogReader.resting(driver, path, threads.readers)
    : LogReader.open(driver, path, threads.readers);
}

/** Reads the witness before the log: a writer may be moving both, the log first. */
function openBesideWriter(driver: Driver, path: string, explain: Explain, remember: OutcomeBounds): LogStore {
  const testimonies = readWitness(path);
  const identity = fileIdentity(path);
  const reader = LogReader.open(driver, path);
  try {
    const state = reader.state();
    requireWitnessed(path, state, testimonies, (sequence) => reader.chainAt(sequence));
    return SqliteLog.open(reader, new Watch(reader, state, identity), state, explain, remember);
  } catch (error) {
    reader.close();
    throw error;
  }
}

/**
 * Even that can fail: on a full disk without the ballast's space, or after a power cut while the log was created. The
 * writer looks again once it has the lock.
 */
function identifyIfPossible(driver: Driver, path: string): void {
  try {
    LogReader.identify(driver, path);
  } catch (error) {
    if (!isFull(error) && !needsRollback(error)) throw error;
  }
}

class SqliteLog implements LogStore {
  readonly path: string;
  readonly readOnly: boolean;
  readonly blockBytes: number;
  readonly remembers: OutcomeBounds;
  readonly care: SqliteCare;
  readonly #reader: LogReader;
  readonly #explain: Explain;
  readonly #writer: WriterClient | undefined;
  /** Only a reader has one: it looks up what another process writes. */
  readonly #watch: Watch | undefined;
  readonly #ids: KnownIds;
  /** Present if the log was created here. */
  readonly #new: NewLog | undefined;
  readonly #bell: Bell;
  #head: LogHead;
  #firstSequence: number;
  #generation: number;
  #epoch: number;
  #closing: Promise<void> | undefined;

  static open(
    reader: LogReader,
    by: WriterClient | Watch,
    state: LogState,
    explain: Explain,
    remember: OutcomeBounds,
  ): SqliteLog {
    const log = new SqliteLog(reader, by, state, explain, remember);
    // A reader cannot know what another process writes meanwhile.
    if (log.readOnly) log.#ids.giveUp();
    else if (log.#new !== undefined) log.#ids.fill(() => ({ ids: [], last: undefined }));
    else log.#ids.fill((after, atMost) => reader.commandIds(after, atMost));
    return log;
  }

  private constructor(
    reader: LogReader,
    by: WriterClient | Watch,
    state: LogState,
    explain: Explain,
    remember: OutcomeBounds,
  ) {
    this.#explain = explain;
    this.remembers = remember;
    this.path = reader.path;
    this.#watch = by instanceof Watch ? by : undefined;
    this.#writer = by instanceof Watch ? undefined : by;
    this.#new = this.#writer?.opened.isCreated ? new NewLog() : undefined;
    this.#bell = this.#watch?.bell ?? new Bell();
    this.readOnly = this.#writer === undefined;
    this.blockBytes = this.#writer?.isShared ? SHARED_BLOCK_BYTES : SQLITE_BLOCK_BYTES;
    this.#epoch = state.epoch;
    this.#reader = reader;
    this.care = new SqliteCare(reader, this.#writer, () => {
      this.#generation += 1;
      this.#bell.ring();
    });
    this.#ids = new KnownIds(randomInt(2 ** 32), remember.outcomes);
    this.#head = state.head;
    this.#firstSequence = state.trimmed.through + 1;
    this.#generation = state.generation;
  }

  get epoch(): number {
    this.#look();
    return this.#epoch;
  }

  head(): LogHead {
    this.#look();
    return this.#head;
  }

  firstSequence(): number {
    this.#look();
    return this.#firstSequence;
  }

  generation(): number {
    this.#look();
    return this.#generation;
  }

  async append(request: AppendRequest): Promise<void> {
    const writer = this.#writing();
    const handed = this.#ids.hand(request.outcomes);
    try {
      this.#head = await sendAppend(writer, request, !handed.areNew);
    } catch (error) {
      this.#ids.giveUp(); // it is unknown which of them are in the log; a log is rarely used after this
      throw error;
    }
    this.#ids.keep(handed);
    if (request.commits.length > 0) this.#bell.ring();
  }

  async *read({ from, to }: { readonly from: number; readonly to?: number }): AsyncGenerator<Block, void> {
    try {
      yield* this.#reader.read(Math.max(1, from), Math.min(to ?? Number.POSITIVE_INFINITY, this.head().sequence));
    } catch (error) {
      throw this.#explain(error);
    }
  }

  follow(from: number, signal: AbortSignal): AsyncIterable<Block> {
    const grown = (until: AbortSignal) => this.#grown(until);
    return followLog({ head: () => this.head(), read: (range) => this.read(range), grown }, from, signal);
  }

  /** The writer's bell rings for its own appends: the lock keeps other writers away. A reader's bell looks for news. */
  async #grown(signal: AbortSignal): Promise<void> {
    this.#requireOpen();
    await this.#bell.wait(signal);
  }

  /** A reader looks the log up for each question, because another process writes it. */
  #look(): void {
    if (this.#watch === undefined || this.#closing !== undefined) return;
    const { head, trimmed, epoch, generation } = this.#watch.look();
    this.#generation = generation;
    this.#head = head;
    this.#firstSequence = trimmed.through + 1;
    this.#epoch = epoch;
  }

  headers(from = 1): AsyncIterable<BlockHeader> {
    return this.#reader.headers(from);
  }

  find(query: BlockQuery): AsyncIterable<BlockHeader> {
    return this.#reader.find(query);
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    return this.#reader.blockAt(time);
  }

  outcome(commandId: string): StoredOutcome | undefined {
    return this.#ids.mayHold(commandId) ? this.#reader.outcome(commandId) : undefined;
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    this.#new?.wrote('snapshots');
    await sendSnapshot(this.#writing(), info, chunks);
  }

  async snapshots(owner: string): Promise<readonly SnapshotInfo[]> {
    this.#requireOpen();
    return this.#new?.hasNone('snapshots') ? [] : this.#reader.snapshots(owner);
  }

  readSnapshot(info: SnapshotInfo): AsyncIterable<Uint8Array> {
    return this.#reader.readSnapshot(info);
  }

  async dropSnapshots(owner: string, sequences: readonly number[]): Promise<void> {
    const writer = this.#writing();
    await writer.do('dropSnapshots', { owner, sequences });
    while (await writer.do('sweepChunks', undefined));
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    this.#requireOpen();
    return this.#new?.hasNone('checkpoints') ? [] : this.#reader.checkpoints();
  }

  async putCheckpoint(checkpoint: Checkpoint): Promise<void> {
    this.#new?.wrote('checkpoints');
    await this.#writing().do('putCheckpoint', checkpoint);
  }

  async dropCheckpoint(projection: string): Promise<void> {
    await this.#writing().do('dropCheckpoint', projection);
  }

  async reactors(): Promise<readonly ReactorRow[]> {
    this.#requireOpen();
    return this.#new?.hasNone('reactors') ? [] : this.#reader.reactors();
  }

  async putReactor(row: ReactorRow): Promise<void> {
    this.#new?.wrote('reactors');
    await this.#writing().do('putReactor', row);
  }

  async dropReactor(reactor: string): Promise<void> {
    await this.#writing().do('dropReactor', reactor);
  }

  async getMeta(key: string): Promise<string | undefined> {
    this.#requireOpen();
    return this.#new === undefined ? this.#reader.meta(key) : this.#new.meta(key);
  }

  async putMeta(key: string, value: string): Promise<void> {
    await this.#writing().do('putMeta', { key, value });
    this.#new?.putMeta(key, value);
  }

  async dropThrough(sequence: number): Promise<void> {
    const writer = this.#writing();
    for (;;) {
      const trimmed = await writer.do('dropBlocks', { through: sequence });
      if (trimmed === undefined) return;
      this.#firstSequence = trimmed.through + 1;
    }
  }

  onLost(listener: (cause: RefoldError) => void): void {
    this.#writer?.onLost(listener);
  }

  async flush(): Promise<void> {
    this.#requireOpen();
    await this.#writer?.do('flush', undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#ids.giveUp();
    const caring = this.care.close();
    // Readers close first: the last connection to close empties the WAL and removes it.
    this.#reader.close();
    this.#bell.ring();
    await caring;
    await this.#writer?.close();
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw storeClosed(this.path);
  }

  #writing(): WriterClient {
    this.#requireOpen();
    if (this.#writer === undefined) throw openedReadOnly(this.path);
    return this.#writer;
  }
}
