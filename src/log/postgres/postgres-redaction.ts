/**
 * Redaction of a log in PostgreSQL. What is to come is staged in separate tables; `apply` puts it in place in one transaction,
 * under a lock that appends wait for.
 *
 * Afterwards no query, snapshot or outcome gives the old words. Their bytes leave when the server rewrites its tables and recycles
 * its WAL, which is its owner's work: `scrub` says so.
 */
import { performance } from '../../threads/timers.ts';
import { decodeBlock } from '../blocks/block.ts';
import { blocksChanged, epochConflict, requireApart, sequenceConflict } from '../log-errors.ts';
import type { LogRedaction, RecordedRedaction, RedactionFence, RedactionRow, ScrubReport } from '../log-redaction.ts';
import type { SealedBlock, StoredOutcome } from '../log-store.ts';
import type { KnownLog } from './known-log.ts';
import type { PostgresReader } from './reading.ts';
import type { Ask, Connections } from './server/connections.ts';
import { type Patience, patiently } from './server/patience.ts';
import { readsIn } from './tables/read-statements.ts';
import { checksumOfRow, redactionColumns, soundRedactions } from './tables/redaction-rows.ts';
import { ADD_REDACTION, putInPlace, STAGED_FIT, SWEPT_CHUNKS } from './tables/redaction-statements.ts';
import { toState } from './tables/rows.ts';
import { HOLDING, SYNCED } from './tables/write-statements.ts';
import type { PostgresWriter } from './writing.ts';

const OUTCOMES_LISTED = 500;

export interface RedactionParts {
  readonly path: string;
  readonly schema: string;
  readonly log: number;
  readonly connections: Connections;
  readonly known: KnownLog;
  readonly patience: Patience;
  /** Gives the reader, or refuses: the log is closed. */
  readonly reading: () => PostgresReader;
  /** Gives the writer, or refuses: the log is closed, or was opened read-only. */
  readonly writing: () => PostgresWriter;
  /** Runs work that closing waits for. */
  readonly guarded: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onRedacted: () => void;
}

export class PostgresRedaction implements LogRedaction {
  readonly #parts: RedactionParts;

  constructor(parts: RedactionParts) {
    this.#parts = parts;
  }

  async chainBefore(firstSequence: number): Promise<string> {
    return this.#parts.reading().chainBefore(firstSequence);
  }

