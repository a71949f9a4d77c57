/**
 * An open log in a SQLite file.
 *
 * Writes go to the writer's thread; reads are served from a read-only connection here (`reader.ts`). Long work is cut into
 * small jobs, so appends get their turn in between.
 */
import { randomInt } from 'node:crypto';
import type { RefoldError } from '../../core/errors.ts';
import { Bell, followLog } from '../following.ts';
import { openedReadOnly, storeClosed } from '../log-errors.ts';
import type {
  AppendRequest,
  Block,
  BlockHeader,
  BlockQuery,
  Checkpoint,
  LogHead,
  LogStore,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../log-store.ts';
import type { OutcomeBounds } from '../outcomes.ts';
import { KnownIds } from '../paging/known-ids.ts';
import type { LogState } from './file/block-rows.ts';
import type { Explain } from './file/leftovers.ts';
import { NewLog } from './reading/new-log.ts';
import type { LogReader } from './reading/reader.ts';
import { Watch } from './reading/watch.ts';
import { SqliteCare } from './sqlite-care.ts';
import { sendAppend } from './writing/append-sending.ts';
import { sendSnapshot } from './writing/snapshot-sending.ts';
import type { WriterClient } from './writing/writer-client.ts';

/** A block of this size is fast to write and to read. */
const SQLITE_BLOCK_BYTES = 4 * 1024 * 1024;
/** In a shared thread, where the logs of other stores wait while a block is written. */
const SHARED_BLOCK_BYTES = 1024 * 1024;

export class SqliteLogStore implements LogStore {
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
  ): SqliteLogStore {
    const log = new SqliteLogStore(reader, by, state, explain, remember);
    // A reader cannot know what another process writes meanwhile.
    if (log.readOnly) log.#ids.giveUp();
    else if (log.#new !== undefined) log.#ids.fill(() => ({ ids: [], last: undefined }));
    else log.#ids.fill((after: Uint8Array | undefined, atMost) => reader.commandIds(after ?? new Uint8Array(), atMost));
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
