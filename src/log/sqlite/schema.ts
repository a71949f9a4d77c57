/**
 * The tables of a log file, and whether a file is one.
 *
 * `application_id` and `user_version` are read before anything else, so that no foreign or newer file is ever touched.
 * All tables are STRICT. Integers are plain numbers: a sequence is a safe integer.
 */
import { RefoldError } from '../../core/errors.ts';
import { EMPTY_CHAIN } from '../chain.ts';
import type { Connection } from './driver.ts';

/** `application_id` of a log: "RFLD" in ASCII. `file(1)` and SQLite tools can tell a log by it. */
export const APPLICATION_ID = 0x52464c44;

/** `user_version` of a log: the format that this code writes. */
export const FORMAT_VERSION = 1;

/** What a file is: nothing yet, or a log. */
export type FileIdentity = 'empty' | 'log';

/**
 * Looks at a file before anything is done to it.
 *
 * @throws RefoldError `INVALID_OPTION` for another program's SQLite file, `FORMAT_TOO_NEW` for a newer log
 */
export function identify(connection: Connection, path: string): FileIdentity {
  const applicationId = connection.pragma('application_id', { simple: true });
  const version = Number(connection.pragma('user_version', { simple: true }));
  const tables = connection.prepare('select name from sqlite_schema order by name limit 4').pluck().all() as string[];
  if (applicationId === 0 && version === 0 && tables.length === 0) return 'empty';
  if (applicationId !== APPLICATION_ID) throw foreignFile(path, applicationId, tables);
  if (version > FORMAT_VERSION) throw formatTooNew(path, version);
  return 'log';
}

/** Creates the tables in an empty file, in one transaction. */
export function createSchema(connection: Connection): void {
  connection
    .transaction(() => {
      connection.exec(SCHEMA);
      connection.prepare('insert into log_state values (1, 0, 0, 0, ?, 0)').run(EMPTY_CHAIN);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${FORMAT_VERSION}`);
    })
    .immediate();
}

/**
 * - `blocks`: the log. `recorded_at` is the first event's, in ms. `payload` comes last: headers are read without it.
 * - `log_state`: one row. `epoch` rises with each writer; `trimmed_*` is the end of what was dropped (0 and the
 *   empty-log chain before that); `syncs` is written to force a sync where commits alone do not.
 * - `snapshots`, `snapshot_chunks`: a snapshot exists once its header row does, which is written last. Chunks without a
 *   header are left over from an interrupted one and are swept. `checksum` is of the compressed `data`.
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

function formatTooNew(path: string, version: number): RefoldError {
  return new RefoldError(
    'FORMAT_TOO_NEW',
    `Cannot open ${path}: it has format ${version}, and this refold reads formats up to ${FORMAT_VERSION}`,
    { path, hint: 'Update refold' },
  );
}
