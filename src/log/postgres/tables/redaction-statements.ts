/** The statements of a redaction that takes effect, in their order. `$1` is the log's number in every one of them. */

/** Chunks that no header names. */
export const SWEPT_CHUNKS = (schema: string): string => `delete from ${schema}.snapshot_chunks c
  where c.log = $1 and not exists (select 1 from ${schema}.snapshots s where s.log = $1 and s.id = c.snapshot_id)`;

/** Staged blocks in order, and whether the log has exactly the blocks that each was packed from. */
export const STAGED_FIT = (schema: string): string => `select s.first_sequence, s.last_sequence,
    coalesce(s.replaces = present.checksums and s.last_sequence = present.last_sequence and s.chain = present.chain, false)
  from ${schema}.staged_blocks s
    left join lateral (
      select array_agg(b.checksum order by b.first_sequence) as checksums, max(b.last_sequence) as last_sequence,
        (array_agg(b.chain order by b.first_sequence desc))[1] as chain
      from ${schema}.blocks b
      where b.log = s.log and b.first_sequence between s.first_sequence and s.last_sequence
    ) present on true
  where s.log = $1
  order by s.first_sequence`;

/** The rows of a table that staged blocks replace, found by a range of its key for each of them. */
const REPLACED = (schema: string, ourTable: string): string => `
    select present.ctid from ${schema}.staged_blocks s
      cross join lateral (
        select ctid from ${schema}.${ourTable}
        where log = s.log and first_sequence between s.first_sequence and s.last_sequence offset 0
      ) present
    where s.log = $1`;

/** Staged blocks in place of theirs, their tag lists, outcomes that are still remembered; then nothing is staged. */
export function putInPlace(schema: string): readonly string[] {
  const [blocksReplaced, listsReplaced] = [REPLACED(schema, 'blocks'), REPLACED(schema, 'block_tags')];
  return [
    `delete from ${schema}.blocks where ctid = any(array(${blocksReplaced}))`,
    `delete from ${schema}.block_tags where ctid = any(array(${listsReplaced}))`,
    `insert into ${schema}.blocks
    (log, first_sequence, last_sequence, recorded_at, last_recorded_at, encoding, checksum, chain, bytes, packed)
  select log, first_sequence, last_sequence, recorded_at, last_recorded_at, 'sealed', checksum, chain, bytes, packed
  from ${schema}.staged_blocks where log = $1`,
    `insert into ${schema}.block_tags (log, first_sequence, block_checksum, checksum, kinds, hashes)
  select log, first_sequence, checksum, list_checksum, kinds, hashes from ${schema}.staged_blocks where log = $1`,
    `update ${schema}.commands c set outcome = s.outcome, checksum = s.checksum
  from ${schema}.staged_outcomes s
    cross join lateral (
      select ctid, recorded_at from ${schema}.commands where log = s.log and command_id = s.command_id offset 0
    ) present
  where s.log = $1 and c.ctid = present.ctid and present.recorded_at = s.recorded_at`,
    `delete from ${schema}.staged_blocks where log = $1`,
    `delete from ${schema}.staged_outcomes where log = $1`,
  ];
}

/** A row of `redactions`: its id, then the columns of `redactionColumns`. */
export const ADD_REDACTION = (schema: string): string => `insert into ${schema}.redactions
    (log, id, recorded_at, requested_by, selector, events, first_sequence, last_sequence, checksum)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
