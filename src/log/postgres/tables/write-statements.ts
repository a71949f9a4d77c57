/**
 * The statements that write, each named after its job. `$1` is the log's number in every one of them. `$2` is the writer's epoch where
 * the log's end is named, too, and to renew the lease; everywhere else it is the epoch and the round of writing.
 *
 * Every write begins with the same fence: the log's row, locked `for share`, with its epoch. A takeover changes the epoch under a
 * stronger lock, so it waits for writes under way, and later ones find the new epoch. Every statement may be asked twice.
 *
 * No statement finds rows by a join: where the server knows nothing of a log yet, it takes the log for small, and reads all of its rows
 * for each joined one. It finds them by a range of a key.
 */

/** The time that a lock is waited for, and the durability, hold for this statement alone. */
const FENCE = (schema: string, isSynced: boolean, isAllowed: string): string => `settings as materialized (
    select set_config('lock_timeout', '1000', true), set_config('synchronous_commit', ${isSynced ? SYNCED : "'off'"}, true)
  ), fence as materialized (
    select l.epoch, l.write_round, l.trimmed_through, l.trimmed_chain, l.redactions
    from settings, ${schema}.logs l
    where l.log = $1
    for share of l
  ), allowed as materialized (
    select 1 from fence where ${isAllowed}
  )`;

const BY_EPOCH = 'epoch = $2';
const BY_ROUND = 'epoch = ($2::bigint[])[1] and write_round = ($2::bigint[])[2]';

const REPLACE_OUTCOME = `on conflict (log, command_id) do update
      set ordinal = excluded.ordinal, recorded_at = excluded.recorded_at, outcome = excluded.outcome,
        checksum = excluded.checksum
      where excluded.ordinal > commands.ordinal`;

/** A weaker default of the server does not count, and a stronger one does. */
export const SYNCED =
  "case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end";

/**
 * For a transaction of several statements that locks the log's row: a process that stops in it loses the lock within 2 s, also while the
 * server is sending to it.
 */
export const HOLDING =
  "set_config('lock_timeout', '1000', true), set_config('idle_in_transaction_session_timeout', '1500', true), set_config('tcp_user_timeout', '1500', true)";

export type WriteName =
  | 'append'
  | 'appendNew'
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
  | 'flush'
  | 'beginRound'
  | 'renew'
  | 'seal'
  | 'stageBlock'
  | 'stageOutcome'
  | 'discard';

export type WriteStatements = Readonly<Record<WriteName, string>>;

