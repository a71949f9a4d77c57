/**
 * The writer's work on `block_tags`. All of it runs in the transaction that changes the block.
 *
 * The table comes with the first block that has tags. A file without tags has neither the table nor a higher format, and
 * its appends do nothing here.
 */
import { toTagRow } from '../../blocks/tag-list.ts';
import type { TagList } from '../../log-store.ts';
import type { Connection, Statement } from '../file/driver.ts';
import { hasTagLists, raiseFormat } from '../file/format.ts';
import { TAG_COLUMNS } from '../file/tag-rows.ts';

export class TagWriting {
  readonly #connection: Connection;
  #sql: { readonly put: Statement; readonly drop: Statement } | undefined;
  /** False until the table has been seen. It never goes away, but its creation may be rolled back. */
  #isThere: boolean;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#isThere = hasTagLists(connection);
  }

  /** @param hasTags whether the block has tags: then the file must rise. Otherwise the list is kept where there are lists */
  put(firstSequence: number, blockChecksum: number, list: TagList, hasTags: boolean): void {
    if (!this.#isThere && !hasTags) return;
    if (!this.#isThere) raiseFormat(this.#connection, { tags: true });
    this.#statements().put.run(...toTagRow(firstSequence, blockChecksum, list));
  }

  /** Deletes the lists of the blocks that begin between two sequences. */
  drop(first: number, last: number): void {
    if (this.#isThere) this.#statements().drop.run(first, last);
  }

  /** Called when a transaction is over: only now it is certain that the table is there. */
  settle(): void {
    if (!this.#isThere && this.#sql !== undefined) this.#isThere = hasTagLists(this.#connection);
  }

  /** Looks whether the table is there now. */
  look(): void {
    this.#isThere ||= hasTagLists(this.#connection);
  }

  #statements(): { readonly put: Statement; readonly drop: Statement } {
    this.#sql ??= {
      put: this.#connection.prepare(`insert or replace into block_tags (${TAG_COLUMNS}) values (?, ?, ?, ?, ?)`),
      drop: this.#connection.prepare('delete from block_tags where first_sequence between ? and ?'),
    };
    return this.#sql;
  }
}
