/**
 * One writer per log: a transaction held open on a small database beside the file, `<path>-lock`.
 *
 * The holder first commits its name, then keeps `begin immediate` open: other processes can read who holds the lock,
 * but cannot take it. The kernel releases the lock when the process ends in any way, so a stale lock cannot exist on
 * Linux, macOS or Windows. The file itself stays: deleting it would be a race.
 */
import { hostname } from 'node:os';
import { isRefoldError, messageOf, RefoldError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { pause, performance } from '../../../threads/timers.ts';
import type { LogWriter } from '../../log-care.ts';
import { type Connection, type Driver, isBusy, openConnection, sqliteCode } from './driver.ts';
import { sizeOf } from './files.ts';

/** The path of a log's lock. */
export function lockPath(path: string): string {
  return `${path}-lock`;
}

/** How long to wait for a holder that is about to close, unless the caller says otherwise. */
export const LOCK_WAIT_MS = 200;
/** SQLite itself waits this long for another process that looks at the lock. It blocks the thread, so it is short. */
const BUSY_MS = 10;
/** Between two attempts: first as long as this, then longer. */
const FIRST_LOCK_REST_MS = 5;
const LONGEST_LOCK_REST_MS = 100;
/** How often to try again when another process takes the lock between our two steps. */
const ATTEMPTS = 20;

/**
 * Takes the lock. It is held until the returned connection is closed or the process ends. Between attempts the event loop
 * is free. There is no queue: after a release the next attempt of any process wins.
 *
 * @param waitMs how long to wait for a holder
 * @param signal ends the waiting
 * @throws RefoldError `LOG_LOCKED` naming the holder; the reason of the signal
 */
export async function acquireLock(
  driver: Driver,
  path: string,
  waitMs: number = LOCK_WAIT_MS,
  signal?: AbortSignal,
): Promise<Connection> {
  const deadline = performance.now() + waitMs;
  for (let rest = FIRST_LOCK_REST_MS; ; rest = Math.min(2 * rest, LONGEST_LOCK_REST_MS)) {
    throwIfAborted(signal);
    try {
      return takeLock(driver, path);
    } catch (error) {
      const left = deadline - performance.now();
      if (!isRefoldError(error, 'LOG_LOCKED') || left <= 0) throw error;
      await pause(Math.min(rest, left));
    }
  }
}

/**
 * Who holds the lock now; undefined when no process does, and where this one may not write and so cannot tell.
 *
 * A holder that was killed has left its name. So the lock is tried, and given back at once. Another process may look in the
 * same way at that moment, so a lock that is taken is tried once more.
 */
export async function lockHolderOf(driver: Driver, path: string): Promise<LogWriter | undefined> {
  let connection: Connection | undefined;
  try {
    if (sizeOf(lockPath(path)) === 0) return undefined;
    connection = openConnection(driver, lockPath(path), { readOnly: false, waits: false });
    if (!isTaken(connection)) return undefined;
    await pause(BUSY_MS);
    return isTaken(connection) ? readHolder(connection) : undefined;
  } catch {
    return undefined;
  } finally {
    connection?.close();
  }
}

function isTaken(connection: Connection): boolean {
  try {
    connection.exec('begin immediate; rollback');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  }
}

/** One attempt. */
function takeLock(driver: Driver, path: string): Connection {
  let connection: Connection | undefined;
  try {
    connection = openConnection(driver, lockPath(path), { readOnly: false });
    connection.pragma(`busy_timeout = ${BUSY_MS}`);
    requireLockFile(connection, path);
    hold(connection, { pid: process.pid, host: hostname(), startedAt: Date.now() });
    return connection;
  } catch (error) {
    const refusal = refuse(error, connection, path);
    connection?.close();
    throw refusal;
  }
}

/**
 * Writes the name, then takes the lock. Another process may write its name between the two steps, so the name is read
 * again under the lock.
 */
function hold(connection: Connection, holder: LogWriter): void {
  for (let attempt = 1; ; attempt++) {
    const isRecorded = recordHolder(connection, holder);
    connection.exec('begin immediate');
    const found = readHolder(connection);
    if (!isRecorded || attempt === ATTEMPTS) return;
    if (found?.pid === holder.pid && found.startedAt === holder.startedAt) return;
    connection.exec('rollback');
  }
}

/** Returns true when the name was written. On a full disk it may not be, but the lock needs no space. */
function recordHolder(connection: Connection, holder: LogWriter): boolean {
  try {
    writeHolder(connection, holder);
    return true;
  } catch (error) {
    if (!/^SQLITE_(FULL|IOERR|CANTOPEN)/.test(sqliteCode(error) ?? '')) throw error;
    if (connection.inTransaction) connection.exec('rollback');
    return overwriteHolder(connection, holder);
  }
}

/** Without a journal, which would need extra space: the row exists already and keeps its length. */
function overwriteHolder(connection: Connection, holder: LogWriter): boolean {
  try {
    connection.pragma('journal_mode = memory');
    writeHolder(connection, holder);
    return true;
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) throw error;
    if (connection.inTransaction) connection.exec('rollback');
    return false;
  }
}

