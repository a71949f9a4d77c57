/**
 * A log in one SQLite file: the door to this folder.
 *
 * Writes go to a thread that holds the writer's lock (`writer.ts`); reads are served from a read-only connection here
 * (`reader.ts`). Whatever takes long is cut into small jobs, so that appends come through in between.
 */
import assert from 'node:assert';
import { randomInt } from 'node:crypto';
import { RefoldError, type SerializedError } from '../../core/errors.ts';
import { requireThreads } from '../../threads/threads.ts';
import { every } from '../../threads/timers.ts';
import { openBlockPieces } from '../blocks/block.ts';
import { Bell, followLog } from '../following.ts';
import { openedReadOnly, storeClosed } from '../log-errors.ts';
import type {
  AppendRequest,
  Block,
  BlockHeader,
  Checkpoint,
  Durability,
  LogHead,
  LogSize,
  LogStore,
  QueuedCommit,
  SealOptions,
  SealReport,
  SnapshotInfo,
  StoredOutcome,
} from '../log-store.ts';
import type { LogState } from './file/block-rows.ts';
import { type Driver, isFull, loadDriver, needsRollback } from './file/driver.ts';
import {
  canonicalPath,
  fileKind,
  invalidPath,
  isUsablePath,
  requireNoRepair,
  requireOwnFiles,
  sizeOf,
  unusablePath,
} from './file/files.ts';
import { type Explain, explainLeftovers } from './file/leftovers.ts';
import { readWitness, requireWitnessed } from './file/witness.ts';
import { backUp } from './mending/backup.ts';
import { checkInThread } from './mending/check.ts';
import { KnownIds } from './reading/known-ids.ts';
import { LogReader } from './reading/reader.ts';
import { sealInThread } from './sealing/sealer.ts';
import { sendSnapshot } from './writing/snapshot-sending.ts';
import { WriterClient } from './writing/writer-client.ts';
import type { NewBlock } from './writing/writer-protocol.ts';

export interface SqliteLogOptions {
  /** The log's file. A missing one is created, for its owner alone (0600); its directory must exist. */
  readonly path: string;
  /**
   * What a resolved append has survived. `always` (default): a power cut; one fsync per append. `everysec`: the end of
   * the process, and after at most a second a power cut. `os`: the end of the process; the system decides the rest.
   */
  readonly durability?: Durability;
  /** Opens an existing log beside its writer, and changes nothing. Default false: become the writer. */
  readonly readOnly?: boolean;
  /**
   * A WAL of at least so many bytes is moved into the file by a thread, while the writer goes on, once 16 MiB were written;
   * default: from 1 to 4 MiB, as the disk has room. 0, for tests: after every write, from the first on.
   */
  readonly checkpointFromBytes?: number;
}

/** How often a reader looks for what another process appended. */
const POLL_MS = 50;

/**
 * Opens a log, creating it where there is none.
 *
 * @throws RefoldError `LOG_LOCKED` (another writer has it), `INVALID_OPTION` (no usable path, or another program's
 * file), `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `NODE_TOO_OLD`
 */
