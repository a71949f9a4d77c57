/**
 * How the commands handle files: they require a file that exists, or a path that is free, or they write a file under a
 * temporary name and rename it when it is complete.
 *
 * This file never opens a log's file; it only reads its status. The engine opens it.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RefoldError } from '../index.ts';
import { requireLog, requireNoUrl, sourceOf } from './logs.ts';
import { EXIT } from './output/exit-codes.ts';

/** @throws RefoldError `INVALID_OPTION` when there is no such file, so that a command never creates one by mistake */
export async function requireFile(path: string, hint: string = HINT_LOG): Promise<void> {
  const source = sourceOf(path);
  if (source !== undefined && hint === HINT_LOG) return requireLog(source);
  requireNoUrl('read', path, hint);
  const found = await stat(path).catch(() => undefined);
  const why =
    found === undefined ? 'there is no such file' : found.isFile() ? whyEmpty(path, found.size) : 'it is not a file';
  if (why === undefined) return;
  throw new RefoldError('INVALID_OPTION', `Cannot open ${path}: ${why}`, {
    path,
    hint,
  });
}

/** A new log may still be in the write-ahead log alone. */
function whyEmpty(path: string, bytes: number): string | undefined {
  return bytes === 0 && !existsSync(`${path}-wal`) ? 'it is empty' : undefined;
}

const HINT_LOG = 'Give the path of an existing log, or create one with refold import';

/** @throws RefoldError `INVALID_OPTION` when the path exists already, or its directory does not */
export function requireNew(path: string): void {
  requireNoUrl('write to', path, 'Give the path of a new file; refold copy writes to a log in PostgreSQL');
  if (!existsSync(dirname(resolve(path)))) throw noDirectory(path);
  if (!existsSync(path)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot write ${path}: the file exists already`, {
    path,
    hint: 'Choose another path, or move the file away first; refold never overwrites a file',
  });
}

/** For a copy: the library refuses a file that holds something else. @throws RefoldError as `requireNew` does without a directory */
export function requireNewOrUnfinished(path: string): void {
  if (sourceOf(path) === undefined && !existsSync(dirname(resolve(path)))) throw noDirectory(path);
}

/**
 * Creates a new file. `make` writes it in a temporary directory beside it. If `make` succeeds, the file gets its real
 * name. After an error or Ctrl-C nothing is left.
 *
 * @throws RefoldError `INVALID_OPTION` when the path is taken or its directory cannot be written
 */
export async function makeFile<T>(path: string, make: (temporary: string) => Promise<T>): Promise<T> {
  requireNew(path);
  let directory: string | undefined;
  const sweep = (): void => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  };
  const interrupted = (): void => {
    sweep();
    process.exit(EXIT.interrupted);
  };
  // Before there is anything to sweep: a signal that came between would leave it behind.
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    directory = temporaryDirectory(path);
    const temporary = join(directory, basename(path));
    const result = await make(temporary);
    await showAs(temporary, path);
    return result;
  } catch (error) {
    throw writeFailure(error, path);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    sweep();
  }
}

/** Turns a write error of the file system or SQLite into a `RefoldError`. Any other error stays as it is. */
function writeFailure(error: unknown, path: string): unknown {
  const { code, errcode, syscall, message } = error as NodeJS.ErrnoException & { errcode?: number };
  if (code === 'ENOSPC' || code === 'EDQUOT' || errcode === SQLITE_FULL) {
    return new RefoldError('LOG_FULL', `Cannot write ${path}: the disk is full`, {
      path,
      hint: HINT_FULL,
      cause: error,
    });
  }
  if (syscall === undefined && errcode === undefined) return error;
  return new RefoldError('STORE_FAILED', `Cannot write ${path}: ${message}`, { path, hint: HINT_DISK, cause: error });
}

const SQLITE_FULL = 13;
const HINT_FULL = 'Free some space, or choose another disk; refold has removed its temporary file';
const HINT_DISK = 'Check the disk; refold has removed its temporary file';

function temporaryDirectory(path: string): string {
  const parent = dirname(resolve(path));
  try {
    return mkdtempSync(join(parent, '.refold-'));
  } catch (cause) {
    throw noDirectory(path, cause);
  }
}

function noDirectory(path: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot write ${path}: its directory is missing or not writable`, {
    path,
    hint: `Create ${dirname(resolve(path))}, or make it writable`,
    cause,
  });
}

/**
 * Gives a finished file its real name and makes the name durable. Never replaces another file. Only the owner can read
 * the file, as with a log.
 */
async function showAs(temporary: string, path: string): Promise<void> {
  await chmod(temporary, 0o600);
  try {
    await link(temporary, path);
    await rm(temporary);
  } catch (error) {
    requireNew(path);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    await rename(temporary, path); // some file systems have no hard links
  }
  await syncDirectory(dirname(resolve(path)));
}

/** Windows cannot open a directory. Its file systems record directory entries in their own journal. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}
