/**
 * The only door to better-sqlite3: loads it when it is first needed, opens hardened connections, and turns SQLite's
 * errors into RefoldErrors.
 */
import type Database from 'better-sqlite3';
import { type ErrorCode, isRefoldError, messageOf, RefoldError } from '../../../core/errors.ts';
import { HINT_CORRUPT } from '../../blocks/chain.ts';

/** better-sqlite3's constructor. */
export type Driver = typeof Database;
export type Connection = Database.Database;
export type Statement<Row = unknown> = Database.Statement<any[], Row>;

/** Size of the pages in a log's file: SQLite's default. */
export const SQLITE_PAGE_BYTES = 4096;

/** The native module needs this level of Node-API. With an older one it ends the process without a message. */
const NODE_API_NEEDED = 10;

/** @throws RefoldError `NODE_TOO_OLD` */
export async function loadDriver(): Promise<Driver> {
  if (!(Number(process.versions.napi) >= NODE_API_NEEDED)) {
    throw new RefoldError(
      'NODE_TOO_OLD',
      `Cannot open a log on Node ${process.version}: refold needs Node 22.15 or newer`,
      {
        hint: 'Install Node 22.15 or newer',
      },
    );
  }
  return (await import('better-sqlite3')).default;
}

/** How long a connection waits for another one's lock. */
const BUSY_TIMEOUT_MS = 5_000;

interface ConnectionMode {
  readonly readOnly: boolean;
  /** Whether a call waits for the lock of another connection, up to 5 s. Default true. */
  readonly waits?: boolean;
}

/**
 * Opens a connection that does not trust the file: its schema cannot call functions, sizes of cells are checked, and
 * there is no memory map (with one a bad disk would cause a SIGBUS instead of an error).
 */
export function openConnection(driver: Driver, path: string, { readOnly, waits = true }: ConnectionMode): Connection {
  const options = { readonly: readOnly, fileMustExist: true, timeout: waits ? BUSY_TIMEOUT_MS : 0 };
  const connection = new driver(keepWhiteSpace(path), options);
  try {
    connection.pragma('trusted_schema = off');
    connection.pragma('cell_size_check = on');
    connection.pragma('mmap_size = 0');
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/** better-sqlite3 trims a path, and would open another file. An added `/.` prevents that, and SQLite removes it. */
function keepWhiteSpace(path: string): string {
  return path === path.trim() ? path : `${path}/.`;
}

/** SQLite's code of an error, such as `SQLITE_FULL`, or undefined for an error that is not from SQLite. */
export function sqliteCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/**
 * Turns an error of opening or reading into a RefoldError. A `RefoldError` is returned as it is.
 *
 * @param action completes "Cannot …", such as `open`
 */
export function readFailure(error: unknown, action: string, path: string): RefoldError {
  if (isRefoldError(error)) return error;
  const [, code, hint, type] = READ_FAILURES.find(([pattern]) => pattern.test(sqliteCode(error) ?? ''))!;
  const details = { path, ...(type !== undefined && { type }), hint, cause: error };
  return new RefoldError(code, `Cannot ${action} ${path}: ${messageOf(error)}`, details);
}

/** True for an error that more disk space would have prevented. Opening needs some for the WAL's index. */
export function isFull(error: unknown): boolean {
  return isRefoldError(error, 'LOG_FULL') || FULL.test(sqliteCode(error) ?? '');
}

/** True when another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return BUSY.test(sqliteCode(error) ?? '');
}

/**
 * True for a file with a rollback journal beside it, which must be played back before anything can be read. Only a
 * connection that may write can do that. A log has such a journal only while it is created; later its journal is the
 * WAL.
 */
export function needsRollback(error: unknown): boolean {
  return sqliteCode(isRefoldError(error) ? error.cause : error) === NEEDS_ROLLBACK;
}

const NEEDS_ROLLBACK = 'SQLITE_READONLY_ROLLBACK';

const BUSY = /^SQLITE_(BUSY|LOCKED)/;
const FULL = /^SQLITE_(FULL|IOERR_SHMSIZE|IOERR_SHMOPEN)$/;

const READ_FAILURES: readonly (readonly [pattern: RegExp, code: ErrorCode, hint: string, type?: string])[] = [
  [FULL, 'LOG_FULL', 'Free some space, then open the log again; nothing was written'],
  // SQLite reads nothing from such a file, so repair could not help.
  [
    /^SQLITE_NOTADB/,
    'LOG_CORRUPT',
    'Check the path: the file does not begin like a log, nor like any file of SQLite; if it was a log, restore a backup',
    'path',
  ],
  [/^SQLITE_CORRUPT/, 'LOG_CORRUPT', HINT_CORRUPT],
  [
    new RegExp(NEEDS_ROLLBACK),
    'INVALID_OPTION',
    'Open it once without readOnly: the creation of this log was interrupted, and a writer starts it again',
  ],
  [/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/, 'INVALID_OPTION', 'Check the path and its permissions'],
  [BUSY, 'LOG_LOCKED', 'Close the program that holds the file and try again'],
  [/^/, 'STORE_FAILED', 'Check the disk, then open the log again'],
];
