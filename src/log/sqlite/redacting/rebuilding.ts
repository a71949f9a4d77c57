/**
 * Rebuilds the log's file, so that it holds nothing but what the log holds.
 *
 * SQLite leaves old bytes in free pages, in free space inside of pages, and in the tails of overflow pages. Its
 * `secure_delete` overwrites most of them, but not copies that it made when it balanced a tree. `vacuum` writes every page
 * again, in one transaction: after a crash the file is the old one or the new one.
 */
import { RefoldError } from '../../../core/errors.ts';
import { type Connection, SQLITE_PAGE_BYTES } from '../file/driver.ts';
import { freeBytes } from '../file/files.ts';

/** A page in the WAL has a header; other files and programs need a little room too. */
const MARGIN = 1.05;

/** @throws RefoldError `LOG_FULL` when the disk has no room for a copy of the log, what SQLite throws */
export function rebuildFile(connection: Connection, path: string): void {
  const needed = liveBytes(connection) * MARGIN;
  const free = freeBytes(path);
  if (free > 0 && free < needed) throw noRoomToRebuild(path, needed);
  connection.exec('vacuum');
}

function liveBytes(connection: Connection): number {
  const [pages, unused] = ['page_count', 'freelist_count'].map((name) =>
    Number(connection.pragma(name, { simple: true })),
  );
  return (pages! - unused!) * SQLITE_PAGE_BYTES;
}

function noRoomToRebuild(path: string, needed: number): RefoldError {
  const mebibytes = Math.ceil(needed / 2 ** 20);
  return new RefoldError('LOG_FULL', `Cannot rebuild ${path}: the disk has less than ${mebibytes} MiB free`, {
    path,
    hint: 'The events are redacted, but a file still holds the old bytes. Free some space, then redact again',
  });
}
