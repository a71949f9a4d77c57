/** Blocks on their way into a copy: verified once more, with what their rows need besides. Pure. */
import { decodeKinds, decodeTags } from '../blocks/block.ts';
import { checksumOf, type StoredBlock, verifyBlock } from '../blocks/chain.ts';
import { hasTaggers, tagListOf } from '../blocks/tag-list.ts';
import type { Block, LogHead, TagList } from '../log-store.ts';

export interface FilledBlock extends StoredBlock {
  readonly tagList: TagList;
  /** Whether any of its events has tags: only then a log needs lists. */
  readonly hasTags: boolean;
  /** ms since the epoch of its last event. */
  readonly lastRecordedAt: number;
}

/**
 * The rows of blocks, in order.
 *
 * @param startChain the chain before the first of them
 * @throws RefoldError `LOG_CORRUPT` at the first that is damaged or does not follow
 */
export function filledBlocks(blocks: readonly Block[], startChain: string, path: string): FilledBlock[] {
  let chain = startChain;
  return blocks.map((block) => {
    const stored = { ...block, checksum: checksumOf(block.payload) };
    verifyBlock(stored, chain, path);
    chain = stored.chain;
    const { types, typeOf, commitTimes } = decodeKinds(stored);
    const tagList = tagListOf(
      Array.from(typeOf, (type) => types[type]!),
      decodeTags(stored),
    );
    return { ...stored, tagList, hasTags: hasTaggers(tagList), lastRecordedAt: commitTimes.at(-1)! };
  });
}

/** Where a log ends after these blocks. */
export function endOf(blocks: readonly FilledBlock[]): LogHead | undefined {
  const last = blocks.at(-1);
  return last && { sequence: last.lastSequence, recordedAt: last.lastRecordedAt, chain: last.chain };
}
