/**
 * Events in a plain SQLite table, for any tool that reads SQLite: writes one, and reads it back. The file is not a log.
 *
 * It uses Node's own SQLite, so that the log's driver stays private to the log.
 */
import type { DatabaseSync } from 'node:sqlite';
import { quietly } from '../../../guests/quietly.ts';
import { RefoldError } from '../../../index.ts';
import type { EventBatches } from './json-lines.ts';

const CREATE = `
create table events (
  sequence integer primary key,
  recorded_at integer not null,
  type text not null,
  version integer not null,
  data text not null,
  meta text,
  command_id text
) strict`;

/** Made last: an index that grows with each row costs more. */
const INDEXES = `
create index events_by_type on events (type, sequence);
create index events_by_time on events (recorded_at, sequence);`;

const INSERT_EVENT = `insert into events (sequence, recorded_at, type, version, data, meta, command_id)
  values (?, ?, ?, ?, ?, ?, ?)`;

/** Rows per transaction. */
const BATCH = 10_000;

/**
 * Writes the table into a new file, with `recorded_at` in ms since the epoch, and `data` and `meta` as JSON. Returns
 * the number of rows.
 */
export async function writeTable(path: string, batches: EventBatches): Promise<number> {
  const database = await openNew(path);
  try {
    database.exec(CREATE);
    const rows = await insertAll(database, batches);
    database.exec(INDEXES);
    return rows;
  } finally {
    database.close();
  }
}

async function insertAll(database: DatabaseSync, batches: EventBatches): Promise<number> {
  const insert = database.prepare(INSERT_EVENT);
  let rows = 0;
  database.exec('begin');
  for await (const events of batches) {
    for (const { sequence, recordedAt, type, version, data, meta, commandId } of events) {
      insert.run(
        sequence,
        recordedAt,
        type,
        version,
        JSON.stringify(data),
        meta === undefined ? null : JSON.stringify(meta),
        commandId ?? null,
      );
      rows += 1;
      if (rows % BATCH === 0) database.exec('commit; begin');
    }
  }
  database.exec('commit');
  return rows;
}

async function openNew(path: string): Promise<DatabaseSync> {
  const { DatabaseSync } = await loadSqlite();
  return new DatabaseSync(path);
}

/** A row as `writeTable` writes it. Another program may have written anything. */
type TableRow = Readonly<
  Record<'sequence' | 'recorded_at' | 'type' | 'version' | 'data' | 'meta' | 'command_id', unknown>
>;

/**
 * Reads such a table back as JSON lines, one for each row, in the order of their sequences. A table of an older release
 * has no `command_id`.
 *
 * @throws RefoldError `INVALID_OPTION` when the file has no such table
 */
export async function* readTable(path: string): AsyncGenerator<string, void> {
  const { DatabaseSync } = await loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const rows = database.prepare('select * from events order by sequence').iterate();
    for (const row of rows as Iterable<unknown> as Iterable<TableRow>) yield `${lineOf(row)}\n`;
  } catch (cause) {
    throw new RefoldError('INVALID_OPTION', `Cannot import ${path}: it has no table of events that can be read`, {
      path,
      type: 'sqlite',
      hint: 'Give a file that refold export --sqlite made',
      cause,
    });
  } finally {
    database?.close();
  }
}

/** `data` and `meta` are JSON already, and stay as they are. What is wrong in a row is found in its line. */
function lineOf({ sequence, recorded_at, type, version, data, meta, command_id }: TableRow): string {
  const rest = JSON.stringify({ sequence, recordedAt: recorded_at, type, version, commandId: command_id ?? undefined });
  const parts = [rest.slice(0, -1), `"data":${jsonOf(data)}`];
  if (meta !== null && meta !== undefined) parts.push(`"meta":${jsonOf(meta)}`);
  return `${parts.join(',')}}`;
}

/** JSON over several lines would not fit into one. */
function jsonOf(text: unknown): string {
  return String(text).replace(/[\r\n]+/g, ' ');
}

async function loadSqlite(): Promise<typeof import('node:sqlite')> {
  try {
    return await quietly(() => import('node:sqlite'));
  } catch (cause) {
    throw new RefoldError('INVALID_OPTION', 'Cannot use SQLite: this Node was built without node:sqlite', {
      type: 'sqlite',
      hint: 'Use a Node from nodejs.org, or JSON lines',
      cause,
    });
  }
}
