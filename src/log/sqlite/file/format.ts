/**
 * The format of a log's file: what each format may hold, and how a file rises.
 *
 * A new file has format 1. It rises in the transaction that first writes something that format 1 cannot hold, so an
 * older release refuses it from then on, and until then can still be used. A rise touches no block: its cost does not
 * depend on the size of the log. A file never goes back.
 *
 * Format 2 may hold: snapshots of collections in collections, blocks with tags and their tag lists, the progress of
 * reactors, and the record of redactions.
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
  /** A commit with an id. */
  readonly ids?: boolean | undefined;
  /** The progress of a reactor: an older release would not keep the events that it needs. */
  readonly reactors?: boolean | undefined;
  /** A redaction: an older release would not know that events have changed. */
  readonly redactions?: boolean | undefined;
}

/** The lowest format of a file that may hold this. Pure. */
export function formatFor({
  snapshotFormat = 1,
  tags = false,
  ids = false,
  reactors = false,
  redactions = false,
}: FormatNeeds): number {
  return snapshotFormat >= 2 || tags || ids || reactors || redactions ? 2 : FORMAT_VERSION;
}

/** Makes the file new enough for what is about to be written, in the caller's transaction. */
export function raiseFormat(connection: Connection, needs: FormatNeeds): void {
  if (formatOf(connection) < formatFor(needs)) connection.pragma(`user_version = ${NEWEST_FORMAT}`);
  if (needs.tags === true && !hasTagLists(connection)) connection.exec(TAG_LISTS);
  if (needs.reactors === true && !hasReactors(connection)) connection.exec(REACTORS);
  if (needs.redactions === true && !hasRedactions(connection)) connection.exec(REDACTIONS);
}

export function formatOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

/** Whether the file has the table of tag lists. */
export function hasTagLists(connection: Connection): boolean {
  return hasTable(connection, 'block_tags');
}

/** A log has no such table until a reactor was registered. */
export function hasReactors(connection: Connection): boolean {
  return hasTable(connection, 'reactors');
}

/** A log has no such table until something was redacted. */
export function hasRedactions(connection: Connection): boolean {
  return hasTable(connection, 'redactions');
}

function hasTable(connection: Connection, name: string): boolean {
  return connection.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").get(name) !== undefined;
}

/**
 * `block_tags`: the tag list of the block that begins at `first_sequence` and has the checksum `block_checksum`. It is
 * derived from the block. A query reads a block without a row, or with one that does not match its checksum.
 */
const TAG_LISTS = `
create table block_tags (
  first_sequence integer primary key,
  block_checksum integer not null,
  checksum integer not null,
  kinds text not null,
  hashes blob not null
) strict;
`;

/** How far each reactor has come. It is made with the first of them. */
const REACTORS = `
create table reactors (
  name text primary key,
  sequence integer not null,
  progress text not null
) strict;
`;

/**
 * What was redacted, oldest first, numbered from 1. `checksum` is of the other columns but `id` and `scrubbed`. `scrubbed`:
 * 0 while the file may hold old bytes, 1 when it was rebuilt, 2 when the WAL is empty too.
 */
const REDACTIONS = `
create table redactions (
  id integer primary key,
  recorded_at integer not null,
  requested_by text,
  selector text not null,
  events integer not null,
  first_sequence integer not null,
  last_sequence integer not null,
  checksum integer not null,
  scrubbed integer not null
) strict;
`;

/** The tables that a file of format 2 may have. */
export const TABLES_OF_FORMAT_2: ReadonlyMap<string, string> = schemaOf(TAG_LISTS + REACTORS + REDACTIONS);

/** Tables and views as SQLite keeps them in `sqlite_schema`: from the name on, every character must match. */
export function schemaOf(statements: string): ReadonlyMap<string, string> {
  return new Map(
    statements
      .trim()
      .split(/;\s*/)
      .filter((statement) => statement !== '')
      .map((statement) => {
        const [, type = '', name = ''] = /^create (table|view) (\w+)/.exec(statement) ?? [];
        return [`${type} ${name}`, statement.replace(/^create \w+/, `CREATE ${type.toUpperCase()}`)];
      }),
  );
}
