/**
 * Finds blocks by their headers and tag lists, page by page, without reading their payloads. Shared by all logs that keep lists of
 * tags on a disk.
 *
 * Between two pages sealing may join blocks, so each page begins with the block that holds the next sequence, wherever that block
 * begins now.
 */
import { mayHold } from '../blocks/tag-list.ts';
import type { BlockHeader, BlockQuery, TagList } from '../log-store.ts';

/** A page ends after this many blocks, or this many bytes of lists. */
export const FOUND_PAGE_BLOCKS = 1_000;
const LISTS_BYTES = 512 * 1024;

/** A header with the block's tag list. Undefined for a block without one, and for a list that is not of this block. */
export interface ListedHeader {
  readonly header: BlockHeader;
  readonly list: TagList | undefined;
}

/** The blocks found in one page, and the sequence to continue with; undefined at the end. */
export interface FoundPage {
  readonly found: readonly BlockHeader[];
  readonly next: number | undefined;
}

/** All blocks that a query asks for. @param pageAt gives the page that begins with the block that holds a sequence */
export async function* foundBlocks(
  query: BlockQuery,
  pageAt: (at: number) => Promise<FoundPage>,
): AsyncGenerator<BlockHeader, void> {
  if (query.from > query.to) return;
  for (let next: number | undefined = query.reverse === true ? query.to : query.from; next !== undefined; ) {
    const page: FoundPage = await pageAt(next);
    yield* page.found;
    next = page.next;
  }
}

/**
 * What a page holds of what a query asks for.
 *
 * @param rows in the order of the query, up to `FOUND_PAGE_BLOCKS`, from the block that holds `at`
 * @param absent why no block holds a sequence. A gap must not look like a block without the tag
 */
export function findInPage(
  rows: Iterable<ListedHeader>,
  { from, to, reverse = false, tags }: BlockQuery,
  at: number,
  absent: (sequence: number) => Error,
): FoundPage {
  const found: BlockHeader[] = [];
  let blocks = 0;
  let bytes = 0;
  let next = Math.max(1, at);
  const isOver = (): boolean => (reverse ? next < from || next < 1 : next > to);
  for (const { header, list } of rows) {
    if (header.firstSequence > next || header.lastSequence < next) throw absent(next);
    if (tags === undefined || list === undefined || mayHold(list, tags)) found.push(header);
    next = reverse ? header.firstSequence - 1 : header.lastSequence + 1;
    blocks += 1;
    bytes += list?.hashes.byteLength ?? 0;
    if (isOver()) return { found, next: undefined };
    if (blocks === FOUND_PAGE_BLOCKS || bytes >= LISTS_BYTES) return { found, next };
  }
  throw absent(next);
}
