/** The statements that read, each named after its job. `$1` is the log's number in every one of them. */
import { OPEN_BYTES_OFFSET } from '../../blocks/sealed-block.ts';

const HEADER = 'first_sequence, last_sequence, recorded_at, encoding, bytes';
const HEADER_OF_B = 'b.first_sequence, b.last_sequence, b.recorded_at, b.encoding, b.bytes';
const LIST = 'b.checksum, t.block_checksum, t.checksum, t.kinds, t.hashes';

/** The chain before a sequence: that of the block that ends there, or of the end of what was dropped; null without either. */
export const CHAIN_BEFORE = (schema: string, first: string): string => `(select coalesce(
    (select chain from (
      select last_sequence, chain from ${schema}.blocks
      where log = $1 and first_sequence < ${first} order by first_sequence desc limit 1
    ) before where before.last_sequence = ${first} - 1),
    (select trimmed_chain from ${schema}.logs where log = $1 and trimmed_through = ${first} - 1)))`;

/** Where the block begins that holds a sequence; the sequence itself where no block begins before it. */
const HOLDER = (schema: string, sequence: string): string => `coalesce((
      select first_sequence from ${schema}.blocks
      where log = $1 and first_sequence <= ${sequence} order by first_sequence desc limit 1
    ), ${sequence})`;

/** The tag list of a block, found by its key for each block: `offset 0` keeps the server from another way. */
const ITS_LIST = (schema: string): string => `left join lateral (
    select block_checksum, checksum, kinds, hashes from ${schema}.block_tags
    where log = b.log and first_sequence = b.first_sequence offset 0
  ) t on true`;

/** The outcomes of the command ids `$2`. */
export const OUTCOMES_BY_ID = (schema: string): string => `select c.*
  from unnest($2::bytea[]) as asked (id)
    cross join lateral (
      select ordinal, command_id, recorded_at, outcome, checksum from ${schema}.commands
      where log = $1 and command_id = asked.id offset 0
    ) c`;

export type ReadName =
  | 'state'
  | 'page'
  | 'chainBefore'
  | 'trimmed'
  | 'headersAfter'
  | 'listed'
  | 'listedDown'
  | 'blocksWithLists'
  | 'candidates'
  | 'ends'
  | 'lastEnds'
  | 'fate'
  | 'isStandby'
  | 'bytes'
  | 'blockAt'
  | 'outcomes'
  | 'ordinals'
  | 'snapshots'
  | 'chunk'
  | 'checkpoints'
  | 'reactors'
  | 'outcomesAfter'
  | 'commandIds'
  | 'allSnapshots'
  | 'redactions'
  | 'meta'
  | 'allMeta';

export type ReadStatements = Readonly<Record<ReadName, string>>;

