/**
 * The tables of a log file, the check whether a file is a log, and the migration from older formats.
 *
 * `application_id` and `user_version` are read before anything else, so that a foreign or newer file is never touched.
 * Then the schema itself is read, because a foreign trigger or view would run inside our statements. All tables are
 * STRICT. Integers are plain numbers: a sequence is a safe integer.
 */
import crypto from 'node:crypto';
import { RefoldError } from '../../../core/errors.ts';
import { EMPTY_CHAIN, HINT_CORRUPT } from '../../blocks/chain.ts';
import type { Connection } from './driver.ts';

/** `application_id` of a log: "RFLD" in ASCII. `file(1)` and SQLite tools can tell a log by it. */
export const APPLICATION_ID = 0x52464c44;

/** `user_version` of a new log. */
export const FORMAT_VERSION = 1;

/**
 * The highest `user_version` that this code reads. Format 2 has the tables of format 1, and something that older releases
 * do not know: a snapshot whose state uses newer tags, or a commit with the id of its command. A log gets it with the
 * first of them, and keeps it.
 */
export const NEWEST_FORMAT = 2;

/** What a file is: empty, a log of an older format, or a log. */
export type FileIdentity = 'empty' | 'older' | 'log';

/**
 * Looks at a file before anything is done to it.
 *
 * @throws RefoldError `INVALID_OPTION` for another program's SQLite file, `FORMAT_TOO_NEW` for a newer log,
 * `LOG_CORRUPT` for one whose schema is not as refold wrote it
 */
export function identify(connection: Connection, path: string): FileIdentity {
  const applicationId = connection.pragma('application_id', { simple: true });
  const version = Number(connection.pragma('user_version', { simple: true }));
  const tables = connection.prepare('select name from sqlite_schema order by name limit 4').pluck().all() as string[];
  if (applicationId === 0 && version === 0 && tables.length === 0) return 'empty';
  if (applicationId !== APPLICATION_ID) throw foreignFile(path, applicationId, tables);
  if (version > NEWEST_FORMAT) throw formatTooNew(path, version);
  if (version < 1) throw schemaChanged(path, `its format is ${version}`);
  if (version < FORMAT_VERSION) return 'older';
  requireOwnSchema(connection, path);
  return 'log';
}

