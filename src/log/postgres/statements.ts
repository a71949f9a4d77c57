/**
 * The statements of a log, each named after its job. `$1` is the log's number in every one of them.
 *
 * Every write begins with the same fence: the log's row, locked `for share`, with the writer's epoch. A takeover changes the epoch
 * under a stronger lock, so it waits for writes under way, and later ones find the new epoch.
 */

const HEADER = `first_sequence, last_sequence, recorded_at, encoding, bytes`;

/** `$2` is the epoch. The time that a lock is waited for, and the durability, hold for this statement alone. */
const FENCE = (schema: string, isSynced: boolean): string => `settings as materialized (
    select set_config('lock_timeout', '1000', true),
      set_config('synchronous_commit', '${isSynced ? 'on' : 'off'}', true)
  ), fence as materialized (
    select l.epoch, l.trimmed_through, l.trimmed_chain
    from settings, ${schema}.logs l
    where l.log = $1
    for share of l
  ), allowed as materialized (
    select 1 from fence where epoch = $2
  )`;

export type StatementName =
  | 'append'
  | 'forget'
  | 'putMeta'
  | 'putCheckpoint'
  | 'dropCheckpoint'
  | 'putReactor'
  | 'sweepReactor'
  | 'dropReactor'
  | 'putChunk'
  | 'putSnapshot'
  | 'dropSnapshots'
  | 'sweepChunks'
  | 'dropBlocks'
  | 'state'
  | 'page'
  | 'chainAt'
  | 'trimmed'
  | 'headersAfter'
  | 'blockAt'
  | 'outcome'
  | 'ordinals'
  | 'snapshots'
  | 'chunk'
  | 'checkpoints'
  | 'reactors'
  | 'meta';

export type Statements = Readonly<Record<StatementName, string>>;

