/**
 * Compares tag lists with their blocks, and makes them again.
 *
 * A list that does not match its block could hide events from a query by tag. The engine trusts a list whose checksums
 * match, so only a comparison with the block's content finds a list that was wrong from the start.
 */
import { grouped, RefoldError } from '../../../core/errors.ts';
import { decodeBlock, decodeTags } from '../../blocks/block.ts';
import { HINT_CORRUPT, type StoredBlock } from '../../blocks/chain.ts';
import { hasTaggers, isSameList, readTagRow, type TagRow, tagListOf } from '../../blocks/tag-list.ts';
import type { TagList } from '../../log-store.ts';
import { READ_PAGE_BYTES } from '../../paging/verified-pages.ts';
import { BLOCK_COLUMNS, type BlockRow, toBlock } from '../file/block-rows.ts';
import type { Connection, Statement } from '../file/driver.ts';
import { hasTagLists } from '../file/format.ts';

/** The tag list of a block, made from its content. @throws RefoldError `LOG_CORRUPT` when the block is malformed */
export function expectedListOf(block: StoredBlock): TagList {
  const types = decodeBlock(block).events.map(({ type }) => type);
  return tagListOf(types, decodeTags(block));
}

/** One finding for each list that does not match its block, up to a number of them. */
export function damagedTagLists(connection: Connection, path: string, atMost: number): RefoldError[] {
  if (!hasTagLists(connection)) return [];
  const found = strayLists(connection, atMost).map((sequence) =>
    listDamaged(path, sequence, 'there is no block that begins there'),
  );
  for (let next: number | undefined = 0; next !== undefined && found.length < atMost; ) {
    const page: Page = readPage(connection, next);
    for (const { block, row } of page.listed) {
      const problem = whyWrong(block, row);
      if (problem !== undefined) found.push(listDamaged(path, block.firstSequence, problem));
    }
    next = page.next;
  }
  return found.slice(0, atMost);
}

/** Undefined when a list is right, and for a block that cannot be read: that is another finding. */
function whyWrong(block: StoredBlock, row: TagRow | undefined): string | undefined {
  let expected: TagList;
  try {
    expected = expectedListOf(block);
  } catch {
    return undefined;
  }
  // A block without tags has a list only where the file already had lists.
  if (row === undefined) return hasTaggers(expected) ? 'it is missing' : undefined;
  const list = readTagRow(row, block.checksum);
  if (list === undefined) return 'it does not match its checksum';
  return isSameList(list, expected) ? undefined : 'it does not match the events of its block';
}

/** Some blocks with their lists, and where the next page begins. */
interface Page {
  readonly listed: readonly { readonly block: StoredBlock; readonly row: TagRow | undefined }[];
  readonly next: number | undefined;
}

type ListedBlockRow = readonly [...BlockRow, ...TagRow];

/** One statement reads both, so that a block that is sealed meanwhile does not meet the list of another. */
function readPage(connection: Connection, from: number): Page {
  const rows = connection
    .prepare(
      `select ${BLOCK_COLUMNS}, of_block, block_checksum, list_checksum, kinds, hashes
       from blocks left join (
         select first_sequence as of_block, block_checksum, checksum as list_checksum, kinds, hashes from block_tags
       ) on of_block = first_sequence
       where first_sequence >= ?
       order by first_sequence`,
    )
    .raw() as Statement<ListedBlockRow>;
  const listed: { readonly block: StoredBlock; readonly row: TagRow | undefined }[] = [];
  let bytes = 0;
  for (const columns of rows.iterate(from)) {
    const block = toBlock(columns.slice(0, 7) as unknown as BlockRow);
    const row = columns.slice(7) as unknown as TagRow;
    listed.push({ block, row: row[0] === null ? undefined : row });
    bytes += block.bytes;
    if (bytes >= READ_PAGE_BYTES) return { listed, next: block.firstSequence + 1 };
  }
  return { listed, next: undefined };
}

function strayLists(connection: Connection, atMost: number): number[] {
  return connection
    .prepare(
      `select first_sequence
       from block_tags
       where first_sequence not in (select first_sequence from blocks)
       order by first_sequence
       limit ?`,
    )
    .pluck()
    .all(atMost) as number[];
}

function listDamaged(path: string, sequence: number, problem: string): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot trust the tag list of the block at ${grouped(sequence)}: ${problem}`, {
    path,
    sequence,
    type: 'tags',
    hint: HINT_CORRUPT,
  });
}
