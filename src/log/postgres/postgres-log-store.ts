/** An open log in PostgreSQL. */
import { randomInt } from 'node:crypto';
import type { RefoldError } from '../../core/errors.ts';
import { pauseQuietly } from '../../threads/timers.ts';
import { UnderWay } from '../../threads/under-way.ts';
import { followLog } from '../following.ts';
import { noTurns, notKeeper, storeClosed } from '../log-errors.ts';
import type {
  AppendRequest,
  Block,
  BlockHeader,
  BlockQuery,
  Checkpoint,
  LogHead,
  LogOpening,
  LogStore,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../log-store.ts';
import type { TurnAppend, TurnEnding, TurnFound, TurnRequest } from '../log-turn.ts';
import type { OutcomeBounds } from '../outcomes.ts';
import { type CommandIds, KnownIds } from '../paging/known-ids.ts';
import type { LogWitness } from '../witness/log-witness.ts';
import { type CareParts, PostgresCare, requireWriter } from './postgres-care.ts';
import type { PostgresReader } from './reading.ts';
import type { Membership } from './turns/membership.ts';
import type { Turner } from './turns/turning.ts';
import type { PostgresWriter } from './writing.ts';

const POSTGRES_BLOCK_BYTES = 4 * 1024 * 1024;
/** Ids are read in the background, so many with each question, with a rest in ms after it: calls look up theirs meanwhile. */
const IDS_A_PAGE = 4_000;
const IDS_REST_MS = 50;

export interface LogParts extends CareParts {
  /** Calls back once when the log takes no more writes of this opening. */
  readonly onLost: (listener: (cause: RefoldError) => void) => void;
  /** Set when it is one of several writers. */
  readonly membership: Membership<PostgresWriter> | undefined;
  readonly turner: Turner | undefined;
  readonly opening: LogOpening;
  /** Remembers the last acknowledged head beside this process. */
  readonly witness: LogWitness | undefined;
  readonly remembers: OutcomeBounds;
  /** Tells other processes that the log has grown. */
  readonly ring: () => void;
  /** Ends what waits for the server. */
  readonly closing: AbortController;
  /** Gives back what was taken at opening. */
  readonly leave: () => Promise<void>;
}

export class PostgresLogStore implements LogStore {
  readonly path: string;
  readonly readOnly: boolean;
  readonly blockBytes: number = POSTGRES_BLOCK_BYTES;
  readonly remembers: OutcomeBounds;
  readonly opening: LogOpening;
  readonly care: PostgresCare;
  readonly keeping: Membership<PostgresWriter> | undefined;
  readonly #parts: LogParts;
  readonly #ids: KnownIds;
  #head: LogHead;
  #closing: Promise<void> | undefined;
  readonly #underWay = new UnderWay();

  constructor(parts: LogParts) {
    const { path, writer, remembers, opening, known, ring, membership } = parts;
    this.#parts = parts;
    this.path = path;
    this.keeping = membership;
    this.readOnly = writer === undefined && membership === undefined;
    this.remembers = remembers;
    this.opening = opening;
    this.#head = known.state.head;
    this.care = new PostgresCare(parts, ring);
    this.#ids = new KnownIds(randomInt(2 ** 32), remembers.outcomes);
    if (writer === undefined || membership !== undefined)
      this.#ids.giveUp(); // others append, too
    else this.#ids.fill((ordinal: number | undefined) => restedPage(writer, ordinal), IDS_A_PAGE);
  }

  get epoch(): number {
    return this.#parts.writer?.epoch ?? this.#parts.known.last.epoch;
  }

  head(): LogHead {
    const isShared = this.readOnly || this.keeping !== undefined;
    if (isShared && this.#closing === undefined) this.#head = this.#parts.known.state.head;
    return this.#head;
  }

  firstSequence(): number {
    return this.#parts.known.last.trimmedThrough + 1;
  }

  generation(): number {
    return this.#parts.known.last.redactions;
  }

  async turn(request: TurnRequest): Promise<TurnEnding> {
    this.#requireOpen();
    const { turner, known, ring } = this.#parts;
    if (turner === undefined) throw noTurns(this.path);
    let given: TurnAppend = { commits: [], outcomes: [] };
    const decide = (found: TurnFound): TurnAppend => {
      for (const { lastSequence, chain } of found.tail) known.note(lastSequence, chain);
      known.see({ head: found.head, redactions: found.generation });
      given = request.decide(found);
      return given;
    };
    const taken = await this.#underWay.run(() => turner.take({ ...request, decide }));
    const { ending, state, lastOrdinal } = taken;
    if (state !== undefined) known.see(state);
    if (ending !== 'done' || given.commits.length + given.outcomes.length === 0) return ending;
    if (given.commits.length > 0) ring();
    this.#parts.witness?.note(known.last.head);
    this.care.grew(given.commits.reduce((sum, { json }) => sum + json.length, 0));
    if (given.outcomes.length > 0) this.#parts.writer?.forgetAfter(given.outcomes, lastOrdinal!).catch(() => {}); // another time
    return ending;
  }

  async append(request: AppendRequest): Promise<void> {
    if (this.keeping !== undefined) throw notKeeper(this.path);
    this.#requireWriter();
    const handed = this.#ids.hand(request.outcomes);
    let head: LogHead;
    try {
      head = await this.#write((writer) => writer.append(request, handed.areNew));
    } catch (error) {
      this.#ids.giveUp(); // it is unknown which of them are in the log; a log is rarely used after this
      throw error;
    }
    this.#ids.keep(handed);
    if (head.sequence <= this.#head.sequence) return;
    this.#head = head;
    this.#parts.witness?.note(head);
    this.care.grew(request.commits.reduce((sum, { json }) => sum + json.length, 0));
    this.#parts.known.see({ head });
    this.#parts.ring();
  }

  read({ from, to }: { readonly from: number; readonly to?: number }): AsyncIterable<Block> {
    return this.#blocks(this.#parts.reader, { from, to });
  }

  async *#blocks(
    reader: PostgresReader,
    { from, to }: { readonly from: number; readonly to?: number | undefined },
  ): AsyncGenerator<Block, void> {
    this.#requireOpen();
    // Another process may have told that the log goes so far before this one has polled it.
    if (to !== undefined && to > this.head().sequence) this.#parts.known.see(await reader.state());
    for await (const block of reader.read(Math.max(1, from), Math.min(to ?? Infinity, this.head().sequence))) {
      this.#requireOpen();
      yield block;
    }
  }

  /** Waits for the server as long as it takes. */
  follow(from: number, signal: AbortSignal): AsyncIterable<Block> {
    const { reader, known } = this.#parts;
    const enduring = reader.enduring();
    const grown = async (until: AbortSignal): Promise<void> => {
      this.#requireOpen();
      void known.state; // a log that has lost its end does not grow
      await known.bell.wait(until);
    };
    const read = (range: { readonly from: number; readonly to?: number }) => this.#blocks(enduring, range);
    return followLog({ head: () => this.head(), read, grown }, from, signal);
  }

  headers(from = 1): AsyncIterable<BlockHeader> {
    return this.#reading().headers(from);
  }

  async *find(query: BlockQuery): AsyncGenerator<BlockHeader, void> {
    yield* this.#reading().find(query);
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    return this.#reading().blockAt(time);
  }

  outcome(commandId: string): undefined | Promise<StoredOutcome | undefined> {
    const reader = this.#reading();
    return this.#ids.mayHold(commandId) ? reader.outcome(commandId) : undefined;
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
      const dropped = await this.#write((writer) => writer.dropBlocks(sequence));
      if (dropped === undefined) return;
      this.#parts.known.see({ trimmedThrough: dropped.through });
      this.care.grew(-dropped.bytes);
    }
  }

  onLost(listener: (cause: RefoldError) => void): void {
    this.#parts.onLost(listener);
  }

  async flush(): Promise<void> {
    this.#requireOpen();
    await this.#underWay.ended();
    await this.#parts.writer?.flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { known, closing, leave } = this.#parts;
    this.#ids.giveUp();
    const caring = this.care.close();
    known.bell.ring();
    await this.#underWay.ended();
    closing.abort();
    await caring;
    await leave();
  }

  #write<T>(work: (writer: PostgresWriter) => Promise<T>): Promise<T> {
    return this.#underWay.run(() => work(this.#requireWriter()));
  }

  #requireWriter(): PostgresWriter {
    this.#requireOpen();
    return requireWriter(this.#parts);
  }

  #reading(): PostgresReader {
    this.#requireOpen();
    return this.#parts.reader;
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw storeClosed(this.path);
  }
}

async function restedPage(writer: PostgresWriter, ordinal: number | undefined): Promise<CommandIds<number>> {
  const page = await writer.commandIds(ordinal, IDS_A_PAGE);
  await pauseQuietly(IDS_REST_MS);
  return page;
}
