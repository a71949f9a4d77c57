/**
 * The format of a log's file: what each format may hold, and how a file rises.
 *
 * A new file has format 1. It rises in the transaction that first writes something that format 1 cannot hold, so an
 * older release refuses it from then on, and until then can still be used. A rise touches no block: its cost does not
 * depend on the size of the log. A file never goes back.
 *
 * Format 2 may hold: snapshots of collections in collections, and blocks with tags and their tag lists.
 */
import type { Connection } from './driver.ts';

/** `user_version` of a new log. */
export const FORMAT_VERSION = 1;

/** The highest `user_version` that this code reads. */
export const NEWEST_FORMAT = 2;

/** What is about to be written, as far as it matters for the format. */
export interface FormatNeeds {
  /** The format of a snapshot's encoding. */
  readonly snapshotFormat?: number | undefined;
  /** A block with tags. */
  readonly tags?: boolean | undefined;
}

/** The lowest format of a file that may hold this. Pure. */
export function formatFor({ snapshotFormat = 1, tags = false }: FormatNeeds): number {
  return snapshotFormat >= 2 || tags ? 2 : FORMAT_VERSION;
}

/** Makes the file new enough for what is about to be written, in the caller's transaction. */
export function raiseFormat(connection: Connection, needs: FormatNeeds): void {
  if (formatOf(connection) < formatFor(needs)) connection.pragma(`user_version = ${NEWEST_FORMAT}`);
  if (needs.tags === true && !hasTagLists(connection)) connection.exec(TAG_LISTS);
}

export function formatOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

/** Whether the file has the table of tag lists. */
export function hasTagLists(connection: Connection): boolean {
  return connection.prepare("select 1 from sqlite_schema where name = 'block_tags'").get() !== undefined;
}

/**
 * `block_tags`: the tag list of the block that begins at `first_sequence` and has the checksum `block_checksum`. It is
 * derived from the block. A query reads a block without a row, or with one that does not match its checksum.
 */
const TAG_LISTS = `create table block_tags (
  first_sequence integer primary key,
  block_checksum integer not null,
  checksum integer not null,
  kinds text not null,
  hashes blob not null
) strict`;

/** The tables that a file of format 2 may have: their names with `table `, and their text from the name on. */
export const TABLES_OF_FORMAT_2: ReadonlyMap<string, string> = new Map([
  ['table block_tags', TAG_LISTS.replace(/^create table/, 'CREATE TABLE')],
]);
