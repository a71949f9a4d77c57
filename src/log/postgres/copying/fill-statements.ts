/** The statements that fill a new log. `$1` is the log's number in every one of them. */
import { HOLDING, SYNCED } from '../tables/write-statements.ts';

export interface FillStatements {
  /** What is there under a name, before anything is done: the log, the text of its mark, and whether it holds anything. */
  readonly look: string;
  /** Locks the log for the transaction, and tells its epoch and whether the mark is there. */
  readonly fence: string;
  /** The same for the last transaction, which reaches the disk. */
  readonly lastFence: string;
  /** Some rows of each table. To be asked until it deletes none. */
  readonly clearRows: readonly string[];
  readonly clearBlocks: readonly string[];
  readonly mark: string;
  readonly unmark: string;
  readonly trim: string;
  readonly chainBefore: string;
  /** Blocks from a sequence on, and their lists. */
  readonly cut: readonly string[];
  readonly blocks: string;
  readonly lists: string;
  readonly outcomes: string;
  readonly chunks: string;
  readonly snapshot: string;
  readonly checkpoints: string;
  readonly reactors: string;
  readonly meta: string;
  readonly finish: string;
}

/** What holds for one transaction. */
const FILL_SETTINGS = (schema: string, synced: string): string => `select l.epoch, exists (
    select 1 from ${schema}.meta m where m.log = l.log and m.key = $2
  )
  from (select ${HOLDING}, set_config('synchronous_commit', ${synced}, true)) settings,
    ${schema}.logs l
  where l.log = $1
  for update of l`;

export function fillsIn(schema: string): FillStatements {
  const [unsynced, synced] = [FILL_SETTINGS(schema, "'off'"), FILL_SETTINGS(schema, SYNCED)];
  return {
    look: `select l.log, (select value from ${schema}.meta m where m.log = l.log and m.key = $2),
    l.trimmed_through > 0
      or exists (select 1 from ${schema}.blocks b where b.log = l.log)
      or exists (select 1 from ${schema}.meta m where m.log = l.log)
      or exists (select 1 from ${schema}.commands c where c.log = l.log)
  from ${schema}.logs l where l.name = $1`,
    fence: unsynced,
    lastFence: synced,
    clearRows: [
      `with gone as (delete from ${schema}.commands where ctid = any(array(
    select ctid from ${schema}.commands where log = $1 limit 5000)) returning 1) select count(*) from gone`,
      `with gone as (delete from ${schema}.snapshots where ctid = any(array(
    select ctid from ${schema}.snapshots where log = $1 limit 1000)) returning 1) select count(*) from gone`,
      `with gone as (delete from ${schema}.snapshot_chunks where ctid = any(array(
    select ctid from ${schema}.snapshot_chunks where log = $1 limit 1000)) returning 1) select count(*) from gone`,
    ],
    clearBlocks: [
      `with gone as (delete from ${schema}.block_tags where ctid = any(array(
    select ctid from ${schema}.block_tags where log = $1 limit 1000)) returning 1) select count(*) from gone`,
      `with gone as (delete from ${schema}.blocks where ctid = any(array(
    select ctid from ${schema}.blocks where log = $1 limit 1000)) returning 1) select count(*) from gone`,
    ],
    mark: `insert into ${schema}.meta (log, key, value) values ($1, $2, $3)
  on conflict (log, key) do update set value = excluded.value`,
    unmark: `delete from ${schema}.meta where log = $1 and key = $2`,
    trim: `update ${schema}.logs set trimmed_through = $2, trimmed_recorded_at = $3, trimmed_chain = $4 where log = $1`,
    chainBefore: `select coalesce(
    (select chain from ${schema}.blocks where log = $1 and last_sequence = $2 - 1 order by first_sequence desc limit 1),
    (select trimmed_chain from ${schema}.logs where log = $1 and trimmed_through = $2 - 1))`,
    cut: [
      `delete from ${schema}.blocks where log = $1 and first_sequence >= $2`,
      `delete from ${schema}.block_tags where log = $1 and first_sequence >= $2`,
    ],
    blocks: `insert into ${schema}.blocks
    (log, first_sequence, last_sequence, recorded_at, last_recorded_at, encoding, checksum, chain, bytes, json, packed)
  select $1, b.*
  from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::integer[],
    $10::text[], $11::bytea[]) b`,
    lists: `insert into ${schema}.block_tags (log, first_sequence, block_checksum, checksum, kinds, hashes)
  select $1, t.* from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[]) t`,
    outcomes: `insert into ${schema}.commands (log, command_id, ordinal, recorded_at, outcome, checksum)
  select $1, o.* from unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[]) o
  on conflict (log, command_id) do update
    set ordinal = excluded.ordinal, recorded_at = excluded.recorded_at, outcome = excluded.outcome,
      checksum = excluded.checksum`,
    chunks: `insert into ${schema}.snapshot_chunks (log, snapshot_id, part, data, checksum)
  select $1, $2, c.* from unnest($3::integer[], $4::bytea[], $5::bigint[]) c
  on conflict do nothing`,
    snapshot: `insert into ${schema}.snapshots
    (log, id, owner, sequence, recorded_at, chain, state_hash, fingerprint, format, bytes, chunks, checksum)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict do nothing`,
    checkpoints: `insert into ${schema}.checkpoints (log, projection, sequence)
  select $1, c.* from unnest($2::bytea[], $3::bigint[]) c`,
    reactors: `insert into ${schema}.reactors (log, reactor, ordinal, sequence, progress)
  select $1, r.reactor, 1, r.sequence, r.progress from unnest($2::bytea[], $3::bigint[], $4::text[]) r (reactor, sequence, progress)`,
    meta: `insert into ${schema}.meta (log, key, value) select $1, m.* from unnest($2::bytea[], $3::bytea[]) m`,
    finish: `update ${schema}.logs
  set epoch = greatest(epoch, $2) + 1, redactions = $3, lease_until = clock_timestamp(), holder = ''
  where log = $1
  returning epoch`,
  };
}
