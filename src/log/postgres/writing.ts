/** Writes of a log in PostgreSQL. Each is one fenced statement: a writer that was replaced changes nothing. */
import { randomBytes } from 'node:crypto';
import type { StoredBlock } from '../blocks/chain.ts';
import { nextBlock } from '../blocks/next-block.ts';
import { checksumOfTagList } from '../blocks/tag-list.ts';
import { epochConflict, sequenceConflict } from '../log-errors.ts';
import type { AppendRequest, LogHead, ReactorRow, SnapshotInfo, StoredOutcome } from '../log-store.ts';
import { checksumOfOutcome, FORGOTTEN_PER_NEW_OUTCOME, type OutcomeBounds } from '../outcomes.ts';
import { checksumOfSnapshot, cutChunks, packChunk } from '../snapshot-chunks.ts';
import type { Connections, Rows } from './connections.ts';
import { bytesOf } from './reading.ts';
import type { StatementName, Statements } from './statements.ts';

const DROPPED_AT_ONCE = 500;
/** Earlier rows of a reactor are deleted after so many newer ones. */
const REACTOR_ROWS_KEPT = 64;

export class PostgresWriter {
  readonly #connections: Connections;
  readonly #statements: Statements;
  readonly #log: number;
  readonly #path: string;
  readonly epoch: number;
  readonly #bounds: OutcomeBounds;
  #head: LogHead;
  #ordinals: { first: number; last: number };
  readonly #reactors = new Map<string, { first: number; last: number }>();

  constructor(
    connections: Connections,
    statements: Statements,
    place: { readonly log: number; readonly path: string; readonly epoch: number },
    start: {
      readonly head: LogHead;
      readonly ordinals: { readonly first: number; readonly last: number };
      readonly reactors: readonly (ReactorRow & { readonly ordinal: number })[];
    },
    bounds: OutcomeBounds,
  ) {
    this.#connections = connections;
    this.#statements = statements;
    this.#log = place.log;
    this.#path = place.path;
    this.epoch = place.epoch;
    this.#head = start.head;
    this.#ordinals = { ...start.ordinals };
    for (const { reactor, ordinal } of start.reactors) this.#reactors.set(reactor, { first: ordinal, last: ordinal });
    this.#bounds = bounds;
  }

