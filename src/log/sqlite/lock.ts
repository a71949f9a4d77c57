/**
 * One writer per log: a transaction held open on a small database beside the file, `<path>-lock`.
 *
 * The holder first commits who it is, then keeps `begin immediate` open for its whole life: others can read who holds
 * the lock and cannot take it. The kernel releases it with the process, however that ends, so that no stale lock is
 * ever left behind, on Linux, macOS and Windows alike. The file itself stays: deleting it would race.
 */
import { hostname } from 'node:os';
import { messageOf, RefoldError } from '../../core/errors.ts';
import { type Connection, type Driver, sqliteCode } from './driver.ts';

/** Who holds a log. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ms since the epoch. */
  readonly startedAt: number;
}

/** Where the lock of a log lives. */
export function lockPath(path: string): string {
  return `${path}-lock`;
}

/** A holder that is just closing may still finish. */
const WAIT_MS = 200;

/**
 * Takes the lock. It is held until the connection given back is closed, or the process ends.
 *
 * @throws RefoldError `LOG_LOCKED` naming the holder
 */
export function acquireLock(driver: Driver, path: string): Connection {
  const connection = new driver(lockPath(path), { timeout: WAIT_MS });
  try {
    recordHolder(connection, { pid: process.pid, host: hostname(), startedAt: Date.now() });
    connection.exec('begin immediate');
    return connection;
  } catch (error) {
    const refusal = refuse(error, connection, path);
    connection.close();
    throw refusal;
  }
}

function recordHolder(connection: Connection, { pid, host, startedAt }: LockHolder): void {
  connection
    .transaction(() => {
      connection.exec(
        'create table if not exists holder (id integer primary key, pid integer, host text, started_at integer) strict',
      );
      connection
        .prepare('insert or replace into holder (id, pid, host, started_at) values (1, ?, ?, ?)')
        .run(pid, host, startedAt);
    })
    .immediate();
}

function refuse(error: unknown, connection: Connection, path: string): RefoldError {
  if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) return lockedBy(readHolder(connection), path, error);
  return new RefoldError('INVALID_OPTION', `Cannot lock ${path}: ${messageOf(error)}`, {
    path: lockPath(path),
    hint: `Check that ${lockPath(path)} is writable and that no other program keeps a file of this name`,
    cause: error,
  });
}

function lockedBy(holder: LockHolder | undefined, path: string, cause: unknown): RefoldError {
  const name =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid} on ${holder.host}, since ${new Date(holder.startedAt).toISOString()}`;
  return new RefoldError('LOG_LOCKED', `Cannot open ${path} for writing: it is held by ${name}`, {
    path,
    hint: 'Close the other store, or open this one with readOnly',
    cause,
  });
}

function readHolder(connection: Connection): LockHolder | undefined {
  try {
    return connection.prepare('select pid, host, started_at as startedAt from holder').get() as LockHolder | undefined;
  } catch {
    return undefined; // the holder is just writing its name
  }
}