export function writesIn(schema: string, isSynced: boolean): WriteStatements {
  const fence = FENCE(schema, isSynced, BY_EPOCH);
  const fenceOfRound = FENCE(schema, isSynced, BY_ROUND);
  const fenced = (body: string): string => `with ${fenceOfRound}, ${body}`;
  const told = "select (select epoch || '.' || write_round from fence)";
  const appendAnd = (onKnownId: string): string => `with ${fence}, tail as materialized (
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
  ), alone as materialized (
    select 1
    from fence, allowed
    where $5::bigint = $3 and coalesce((select last_sequence from tail), trimmed_through) >= $3
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
    where exists (select 1 from block) or exists (select 1 from alone)
    ${onKnownId}
  )
  select (select epoch from fence),
    coalesce((select last_sequence from tail), (select trimmed_through from fence)),
    exists (select 1 from block) or exists (select 1 from alone)`;
  return {
    /**
     * A block behind the expected head with its outcomes, or nothing. Outcomes alone need no exact head: only this writer can have
     * appended since.
     */
    append: appendAnd(REPLACE_OUTCOME),
    /** The same where the log certainly holds none of the ids, and it is asked for the first time: a quarter less work for each. */
    appendNew: appendAnd(''),
    /** Outcomes beyond either bound, the oldest first: up to `$4` from ordinal `$3` on. */
    forget: fenced(`oldest as materialized (
    select ordinal, recorded_at
    from ${schema}.commands, allowed
    where log + 0 = $1 and ordinal >= $3
    order by ordinal
    limit $4
  ), gone as (
    delete from ${schema}.commands
    where log + 0 = $1 and ordinal >= $3 and ordinal <= (select max(ordinal) from oldest)
      and (ordinal <= $5 or recorded_at < $6)
    returning ordinal
  ) ${told}, (select max(ordinal) from gone), (
    select recorded_at from ${schema}.commands
    where log + 0 = $1 and ordinal >= $3 and ordinal > coalesce((select max(ordinal) from gone), 0)
    order by ordinal
    limit 1
  )`),
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
    on conflict do nothing
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
    on conflict do nothing
  ) ${told}`),
    /**
     * The header, which makes the chunks a snapshot, unless the log has had more redactions than `$14`. Another one of the same
     * owner and sequence is replaced.
     */
    putSnapshot: fenced(`put as (
    insert into ${schema}.snapshots
      (log, id, owner, sequence, recorded_at, chain, state_hash, fingerprint, format, bytes, chunks, checksum)
    select $1, $3::bytea, $4::bytea, $5::bigint, $6::bigint, $7::text, $8::text, $9::text, $10::integer, $11::bigint,
      $12::integer, $13::bigint
    from fence, allowed
    where redactions = $14
    on conflict (log, owner, sequence) do update
      set id = excluded.id, recorded_at = excluded.recorded_at, chain = excluded.chain,
        state_hash = excluded.state_hash, fingerprint = excluded.fingerprint, format = excluded.format,
        bytes = excluded.bytes, chunks = excluded.chunks, checksum = excluded.checksum
  ) ${told}, (select redactions from fence)`),
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
    select first_sequence, last_sequence, last_recorded_at, chain, bytes
    from ${schema}.blocks, allowed
    where log = $1 and first_sequence > (select trimmed_through from fence) and first_sequence <= $3
      and last_sequence <= $3
      and first_sequence < (select max(first_sequence) from ${schema}.blocks where log = $1)
    order by first_sequence
    limit $4
  ), range as materialized (
    select min(first_sequence) as first, max(first_sequence) as last from old
  ), gone as (
    delete from ${schema}.blocks
    where log = $1 and first_sequence between (select first from range) and (select last from range)
  ), lists as (
    delete from ${schema}.block_tags
    where log = $1 and first_sequence between (select first from range) and (select last from range)
  ), trimmed as (
    update ${schema}.logs l
    set trimmed_through = e.last_sequence, trimmed_recorded_at = e.last_recorded_at, trimmed_chain = e.chain
    from (select * from old order by first_sequence desc limit 1) e
    where l.log = $1
  ) ${told}, (select max(last_sequence) from old), (select sum(bytes) from old)`),
    /** Changes nothing, but the lock on the log's row makes it a write. */
    flush: fenced(`nothing as (select 1 from allowed) ${told}`),
    /**
     * The next round of writing, from `$3` on: what is still on its way in an earlier one is refused. Not fenced as the others: to
     * lock a row twice, the second time more strongly, could be a deadlock with a takeover.
     */
    beginRound: `with settings as materialized (
    select set_config('lock_timeout', '1000', true), set_config('synchronous_commit', ${SYNCED}, true)
  ), begun as (
    update ${schema}.logs l set write_round = greatest(write_round, $3)
    from settings
    where log = $1 and epoch = $2
    returning write_round
  )
  select (select epoch from ${schema}.logs where log = $1), (select write_round from begun)`,
    /** A later end of the lease, unless it was given back. It need not survive a crash. */
    renew: `with settings as materialized (
    select set_config('lock_timeout', '1000', true), set_config('synchronous_commit', 'off', true)
  ), renewed as (
    update ${schema}.logs l set lease_until = clock_timestamp() + $3 * interval '1 ms'
    from settings
    where log = $1 and epoch = $2 and holder <> ''
    returning epoch
  )
  select epoch from renewed`,
    /**
     * One sealed block in place of the blocks from `$3` to `$4` with the checksums `$5`, or nothing. The first of them is changed,
     * and the others are deleted.
     */
    seal: fenced(`fits as materialized (
    select 1
    from allowed, (
      select array_agg(checksum order by first_sequence) as checksums, max(last_sequence) as last_sequence
      from ${schema}.blocks
      where log = $1 and first_sequence between $3 and $4
    ) present
    where present.checksums = $5::bigint[] and present.last_sequence = $4
  ), gone as (
    delete from ${schema}.blocks using fits where log = $1 and first_sequence > $3 and first_sequence <= $4
  ), lists as (
    delete from ${schema}.block_tags using fits where log = $1 and first_sequence > $3 and first_sequence <= $4
  ), block as (
    update ${schema}.blocks b
    set last_sequence = $4, last_recorded_at = $6::bigint, encoding = 'sealed', checksum = $7::bigint, chain = $8::text,
      bytes = $9::integer, json = null, packed = $10::bytea
    from fits
    where b.log = $1 and b.first_sequence = $3
  ), list as (
    insert into ${schema}.block_tags (log, first_sequence, block_checksum, checksum, kinds, hashes)
    select $1, $3, $7::bigint, $11::bigint, $12::text, $13::bytea from fits
    on conflict (log, first_sequence) do update
      set block_checksum = excluded.block_checksum, checksum = excluded.checksum, kinds = excluded.kinds,
        hashes = excluded.hashes
  ) ${told}, exists (select 1 from fits)`),
    stageBlock: fenced(`put as (
    insert into ${schema}.staged_blocks
      (log, first_sequence, last_sequence, recorded_at, last_recorded_at, checksum, start_chain, chain, bytes, packed,
        list_checksum, kinds, hashes, replaces)
    select $1, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::text, $9::text, $10::integer, $11::bytea,
      $12::bigint, $13::text, $14::bytea, $15::bigint[]
    from allowed
    on conflict (log, first_sequence) do update
      set last_sequence = excluded.last_sequence, recorded_at = excluded.recorded_at,
        last_recorded_at = excluded.last_recorded_at, checksum = excluded.checksum, start_chain = excluded.start_chain,
        chain = excluded.chain, bytes = excluded.bytes, packed = excluded.packed, list_checksum = excluded.list_checksum,
        kinds = excluded.kinds, hashes = excluded.hashes, replaces = excluded.replaces
  ) ${told}`),
    stageOutcome: fenced(`put as (
    insert into ${schema}.staged_outcomes (log, command_id, recorded_at, outcome, checksum)
    select $1, $3::bytea, $4::bigint, $5::text, $6::bigint from allowed
    on conflict (log, command_id) do update
      set recorded_at = excluded.recorded_at, outcome = excluded.outcome, checksum = excluded.checksum
  ) ${told}`),
    discard: fenced(`blocks as (
    delete from ${schema}.staged_blocks using allowed where log = $1
  ), outcomes as (
    delete from ${schema}.staged_outcomes using allowed where log = $1
  ) ${told}`),
  };
}