export function statementsIn(schema: string, isSynced: boolean): Statements {
  const fence = FENCE(schema, isSynced);
  const fenced = (body: string): string => `with ${fence}, ${body}`;
  const told = 'select (select epoch from fence)';
  return {
    /** A block behind the expected head, and outcomes, or nothing. */
    append: `with ${fence}, tail as materialized (
    select last_sequence, chain
    from ${schema}.blocks
    where log = $1
    order by first_sequence desc
    limit 1
  ), expected as materialized (
    select 1
    from fence, allowed
    where coalesce((select last_sequence from tail), trimmed_through) = $3
      and coalesce((select chain from tail), trimmed_chain) = $4
  ), block as (
    insert into ${schema}.blocks
      (log, first_sequence, last_sequence, recorded_at, last_recorded_at, encoding, checksum, chain, bytes, json)
    select $1, $3 + 1, $5::bigint, $6::bigint, $7::bigint, 'open', $8::bigint, $9::text, $10::integer, $11::text
    from expected
    where $5::bigint > $3
    on conflict (log, first_sequence) do nothing
    returning 1
  ), tags as (
    insert into ${schema}.block_tags (log, first_sequence, block_checksum, checksum, kinds, hashes)
    select $1, $3 + 1, $8::bigint, $12::bigint, $13::text, $14::bytea
    from block
    where $13::text is not null
  ), outcomes as (
    insert into ${schema}.commands (log, command_id, ordinal, recorded_at, outcome, checksum)
    select $1, o.command_id, o.ordinal, o.recorded_at, o.outcome, o.checksum
    from unnest($15::bytea[], $16::bigint[], $17::bigint[], $18::text[], $19::bigint[])
      as o (command_id, ordinal, recorded_at, outcome, checksum)
    where exists (select 1 from block) or ($5::bigint = $3 and exists (select 1 from expected))
    on conflict (log, command_id) do update
      set ordinal = excluded.ordinal, recorded_at = excluded.recorded_at, outcome = excluded.outcome,
        checksum = excluded.checksum
  )
  select (select epoch from fence),
    coalesce((select last_sequence from tail), (select trimmed_through from fence)),
    exists (select 1 from block) or ($5::bigint = $3 and exists (select 1 from expected))`,
    /** Outcomes beyond either bound, the oldest first: up to `$4` from ordinal `$3` on. */
    forget: fenced(`oldest as materialized (
    select ordinal, recorded_at
    from ${schema}.commands, allowed
    where log = $1 and ordinal >= $3
    order by ordinal
    limit $4
  ), gone as (
    delete from ${schema}.commands c using oldest o
    where c.log = $1 and c.ordinal = o.ordinal and (o.ordinal <= $5 or o.recorded_at < $6)
    returning c.ordinal
  ) ${told}, (select max(ordinal) from gone)`),
    putMeta: fenced(`put as (
    insert into ${schema}.meta (log, key, value) select $1, $3::bytea, $4::bytea from allowed
    on conflict (log, key) do update set value = excluded.value
  ) ${told}`),
    putCheckpoint: fenced(`put as (
    insert into ${schema}.checkpoints (log, projection, sequence) select $1, $3::bytea, $4::bigint from allowed
    on conflict (log, projection) do update set sequence = excluded.sequence
  ) ${told}`),
    dropCheckpoint: fenced(`gone as (
    delete from ${schema}.checkpoints using allowed where log = $1 and projection = $3
  ) ${told}`),
    putReactor: fenced(`put as (
    insert into ${schema}.reactors (log, reactor, ordinal, sequence, progress)
    select $1, $3::bytea, $4::bigint, $5::bigint, $6::text from allowed
  ) ${told}`),
    /** Earlier rows of a reactor, up to an ordinal. */
    sweepReactor: fenced(`gone as (
    delete from ${schema}.reactors using allowed where log = $1 and reactor = $3 and ordinal >= $4 and ordinal <= $5
  ) ${told}`),
    dropReactor: fenced(`gone as (
    delete from ${schema}.reactors using allowed where log = $1 and reactor = $3
  ) ${told}`),
    putChunk: fenced(`put as (
    insert into ${schema}.snapshot_chunks (log, snapshot_id, part, data, checksum)
    select $1, $3::bytea, $4::integer, $5::bytea, $6::bigint from allowed
  ) ${told}`),
    /** The header, which makes the chunks a snapshot. Another one of the same owner and sequence is replaced. */
    putSnapshot: fenced(`put as (
    insert into ${schema}.snapshots
      (log, id, owner, sequence, recorded_at, chain, state_hash, fingerprint, format, bytes, chunks, checksum)
    select $1, $3::bytea, $4::bytea, $5::bigint, $6::bigint, $7::text, $8::text, $9::text, $10::integer, $11::bigint,
      $12::integer, $13::bigint
    from allowed
    on conflict (log, owner, sequence) do update
      set id = excluded.id, recorded_at = excluded.recorded_at, chain = excluded.chain,
        state_hash = excluded.state_hash, fingerprint = excluded.fingerprint, format = excluded.format,
        bytes = excluded.bytes, chunks = excluded.chunks, checksum = excluded.checksum
  ) ${told}`),
    dropSnapshots: fenced(`gone as (
    delete from ${schema}.snapshots using allowed
    where log = $1 and owner = $3 and sequence = any($4::bigint[])
  ) ${told}`),
    /** Chunks that no header names. */
    sweepChunks: fenced(`gone as (
    delete from ${schema}.snapshot_chunks c using allowed
    where c.log = $1
      and not exists (select 1 from ${schema}.snapshots s where s.log = $1 and s.id = c.snapshot_id)
  ) ${told}`),
    /** Whole blocks from the beginning, a number of them at most, never the last one. */
    dropBlocks: fenced(`old as materialized (
    select first_sequence, last_sequence, last_recorded_at, chain
    from ${schema}.blocks, allowed
    where log = $1 and last_sequence <= $3
      and first_sequence < (select max(first_sequence) from ${schema}.blocks where log = $1)
    order by first_sequence
    limit $4
  ), gone as (
    delete from ${schema}.blocks b using old where b.log = $1 and b.first_sequence = old.first_sequence
  ), lists as (
    delete from ${schema}.block_tags b using old where b.log = $1 and b.first_sequence = old.first_sequence
  ), trimmed as (
    update ${schema}.logs l
    set trimmed_through = e.last_sequence, trimmed_recorded_at = e.last_recorded_at, trimmed_chain = e.chain
    from (select * from old order by first_sequence desc limit 1) e
    where l.log = $1
  ) ${told}, (select max(last_sequence) from old)`),

    state: `select l.epoch, l.trimmed_through, l.trimmed_recorded_at, l.trimmed_chain,
    l.redactions, b.last_sequence, b.last_recorded_at, b.chain
  from ${schema}.logs l
    left join lateral (
      select last_sequence, last_recorded_at, chain
      from ${schema}.blocks
      where log = l.log
      order by first_sequence desc
      limit 1
    ) b on true
  where l.log = $1`,
    /** A page: from the block that holds `$2` to the one that begins at `$3` or before, up to `$4` bytes and `$5` blocks. */
    page: `with first as (
    select first_sequence from ${schema}.blocks
    where log = $1 and first_sequence <= $2
    order by first_sequence desc
    limit 1
  ), listed as (
    select first_sequence, sum(bytes) over (order by first_sequence) - bytes as before
    from ${schema}.blocks
    where log = $1 and first_sequence between (select first_sequence from first) and $3
    order by first_sequence
    limit $5
  )
  select b.first_sequence, b.last_sequence, b.recorded_at, b.encoding, b.checksum, b.chain,
    coalesce(b.packed, convert_to(b.json, 'UTF8'))
  from listed
    join ${schema}.blocks b on b.log = $1 and b.first_sequence = listed.first_sequence
  where listed.before < $4
  order by b.first_sequence`,
    /** The chain before a sequence: that of the block that ends there, or of the end of what was dropped. */
    chainAt: `select coalesce(
    (select chain from (
      select last_sequence, chain from ${schema}.blocks
      where log = $1 and first_sequence <= $2 order by first_sequence desc limit 1
    ) b where b.last_sequence = $2),
    (select trimmed_chain from ${schema}.logs where log = $1 and trimmed_through = $2))`,
    trimmed: `select trimmed_through from ${schema}.logs where log = $1`,
    headersAfter: `select ${HEADER} from ${schema}.blocks
  where log = $1 and first_sequence > $2 order by first_sequence limit $3`,
    blockAt: `select ${HEADER} from ${schema}.blocks
  where log = $1 and recorded_at <= $2 order by recorded_at desc, first_sequence desc limit 1`,
    outcome: `select recorded_at, outcome, checksum from ${schema}.commands
  where log = $1 and command_id = $2`,
    ordinals: `select coalesce(min(ordinal), 0), coalesce(max(ordinal), 0) from ${schema}.commands where log = $1`,
    snapshots: `select owner, sequence, recorded_at, chain, state_hash, fingerprint, format,
    bytes, chunks, checksum, id
  from ${schema}.snapshots where log = $1 and owner = $2 order by sequence desc`,
    chunk: `select data, checksum from ${schema}.snapshot_chunks
  where log = $1 and snapshot_id = $2 and part = $3`,
    checkpoints: `select projection, sequence from ${schema}.checkpoints where log = $1 order by projection`,
    reactors: `select distinct on (reactor) reactor, sequence, progress, ordinal from ${schema}.reactors
  where log = $1 order by reactor, ordinal desc`,
    meta: `select value from ${schema}.meta where log = $1 and key = $2`,
  };
}