export function readsIn(schema: string): ReadStatements {
  const [before, beforePage] = [CHAIN_BEFORE(schema, '$2'), CHAIN_BEFORE(schema, '(select first_sequence from first)')];
  const itsList = ITS_LIST(schema);
  const [holder, holderOfEnd] = [HOLDER(schema, '$2'), HOLDER(schema, '$3')];
  return {
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
  select first_sequence, last_sequence, recorded_at, encoding, checksum, chain,
    coalesce(packed, convert_to(json, 'UTF8')), ${beforePage}
  from ${schema}.blocks
  where log = $1 and first_sequence between (select first_sequence from first)
    and (select max(first_sequence) from listed where before < $4)
  order by first_sequence`,
    /** The chain before the block that begins at `$2`. */
    chainBefore: `select ${before}`,
    trimmed: `select trimmed_through from ${schema}.logs where log = $1`,
    headersAfter: `select ${HEADER} from ${schema}.blocks
  where log = $1 and first_sequence > $2 order by first_sequence limit $3`,
    /** Headers with tag lists, from the block that holds `$2` to the one that begins at `$3`. */
    listed: `select ${HEADER_OF_B}, ${LIST} from ${schema}.blocks b ${itsList}
  where log = $1
    and first_sequence between ${holder} and $3
  order by first_sequence
  limit $4`,
    /** The same in reverse: from the block that holds `$2` to the beginning, or to the one that holds `$3`. */
    listedDown: `select ${HEADER_OF_B}, ${LIST} from ${schema}.blocks b ${itsList}
  where log = $1 and first_sequence between ${holderOfEnd} and $2
  order by first_sequence desc
  limit $4`,
    /** Blocks as in a page, with their tag lists, that begin at `$2` or later. */
    blocksWithLists: `select b.first_sequence, b.last_sequence, b.recorded_at, b.encoding, b.checksum, b.chain,
    coalesce(b.packed, convert_to(b.json, 'UTF8')), t.block_checksum, t.checksum, t.kinds, t.hashes
  from ${schema}.blocks b ${itsList}
  where b.log = $1 and b.first_sequence >= $2 order by b.first_sequence limit $3`,
    /** What sealing plans with: headers, and how much text a sealed block stands for. */
    candidates: `select ${HEADER}, substring(packed from ${OPEN_BYTES_OFFSET + 1} for 8) from ${schema}.blocks
  where log = $1 and first_sequence >= $2 order by first_sequence limit $3`,
    /** Where blocks from `$2` to `$3` end, and their chains. */
    ends: `select first_sequence, last_sequence, chain, encoding, checksum from ${schema}.blocks
  where log = $1 and first_sequence between ${holder} and $3 order by first_sequence limit $4`,
    /** What became of an append: the block that holds the sequence `$2`, and the ordinal of the outcome of `$3`. */
    fate: `select l.epoch, l.trimmed_through, b.last_sequence, b.chain, b.encoding,
    (select ordinal from ${schema}.commands where log = $1 and command_id = $3)
  from ${schema}.logs l
    left join lateral (
      select last_sequence, chain, encoding from ${schema}.blocks
      where log = l.log and first_sequence <= $2 order by first_sequence desc limit 1
    ) b on b.last_sequence >= $2
  where l.log = $1`,
    lastEnds: `select last_sequence, chain from ${schema}.blocks where log = $1 order by first_sequence desc limit $2`,
    /** Whether the server is a standby, which may be behind and not lost anything. */
    isStandby: 'select pg_is_in_recovery() where $1::bigint > 0',
    bytes: `select coalesce(sum(bytes), 0) from ${schema}.blocks where log = $1`,
    blockAt: `select ${HEADER} from ${schema}.blocks
  where log + 0 = $1 and recorded_at <= $2 order by recorded_at desc, first_sequence desc limit 1`,
    outcomes: OUTCOMES_BY_ID(schema),
    /** The ordinals of the oldest and of the newest outcome, and the time of the oldest. */
    ordinals: `select coalesce(min(ordinal), 1), coalesce(max(ordinal), 0),
    (select recorded_at from ${schema}.commands where log + 0 = $1 order by ordinal limit 1)
  from ${schema}.commands where log + 0 = $1`,
    snapshots: `select owner, sequence, recorded_at, chain, state_hash, fingerprint, format,
    bytes, chunks, checksum, id
  from ${schema}.snapshots where log = $1 and owner = $2 order by sequence desc`,
    chunk: `select data, checksum from ${schema}.snapshot_chunks
  where log = $1 and snapshot_id = $2 and part = $3`,
    checkpoints: `select projection, sequence from ${schema}.checkpoints where log = $1 order by projection`,
    reactors: `select distinct on (reactor) reactor, sequence, progress, ordinal from ${schema}.reactors
  where log = $1 order by reactor, ordinal desc`,
    outcomesAfter: `select ordinal, command_id, recorded_at, outcome, checksum from ${schema}.commands
  where log + 0 = $1 and ordinal > $2 order by ordinal limit $3`,
    commandIds: `select ordinal, command_id from ${schema}.commands
  where log + 0 = $1 and ordinal > $2 order by ordinal limit $3`,
    allSnapshots: `select owner, sequence, recorded_at, chain, state_hash, fingerprint, format,
    bytes, chunks, checksum, id
  from ${schema}.snapshots where log = $1 order by owner, sequence`,
    redactions: `select recorded_at, requested_by, selector, events, first_sequence, last_sequence, checksum
  from ${schema}.redactions where log = $1 order by id`,
    meta: `select value from ${schema}.meta where log = $1 and key = $2`,
    allMeta: `select key, value from ${schema}.meta where log = $1 order by key`,
  };
}