/** Creates the tables in an empty file, in one transaction. */
export function createSchema(connection: Connection): void {
  connection
    .transaction(() => {
      connection.exec(SCHEMA);
      connection.prepare('insert into log_state values (1, ?, 0, 0, 0, ?, 0)').run(newLogId(), EMPTY_CHAIN);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${FORMAT_VERSION}`);
    })
    .immediate();
}

/**
 * Makes the file as new as one of its snapshots or blocks, in the caller's transaction: an older release then refuses it.
 *
 * @param format of the snapshot's encoding, or of the block
 */
export function raiseFormat(connection: Connection, format: number): void {
  if (format >= NEWEST_FORMAT && versionOf(connection) < NEWEST_FORMAT) {
    connection.pragma(`user_version = ${NEWEST_FORMAT}`);
  }
}

/**
 * Makes room for the progress of reactors, in the caller's transaction. An older release, which would not keep the events
 * that they need, then refuses the file.
 */
export function addReactors(connection: Connection): void {
  if (hasReactors(connection)) return;
  connection.exec(REACTORS);
  raiseFormat(connection, NEWEST_FORMAT);
}

/** A log has no such table until a reactor was registered. */
export function hasReactors(connection: Connection): boolean {
  return (
    connection.prepare("select 1 from sqlite_schema where type = 'table' and name = 'reactors'").get() !== undefined
  );
}

/** A new id for a log, in hex. Each backup and each repaired log gets a new one. */
export function newLogId(): string {
  return crypto.randomBytes(16).toString('hex');
}

/** One step from a format to the next: changes tables and their content, in the caller's transaction. */
export interface Migration {
  readonly from: number;
  readonly run: (connection: Connection) => void;
}

/** The steps from each older format. Empty, because format 1 is the first. */
export const MIGRATIONS: readonly Migration[] = [];

/**
 * Migrates an older log to this format in one transaction: after a crash it has the old format or the new one.
 *
 * @throws RefoldError `INVALID_OPTION` when its format cannot be migrated
 */
export function migrate(
  connection: Connection,
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
  format: number = FORMAT_VERSION,
): void {
  connection
    .transaction(() => {
      // Read inside the transaction: a second process finds the work done.
      for (let version = versionOf(connection); version < format; version++) {
        const step = migrations.find(({ from }) => from === version);
        if (step === undefined) throw formatTooOld(path, version);
        step.run(connection);
        connection.pragma(`user_version = ${version + 1}`);
      }
    })
    .immediate();
}

/** The format of a log. */
export function versionOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

type SchemaRow = readonly [type: string, name: string, sql: string | null];

/** Refuses a file with more than our tables, or with other tables under their names. */
function requireOwnSchema(connection: Connection, path: string): void {
  const rows = connection.prepare('select type, name, sql from sqlite_schema').raw().all() as SchemaRow[];
  const missing = new Map(OWN_SCHEMA);
  for (const row of rows) {
    const [type, name, sql] = row;
    if (isSqlitesOwn(row) || REACTORS_SCHEMA.get(`${type} ${name}`) === sql) continue;
    if (missing.get(`${type} ${name}`) !== sql) throw schemaChanged(path, `the ${type} ${name} is not refold's`);
    missing.delete(`${type} ${name}`);
  }
  for (const name of missing.keys()) throw schemaChanged(path, `the ${name} is missing`);
}

/**
 * True when our tables are exactly as refold makes them, whatever else is there: then they can be read without running
 * foreign code.
 */
export function hasOwnTables(connection: Connection): boolean {
  const rows = connection.prepare('select type, name, sql from sqlite_schema').raw().all() as SchemaRow[];
  const found = new Map(rows.map(([type, name, sql]) => [`${type} ${name}`, sql]));
  return [...OWN_SCHEMA].every(([name, sql]) => name.startsWith('view ') || found.get(name) === sql);
}

/** What `primary key` and `unique` create, and what `analyze` leaves. */
function isSqlitesOwn([type, name, sql]: SchemaRow): boolean {
  if (type === 'index') return sql === null && name.startsWith('sqlite_autoindex_');
  return type === 'table' && ANALYZED.has(String(sql));
}

const ANALYZED = new Set([
  'CREATE TABLE sqlite_stat1(tbl,idx,stat)',
  'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)',
]);

/**
 * - `blocks`: the log. `recorded_at` is the first event's, in ms. `payload` comes last: headers are read without it.
 * - `log_state`: one row. `log_id` says which log this is; `epoch` rises with each writer; `trimmed_*` is the end of what
 *   was dropped (0 and the empty-log chain before that); `syncs` is written to force a sync where commits alone do not.
 * - `snapshots`, `snapshot_chunks`: a snapshot exists once its header row does, which is written last. Chunks without a
 *   header are left over from an interrupted one and are swept. `checksum` is of the other columns but `id`, and of the
 *   compressed `data`.
 * - `commands`: remembered outcomes, oldest first by rowid. `checksum` is of the other columns.
 * - `events`: the open blocks, spread for any SQL tool. The extra `encoding` test inside keeps JSON functions away from
 *   sealed payloads whatever order a planner takes.
 */
const SCHEMA = `
create table blocks (
  first_sequence integer primary key,
  last_sequence integer not null,
  recorded_at integer not null,
  encoding text not null,
  checksum integer not null,
  chain text not null,
  payload any not null
) strict;

create table log_state (
  id integer primary key check (id = 1),
  log_id text not null,
  epoch integer not null,
  trimmed_through integer not null,
  trimmed_recorded_at integer not null,
  trimmed_chain text not null,
  syncs integer not null
) strict;

create table snapshots (
  id integer primary key,
  owner text not null,
  sequence integer not null,
  recorded_at integer not null,
  chain text not null,
  state_hash text not null,
  fingerprint text not null,
  format integer not null,
  bytes integer not null,
  chunks integer not null,
  checksum integer not null,
  unique (owner, sequence)
) strict;

create table snapshot_chunks (
  snapshot_id integer not null,
  part integer not null,
  bytes integer not null,
  checksum integer not null,
  data blob not null,
  primary key (snapshot_id, part)
) strict;

create table commands (
  command_id text primary key,
  recorded_at integer not null,
  outcome text not null,
  checksum integer not null
) strict;

create table checkpoints (
  projection text primary key,
  sequence integer not null
) strict;

create table meta (
  key text primary key,
  value text not null
) strict;

create view events (sequence, recorded_at, type, version, data, meta) as
select
  block.first_sequence + json_extract(block_commit.value, '$[0]') + event.key,
  block.recorded_at + json_extract(block_commit.value, '$[1]'),
  json_extract(event.value, '$[0]'),
  json_extract(event.value, '$[1]'),
  event.value -> '$[2]',
  event.value -> '$[3]'
from blocks as block
  join json_each(case block.encoding when 'open' then block.payload else '[]' end) as block_commit
  join json_each(block_commit.value, '$[2]') as event
where block.encoding = 'open';
`;

/** How far each reactor has come. It is made with the first of them. */
const REACTORS = `
create table reactors (
  name text primary key,
  sequence integer not null,
  progress text not null
) strict;
`;

const OWN_SCHEMA = schemaOf(SCHEMA);
const REACTORS_SCHEMA = schemaOf(REACTORS);

/** Tables and views as SQLite keeps them in `sqlite_schema`: from the name on, every character must match. */
function schemaOf(statements: string): ReadonlyMap<string, string> {
  return new Map(
    statements
      .trim()
      .split(/;\s*/)
      .filter((statement) => statement !== '')
      .map((statement) => {
        const [, type = '', name = ''] = /^create (table|view) (\w+)/.exec(statement) ?? [];
        return [`${type} ${name}`, statement.replace(/^create \w+/, `CREATE ${type.toUpperCase()}`)];
      }),
  );
}

function foreignFile(path: string, applicationId: unknown, tables: readonly string[]): RefoldError {
  const id = Number(applicationId);
  const named = id === 0 ? '' : `application id 0x${(id >>> 0).toString(16)}`;
  const holding = tables.length === 0 ? 'no tables' : `tables such as ${tables.slice(0, 3).join(', ')}`;
  return new RefoldError(
    'INVALID_OPTION',
    `Cannot open ${path}: it is a SQLite file of another program (${[named, holding].filter(Boolean).join(', ')})`,
    { path, type: 'path', hint: 'Choose another path; nothing in this file was changed' },
  );
}

function schemaChanged(path: string, why: string): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot open ${path}: ${why}`, {
    path,
    hint: `Nothing else may live in a log's file. ${HINT_CORRUPT}`,
  });
}

function formatTooOld(path: string, version: number): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${path}: this refold cannot migrate its format ${version}`, {
    path,
    type: 'path',
    hint: 'Open it with an older release first',
  });
}

function formatTooNew(path: string, version: number): RefoldError {
  return new RefoldError(
    'FORMAT_TOO_NEW',
    `Cannot open ${path}: it has format ${version}, and this refold reads formats up to ${NEWEST_FORMAT}`,
    { path, hint: 'Update refold' },
  );
}
