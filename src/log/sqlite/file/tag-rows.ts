/** Rows of `block_tags`, as the writer and the readers see them. */
import { toTagRow } from '../../blocks/tag-list.ts';
import type { TagList } from '../../log-store.ts';
import type { Connection } from './driver.ts';

/** In the order of `TagRow`. */
export const TAG_COLUMNS = 'first_sequence, block_checksum, checksum, kinds, hashes';

/** Adds the list of a block whose list is not there yet. */
export function addTagRow(connection: Connection, firstSequence: number, blockChecksum: number, list: TagList): void {
  connection
    .prepare(`insert into block_tags (${TAG_COLUMNS}) values (?, ?, ?, ?, ?)`)
    .run(...toTagRow(firstSequence, blockChecksum, list));
}
