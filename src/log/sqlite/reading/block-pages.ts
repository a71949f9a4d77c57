/** Reads whole blocks in pages that are bounded by bytes and rows. The caller verifies the blocks. */
import type { StoredBlock } from '../../blocks/chain.ts';
import { eventsMissing } from '../../log-errors.ts';
import { type BlockPage, READ_PAGE_BLOCKS, READ_PAGE_BYTES } from '../../paging/verified-pages.ts';
import { toBlock } from '../file/block-rows.ts';
import type { Connection } from '../file/driver.ts';
import type { BlockFinder } from './block-finder.ts';
import type { ReadStatements } from './reader-sql.ts';

export class BlockPages {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #sql: ReadStatements;
  readonly #finder: BlockFinder;

  constructor(connection: Connection, path: string, sql: ReadStatements, finder: BlockFinder) {
    this.#connection = connection;
    this.#path = path;
    this.#sql = sql;
    this.#finder = finder;
  }

  /**
   * The blocks from the one that holds `next` to the one that begins at `to` or before it. Reads in one transaction, so
   * that the page and the chain before it fit together.
   *
   * @throws RefoldError `HISTORY_GONE`, `LOG_CORRUPT` when the first block is not there
   */
  page(next: number, to: number): BlockPage {
    return this.#connection.transaction(() => {
      const first = this.#sql.blockBefore.get(next);
      if (first === undefined || first[1] < next) throw this.#finder.absent(next);
      const blocks = this.#collectPage(first[0], to);
      // A damaged tree may find a row in one query and not in another. Without a next block the loop would never end.
      if (blocks.length === 0) throw eventsMissing(this.#path, next);
      return { startChain: this.chainBefore(first[0]), blocks };
    })();
  }

  #collectPage(first: number, to: number): StoredBlock[] {
    const blocks: StoredBlock[] = [];
    let bytes = 0;
    for (const row of this.#sql.blocks.iterate(first, to, READ_PAGE_BLOCKS)) {
      const block = toBlock(row);
      blocks.push(block);
      bytes += block.bytes;
      if (bytes >= READ_PAGE_BYTES) break;
    }
    return blocks;
  }

  /** The chain before the block that begins at a sequence. Runs in the caller's transaction. */
  chainBefore(first: number): string {
    const before = this.#sql.blockBefore.get(first - 1);
    const trimmed = this.#sql.trimmed.get()!;
    if (before?.[1] === first - 1) return before[2];
    if (trimmed[0] === first - 1) return trimmed[1];
    throw eventsMissing(this.#path, first - 1);
  }
}
