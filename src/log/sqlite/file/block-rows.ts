/** Rows of `blocks` and the one row of `log_state`, as both the writer and the readers see them. */
import { RefoldError } from '../../../core/errors.ts';
import { decodeKinds } from '../../blocks/block.ts';
import { corruptBlock, HINT_CORRUPT, requirePlace, type StoredBlock, verifyBlock } from '../../blocks/chain.ts';
import { eventsMissing } from '../../log-errors.ts';
import type { BlockEncoding, BlockHeader, LogHead } from '../../log-store.ts';
import { READ_PAGE_BYTES } from '../../paging/verified-pages.ts';
import type { Connection } from './driver.ts';
import { countRedactions } from './redaction-rows.ts';

/** A row of `blocks`, in the order of `BLOCK_COLUMNS`. */
export type BlockRow = readonly [
  firstSequence: number,
  lastSequence: number,
  recordedAt: number,
  encoding: BlockEncoding,
  checksum: number,
  chain: string,
  payload: string | Uint8Array,
];

export const BLOCK_COLUMNS = 'first_sequence, last_sequence, recorded_at, encoding, checksum, chain, payload';

/** The size of a payload without reading it. */
export const HEADER_COLUMNS = 'first_sequence, last_sequence, recorded_at, encoding, octet_length(payload)';

export type HeaderRow = readonly [
  firstSequence: number,
  lastSequence: number,
  recordedAt: number,
  encoding: BlockEncoding,
  bytes: number,
];

/** A row as a block, not yet verified: a crafted file may hold anything, STRICT or not. */
export function toBlock(row: BlockRow): StoredBlock {
  const [firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload] = row;
  const bytes = typeof payload === 'string' ? Buffer.byteLength(payload) : (payload?.byteLength ?? 0);
  return { firstSequence, lastSequence, recordedAt, encoding, bytes, payload, chain, checksum };
}

/** A page of blocks that begin at `from` or later, not yet verified. Empty at the end of the log. */
export function readBlocks(connection: Connection, from: number): StoredBlock[] {
  const rows = connection
    .prepare(`select ${BLOCK_COLUMNS} from blocks where first_sequence >= ? order by first_sequence`)
    .raw()
    .iterate(from) as IterableIterator<BlockRow>;
  const page: StoredBlock[] = [];
  let bytes = 0;
  for (const row of rows) {
    page.push(toBlock(row));
    bytes += page.at(-1)!.bytes;
    if (bytes >= READ_PAGE_BYTES) break;
  }
  return page;
}

/** @throws RefoldError `LOG_CORRUPT` when its sequences or time are invalid */
export function toHeader(row: HeaderRow, path: string): BlockHeader {
  const [firstSequence, lastSequence, recordedAt, encoding, bytes] = row;
  requirePlace({ firstSequence, lastSequence, recordedAt }, path);
  return { firstSequence, lastSequence, recordedAt, encoding, bytes };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The end of the dropped history. Sequence 0 and the chain of an empty log until something was dropped. */
export interface Trimmed {
  readonly through: number;
  readonly recordedAt: number;
  readonly chain: string;
}

export interface LogState {
  /** The log's id, hex. A backup has another one. */
  readonly logId: string;
  readonly head: LogHead;
  readonly trimmed: Trimmed;
  readonly epoch: number;
  /** How many redactions the log has had. */
  readonly generation: number;
}

/**
 * Reads where the log begins and ends, in one transaction. Verifies the last block, because appends build on it.
 *
 * @throws RefoldError `LOG_CORRUPT`
 */
export function readLogState(connection: Connection, path: string): LogState {
  return connection.transaction(() => {
    const { logId, epoch, trimmed, generation } = readStateRow(connection, path);
    const head = readHead(connection, path, trimmed);
    const { through: sequence, recordedAt, chain } = trimmed;
    return { logId, epoch, trimmed, generation, head: head ?? { sequence, recordedAt, chain } };
  })();
}

/** The one row of `log_state`, and the number of redactions. */
export function readStateRow(connection: Connection, path: string): Omit<LogState, 'head'> {
  const row = connection
    .prepare('select log_id, epoch, trimmed_through, trimmed_recorded_at, trimmed_chain from log_state')
    .raw()
    .get() as readonly [string, number, number, number, string] | undefined;
  if (row === undefined || !/^[0-9a-f]{32}$/.test(String(row[0])) || !row.slice(1, 4).every(isCount)) {
    throw new RefoldError('LOG_CORRUPT', `Cannot read ${path}: the row that says where it begins is damaged`, {
      path,
      hint: HINT_CORRUPT,
    });
  }
  const [logId, epoch, through, recordedAt, chain] = row;
  const generation = countRedactions(connection);
  return { logId, epoch, generation, trimmed: { through, recordedAt, chain: String(chain) } };
}

/** The end of the last block. Its time is that of the last commit, which only the payload holds. The events stay packed. */
function readHead(connection: Connection, path: string, trimmed: Trimmed): LogHead | undefined {
  const newestFirst = connection.prepare(`select ${BLOCK_COLUMNS} from blocks order by first_sequence desc limit 1`);
  const row = newestFirst.raw().get() as BlockRow | undefined;
  if (row === undefined) return undefined;
  const block = toBlock(row);
  verifyBlock(block, chainBefore(connection, block.firstSequence, path, trimmed), path);
  const recordedAt = decodeKinds(block).commitTimes.at(-1);
  if (recordedAt === undefined) throw corruptBlock(block, path, 'it holds no events');
  return { sequence: block.lastSequence, recordedAt, chain: block.chain };
}

/** The chain at a sequence, or undefined where no block ends there. */
export function chainAt(connection: Connection, sequence: number): string | undefined {
  const row = connection
    .prepare(
      `select last_sequence, chain
       from blocks
       where first_sequence <= ?
       order by first_sequence desc
       limit 1`,
    )
    .raw()
    .get(sequence) as readonly [number, string] | undefined;
  return row?.[0] === sequence ? row[1] : undefined;
}

/**
 * The chain before the block that begins at `first`. @throws RefoldError `LOG_CORRUPT` when the block before it is
 * missing
 */
export function chainBefore(connection: Connection, first: number, path: string, trimmed: Trimmed): string {
  if (trimmed.through === first - 1) return trimmed.chain;
  const chain = chainAt(connection, first - 1);
  if (chain === undefined) throw eventsMissing(path, first - 1);
  return chain;
}