function writeHolder(connection: Connection, { pid, host, startedAt }: LogWriter): void {
  connection
    .transaction(() => {
      connection.exec(HOLDER);
      connection
        .prepare('insert or replace into holder (id, pid, host, started_at) values (1, ?, ?, ?)')
        .run(pid, host, startedAt);
    })
    .immediate();
}

const HOLDER =
  'create table if not exists holder (id integer primary key, pid integer, host text, started_at integer) strict';

/** Refuses to write to a file of another program, or to one with a trigger in it. */
function requireLockFile(connection: Connection, path: string): void {
  const own = HOLDER.replace('create table if not exists', 'CREATE TABLE');
  const found = connection.prepare('select sql from sqlite_schema').pluck().all();
  if (found.every((sql) => sql === own)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot lock ${path}: its lock file holds something else`, {
    path: lockPath(path),
    hint: HINT_LOCK_FILE(path),
  });
}

function refuse(error: unknown, connection: Connection | undefined, path: string): RefoldError {
  if (isRefoldError(error)) return error;
  if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) return lockedBy(connection && readHolder(connection), path, error);
  return new RefoldError('INVALID_OPTION', `Cannot lock ${path}: ${messageOf(error)}`, {
    path: lockPath(path),
    hint: HINT_LOCK_FILE(path),
    cause: error,
  });
}

const HINT_LOCK_FILE = (path: string): string =>
  `Check that ${lockPath(path)} is writable and that no other program keeps a file of this name`;

function lockedBy(holder: LogWriter | undefined, path: string, cause: unknown): RefoldError {
  const isOurs = holder?.pid === process.pid && holder.host === hostname();
  return new RefoldError('LOG_LOCKED', `Cannot open ${path} for writing: it is held by ${nameOf(holder, isOurs)}`, {
    path,
    hint: isOurs
      ? HINT_OURS
      : 'Close the other store, or open this one with readOnly; waitForLock (--wait-for-lock 10s) waits until it is closed',
    cause,
  });
}

function nameOf(holder: LogWriter | undefined, isOurs: boolean): string {
  if (holder === undefined) return 'another process';
  const process = `process ${holder.pid} on ${holder.host}`;
  return `${isOurs ? `this process (${process})` : process}, since ${new Date(holder.startedAt).toISOString()}`;
}

/** With hot reload the holder is the store of the old module, which the application can no longer reach. */
const HINT_OURS =
  'Close the store that this process has open, or share it. If modules are reloaded in development, keep it on globalThis';

function readHolder(connection: Connection): LogWriter | undefined {
  try {
    return connection.prepare('select pid, host, started_at as startedAt from holder').get() as LogWriter | undefined;
  } catch {
    return undefined; // the holder is writing its name now
  }
}