  /** The head after all appends that were handed in, whether they are durable yet or not. */
  async append({ expectedSequence, epoch, commits, outcomes }: AppendRequest): Promise<LogHead> {
    const before = this.#head;
    if (epoch !== this.epoch) throw epochConflict(this.#path, epoch, this.epoch);
    if (expectedSequence !== before.sequence) throw sequenceConflict(this.#path, expectedSequence, before.sequence);
    const next = commits.length === 0 ? { head: before, block: undefined } : nextBlock(before, commits);
    this.#head = next.head;
    const { block } = next;
    const answer = await this.#ask(
      'append',
      before.sequence,
      before.chain,
      next.head.sequence,
      ...[block?.recordedAt ?? 0, next.head.recordedAt, block?.checksum ?? 0, next.head.chain],
      ...[block?.bytes ?? 0, block?.payload ?? ''],
      ...tagColumns(block),
      ...this.#outcomeColumns(outcomes),
    );
    const [, tail, isDone] = answer[0] as readonly [number, number, boolean];
    if (!isDone) throw sequenceConflict(this.#path, before.sequence, tail);
    await this.#forget(outcomes);
    return next.head;
  }

  #outcomeColumns(given: readonly StoredOutcome[]): unknown[] {
    // The last outcome of an id counts: one statement cannot write a row twice.
    const outcomes = [...new Map(given.map((outcome) => [outcome.commandId, outcome])).values()];
    const first = this.#ordinals.last + 1;
    this.#ordinals.last += outcomes.length;
    return [
      outcomes.map(({ commandId }) => bytesOf(commandId)),
      outcomes.map((_, index) => first + index),
      outcomes.map(({ recordedAt }) => recordedAt),
      outcomes.map(({ outcome }) => outcome),
      outcomes.map(checksumOfOutcome),
    ];
  }

  /** Forgets outcomes beyond either bound, from the oldest ordinal on: a scan would read what was deleted before. */
  async #forget(outcomes: readonly StoredOutcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    const { first, last } = this.#ordinals;
    const through = last - this.#bounds.outcomes;
    const expired = outcomes.at(-1)!.recordedAt - this.#bounds.age;
    const most = outcomes.length * FORGOTTEN_PER_NEW_OUTCOME;
    const answer = await this.#ask('forget', first, most, through, expired);
    const forgotten = answer[0]![1] as number | null;
    if (forgotten !== null) this.#ordinals.first = forgotten + 1;
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    const id = randomBytes(16);
    let part = 0;
    let bytes = 0;
    for (const piece of cutChunks(chunks)) {
      const { data, checksum } = await packChunk(piece);
      await this.#ask('putChunk', id, part++, Buffer.from(data), checksum);
      bytes += piece.byteLength;
    }
    const stored = { ...info, bytes };
    const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format } = stored;
    const columns = [bytesOf(owner), sequence, recordedAt, chain, stateHash, fingerprint, format, bytes];
    await this.#ask('putSnapshot', id, ...columns, part, checksumOfSnapshot(stored, part));
    await this.#ask('sweepChunks');
  }

  async dropSnapshots(owner: string, sequences: readonly number[]): Promise<void> {
    await this.#ask('dropSnapshots', bytesOf(owner), sequences);
    await this.#ask('sweepChunks');
  }

  async putCheckpoint(projection: string, sequence: number): Promise<void> {
    await this.#ask('putCheckpoint', bytesOf(projection), sequence);
  }

  async dropCheckpoint(projection: string): Promise<void> {
    await this.#ask('dropCheckpoint', bytesOf(projection));
  }

  /** A new row each time; the earlier ones are deleted in batches, by keys that are known. */
  async putReactor({ reactor, sequence, progress }: ReactorRow): Promise<void> {
    const rows = this.#reactors.get(reactor) ?? { first: 1, last: 0 };
    this.#reactors.set(reactor, rows);
    const ordinal = ++rows.last;
    await this.#ask('putReactor', bytesOf(reactor), ordinal, sequence, progress);
    if (ordinal - rows.first < REACTOR_ROWS_KEPT) return;
    const first = rows.first;
    rows.first = ordinal;
    await this.#ask('sweepReactor', bytesOf(reactor), first, ordinal - 1);
  }

  async dropReactor(reactor: string): Promise<void> {
    await this.#ask('dropReactor', bytesOf(reactor));
    this.#reactors.delete(reactor);
  }

  async putMeta(key: string, value: string): Promise<void> {
    await this.#ask('putMeta', bytesOf(key), bytesOf(value));
  }

  /** The end of what was dropped in one step; undefined when there is nothing left to drop. */
  async dropBlocks(through: number): Promise<number | undefined> {
    const answer = await this.#ask('dropBlocks', through, DROPPED_AT_ONCE);
    return (answer[0]![1] as number | null) ?? undefined;
  }

  /** Every write tells the epoch that it found: another one has refused it. */
  async #ask(name: StatementName, ...values: readonly unknown[]): Promise<Rows> {
    const answer = await this.#connections.ask('write', {
      ...{ name: `refold ${name}`, text: this.#statements[name], values: [this.#log, this.epoch, ...values] },
    });
    const epoch = answer[0]?.[0] as number | null | undefined;
    if (epoch !== this.epoch) throw epochConflict(this.#path, this.epoch, epoch ?? 0);
    return answer;
  }
}

function tagColumns(block: StoredBlock | undefined): unknown[] {
  const list = block?.tagList;
  if (list === undefined) return [null, null, null];
  const kinds = JSON.stringify(list.kinds);
  const { firstSequence, checksum } = block!;
  return [checksumOfTagList(firstSequence, checksum, kinds, list.hashes), kinds, Buffer.from(list.hashes)];
}
