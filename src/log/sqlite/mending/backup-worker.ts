/**
 * The thread that copies a log: it uses SQLite's backup on a separate connection.
 *
 * A read transaction is held for the whole copy, so it shows the log at one moment, whatever is appended meanwhile, and
 * never starts over. The copy keeps its temporary name: the starter gives it its final name when it is complete, cut
 * where it shall end, and synced.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../../threads/serving.ts';
import type { LogCopy } from '../../log-backup.ts';
import { readLogState } from '../file/block-rows.ts';
import { type Connection, type Driver, loadDriver, openConnection } from '../file/driver.ts';
import { createFile, removeDatabase, sizeOf, syncFile, withoutLog } from '../file/files.ts';
import { putReactorRow, readReactors } from '../file/reactor-rows.ts';
import { identify, newLogId } from '../file/schema.ts';
import { readWitness } from '../file/witness.ts';
import { type BackupJobs, type BackupRequest, backupFailed, doingOf, type KeptRows } from './backup.ts';
import { type Cut, cutLog, planCut } from './cut.ts';
import { openClosedLog } from './replacing.ts';
import { examine } from './salvage.ts';
import { requireWitnessedFile } from './structure.ts';

/** Pages copied before other work gets its turn: 1 MiB. */
const PAGES_AT_ONCE = 256;
/** Outcomes that the starter judges at once. */
const OUTCOMES_AT_ONCE = 2_000;

class Copying {
  readonly #request: BackupRequest;
  readonly #driver: Driver;
  #cut: Cut | undefined;
  /** The copy, while it is being cut. */
  #copy: Connection | undefined;

  constructor(driver: Driver, request: BackupRequest) {
    this.#driver = driver;
    this.#request = request;
  }

  /** Answers where the copy is to be cut; undefined when it is to have everything. */
  async copy(tell: (fraction: number) => void): Promise<Cut | undefined> {
    const { partial } = this.#request;
    removeDatabase(partial); // left over from an interrupted copy
    createFile(partial);
    const source = this.#openSource();
    try {
      source.exec('begin');
      source.prepare('select count(*) from sqlite_schema').get(); // a read transaction begins with its first read
      this.#plan(source);
      await source.backup(partial, {
        progress: ({ totalPages, remainingPages }) => {
          tell(totalPages === 0 ? 0 : 1 - remainingPages / totalPages);
          return PAGES_AT_ONCE;
        },
      });
    } finally {
      source.close();
    }
    if (this.#cut !== undefined) this.#copy = openForCutting(this.#driver, partial);
    return this.#cut;
  }

  #openSource(): Connection {
    const { source, action } = this.#request;
    if (action === 'restore') return openClosedLog(this.#driver, source);
    return openConnection(this.#driver, source, { readOnly: true });
  }

  #plan(source: Connection): void {
    const { source: file, name: path = file, to, action } = this.#request;
    if (action === 'restore') {
      if (identify(source, path) === 'empty') throw withoutLog(path);
      requireWitnessedFile(source, path, readWitness(path));
    }
    if (to !== undefined) this.#cut = planCut(source, path, to, doingOf(this.#request));
  }

  /** Some outcomes, the oldest first, each with its row. Empty at the end. */
  outcomes(after: number): KeptRows['outcomes'] {
    return this.#copy!.prepare(
      `select rowid as row, command_id as commandId, recorded_at as recordedAt, outcome
       from commands where rowid > ? order by rowid limit ?`,
    ).all(after, OUTCOMES_AT_ONCE) as KeptRows['outcomes'];
  }

  forget(rows: readonly number[]): void {
    const forget = this.#copy!.prepare('delete from commands where rowid = ?');
    for (const row of rows) forget.run(row);
  }

  rows(): Omit<KeptRows, 'outcomes'> {
    const meta = this.#copy!.prepare('select key, value from meta').raw().all() as (readonly [string, string])[];
    return { reactors: readReactors(this.#copy!), meta };
  }

  cut({ reactors, meta }: Omit<KeptRows, 'outcomes'>): void {
    const copy = this.#copy!;
    for (const row of reactors) putReactorRow(copy, row);
    const setMeta = copy.prepare('update meta set value = ? where key = ?');
    for (const [key, value] of meta) setMeta.run(value, key);
    cutLog(copy, this.#request.source, this.#cut!);
    copy.exec('commit');
    copy.pragma('incremental_vacuum');
    copy.close();
    this.#copy = undefined;
  }

  /** Gives the copy an id, checks it where that is asked for, and syncs it. */
  async finish(): Promise<LogCopy> {
    const { partial, action } = this.#request;
    const connection = openConnection(this.#driver, partial, { readOnly: false });
    let copied: Omit<LogCopy, 'bytes'>;
    try {
      copied = copyOf(connection, partial);
      if (action === 'restore') await requireSound(connection, partial);
      // A new id: when the copy is restored in place of the log, the witness of the log must not refuse it.
      connection.prepare('update log_state set log_id = ?').run(newLogId());
      connection.pragma('wal_checkpoint(truncate)'); // closing does the same, but does not report a failure
    } finally {
      connection.close();
    }
    syncFile(partial);
    return { ...copied, bytes: sizeOf(partial) };
  }

  /** After a failure. */
  close(): void {
    this.#copy?.close();
    this.#copy = undefined;
  }
}

/** Nothing else uses the copy, and a failure removes it. So it is synced only at the end. */
function openForCutting(driver: Driver, path: string): Connection {
  const connection = openConnection(driver, path, { readOnly: false });
  connection.pragma('synchronous = off');
  connection.exec('begin');
  return connection;
}

function copyOf(connection: Connection, path: string): Omit<LogCopy, 'bytes'> {
  const { head, trimmed } = readLogState(connection, path);
  return { firstSequence: trimmed.through + 1, lastSequence: head.sequence, recordedAt: head.recordedAt };
}

/** Reads everything in the copy. @throws RefoldError the first damage */
async function requireSound(connection: Connection, path: string): Promise<void> {
  const { damage } = await examine(connection, path, { keepsOutcome: () => true, testimonies: [] });
  if (damage[0] !== undefined) throw damage[0];
}

await serve<BackupJobs>(
  parentPort,
  (error) => backupFailed(workerData as BackupRequest, error),
  async () => {
    const copying = new Copying(await loadDriver(), workerData as BackupRequest);
    return {
      opened: undefined,
      jobs: {
        copy: (_, tell) => copying.copy(tell),
        outcomes: (after) => copying.outcomes(after),
        forget: (rows) => copying.forget(rows),
        rows: () => copying.rows(),
        cut: (rows) => copying.cut(rows),
        finish: () => copying.finish(),
      },
      close: () => copying.close(),
    };
  },
);
