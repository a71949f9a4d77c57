/** Writes of a log in PostgreSQL. Each is one fenced statement: a writer that was replaced changes nothing. */
import { randomBytes } from 'node:crypto';
import { RefoldError } from '../../core/errors.ts';
import { readSealedPrefix } from '../blocks/sealed-block.ts';
import { checksumOfSnapshot, cutChunks, packChunk } from '../blocks/snapshot-chunks.ts';
import { toTagRow } from '../blocks/tag-list.ts';
import { epochConflict } from '../log-errors.ts';
import type { AppendRequest, LogHead, ReactorRow, SealedBlock, SnapshotInfo, StoredOutcome } from '../log-store.ts';
import { checksumOfOutcome, type OutcomeBounds } from '../outcomes.ts';
import type { CommandIds } from '../paging/known-ids.ts';
import { Appender } from './appending.ts';
import type { KnownLog } from './known-log.ts';
import { OutcomePlaces, type OutcomePlacesStart } from './outcomes/places.ts';
import type { PostgresReader } from './reading.ts';
import { type Connections, type Rows, useFor } from './server/connections.ts';
import type { Patience } from './server/patience.ts';
import { WriteRounds } from './server/write-rounds.ts';
import { bytesOf } from './tables/rows.ts';
import type { WriteName, WriteStatements } from './tables/write-statements.ts';

const DROPPED_AT_ONCE = 500;
/** Earlier rows of a reactor are deleted after so many newer ones. */
const REACTOR_ROWS_KEPT = 64;

export interface WriterParts {
  readonly connections: Connections;
  readonly statements: WriteStatements;
  /** The same statements, synced whatever the durability. */
  readonly synced: WriteStatements;
  /** The number of the log. */
  readonly log: number;
  readonly epoch: number;
  readonly patience: Patience;
  readonly known: KnownLog;
  readonly reader: PostgresReader;
  readonly outcomes: OutcomePlacesStart;
  readonly reactors: readonly (ReactorRow & { readonly ordinal: number })[];
  readonly bounds: OutcomeBounds;
}

export class PostgresWriter {
  readonly #parts: WriterParts;
  readonly #appender: Appender;
  readonly #outcomes: OutcomePlaces;
  readonly #rounds: WriteRounds;
  /** The ordinals of each reactor's rows. */
  readonly #reactors = new Map<string, { first: number; last: number }>();

