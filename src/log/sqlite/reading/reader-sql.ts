/** The statements of a log's reader, each named after its job. */
import type { TagRow } from '../../blocks/tag-list.ts';
import type { Checkpoint, StoredOutcome } from '../../log-store.ts';
import { BLOCK_COLUMNS, type BlockRow, HEADER_COLUMNS, type HeaderRow } from '../file/block-rows.ts';
import type { Connection, Statement } from '../file/driver.ts';
import { SNAPSHOT_COLUMNS, type SnapshotRow } from '../file/snapshot-rows.ts';

/** Sequences are whole numbers from 1; the parameters of each statement are named in its comment. */
export interface ReadStatements {
  /** A number that changes when another connection has written. */
  readonly dataVersion: Statement<number>;
  /** The last block that begins at or before a sequence. */
  readonly blockBefore: Statement<readonly [first: number, last: number, chain: string]>;
  /** Blocks that begin between two sequences, up to a number of them. */
  readonly blocks: Statement<BlockRow>;
  readonly trimmed: Statement<readonly [through: number, chain: string]>;
  /** Headers of blocks that begin after a sequence, up to a number of them. */
  readonly headersAfter: Statement<HeaderRow>;
  /** Headers of blocks that begin between two sequences, up to a number of them. */
  readonly headersBetween: Statement<HeaderRow>;
  /** Headers in reverse: of blocks that begin at or before a sequence, up to a number of them. */
  readonly headersDown: Statement<HeaderRow>;
  /** The header of the last block that begins at or before a sequence. */
  readonly headerBefore: Statement<HeaderRow>;
  /** Where the first and the last block begin; nulls in an empty log. */
  readonly bounds: Statement<[low: number | null, high: number | null]>;
  /** By command id. */
  readonly outcome: Statement<StoredOutcome & { readonly checksum: number }>;
  /** Command ids after one that is given as UTF-8, in the order of their bytes, up to a number of them. */
  readonly commandIds: Statement<string>;
  /** The last of them as UTF-8; null when there is no such id. */
  readonly lastCommandId: Statement<Uint8Array | null>;
  /** The snapshots of an owner, newest first. */
  readonly snapshots: Statement<SnapshotRow>;
  /** By owner and sequence: the header with the id of its chunks. */
  readonly snapshotHeader: Statement<SnapshotRow>;
  /** By snapshot id and part. */
  readonly chunk: Statement<{ readonly bytes: number; readonly checksum: number; readonly data: Uint8Array }>;
  readonly checkpoints: Statement<Checkpoint>;
  /** By key. */
  readonly meta: Statement<string>;
}

export function prepareReads(connection: Connection): ReadStatements {
  const objects = <Row>(sql: string) => connection.prepare(sql) as Statement<Row>;
  const tuples = <Row>(sql: string) => connection.prepare(sql).raw() as Statement<Row>;
  const values = <Value>(sql: string) => connection.prepare(sql).pluck() as Statement<Value>;
  return {
    dataVersion: values('pragma data_version'),
    blockBefore: tuples(
      `select first_sequence, last_sequence, chain
       from blocks
       where first_sequence <= ?
       order by first_sequence desc
       limit 1`,
    ),
    blocks: tuples(
      `select ${BLOCK_COLUMNS}
       from blocks
       where first_sequence between ? and ?
       order by first_sequence
       limit ?`,
    ),
    trimmed: tuples('select trimmed_through, trimmed_chain from log_state'),
    headersAfter: tuples(
      `select ${HEADER_COLUMNS}
       from blocks
       where first_sequence > ?
       order by first_sequence
       limit ?`,
    ),
    headersBetween: tuples(
      `select ${HEADER_COLUMNS}
       from blocks
       where first_sequence between ? and ?
       order by first_sequence
       limit ?`,
    ),
    headersDown: tuples(
      `select ${HEADER_COLUMNS}
       from blocks
       where first_sequence <= ?
       order by first_sequence desc
       limit ?`,
    ),
    headerBefore: tuples(
      `select ${HEADER_COLUMNS}
       from blocks
       where first_sequence <= ?
       order by first_sequence desc
       limit 1`,
    ),
    bounds: tuples('select (select min(first_sequence) from blocks), (select max(first_sequence) from blocks)'),
    outcome: objects(
      `select command_id as commandId, recorded_at as recordedAt, outcome, checksum
       from commands
       where command_id = ?`,
    ),
    commandIds: values(COMMAND_IDS),
    lastCommandId: values(`select cast(max(command_id) as blob) from (${COMMAND_IDS})`),
    snapshots: objects(
      `select ${SNAPSHOT_COLUMNS}
       from snapshots
       where owner = ?
       order by sequence desc`,
    ),
    snapshotHeader: objects(`select ${SNAPSHOT_COLUMNS} from snapshots where owner = ? and sequence = ?`),
    chunk: objects('select bytes, checksum, data from snapshot_chunks where snapshot_id = ? and part = ?'),
    checkpoints: objects('select projection, sequence from checkpoints order by projection'),
    meta: values('select value from meta where key = ?'),
  };
}

/** A header, the checksum of its block, and the tag list in the order of `TAG_COLUMNS`; nulls without a list. */
export type ListedRow = readonly [...HeaderRow, blockChecksum: number, ...(TagRow | readonly null[])];

/** Statements over blocks with their tag lists: those that begin between two sequences, up to a number of them. */
export interface ListStatements {
  readonly forward: Statement<ListedRow>;
  readonly reverse: Statement<ListedRow>;
}

/** Only for a file that has lists. */
export function prepareLists(connection: Connection): ListStatements {
  const listed = (sql: string) => connection.prepare(sql).raw() as Statement<ListedRow>;
  return {
    forward: listed(`${LISTED_BLOCKS} order by block.first_sequence limit ?`),
    reverse: listed(`${LISTED_BLOCKS} order by block.first_sequence desc limit ?`),
  };
}

const LISTED_BLOCKS = `select block.first_sequence, last_sequence, recorded_at, encoding, octet_length(payload), block.checksum,
  list.first_sequence, block_checksum, list.checksum, kinds, hashes
from blocks as block
  left join block_tags as list on list.first_sequence = block.first_sequence
where block.first_sequence between ? and ?`;

/**
 * SQLite answers it from the index alone, the same index that a look-up by id uses. In a damaged file an id may be
 * bytes that are not UTF-8: they are compared as bytes. It may also have another type: then a look-up never finds it.
 */
const COMMAND_IDS = `select command_id
from commands
where command_id > cast(? as text)
  and command_id < x''
order by command_id
limit ?`;
