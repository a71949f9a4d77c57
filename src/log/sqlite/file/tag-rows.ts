/** Rows of `block_tags`, as the writer and the readers see them. */
import { checksumOfTagList } from '../../blocks/tag-list.ts';
import type { TagKind, TagList } from '../../log-store.ts';
import type { Connection } from './driver.ts';

/** In the order of `TAG_COLUMNS`. */
export type TagRow = readonly [
  firstSequence: number,
  blockChecksum: number,
  checksum: number,
  kinds: string,
  hashes: Uint8Array,
];

export const TAG_COLUMNS = 'first_sequence, block_checksum, checksum, kinds, hashes';

/** The row of a block's tag list. */
export function toTagRow(firstSequence: number, blockChecksum: number, { kinds, hashes }: TagList): TagRow {
  const text = JSON.stringify(kinds);
  return [firstSequence, blockChecksum, checksumOfTagList(firstSequence, blockChecksum, text, hashes), text, hashes];
}

/** Adds the list of a block whose list is not there yet. */
export function addTagRow(connection: Connection, firstSequence: number, blockChecksum: number, list: TagList): void {
  connection
    .prepare(`insert into block_tags (${TAG_COLUMNS}) values (?, ?, ?, ?, ?)`)
    .run(...toTagRow(firstSequence, blockChecksum, list));
}

/** The tag list of a block, or undefined when the row is damaged or belongs to another block. */
export function readTagRow(
  [firstSequence, ofBlock, checksum, kinds, hashes]: TagRow,
  blockChecksum: number,
): TagList | undefined {
  try {
    if (ofBlock !== blockChecksum || checksum !== checksumOfTagList(firstSequence, ofBlock, kinds, hashes))
      return undefined;
    return { kinds: JSON.parse(kinds) as TagKind[], hashes };
  } catch {
    return undefined; // in a damaged file a column may have any type
  }
}