  constructor(parts: WriterParts) {
    this.#parts = parts;
    for (const { reactor, ordinal } of parts.reactors) this.#reactors.set(reactor, { first: ordinal, last: ordinal });
    this.#outcomes = new OutcomePlaces(parts.outcomes, parts.bounds);
    const { epoch, known, reader } = parts;
    const { path, within } = parts.patience;
    this.#rounds = new WriteRounds(parts.patience, (round) => this.#beginRound(round));
    this.#appender = new Appender({
      ...{ path, epoch, head: known.state.head, settleWithin: within, outcomes: this.#outcomes, reader },
      ask: (values, areNew) => this.#askOnce(areNew ? 'appendNew' : 'append', [epoch, ...values]),
      explain: (refusal) => this.#explain(refusal),
    });
  }

  get epoch(): number {
    return this.#parts.epoch;
  }

  get log(): number {
    return this.#parts.log;
  }

  /** Some ids of remembered outcomes after an ordinal, or the oldest: what was deleted before them is not read again. */
  commandIds(ordinal: number | undefined, atMost: number): Promise<CommandIds<number>> {
    return this.#parts.reader.commandIds(ordinal ?? this.#outcomes.first - 1, atMost);
  }

  /** The head once the append is durable. @param areNew as `HandedIds.areNew` */
  async append(request: AppendRequest, areNew: boolean): Promise<LogHead> {
    const [head] = await Promise.all([this.#appender.append(request, areNew), this.#forget()]);
    return head;
  }

  /** A turn has placed outcomes up to an ordinal: the keeper forgets the oldest. */
  async forgetAfter(outcomes: readonly StoredOutcome[], last: number): Promise<void> {
    this.#outcomes.placed(outcomes, last);
    await this.#forget();
  }

  /** Sent behind the append, without waiting for its answer. */
  async #forget(): Promise<void> {
    const due = this.#outcomes.due();
    if (due === undefined) return;
    const [row] = await this.ask('forget', due.first, due.atMost, due.through, due.before);
    const [, through, oldestAt] = row as readonly [number, number | null, number | null];
    this.#outcomes.forgot(through, oldestAt);
  }

  /** A refusal that shows that acknowledged events are lost is that, and nothing else. */
  async #explain(refusal: RefoldError): Promise<RefoldError> {
    try {
      await this.#parts.known.requireKept(this.#parts.reader);
      return refusal;
    } catch (error) {
      return error as RefoldError;
    }
  }

  async putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    const id = randomBytes(16);
    const generation = this.#parts.known.last.redactions;
    let part = 0;
    let bytes = 0;
    for (const piece of cutChunks(chunks)) {
      const { data, checksum } = await packChunk(piece);
      await this.ask('putChunk', id, part++, Buffer.from(data), checksum);
      bytes += piece.byteLength;
    }
    const stored = { ...info, bytes };
    const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format } = stored;
    const columns = [bytesOf(owner), sequence, recordedAt, chain, stateHash, fingerprint, format, bytes];
    const answer = await this.ask('putSnapshot', id, ...columns, part, checksumOfSnapshot(stored, part), generation);
    await this.ask('sweepChunks');
    if (answer[0]![1] !== generation) throw redactedMeanwhile(this.#parts.patience.path, sequence);
  }

  async dropSnapshots(owner: string, sequences: readonly number[]): Promise<void> {
    await this.ask('dropSnapshots', bytesOf(owner), sequences);
    await this.ask('sweepChunks');
  }

  async sweepChunks(): Promise<void> {
    await this.ask('sweepChunks');
  }

  async putCheckpoint(projection: string, sequence: number): Promise<void> {
    await this.ask('putCheckpoint', bytesOf(projection), sequence);
  }

  async dropCheckpoint(projection: string): Promise<void> {
    await this.ask('dropCheckpoint', bytesOf(projection));
  }

  /** A new row each time, always synced; the earlier ones are deleted in batches, by keys that are known. */
  async putReactor({ reactor, sequence, progress }: ReactorRow): Promise<void> {
    const rows = this.#reactors.get(reactor) ?? { first: 1, last: 0 };
    this.#reactors.set(reactor, rows);
    const ordinal = ++rows.last;
    await this.#askSynced('putReactor', bytesOf(reactor), ordinal, sequence, progress);
    if (ordinal - rows.first < REACTOR_ROWS_KEPT) return;
    const first = rows.first;
    rows.first = ordinal;
    await this.ask('sweepReactor', bytesOf(reactor), first, ordinal - 1);
  }

  async dropReactor(reactor: string): Promise<void> {
    await this.ask('dropReactor', bytesOf(reactor));
    this.#reactors.delete(reactor);
  }

  async putMeta(key: string, value: string): Promise<void> {
    await this.ask('putMeta', bytesOf(key), bytesOf(value));
  }

  /** The end of what was dropped in one step; undefined when there is nothing left to drop. */
  async dropBlocks(through: number): Promise<{ readonly through: number; readonly bytes: number } | undefined> {
    const [, dropped, bytes] = (await this.ask('dropBlocks', through, DROPPED_AT_ONCE))[0] as readonly [
      number,
      number | null,
      string | null,
    ];
    return dropped === null ? undefined : { through: dropped, bytes: Number(bytes) };
  }

  /** Puts a sealed block in place of those that it was packed from. False when they are not there any more. */
  async seal(sealed: SealedBlock, lastRecordedAt: number): Promise<boolean> {
    const { firstSequence, lastSequence, checksum, chain, bytes, payload, replaces } = sealed;
    const block = [lastRecordedAt, checksum, chain, bytes, Buffer.from(payload)];
    const answer = await this.ask(
      ...(['seal', firstSequence, lastSequence, replaces, ...block, ...listColumns(sealed)] as const),
    );
    if (answer[0]![1] as boolean) return true;
    const [row] = await this.#parts.reader.ask('ends', firstSequence, firstSequence, 1);
    return row?.[1] === lastSequence && row[2] === chain && row[4] === checksum; // asked twice, and done the first time
  }

  async stageBlock(sealed: SealedBlock, lastRecordedAt: number): Promise<void> {
    const { firstSequence, lastSequence, recordedAt, checksum, chain, bytes, payload, replaces } = sealed;
    const { startChain } = readSealedPrefix(payload)!;
    const block = [firstSequence, lastSequence, recordedAt, lastRecordedAt, checksum, startChain, chain, bytes];
    await this.ask('stageBlock', ...block, Buffer.from(payload), ...listColumns(sealed), replaces);
  }

  async stageOutcome(outcome: StoredOutcome): Promise<void> {
    const { commandId, recordedAt, outcome: text } = outcome;
    await this.ask('stageOutcome', bytesOf(commandId), recordedAt, text, checksumOfOutcome(outcome));
  }

  async discard(): Promise<void> {
    await this.ask('discard');
  }

  /** Everything that was acknowledged before has reached the disk once this small synced write has. */
  async flush(): Promise<void> {
    if (this.#parts.statements !== this.#parts.synced) await this.#askSynced('flush');
  }

  /** Asks one of the statements, once more where the connection was lost. @throws RefoldError `SEQUENCE_CONFLICT` */
  ask(name: WriteName, ...values: readonly unknown[]): Promise<Rows> {
    return this.#rounds.ask((round) => this.#askIn(round, name, values));
  }

  #askSynced(name: WriteName, ...values: readonly unknown[]): Promise<Rows> {
    return this.#rounds.ask((round) => this.#askIn(round, name, values, this.#parts.synced));
  }

  /** Every write tells the epoch and the round that it found. @returns undefined when another round is the last */
  async #askIn(
    round: number,
    name: WriteName,
    values: readonly unknown[],
    statements?: WriteStatements,
  ): Promise<Rows | undefined> {
    const rows = await this.#askOnce(name, [[this.#parts.epoch, round], ...values], statements);
    const [epoch, last] = String(rows[0]![0] ?? 0)
      .split('.')
      .map(Number) as [number, number];
    this.#requireOwn(epoch);
    return last === round ? rows : undefined;
  }

  async #beginRound(round: number): Promise<number> {
    const [row] = await this.#askOnce('beginRound', [this.#parts.epoch, round]);
    const [epoch, begun] = row as readonly [number | null, number | null];
    this.#requireOwn(epoch ?? 0);
    return begun!;
  }

  #askOnce(name: WriteName, values: readonly unknown[], statements = this.#parts.statements): Promise<Rows> {
    const { connections, log, synced } = this.#parts;
    return connections.ask(useFor('write', log), {
      ...{ name: `refold ${name}${statements === synced ? '' : ' unsynced'}`, text: statements[name] },
      values: [log, ...values],
    });
  }

  #requireOwn(found: number): void {
    const { epoch, patience } = this.#parts;
    if (found !== epoch) throw epochConflict(patience.path, epoch, found);
  }
}

function listColumns({ firstSequence, checksum, tagList }: SealedBlock): unknown[] {
  const [, , listChecksum, kinds, hashes] = toTagRow(firstSequence, checksum, tagList);
  return [listChecksum, kinds, Buffer.from(hashes)];
}

/** The state may hold words that are not in the log any more. */
function redactedMeanwhile(path: string, sequence: number): RefoldError {
  return new RefoldError(
    'SEQUENCE_CONFLICT',
    `Cannot put the snapshot at sequence ${sequence} of ${path}: the log was redacted meanwhile`,
    { path, sequence, hint: 'Take the snapshot again' },
  );
}
