/** What is in a log's file, for a copy of it: rows that no reader asks for. */
import { nextTurn } from '../../../threads/timers.ts';
import type { LogContents } from '../../copying/log-copying.ts';
import { outcomeDamaged } from '../../log-errors.ts';
import type { StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import { readStateRow } from '../file/block-rows.ts';
import { type Connection, loadDriver, openConnection, readFailure, type Statement } from '../file/driver.ts';

/** Outcomes that are read in one turn of the event loop. */
const OUTCOMES_COPIED_AT_ONCE = 500;

/** Opens the file beside its writer. @throws RefoldError `LOG_CORRUPT`, `STORE_FAILED` */
export async function contentsOfFile(path: string): Promise<LogContents> {
  return reading(path, async (connection) => {
    const { trimmed, generation } = readStateRow(connection, path);
    const { through: sequence, recordedAt, chain } = trimmed;
    const meta = connection.prepare('select key, value from meta order by key').raw().all();
    const owners = connection.prepare('select distinct owner from snapshots order by owner').pluck().all();
    return {
      trimmed: { sequence, recordedAt, chain },
      generation,
      meta: meta as LogContents['meta'],
      owners: owners as LogContents['owners'],
      outcomes: () => outcomesOf(path),
    };
  });
}

type OutcomeRow = StoredOutcome & { readonly row: number; readonly checksum: number };

async function* outcomesOf(path: string): AsyncGenerator<StoredOutcome, void> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await reading(path, async (connection) => {
      const rows = connection.prepare(
        `select rowid as row, command_id as commandId, recorded_at as recordedAt, outcome, checksum
         from commands where rowid > ? order by rowid limit ?`,
      ) as Statement<OutcomeRow>;
      return rows.all(after, OUTCOMES_COPIED_AT_ONCE);
    });
    for (const { row: _, checksum, ...outcome } of page) {
      if (checksumOfOutcome(outcome) !== checksum) throw outcomeDamaged(path, outcome.commandId);
      yield outcome;
    }
    if (page.length < OUTCOMES_COPIED_AT_ONCE) return;
    after = page.at(-1)!.row;
    await nextTurn();
  }
}

async function reading<T>(path: string, read: (connection: Connection) => Promise<T>): Promise<T> {
  const driver = await loadDriver();
  let connection: Connection | undefined;
  try {
    connection = openConnection(driver, path, { readOnly: true });
    return await read(connection);
  } catch (error) {
    throw readFailure(error, 'read', path);
  } finally {
    connection?.close();
  }
}
