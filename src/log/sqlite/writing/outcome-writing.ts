/**
 * The writer's work on `commands`: it remembers outcomes together with their append, and forgets old ones.
 *
 * Many come at once, so one statement inserts several. An id that is in the file already loses its old row. So rows
 * stay in the order in which they were written, and are forgotten in that order.
 */
import { checksumOfOutcome, FORGOTTEN_PER_NEW_OUTCOME, OUTCOME_AGE_MS, OUTCOMES_KEPT } from '../../outcomes.ts';
import type { Connection, Statement } from '../file/driver.ts';
import type { PackedOutcomes } from './writer-protocol.ts';

/** Looking for outcomes to forget costs a little, so it is not done at every append. */
const OUTCOMES_BETWEEN_FORGETTING = 100;

/** Rows of one statement. */
const ROWS_AT_ONCE = 16;

/** Fields of an outcome in its packed form. */
const FIELDS = 3;

type Row = readonly [commandId: string, recordedAt: number, outcome: string, checksum: number];

export class OutcomeWriting {
  readonly #sql: ReturnType<typeof prepareStatements>;
  #unforgotten = 0;

  constructor(connection: Connection) {
    this.#sql = prepareStatements(connection);
  }

  /**
   * Remembers outcomes, and from time to time forgets some. Runs in the caller's transaction.
   *
   * @param kept how many are remembered so far; undefined until they were counted, which takes longer the more there
   * are
   * @returns the same afterwards
   */
  remember({ fields, mayReplace }: PackedOutcomes, kept: number | undefined): number | undefined {
    if (fields.length === 0) return kept;
    const rows = rowsOf(fields);
    const grown = mayReplace ? this.#replace(rows) : this.#insert(rows);
    this.#unforgotten += rows.length;
    const now = kept === undefined ? undefined : kept + grown;
    if (this.#unforgotten < OUTCOMES_BETWEEN_FORGETTING) return now;
    return this.#forget(now ?? this.#sql.count.get()!, rows.at(-1)![1]);
  }

  /** Returns by how many the remembered outcomes grew. */
  #insert(rows: readonly Row[]): number {
    let index = 0;
    for (; index + ROWS_AT_ONCE <= rows.length; index += ROWS_AT_ONCE) {
      this.#sql.insertSeveral.run(rows.slice(index, index + ROWS_AT_ONCE).flat());
    }
    for (; index < rows.length; index++) this.#sql.insert.run(rows[index]!);
    return rows.length;
  }

  #replace(rows: readonly Row[]): number {
    let grown = 0;
    for (const row of rows) {
      grown += 1 - this.#sql.remove.run(row[0]).changes;
      this.#sql.insert.run(row);
    }
    return grown;
  }

  /** Forgets outcomes beyond either bound, oldest first, a limited number at once. Returns how many are left. */
  #forget(kept: number, now: number): number {
    const atMost = this.#unforgotten * FORGOTTEN_PER_NEW_OUTCOME;
    this.#unforgotten = 0;
    const surplus = Math.min(Math.max(0, kept - OUTCOMES_KEPT), atMost);
    const left = surplus === 0 ? kept : kept - this.#sql.forgetOldest.run(surplus).changes;
    const expired = now - OUTCOME_AGE_MS;
    if (this.#sql.oldest.get()! >= expired) return left;
    return left - this.#sql.forgetOlder.run(atMost - surplus, expired).changes;
  }
}

function rowsOf(fields: PackedOutcomes['fields']): Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < fields.length; index += FIELDS) {
    const [commandId, recordedAt, outcome] = [fields[index], fields[index + 1], fields[index + 2]] as [
      string,
      number,
      string,
    ];
    rows.push([commandId, recordedAt, outcome, checksumOfOutcome({ commandId, recordedAt, outcome })]);
  }
  return rows;
}

/** `or replace`, because an id that is new to the store may be in a file that another program has written to. */
const INSERT_OUTCOMES = 'insert or replace into commands (command_id, recorded_at, outcome, checksum) values';
const PLACES = '(?, ?, ?, ?)';
const MANY_PLACES = new Array(ROWS_AT_ONCE).fill(PLACES).join(', ');

function prepareStatements(connection: Connection) {
  const count = connection.prepare('select count(*) from commands').pluck() as Statement<number>;
  const oldest = connection
    .prepare('select recorded_at from commands order by rowid limit 1')
    .pluck() as Statement<number>;
  const insert = connection.prepare(`${INSERT_OUTCOMES} ${PLACES}`);
  const insertSeveral = connection.prepare(`${INSERT_OUTCOMES} ${MANY_PLACES}`);
  const remove = connection.prepare('delete from commands where command_id = ?');
  const forgetOldest = connection.prepare(
    `delete from commands
     where rowid < (select rowid from commands order by rowid limit 1 offset ?)`,
  );
  const forgetOlder = connection.prepare(
    `delete from commands
     where rowid in (select rowid from commands order by rowid limit ?)
       and recorded_at < ?`,
  );
  return { count, oldest, insert, insertSeveral, remove, forgetOldest, forgetOlder };
}