  stage(blocks: readonly SealedBlock[], outcomes: readonly StoredOutcome[]): Promise<void> {
    return this.#parts.guarded(async () => {
      const writer = this.#parts.writing();
      for (const block of blocks) await this.#requireFit(block);
      for (const block of blocks) await writer.stageBlock(block, decodeBlock(block).events.at(-1)!.recordedAt);
      for (const outcome of outcomes) await writer.stageOutcome(outcome);
      if (blocks.length + outcomes.length === 0) await writer.sweepChunks(); // a writer that was replaced hears of it
    });
  }

  async #requireFit({ firstSequence, lastSequence, chain, replaces }: SealedBlock): Promise<void> {
    const { path, reading } = this.#parts;
    const rows = await reading().ask('ends', firstSequence, lastSequence, replaces.length + 1);
    const isSame = rows.length === replaces.length && rows.every((row, index) => row[4] === replaces[index]);
    const last = rows.at(-1);
    if (isSame && rows[0]![0] === firstSequence && last![1] === lastSequence && last![2] === chain) return;
    throw blocksChanged(path, firstSequence);
  }

  apply(row: RedactionRow, fence: RedactionFence): Promise<void> {
    return this.#parts.guarded(async () => {
      const { connections, patience, known, onRedacted } = this.#parts;
      const writer = this.#parts.writing();
      if (fence.epoch !== writer.epoch) throw epochConflict(patience.path, fence.epoch, writer.epoch);
      const before = known.last.redactions;
      const redactions = await patiently(
        () => connections.transact((ask) => this.#applyIn(ask, row, fence, before)),
        patience,
      );
      known.see({ redactions });
      onRedacted();
    });
  }

  /** @param before how many redactions there were when the caller began. With one more, this one was applied before */
  async #applyIn(ask: Ask, row: RedactionRow, fence: RedactionFence, before: number): Promise<number> {
    const { schema, log, path } = this.#parts;
    await ask(`select ${HOLDING}, set_config('synchronous_commit', ${SYNCED}, true)`);
    await ask(`select 1 from ${schema}.logs where log = $1 for no key update`, log);
    const { head, epoch, redactions } = toState((await ask(readsIn(schema).state, log))[0]!);
    if (epoch !== fence.epoch) throw epochConflict(path, fence.epoch, epoch);
    if (redactions > before && (await this.#isLast(ask, row, redactions))) return redactions;
    const { expectedSequence = head.sequence, onHeld } = fence;
    if (head.sequence !== expectedSequence) throw sequenceConflict(path, expectedSequence, head.sequence);
    await onHeld?.(head);
    await this.#requireStagedFit(ask);
    for (const statement of putInPlace(schema)) await ask(statement, log);
    await ask(`delete from ${schema}.snapshots where log = $1 and sequence >= $2`, log, row.firstSequence);
    await ask(SWEPT_CHUNKS(schema), log);
    await ask(ADD_REDACTION(schema), log, redactions + 1, ...redactionColumns(row));
    await ask(`update ${schema}.logs set redactions = redactions + 1 where log = $1`, log);
    return redactions + 1;
  }

  async #isLast(ask: Ask, row: RedactionRow, id: number): Promise<boolean> {
    const { schema, log } = this.#parts;
    const [found] = await ask(`select checksum from ${schema}.redactions where log = $1 and id = $2`, log, id);
    return found?.[0] === checksumOfRow(row);
  }

  /** Each staged block replaces exactly the blocks that it was packed from. */
  async #requireStagedFit(ask: Ask): Promise<void> {
    const { schema, log, path } = this.#parts;
    const rows = (await ask(STAGED_FIT(schema), log)) as readonly (readonly [number, number, boolean])[];
    requireApart(
      rows.map(([firstSequence, lastSequence]) => ({ firstSequence, lastSequence })),
      path,
    );
    const changed = rows.find(([, , fits]) => !fits);
    if (changed !== undefined) throw blocksChanged(path, changed[0]);
  }

  async *outcomes(): AsyncGenerator<StoredOutcome, void> {
    for (let after = 0; ; ) {
      const page = await this.#parts.reading().outcomesAfter(after, OUTCOMES_LISTED);
      for (const { commandId, recordedAt, outcome } of page) yield { commandId, recordedAt, outcome };
      if (page.length < OUTCOMES_LISTED) return;
      after = page.at(-1)!.ordinal;
    }
  }

  discard(): Promise<void> {
    return this.#parts.guarded(() => this.#parts.writing().discard());
  }

  async redactions(): Promise<readonly RecordedRedaction[]> {
    const rows = await this.#parts.reading().ask('redactions');
    return soundRedactions(rows).map((row) => ({ ...row, scrubbed: false }));
  }

  scrub(onProgress: (fraction: number) => void = () => {}): Promise<ScrubReport> {
    return this.#parts.guarded(async () => {
      const start = performance.now();
      await this.#parts.writing().sweepChunks();
      const isPending = (await this.redactions()).length > 0;
      onProgress(1);
      return {
        ...(isPending && { pending: SERVERS_WORK(this.#parts.schema) }),
        milliseconds: performance.now() - start,
      };
    });
  }
}

const SERVERS_WORK = (schema: string): string =>
  `old bytes may remain in the server's tables until it rewrites them (vacuum full ${schema}.blocks, ${schema}.commands, ${schema}.snapshot_chunks), in its WAL until it is recycled, in standbys and in archives`;
