/**
 * The tables of logs in PostgreSQL. Many logs share a schema, and each row names its log.
 *
 * - `format`: one row, the version of these tables. They are numbered on their own.
 * - `logs`: one row for each log. An append locks the row `for share` and reads its epoch; it never updates it. An update would
 *   leave a dead version for each append, and an old snapshot elsewhere in the database would keep all of them. `write_round` rises
 *   after a lost connection: what was sent before it and arrives later is refused.
 * - `members`: those who write a log in turns (`writers` is `many` then), and until when each of them counts. A row that has run out
 *   comes back only together with `members_until` of the log's row, so that no member is missed that joins at the same time.
 * - `blocks`: the log. `json` holds an open block, as written; `packed` a sealed one.
 * - `commands`: outcomes. `ordinal` counts up with each one, so that the oldest are found without a scan.
 * - `redactions`: what was redacted, never the words. `staged_blocks` and `staged_outcomes` wait for a redaction to be applied.
 * - `reactors`: each checkpoint is a new row, for the same reason as above. The last ordinal counts.
 *
 * Two indexes begin with `log + 0`, and the questions that are meant for them say `log + 0 = $1`; all others say `log = $1`. So the
 * server has no choice: where its statistics do not know a log yet, any index would look equally good to it, and it might read the
 * whole log for one row.
 *
 * Names that come from applications (ids, owners, keys) are bytes in UTF-8: text in PostgreSQL cannot hold U+0000.
 */

/** The version of the tables. 2: each index serves one kind of question. */
export const POSTGRES_FORMAT = 2;

/** What a schema may be called. It is written into statements, so it needs no quotes. */
export const SCHEMA_NAME: RegExp = /^[a-z_][a-z0-9_]{0,62}$/;

/** The statements that make all tables in a schema. Two processes may race: one of them waits. */
export function tablesIn(schema: string): string {
  return `
select pg_advisory_xact_lock(hashtext('refold ${schema}'));
create schema if not exists ${schema};

create table if not exists ${schema}.format (
  only_row boolean primary key default true check (only_row),
  version integer not null
);

create table if not exists ${schema}.logs (
  log bigint generated always as identity primary key,
  name bytea not null unique,
  log_id text not null,
  epoch bigint not null,
  lease_until timestamptz not null,
  holder text not null,
  trimmed_through bigint not null,
  trimmed_recorded_at bigint not null,
  trimmed_chain text not null,
  redactions bigint not null,
  write_round bigint not null default 0,
  system_id text,
  timeline integer,
  writers text not null default 'one',
  members_until timestamptz not null default '-infinity'
);

create table if not exists ${schema}.members (
  log bigint not null,
  member bytea not null,
  until timestamptz not null,
  primary key (log, member)
);

create table if not exists ${schema}.blocks (
  log bigint not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  recorded_at bigint not null,
  last_recorded_at bigint not null,
  encoding text not null,
  checksum bigint not null,
  chain text not null,
  bytes integer not null,
  json text,
  packed bytea,
  primary key (log, first_sequence)
);
alter table ${schema}.blocks alter column packed set storage external; -- it is compressed already
do $$ begin
  alter table ${schema}.blocks alter column json set compression lz4; -- several times quicker than the default
exception when feature_not_supported then null; -- in servers that are built without it
end $$;
create index if not exists blocks_in_time on ${schema}.blocks ((log + 0), recorded_at, first_sequence);
drop index if exists ${schema}.blocks_by_time;

create table if not exists ${schema}.block_tags (
  log bigint not null,
  first_sequence bigint not null,
  block_checksum bigint not null,
  checksum bigint not null,
  kinds text not null,
  hashes bytea not null,
  primary key (log, first_sequence)
);

create table if not exists ${schema}.commands (
  log bigint not null,
  command_id bytea not null,
  ordinal bigint not null,
  recorded_at bigint not null,
  outcome text not null,
  checksum bigint not null,
  primary key (log, command_id)
);
create index if not exists commands_in_order on ${schema}.commands ((log + 0), ordinal);
drop index if exists ${schema}.commands_by_ordinal;

create table if not exists ${schema}.snapshots (
  log bigint not null,
  id bytea not null,
  owner bytea not null,
  sequence bigint not null,
  recorded_at bigint not null,
  chain text not null,
  state_hash text not null,
  fingerprint text not null,
  format integer not null,
  bytes bigint not null,
  chunks integer not null,
  checksum bigint not null,
  primary key (log, owner, sequence)
);

create table if not exists ${schema}.snapshot_chunks (
  log bigint not null,
  snapshot_id bytea not null,
  part integer not null,
  data bytea not null,
  checksum bigint not null,
  primary key (log, snapshot_id, part)
);

create table if not exists ${schema}.checkpoints (
  log bigint not null,
  projection bytea not null,
  sequence bigint not null,
  primary key (log, projection)
);

create table if not exists ${schema}.reactors (
  log bigint not null,
  reactor bytea not null,
  ordinal bigint not null,
  sequence bigint not null,
  progress text not null,
  primary key (log, reactor, ordinal)
);

create table if not exists ${schema}.meta (
  log bigint not null,
  key bytea not null,
  value bytea not null,
  primary key (log, key)
);

create table if not exists ${schema}.redactions (
  log bigint not null,
  id integer not null,
  recorded_at bigint not null,
  requested_by bytea,
  selector text not null,
  events bigint not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  checksum bigint not null,
  primary key (log, id)
);

create table if not exists ${schema}.staged_blocks (
  log bigint not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  recorded_at bigint not null,
  last_recorded_at bigint not null,
  checksum bigint not null,
  start_chain text not null,
  chain text not null,
  bytes integer not null,
  packed bytea not null,
  list_checksum bigint not null,
  kinds text not null,
  hashes bytea not null,
  replaces bigint[] not null,
  primary key (log, first_sequence)
);

create table if not exists ${schema}.staged_outcomes (
  log bigint not null,
  command_id bytea not null,
  recorded_at bigint not null,
  outcome text not null,
  checksum bigint not null,
  primary key (log, command_id)
);

-- Recent events for any SQL tool. Arrays are taken apart by json_array_elements alone: it leaves values as they are written, while
-- jsonb and the operators of json would fail on U+0000 and on lone surrogates.
create or replace view ${schema}.events (log, sequence, recorded_at, type, version, data, meta) as
select
  convert_from(l.name, 'UTF8'),
  b.first_sequence + c.after + event.place - 1,
  b.recorded_at + c.later,
  case when e.type like '%\\\\%' then e.type else substr(e.type, 2, length(e.type) - 2) end,
  e.version::integer,
  e.data,
  e.meta
from ${schema}.blocks b
  join ${schema}.logs l using (log)
  cross join lateral json_array_elements(b.json::json) as one (value)
  cross join lateral (
    select
      (max(value::text) filter (where place = 1))::bigint as after,
      (max(value::text) filter (where place = 2))::bigint as later,
      (max(value::text) filter (where place = 3))::json as events
    from json_array_elements(one.value) with ordinality as part (value, place)
  ) c
  cross join lateral json_array_elements(c.events) with ordinality as event (value, place)
  cross join lateral (
    select
      max(value::text) filter (where place = 1) as type,
      max(value::text) filter (where place = 2) as version,
      max(value::text) filter (where place = 3) as data,
      max(value::text) filter (where place = 4) as meta
    from json_array_elements(event.value) with ordinality as part (value, place)
  ) e
where b.encoding = 'open';

insert into ${schema}.format (version) values (${POSTGRES_FORMAT})
  on conflict (only_row) do update set version = greatest(format.version, excluded.version);
`;
}