export async function openSqliteLog(options: SqliteLogOptions): Promise<LogStore> {
  const durability = checkDurability(options.durability ?? 'always');
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
  const { checkpointFromBytes } = options;
  const driver = await loadDriver();
  const kind = fileKind(path);
  if (options.readOnly === true) {
    if (kind === 'missing') throw invalidPath(path, 'there is no such file');
    return openBesideWriter(driver, path, explain);
  }
  // Look before anything is made beside the file, which the writer does: a foreign one must not even get a lock file.
  if (kind === 'filled') identifyIfPossible(driver, path);
  const writer = await WriterClient.open({ path, durability, isNew: kind === 'missing', checkpointFromBytes });
  try {
    return SqliteLog.open(LogReader.open(driver, path), writer, writer.opened, explain);
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** The witness is read before the log: a writer may be moving both, the log first. */
function openBesideWriter(driver: Driver, path: string, explain: Explain): LogStore {
  const testimonies = readWitness(path);
  const reader = LogReader.open(driver, path);
  try {
    const state = reader.state();
    requireWitnessed(path, state, testimonies, (sequence) => reader.chainAt(sequence));
    return SqliteLog.open(reader, undefined, state, explain);
  } catch (error) {
    reader.close();
    throw error;
  }
}

/**
 * On a full disk not even that is possible without the ballast, nor before a power cut in the making of the log has been
 * mended: the writer looks again once it has the lock.
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
  readonly #reader: LogReader;
  readonly #explain: Explain;
  readonly #writer: WriterClient | undefined;
  readonly #ids: KnownIds;
  readonly #bell = new Bell();
  #head: LogHead;
  #firstSequence: number;
  #epoch: number;
  #seenVersion = 0;
  readonly #sealing = new Set<Promise<SealReport>>();
  readonly #stopSealing = new AbortController();
  #closing: Promise<void> | undefined;

  static open(reader: LogReader, writer: WriterClient | undefined, state: LogState, explain: Explain): SqliteLog {
    const log = new SqliteLog(reader, writer, state, explain);
    // What others write meanwhile, a reader cannot know.
    if (writer === undefined) log.#ids.giveUp();
    else log.#ids.fill((after, atMost) => reader.commandIds(after, atMost));
    return log;
  }

  private constructor(reader: LogReader, writer: WriterClient | undefined, state: LogState, explain: Explain) {
    this.#explain = explain;
    this.path = reader.path;
    this.readOnly = writer === undefined;
    this.#epoch = state.epoch;
    this.#reader = reader;
    this.#writer = writer;
    this.#ids = new KnownIds(randomInt(2 ** 32));
    this.#head = state.head;
    this.#firstSequence = state.trimmed.through + 1;
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

  async append(request: AppendRequest): Promise<void> {
    const writer = this.#writing();
    const handed = this.#ids.hand(request.outcomes);
    try {
      this.#head = await appendTo(writer, request, !handed.areNew);
    } catch (error) {
      this.#ids.giveUp(); // which of them are in the log, nobody can say; hardly ever does a log go on after this
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

  /** The writer is rung for its own appends, and the lock keeps others away; a reader looks now and then. */
  async #grown(signal: AbortSignal): Promise<void> {
    if (this.#closing !== undefined) throw storeClosed(this.path);
    const mayRing = (): boolean => this.#closing === undefined && this.#hasChanged();
    const endPoll = this.#writer === undefined ? every(POLL_MS, () => mayRing() && this.#bell.ring()) : undefined;
    try {
      await this.#bell.wait(signal);
    } finally {
      endPoll?.();
    }
  }

  /** Also when it cannot be told: whoever is woken reads, and meets what stands in the way. */
  #hasChanged(): boolean {
    try {
      return this.#reader.dataVersion() !== this.#seenVersion;
    } catch {
      return true;
    }
  }

  /** What a reader knows of the log is looked up for each question: others write. */
  #look(): void {
    if (this.#writer !== undefined || this.#closing !== undefined || !this.#hasChanged()) return;
    const version = this.#reader.dataVersion(); // before the state: what is written in between is found at the next look
    const { head, trimmed, epoch } = this.#reader.state();
    this.#seenVersion = version;
    this.#head = head;
    this.#firstSequence = trimmed.through + 1;
    this.#epoch = epoch;
  }

  headers(from = 1): AsyncIterable<BlockHeader> {
    return this.#reader.headers(from);
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    return this.#reader.blockAt(time);
  }

  outcome(commandId: string): StoredOutcome | undefined {
    return this.#ids.mayHold(commandId) ? this.#reader.outcome(commandId) : undefined;
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    await sendSnapshot(this.#writing(), info, chunks);
  }

  async snapshots(owner: string): Promise<readonly SnapshotInfo[]> {
    return this.#reader.snapshots(owner);
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
    return this.#reader.checkpoints();
  }

  async putCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#writing().do('putCheckpoint', checkpoint);
  }

  async dropCheckpoint(projection: string): Promise<void> {
    await this.#writing().do('dropCheckpoint', projection);
  }

  async getMeta(key: string): Promise<string | undefined> {
    return this.#reader.meta(key);
  }

  async putMeta(key: string, value: string): Promise<void> {
    await this.#writing().do('putMeta', { key, value });
  }

  async seal(options: SealOptions): Promise<SealReport> {
    if (this.#closing !== undefined) throw storeClosed(this.path);
    const writer = options.dryRun === true ? this.#writer : this.#writing();
    const sealing = sealInThread(this.path, writer, options, this.#stopSealing.signal);
    this.#sealing.add(sealing);
    return sealing.finally(() => this.#sealing.delete(sealing));
  }

  async dropThrough(sequence: number): Promise<void> {
    const writer = this.#writing();
    for (;;) {
      const trimmed = await writer.do('dropBlocks', { through: sequence });
      if (trimmed === undefined) return;
      this.#firstSequence = trimmed.through + 1;
    }
  }

  async reclaim(): Promise<void> {
    const writer = this.#writing();
    while (await writer.do('reclaimPages', undefined));
  }

  async flush(): Promise<void> {
    if (this.#closing !== undefined) throw storeClosed(this.path);
    await this.#writer?.do('flush', undefined);
  }

  size(): LogSize {
    const freeBytes = this.#reader.freeBytes();
    return { fileBytes: sizeOf(this.path), walBytes: sizeOf(`${this.path}-wal`), freeBytes };
  }

  async checkStructure(): Promise<readonly SerializedError[]> {
    if (this.#closing !== undefined) throw storeClosed(this.path);
    return checkInThread(this.path);
  }

  async backup(path: string, onProgress?: (fraction: number) => void): Promise<void> {
    if (this.#closing !== undefined) throw storeClosed(this.path);
    await backUp(this.path, path, onProgress);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#ids.giveUp();
    // Readers go first: the last connection to close empties the WAL and removes it.
    this.#reader.close();
    this.#bell.ring();
    this.#stopSealing.abort();
    await Promise.allSettled(this.#sealing);
    await this.#writer?.close();
  }

  #writing(): WriterClient {
    if (this.#closing !== undefined) throw storeClosed(this.path);
    if (this.#writer === undefined) throw openedReadOnly(this.path);
    return this.#writer;
  }
}

function appendTo(
  writer: WriterClient,
  { expectedSequence, epoch, commits, outcomes: stored }: AppendRequest,
  mayReplace: boolean,
): Promise<LogHead> {
  const block = commits.length === 0 ? undefined : newBlock(commits);
  const transfer = block === undefined ? [] : [block.payload.buffer];
  const outcomes = { fields: fieldsOf(stored), mayReplace };
  return writer.do('append', { expectedSequence, epoch, block, outcomes }, transfer);
}

function fieldsOf(outcomes: readonly StoredOutcome[]): (string | number)[] {
  const fields: (string | number)[] = [];
  for (const { commandId, recordedAt, outcome } of outcomes) fields.push(commandId, recordedAt, outcome);
  return fields;
}

/** Encoded here, so that one run of bytes is handed to the writer, not copied, instead of many objects. */
function newBlock(commits: readonly QueuedCommit[]): NewBlock {
  const events = commits.reduce((sum, commit) => sum + commit.events, 0);
  assert(events > 0, 'a block without events');
  return {
    events,
    recordedAt: commits[0]!.recordedAt,
    lastRecordedAt: commits.at(-1)!.recordedAt,
    payload: bytesOf(openBlockPieces(commits)),
  };
}

/** The UTF-8 of a text, in memory of its own that can be given away. Nearly all JSON is ASCII, which is copied faster. */
function bytesOf(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  const sizes = pieces.map((piece) => Buffer.byteLength(piece));
  const bytes = Buffer.allocUnsafeSlow(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    at += bytes.write(piece, at, sizes[index] === piece.length ? 'latin1' : 'utf8');
  }
  return bytes;
}

function checkDurability(durability: Durability): Durability {
  if (durability === 'always' || durability === 'everysec' || durability === 'os') return durability;
  throw new RefoldError('INVALID_OPTION', `Cannot open a log with durability ${String(durability)}`, {
    type: 'durability',
    hint: "Give 'always', 'everysec' or 'os'",
  });
}
