/** Reads a log in pages that are bounded by bytes and rows, and verifies each block. Shared by all logs that read from a disk. */
import { corruptBlock, type StoredBlock, verifyBlock } from '../blocks/chain.ts';
import { eventsMissing } from '../log-errors.ts';
import type { Block } from '../log-store.ts';

/** A page ends after this many bytes of payloads … */
export const READ_PAGE_BYTES: number = 1024 * 1024;
/** … or after this many blocks. */
export const READ_PAGE_BLOCKS = 1_000;

/** The blocks of one page, unverified, and the chain before the first of them. */
export interface BlockPage {
  readonly startChain: string;
  readonly blocks: readonly StoredBlock[];
}

/** What is read: the blocks from the one that holds `from` to the one that holds `to`. */
export interface PagedRange {
  /** Names the log in messages. */
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The blocks of a range. Between two pages sealing may replace blocks: the next event is then found in the new one.
 *
 * @param pageAt gives the page from the block that holds a sequence on, at least one block
 * @throws RefoldError `LOG_CORRUPT` at the first damaged or missing block; what `pageAt` throws
 */
export async function* verifiedBlocks(
  { path, from, to }: PagedRange,
  pageAt: (next: number) => Promise<BlockPage>,
): AsyncGenerator<Block, void> {
  for (let next = from; next <= to; ) {
    const page = await pageAt(next);
    let chain = page.startChain;
    for (const block of page.blocks) {
      if (block.firstSequence > next) throw eventsMissing(path, next);
      if (block.lastSequence < next) throw corruptBlock(block, path, 'it ends before it begins');
      verifyBlock(block, chain, path);
      chain = block.chain;
      next = block.lastSequence + 1;
      yield block;
    }
  }
}
