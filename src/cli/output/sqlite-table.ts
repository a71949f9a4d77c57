/**
 * Writes events into a plain SQLite table, for any tool that reads SQLite. The file is not a log.
 *
 * It uses Node's own SQLite, so that the log's driver stays private to the log.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type RecordedEvent, RefoldError } from '../../index.ts';
import { quietly } from './quietly.ts';

const CREATE = `
create table events (
  sequence integer primary key,
  recorded_at integer not null,
  type text not null,
  version integer not null,
  data text not null,
  meta text
) strict`;

const INSERT_EVENT = 'insert into events (sequence, recorded_at, type, version, data, meta) values (?, ?, ?, ?, ?, ?)';

/** Rows per transaction. */
const BATCH = 10_000;

/**
 * Writes the table into a new file, with `recorded_at` in ms since the epoch, and `data` and `meta` as JSON. Returns
 * the number of rows.
 */
export async function writeTable(path: string, events: AsyncIterable<RecordedEvent>): Promise<number> {
  const database = await openNew(path);
  try {
    database.exec(CREATE);
    return await insertAll(database, events);
  } finally {
    database.close();
  }
}

async function insertAll(database: DatabaseSync, events: AsyncIterable<RecordedEvent>): Promise<number> {
  const insert = database.prepare(INSERT_EVENT);
  let rows = 0;
  database.exec('begin');
  for await (const { sequence, recordedAt, type, version, data, meta } of events) {
    insert.run(
      sequence,
      recordedAt,
      type,
      version,
      JSON.stringify(data),
      meta === undefined ? null : JSON.stringify(meta),
    );
    rows += 1;
    if (rows % BATCH === 0) database.exec('commit; begin');
  }
  database.exec('commit');
  return rows;
}

async function openNew(path: string): Promise<DatabaseSync> {
  try {
    const { DatabaseSync } = await quietly(() => import('node:sqlite'));
    return new DatabaseSync(path);
  } catch (cause) {
    throw new RefoldError('INVALID_OPTION', 'Cannot export to SQLite: this Node was built without node:sqlite', {
      type: 'sqlite',
      hint: 'Use a Node from nodejs.org, or export JSON lines',
      cause,
    });
  }
}
