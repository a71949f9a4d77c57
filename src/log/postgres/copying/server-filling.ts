/**
 * Fills a new log in PostgreSQL with a copy of another one.
 *
 * The lease is held meanwhile, and every transaction looks at the epoch. Only the last one is synced: with it everything before
 * reaches the disk, because the server writes its WAL in order.
 */
import { randomBytes } from 'node:crypto';
import { checksumOfSnapshot, cutChunks, type PackedChunk, packChunk } from '../../blocks/snapshot-chunks.ts';
import { toTagRow } from '../../blocks/tag-list.ts';
import { endOf, type FilledBlock, filledBlocks } from '../../copying/filled-blocks.ts';
import type { CopyMark, FillOptions, LastRows, LogFilling } from '../../copying/log-copying.ts';
import { decodeMark, encodeMark, placeTaken, UNFINISHED_KEY } from '../../copying/unfinished.ts';
import { epochConflict, eventsMissing } from '../../log-errors.ts';
import type { Block, LogHead, SnapshotInfo, StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import { PostgresReader } from '../reading.ts';
import type { Ask, Rows } from '../server/connections.ts';
import { type Patience, patiently } from '../server/patience.ts';
import type { ServerIdentity } from '../server/server-facts.ts';
import { readsIn } from '../tables/read-statements.ts';
import { redactionColumns } from '../tables/redaction-rows.ts';
import { ADD_REDACTION } from '../tables/redaction-statements.ts';
import { bytesOf } from '../tables/rows.ts';
import { writesIn } from '../tables/write-statements.ts';
import { LeaseKeeper, type LeasePlace, takeLease } from '../turns/lease.ts';
import { type FillStatements, fillsIn } from './fill-statements.ts';

/** Chunks of a snapshot that one transaction puts: 4 MiB before compression. */
const CHUNKS_PUT_AT_ONCE = 32;

export interface FillingPlace extends LeasePlace {
  readonly patience: Patience;
  readonly identity: ServerIdentity | undefined;
  /** Gives back what was taken. */
  readonly leave: () => Promise<void>;
}

/**
 * Opens a new log, or an unfinished copy of the same log, to be filled. The tables are there.
 *
 * @throws RefoldError `INVALID_OPTION` when there is something else; `LOG_LOCKED`
 */
export async function fillOnServer(place: FillingPlace, options: FillOptions): Promise<LogFilling> {
  const statements = fillsIn(place.schema);
  const { waitForLock, signal, of } = options;
  await requirePlace(place, statements, of); // before the lease: that of another log stays as it is
  const taken = await patiently(() => takeLease(place, place.identity, waitForLock, signal), place.patience);
  const found = await requirePlace(place, statements, of);
  const keeper = new LeaseKeeper(place, taken, writesIn(place.schema, true).renew, async () => {});
  const { head } = await new PostgresReader(
    place.connections,
    readsIn(place.schema),
    taken.log,
    place.patience,
  ).state();
  return new ServerFilling({ place, statements, keeper, log: taken.log, epoch: taken.epoch }, found, head);
}

async function requirePlace(
  { connections, name, path, patience }: FillingPlace,
  { look }: FillStatements,
  of: string,
): Promise<CopyMark | undefined> {
  const question = { text: look, values: [bytesOf(name), MARK_KEY] };
  const [row] = await patiently(() => connections.ask('read 0', question), patience);
  if (row === undefined) return undefined;
  const [, text, isUsed] = row as readonly [number, Buffer | null, boolean];
  const found = decodeMark(text?.toString());
  if (isUsed && found?.of !== of) throw placeTaken(path, found);
  return found;
}

const MARK_KEY = bytesOf(UNFINISHED_KEY);

interface FillingParts {
  readonly place: FillingPlace;
  readonly statements: FillStatements;
  readonly keeper: LeaseKeeper;
  readonly log: number;
  readonly epoch: number;
}

/** Counted down: turns of open logs are counted up. */
let fillings = 0;

class ServerFilling implements LogFilling {
  readonly path: string;
  readonly found: CopyMark | undefined;
  readonly #parts: FillingParts;
  /** A connection for its transactions alone. */
  readonly #own = `turn ${--fillings}` as const;
  #end: LogHead;
  #ordinal = 0;
  #hasLists = false;

  constructor(parts: FillingParts, found: CopyMark | undefined, end: LogHead) {
    this.#parts = parts;
    this.path = parts.place.path;
    this.found = found;
    this.#end = end;
  }

  get end(): LogHead {
    return this.#end;
  }

  async begin(mark: CopyMark, trimmed: LogHead, keepsBlocks: boolean): Promise<void> {
    const { clearRows, clearBlocks, mark: put, trim } = this.#parts.statements;
    const putMark = (ask: Ask): Promise<Rows> => ask(put, this.#parts.log, MARK_KEY, bytesOf(encodeMark(mark)));
    await this.#transact(putMark); // first: what is deleted was never a whole log
    for (const clear of keepsBlocks ? clearRows : [...clearRows, ...clearBlocks]) await this.#clear(clear);
    this.#ordinal = 0;
    if (keepsBlocks) return;
    await this.#transact((ask) => ask(trim, this.#parts.log, trimmed.sequence, trimmed.recordedAt, trimmed.chain));
    this.#end = trimmed;
  }

  /** In small transactions: deleting a large copy takes longer than an answer may take. */
  async #clear(some: string): Promise<void> {
    for (;;) {
      const [row] = await this.#transact((ask) => ask(some, this.#parts.log));
      if (row![0] === 0) return;
    }
  }

  async putBlocks(blocks: readonly Block[]): Promise<void> {
    const { log, statements } = this.#parts;
    const first = blocks[0]!.firstSequence;
    const filled = await this.#transact(async (ask) => {
      const chain = (await ask(statements.chainBefore, log, first))[0]![0];
      if (typeof chain !== 'string') throw eventsMissing(this.path, first - 1);
      const rows = filledBlocks(blocks, chain, this.path);
      if (first <= this.#end.sequence) for (const cut of statements.cut) await ask(cut, log, first);
      await ask(statements.blocks, log, ...blockColumns(rows));
      const hasLists = this.#hasLists || rows.some(({ hasTags }) => hasTags);
      if (hasLists) await ask(statements.lists, log, ...listColumns(rows));
      return rows;
    });
    this.#hasLists ||= filled.some(({ hasTags }) => hasTags);
    this.#end = endOf(filled)!;
  }

  async putOutcomes(given: readonly StoredOutcome[]): Promise<void> {
    const outcomes = [...new Map(given.map((outcome) => [outcome.commandId, outcome])).values()];
    const first = this.#ordinal + 1;
    const columns = [
      outcomes.map(({ commandId }) => bytesOf(commandId)),
      outcomes.map((_, index) => first + index),
      outcomes.map(({ recordedAt }) => recordedAt),
      outcomes.map(({ outcome }) => outcome),
      outcomes.map(checksumOfOutcome),
    ];
    await this.#transact((ask) => ask(this.#parts.statements.outcomes, this.#parts.log, ...columns));
    this.#ordinal += outcomes.length;
  }

  async putSnapshot(info: SnapshotInfo, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const id = randomBytes(16);
    let parts = 0;
    let batch: PackedChunk[] = [];
    const put = async (): Promise<void> => {
      const columns = [
        batch.map((_, index) => parts + index),
        batch.map(({ data }) => Buffer.from(data)),
        batch.map(({ checksum }) => checksum),
      ];
      await this.#transact((ask) => ask(this.#parts.statements.chunks, this.#parts.log, id, ...columns));
      parts += batch.length;
      batch = [];
    };
    for await (const chunk of chunks) {
      for (const piece of cutChunks([chunk])) {
        if (batch.push(await packChunk(piece)) === CHUNKS_PUT_AT_ONCE) await put();
      }
    }
    if (batch.length > 0) await put();
    const { owner, sequence, recordedAt, chain, stateHash, fingerprint, format, bytes } = info;
    const header = [bytesOf(owner), sequence, recordedAt, chain, stateHash, fingerprint, format, bytes, parts];
    await this.#transact((ask) =>
      ask(this.#parts.statements.snapshot, this.#parts.log, id, ...header, checksumOfSnapshot(info, parts)),
    );
  }

  /** Asked again after a lost answer, it finds no mark: then it is done. */
  async finish({ epoch, checkpoints, reactors, meta, redactions }: LastRows): Promise<number> {
    const { log, statements, place } = this.#parts;
    return this.#transact(async (ask, isDone) => {
      if (isDone !== undefined) return isDone;
      await ask(
        statements.checkpoints,
        log,
        checkpoints.map(({ projection }) => bytesOf(projection)),
        checkpoints.map(({ sequence }) => sequence),
      );
      await ask(
        statements.reactors,
        log,
        reactors.map(({ reactor }) => bytesOf(reactor)),
        reactors.map(({ sequence }) => sequence),
        reactors.map(({ progress }) => progress),
      );
      await ask(statements.unmark, log, MARK_KEY);
      await ask(
        statements.meta,
        log,
        meta.map(([key]) => bytesOf(key)),
        meta.map(([, value]) => bytesOf(value)),
      );
      for (const [index, row] of redactions.entries()) {
        await ask(ADD_REDACTION(place.schema), log, index + 1, ...redactionColumns(row));
      }
      return (await ask(statements.finish, log, epoch, redactions.length))[0]![0] as number;
    }, true);
  }

  async close(): Promise<void> {
    await this.#parts.keeper.giveBack();
    await this.#parts.place.leave();
  }

  /**
   * One transaction, once more where the connection was lost.
   *
   * @param work gets the epoch of the log where the last transaction was done already
   * @param isLast it reaches the disk
   */
  #transact<T>(work: (ask: Ask, isDone: number | undefined) => Promise<T>, isLast = false): Promise<T> {
    const { place, statements, log, epoch } = this.#parts;
    return patiently(
      () =>
        place.connections.transact(async (ask) => {
          const [row] = await ask(isLast ? statements.lastFence : statements.fence, log, MARK_KEY);
          const [found, hasMark] = (row ?? [0, true]) as readonly [number, boolean];
          if (isLast && !hasMark && found > epoch) return work(ask, found);
          if (found !== epoch) throw epochConflict(this.path, epoch, found);
          return work(ask, undefined);
        }, this.#own),
      place.patience,
    );
  }
}

function blockColumns(blocks: readonly FilledBlock[]): readonly unknown[] {
  return [
    blocks.map(({ firstSequence }) => firstSequence),
    blocks.map(({ lastSequence }) => lastSequence),
    blocks.map(({ recordedAt }) => recordedAt),
    blocks.map(({ lastRecordedAt }) => lastRecordedAt),
    blocks.map(({ encoding }) => encoding),
    blocks.map(({ checksum }) => checksum),
    blocks.map(({ chain }) => chain),
    blocks.map(({ bytes }) => bytes),
    blocks.map(({ payload }) => (typeof payload === 'string' ? payload : null)),
    blocks.map(({ payload }) => (typeof payload === 'string' ? null : Buffer.from(payload))),
  ];
}

function listColumns(blocks: readonly FilledBlock[]): readonly unknown[] {
  const rows = blocks.map(({ firstSequence, checksum, tagList }) => toTagRow(firstSequence, checksum, tagList));
  return [0, 1, 2, 3]
    .map((column) => rows.map((row) => row[column] as unknown))
    .concat([rows.map(([, , , , hashes]) => Buffer.from(hashes))]);
}
