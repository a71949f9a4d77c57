/**
 * The control: a log that trusts every row.
 *
 * It uses the same tables and the same decoding as the engine's reader, but no checksum and no chain. It has no
 * snapshots, so that every open folds all events.
 */
import Database from 'better-sqlite3';
import type { Block, BlockHeader, LogStore } from 'refold';
import { decodeBlock, EMPTY_CHAIN } from '../../../src/log/blocks/block.ts';

interface Row extends BlockHeader {
  readonly chain: string;
  readonly payload: string | Uint8Array;
}

export function openUncheckedLog(path: string): LogStore {
  const database = new Database(path, { readonly: true });
  const rows = database
    .prepare(
      `select first_sequence as firstSequence, last_sequence as lastSequence, recorded_at as recordedAt, encoding, chain,
         octet_length(payload) as bytes, payload
       from blocks
       order by first_sequence`,
    )
    .all() as Row[];
  database.close();
  const last = rows.at(-1);
  const recordedAt = last === undefined ? 0 : (decodeBlock(last).events.at(-1)?.recordedAt ?? 0);
  const head = { sequence: last?.lastSequence ?? 0, recordedAt, chain: last?.chain ?? EMPTY_CHAIN };
  const believing: Partial<LogStore> = {
    path,
    readOnly: true,
    epoch: 0,
    head: () => head,
    firstSequence: () => rows[0]?.firstSequence ?? 1,
    async *read({ from, to = Number.POSITIVE_INFINITY }): AsyncGenerator<Block> {
      for (const row of rows) if (row.lastSequence >= from && row.firstSequence <= to) yield row;
    },
    snapshots: async () => [],
    getMeta: async () => undefined,
    size: () => ({ fileBytes: 0, walBytes: 0, freeBytes: 0 }),
    close: async () => {},
    append: () => Promise.reject(new Error('the control only reads')),
  };
  return believing as LogStore;
}
