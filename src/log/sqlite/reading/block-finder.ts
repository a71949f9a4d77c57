/**
 * Finds blocks by their headers and tag lists, without reading their payloads.
 */
import type { RefoldError } from '../../../core/errors.ts';
import { readTagRow, type TagRow } from '../../blocks/tag-list.ts';
import { eventsMissing, historyGone } from '../../log-errors.ts';
import type { BlockHeader, BlockQuery } from '../../log-store.ts';
import { FOUND_PAGE_BLOCKS, type FoundPage, findInPage, type ListedHeader } from '../../paging/found-pages.ts';
import { type HeaderRow, toHeader } from '../file/block-rows.ts';
import type { Connection } from '../file/driver.ts';
import { hasTagLists } from '../file/format.ts';
import { type ListedRow, type ListStatements, prepareLists, type ReadStatements } from './reader-sql.ts';

export class BlockFinder {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #sql: ReadStatements;
  #lists: ListStatements | undefined;

  constructor(connection: Connection, path: string, sql: ReadStatements) {
    this.#connection = connection;
    this.#path = path;
    this.#sql = sql;
  }

  /**
   * @param at where to continue: a sequence from `from` to `to`
   * @throws RefoldError `HISTORY_GONE`, `LOG_CORRUPT` when a block of the range is not there
   */
  page(query: BlockQuery, at: number): FoundPage {
    return this.#connection.transaction(() => this.#page(query, at))();
  }

  #page(query: BlockQuery, at: number): FoundPage {
    const { reverse = false, to, tags } = query;
    const rows = this.#rows(reverse, Math.max(1, at), to, tags !== undefined);
    return findInPage(this.#listed(rows), query, at, (sequence) => this.absent(sequence));
  }

  *#listed(rows: Iterable<HeaderRow | ListedRow>): Generator<ListedHeader, void> {
    for (const row of rows) {
      const header = toHeader(row.slice(0, 5) as unknown as HeaderRow, this.#path);
      yield { header, list: row.length > 5 ? listOf(row as ListedRow) : undefined };
    }
  }

  /**
   * Why no block holds an event of the log: it was dropped, or its block is missing. A gap must not look like a block
   * without the tag.
   */
  absent(sequence: number): RefoldError {
    const through = this.#sql.trimmed.get()![0];
    if (sequence <= through) return historyGone(this.#path, sequence, through + 1);
    return eventsMissing(this.#path, sequence);
  }

  /**
   * The last block whose first event was recorded at or before a time. Times never decrease along the log, so this is a
   * binary search by sequence. An index would cost every append.
   */
  lastBy(time: number): BlockHeader | undefined {
    return this.#connection.transaction(() => this.#searchTime(time))();
  }

  #searchTime(time: number): BlockHeader | undefined {
    let found: BlockHeader | undefined;
    let [low, high] = this.#sql.bounds.get()!;
    while (low !== null && high !== null && low <= high) {
      const row = this.#sql.headerBefore.get(Math.floor((low + high) / 2));
      if (row === undefined) throw eventsMissing(this.#path, low);
      const middle = toHeader(row, this.#path);
      if (middle.lastSequence < low) throw eventsMissing(this.#path, low);
      if (middle.recordedAt > time) high = middle.firstSequence - 1;
      else {
        found = middle;
        low = middle.lastSequence + 1;
      }
    }
    return found;
  }

  #rows(reverse: boolean, at: number, to: number, withLists: boolean): IterableIterator<HeaderRow | ListedRow> {
    const first = reverse ? at : (this.#sql.blockBefore.get(at)?.[0] ?? at);
    if (withLists && this.#lists === undefined && hasTagLists(this.#connection))
      this.#lists = prepareLists(this.#connection);
    if (withLists && this.#lists !== undefined) {
      return reverse
        ? this.#lists.reverse.iterate(0, at, FOUND_PAGE_BLOCKS)
        : this.#lists.forward.iterate(first, to, FOUND_PAGE_BLOCKS);
    }
    return reverse
      ? this.#sql.headersDown.iterate(at, FOUND_PAGE_BLOCKS)
      : this.#sql.headersBetween.iterate(first, to, FOUND_PAGE_BLOCKS);
  }
}

/** Undefined for a block without a list, and for a list that is not of this block. */
function listOf(row: ListedRow) {
  const blockChecksum = row[5];
  const list = row.slice(6) as unknown as TagRow;
  return list[0] === null ? undefined : readTagRow(list, blockChecksum);
}
