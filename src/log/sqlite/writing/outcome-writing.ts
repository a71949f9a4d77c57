/**
 * The writer's work on `commands`: it remembers outcomes together with their append, and forgets old ones.
 *
 * Many come at once, so one statement inserts several. An id that is in the file already loses its old row. So rows
 * stay in the order in which they were written, and are forgotten in that order.
 */
import { checksumOfOutcome, FORGOTTEN_PER_NEW_OUTCOME, type OutcomeBounds } from '../../outcomes.ts';
import type { Connection, Statement } from '../file/driver.ts';
import type { PackedOutcomes } from './writer-protocol.ts';

/** Looking for outcomes to forget costs a little, so it is not done at every append. */
const OUTCOMES_BETWEEN_FORGETTING = 100;

/** Rows of one statement. */
const ROWS_AT_ONCE = 16;

type Row = readonly [commandId: string, recordedAt: number, outcome: string, checksum: number];

export class OutcomeWriting {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #bounds: OutcomeBounds;
  #unforgotten = 0;

  constructor(connection: Connection, bounds: OutcomeBounds) {
    this.#sql = prepareStatements(connection);
    this.#bounds = bounds;
  }

  /** Remembers outcomes, and from time to time forgets some. Runs in the caller's transaction. */
  remember(packed: PackedOutcomes): void {
    if (packed.numbers.length === 0) return;
    const rows = rowsOf(packed);
    if (packed.mayReplace) this.#replace(rows);
    else this.#insert(rows);
    this.#unforgotten += rows.length;
    if (this.#unforgotten >= OUTCOMES_BETWEEN_FORGETTING) this.#forget(rows.at(-1)![1]);
  }

  #insert(rows: readonly Row[]): void {
    let index = 0;
    for (; index + ROWS_AT_ONCE <= rows.length; index += ROWS_AT_ONCE) {
      this.#sql.insertSeveral.run(rows.slice(index, index + ROWS_AT_ONCE).flat());
    }
    for (; index < rows.length; index++) this.#sql.insert.run(rows[index]!);
  }

  #replace(rows: readonly Row[]): void {
    for (const row of rows) {
      this.#sql.remove.run(row[0]);
      this.#sql.insert.run(row);
    }
  }

  /**
   * Forgets outcomes beyond either bound, oldest first, a limited number at once.
   *
   * Rows get rowids that count up, and the oldest are forgotten first. So the first and the last rowid tell how many there
   * are, without counting millions of rows. A row that was replaced leaves a gap: then a few less are kept.
   */
  #forget(now: number): void {
    const atMost = this.#unforgotten * FORGOTTEN_PER_NEW_OUTCOME;
    this.#unforgotten = 0;
    const [first, last] = this.#sql.extent.get()!;
    const surplus = Math.min(Math.max(0, last - first + 1 - this.#bounds.outcomes), atMost);
    if (surplus > 0) this.#sql.forgetThrough.run(first + surplus - 1);
    const expired = now - this.#bounds.age;
    if (this.#sql.oldest.get()! < expired) this.#sql.forgetOlder.run(atMost - surplus, expired);
  }
}

function rowsOf({ text, numbers }: PackedOutcomes): Row[] {
  const rows: Row[] = [];
  let start = 0;
  for (let at = 0; at < numbers.length; at += 3) {
    const recordedAt = numbers[at]!;
    const middle = start + numbers[at + 1]!;
    const end = middle + numbers[at + 2]!;
    const [commandId, outcome] = [text.slice(start, middle), text.slice(middle, end)];
    rows.push([commandId, recordedAt, outcome, checksumOfOutcome({ commandId, recordedAt, outcome })]);
    start = end;
  }
  return rows;
}

/** `or replace`, because an id that is new to the store may be in a file that another program has written to. */
const INSERT_OUTCOMES = 'insert or replace into commands (command_id, recorded_at, outcome, checksum) values';
const PLACES = '(?, ?, ?, ?)';
const MANY_PLACES = new Array(ROWS_AT_ONCE).fill(PLACES).join(', ');

function prepareStatements(connection: Connection) {
  const extent = connection
    .prepare('select (select min(rowid) from commands), (select max(rowid) from commands)')
    .raw() as Statement<readonly [first: number, last: number]>;
  const oldest = connection
    .prepare('select recorded_at from commands order by rowid limit 1')
    .pluck() as Statement<number>;
  const insert = connection.prepare(`${INSERT_OUTCOMES} ${PLACES}`);
  const insertSeveral = connection.prepare(`${INSERT_OUTCOMES} ${MANY_PLACES}`);
  const remove = connection.prepare('delete from commands where command_id = ?');
  const forgetThrough = connection.prepare('delete from commands where rowid <= ?');
  const forgetOlder = connection.prepare(
    `delete from commands
     where rowid in (select rowid from commands order by rowid limit ?)
       and recorded_at < ?`,
  );
  return { extent, oldest, insert, insertSeveral, remove, forgetThrough, forgetOlder };
}
