/** Rows of `blocks` and the one row of `log_state`, as both the writer and the readers see them. */
import { decodeBlock } from '../block.ts';
import { corruptBlock, type StoredBlock } from '../chain.ts';
import type { BlockEncoding, BlockHeader, LogHead } from '../log-store.ts';
import type { Connection } from './driver.ts';

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

export function toBlock(row: BlockRow): StoredBlock {
  const [firstSequence, lastSequence, recordedAt, encoding, checksum, chain, payload] = row;
  const bytes = typeof payload === 'string' ? Buffer.byteLength(payload) : (payload?.byteLength ?? 0);
  return { firstSequence, lastSequence, recordedAt, encoding, bytes, payload, chain, checksum };
}

export function toHeader([firstSequence, lastSequence, recordedAt, encoding, bytes]: HeaderRow): BlockHeader {
  return { firstSequence, lastSequence, recordedAt, encoding, bytes };
}

/** The end of the dropped history: sequence 0 and the empty-log chain before anything was dropped. */
export interface Trimmed {
  readonly through: number;
  readonly recordedAt: number;
  readonly chain: string;
}

export interface LogState {
  readonly head: LogHead;
  readonly trimmed: Trimmed;
  readonly epoch: number;
}

/** Reads where the log begins and ends, in one transaction. */
export function readLogState(connection: Connection, path: string): LogState {
  return connection.transaction(() => {
    const row = connection
      .prepare('select epoch, trimmed_through, trimmed_recorded_at, trimmed_chain from log_state')
      .raw()
      .get() as readonly [number, number, number, string];
    const [epoch, through, recordedAt, chain] = row;
    const trimmed = { through, recordedAt, chain };
    return { head: readHead(connection, path) ?? { sequence: through, recordedAt, chain }, trimmed, epoch };
  })();
}

/** The end of the last block. Its time is the last event's, which only the payload knows. */
function readHead(connection: Connection, path: string): LogHead | undefined {
  const row = connection
    .prepare(`select ${BLOCK_COLUMNS} from blocks order by first_sequence desc limit 1`)
    .raw()
    .get() as BlockRow | undefined;
  if (row === undefined) return undefined;
  const block = toBlock(row);
  const last = decodeBlock(block).events.at(-1);
  if (last === undefined) throw corruptBlock(block, path, 'it holds no events');
  return { sequence: block.lastSequence, recordedAt: last.recordedAt, chain: block.chain };
}
