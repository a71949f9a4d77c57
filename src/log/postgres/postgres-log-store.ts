/** An open log in PostgreSQL. */
import { followLog } from '../following.ts';
import { openedReadOnly, storeClosed } from '../log-errors.ts';
import type {
  AppendRequest,
  Block,
  BlockHeader,
  Checkpoint,
  LogHead,
  LogStore,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../log-store.ts';
import type { OutcomeBounds } from '../outcomes.ts';
import type { KnownLog } from './known-log.ts';
import type { PostgresReader } from './reading.ts';
import type { PostgresWriter } from './writing.ts';

const POSTGRES_BLOCK_BYTES = 4 * 1024 * 1024;

export interface LogParts {
  readonly path: string;
  readonly known: KnownLog;
  readonly reader: PostgresReader;
  /** Undefined for a reader. */
  readonly writer: PostgresWriter | undefined;
  readonly remembers: OutcomeBounds;
  /** Gives back what was taken at opening. */
  readonly leave: () => Promise<void>;
}

export class PostgresLogStore implements LogStore {
  readonly path: string;
  readonly readOnly: boolean;
  readonly blockBytes: number = POSTGRES_BLOCK_BYTES;
  readonly remembers: OutcomeBounds;
  readonly #known: KnownLog;
  readonly #reader: PostgresReader;
  readonly #writer: PostgresWriter | undefined;
  readonly #leave: () => Promise<void>;
  #head: LogHead;
  #closing: Promise<void> | undefined;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor({ path, known, reader, writer, remembers, leave }: LogParts) {
    this.path = path;
    this.#known = known;
    this.#reader = reader;
    this.#writer = writer;
    this.readOnly = writer === undefined;
    this.remembers = remembers;
    this.#leave = leave;
    this.#head = known.state.head;
  }

  get epoch(): number {
    return this.#writer?.epoch ?? this.#known.state.epoch;
  }

  head(): LogHead {
    if (this.readOnly && this.#closing === undefined) this.#head = this.#known.state.head;
    return this.#head;
  }

  firstSequence(): number {
    return this.#known.state.trimmedThrough + 1;
  }

  async append(request: AppendRequest): Promise<void> {
    const head = await this.#write((writer) => writer.append(request));
    if (head.sequence < this.#head.sequence) return;
    this.#head = head;
    this.#known.see({ head });
  }

  async *read({ from, to }: { readonly from: number; readonly to?: number }): AsyncGenerator<Block, void> {
    this.#requireOpen();
    for await (const block of this.#reader.read(Math.max(1, from), Math.min(to ?? Infinity, this.head().sequence))) {
      this.#requireOpen();
      yield block;
    }
  }

  follow(from: number, signal: AbortSignal): AsyncIterable<Block> {
    const grown = async (until: AbortSignal): Promise<void> => {
      this.#requireOpen();
      await this.#known.bell.wait(until);
    };
    return followLog({ head: () => this.head(), read: (range) => this.read(range), grown }, from, signal);
  }

  headers(from = 1): AsyncIterable<BlockHeader> {
    this.#requireOpen();
    return this.#reader.headers(from);
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    return this.#reading().blockAt(time);
  }

  async outcome(commandId: string): Promise<StoredOutcome | undefined> {
    return this.#reading().outcome(commandId);
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    await this.#write((writer) => writer.putSnapshot(info, chunks));
  }

  async snapshots(owner: string): Promise<readonly SnapshotInfo[]> {
    const rows = await this.#reading().snapshots(owner);
    return rows.map(({ id: _id, chunks: _chunks, checksum: _checksum, ...info }) => info);
  }

  readSnapshot(info: SnapshotInfo): AsyncIterable<Uint8Array> {
    return this.#reading().readSnapshot(info);
  }

  async dropSnapshots(owner: string, sequences: readonly number[]): Promise<void> {
    await this.#write((writer) => writer.dropSnapshots(owner, sequences));
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return this.#reading().checkpoints();
  }

  async putCheckpoint({ projection, sequence }: Checkpoint): Promise<void> {
    await this.#write((writer) => writer.putCheckpoint(projection, sequence));
  }

  async dropCheckpoint(projection: string): Promise<void> {
    await this.#write((writer) => writer.dropCheckpoint(projection));
  }

  async reactors(): Promise<readonly ReactorRow[]> {
    return (await this.#reading().reactors()).map(({ ordinal: _ordinal, ...row }) => row);
  }

  async putReactor(row: ReactorRow): Promise<void> {
    await this.#write((writer) => writer.putReactor(row));
  }

  async dropReactor(reactor: string): Promise<void> {
    await this.#write((writer) => writer.dropReactor(reactor));
  }

  async getMeta(key: string): Promise<string | undefined> {
    return this.#reading().meta(key);
  }

  async putMeta(key: string, value: string): Promise<void> {
    await this.#write((writer) => writer.putMeta(key, value));
  }

  async dropThrough(sequence: number): Promise<void> {
    for (;;) {
      const through = await this.#write((writer) => writer.dropBlocks(sequence));
      if (through === undefined) return;
      this.#known.see({ trimmedThrough: through });
    }
  }

  async flush(): Promise<void> {
    this.#requireOpen();
    await Promise.allSettled([...this.#underWay]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#known.bell.ring();
    await Promise.allSettled([...this.#underWay]);
    await this.#leave();
  }

  async #write<T>(work: (writer: PostgresWriter) => Promise<T>): Promise<T> {
    this.#requireOpen();
    if (this.#writer === undefined) throw openedReadOnly(this.path);
    const done = work(this.#writer);
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  #reading(): PostgresReader {
    this.#requireOpen();
    return this.#reader;
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw storeClosed(this.path);
  }
}
