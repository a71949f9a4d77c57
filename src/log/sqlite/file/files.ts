/**
 * What refold does with a log's files without SQLite: it creates them and looks at them, but never reads them.
 *
 * Closing any descriptor of a database file drops the POSIX locks that SQLite holds on it in this process; so a file is
 * only opened here to create it, before SQLite opens it.
 */
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, RefoldError } from '../../../core/errors.ts';
import type { LogFile } from '../../log-care.ts';

/**
 * The one name of a log file: absolute, links resolved, so that two names of a file share a lock.
 *
 * A symbolic link may only lead to a file in the same folder. A user who can put links into a folder must not choose a
 * file elsewhere that refold writes to. Links among the folders above are followed.
 *
 * @throws RefoldError `INVALID_OPTION` for a link that leads elsewhere, or nowhere
 */
export function canonicalPath(path: string): string {
  const absolute = resolve(path);
  const folder = realPath(dirname(absolute)) ?? dirname(absolute);
  const named = join(folder, basename(absolute));
  if (!isLink(named)) return realPath(named) ?? named;
  const target = realPath(named);
  if (target === undefined) throw invalidPath(named, 'it is a symbolic link to nothing');
  if (dirname(target) === folder) return target;
  throw invalidPath(named, `it is a symbolic link out of its folder, to ${target}`);
}

/**
 * True when a text is the path of exactly one file. A NUL would end it early. The system would replace a lone
 * surrogate, so two texts would name one file.
 */
export function isUsablePath(path: unknown): path is string {
  return typeof path === 'string' && path !== '' && !path.includes('\0') && path.isWellFormed();
}

/** The files beside a log's file. Some of them exist only while it is open. */
const BESIDE = ['-wal', '-shm', '-journal', '-lock', '-lock-journal', '-witness', '-ballast', '-repair'];

/**
 * Refuses a log when one of the files beside it is not a plain file in this folder.
 *
 * @param path as `canonicalPath` gave it
 * @throws RefoldError `INVALID_OPTION` naming that file
 */
export function requireOwnFiles(path: string): void {
  for (const suffix of BESIDE) fileKind(canonicalPath(path + suffix));
}

/** The path of a finished repair until it gets the log's name. */
export function repairPath(path: string): string {
  return `${path}-repair`;
}

/** @throws RefoldError `LOG_CORRUPT` when a repair or a restore was interrupted: it must be finished first */
export function requireNoRepair(path: string): void {
  if (fileKind(repairPath(path)) === 'missing') return;
  throw new RefoldError('LOG_CORRUPT', `Cannot open ${path}: its repair or restore was interrupted`, {
    path,
    hint: 'Run refold repair: it finishes what was begun',
  });
}

/** The status of what is at a path. */
export type FileKind = 'missing' | 'empty' | 'filled';

/** @throws RefoldError `INVALID_OPTION` when it is not a file */
export function fileKind(path: string): FileKind {
  const found = attempt(path, () => fs.statSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return 'missing';
  if (!found.isFile()) throw invalidPath(path, found.isDirectory() ? 'it is a directory' : 'it is not a file');
  return found.size === 0 ? 'empty' : 'filled';
}

/**
 * Makes sure that a file exists and is writable. A new file gets mode 0600, so only its owner can read it.
 *
 * @throws RefoldError `INVALID_OPTION` with the cause
 */
export function createFile(path: string): void {
  attempt(path, () => {
    if (createNew(path)) syncDirectory(dirname(path));
    else fs.accessSync(path, fs.constants.R_OK | fs.constants.W_OK);
  });
}

/** Size of a file; 0 when it does not exist. Opens no descriptor. */
export function sizeOf(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The log's file and what lies beside it, as far as it exists. Opens no descriptor. */
export function filesOf(path: string): LogFile[] {
  return ['', ...BESIDE].flatMap((suffix) => {
    const found = fs.statSync(path + suffix, { throwIfNoEntry: false });
    return found === undefined ? [] : [{ path: path + suffix, bytes: found.size }];
  });
}

/** The identity that the file system gives the file at a path; undefined when it does not exist. */
export function fileIdentity(path: string): string | undefined {
  const found = fs.statSync(path, { throwIfNoEntry: false, bigint: true });
  return found && `${found.dev}:${found.ino}`;
}

/** The bytes that this user may still write on the disk of a file; 0 when unknown. */
export function freeBytes(path: string): number {
  try {
    const { bsize, bavail } = fs.statfsSync(dirname(path));
    return bsize * bavail;
  } catch {
    return 0;
  }
}

/** Makes a new or renamed directory entry survive a power cut. Some systems cannot; that is ignored. */
export function syncDirectory(path: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(path, 'r');
    fs.fsyncSync(descriptor);
  } catch {
    // Windows cannot open directories. Its file systems keep entries in a journal.
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Removes a database that is not open anywhere, with SQLite's files beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) fs.rmSync(path + suffix, { force: true });
}

/** Waits until everything that was written to a file is on the disk. */
export function syncFile(path: string): void {
  const descriptor = fs.openSync(path, 'r+');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** A value that `isUsablePath` refuses. */
export function unusablePath(path: unknown): RefoldError {
  const given = typeof path === 'string' ? JSON.stringify(path.slice(0, 100)) : typeof path;
  return new RefoldError('INVALID_OPTION', `Cannot open a log: ${given} is not the path of a file`, {
    type: 'path',
    hint: "Give a file's path: a string that is not empty, without NUL and without lone surrogates",
  });
}

/** The refusal of a path that cannot hold a log. */
export function invalidPath(path: string, why: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${path}: ${why}`, {
    path,
    type: 'path',
    hint: hintFor((cause as NodeJS.ErrnoException | undefined)?.code),
    cause,
  });
}

/** A file is there, and there is no log in it: a new file, for example, or one that another program has cut to nothing. */
export function withoutLog(path: string, why = 'it does not hold a log'): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${path}: ${why}`, {
    path,
    type: 'path',
    hint: 'Check the path; if a log was in the file, restore a backup',
  });
}

function isLink(path: string): boolean {
  const found = attempt(path, () => fs.lstatSync(path, { throwIfNoEntry: false }));
  return found?.isSymbolicLink() === true;
}

function realPath(path: string): string | undefined {
  try {
    return fs.realpathSync(path);
  } catch {
    return undefined; // nothing there yet
  }
}

function createNew(path: string): boolean {
  try {
    fs.closeSync(fs.openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isOutOfSpace(error) ? noRoomFor(path, error) : invalidPath(path, messageOf(error), error);
  }
}

/** The system's codes for a full disk or an exhausted quota. */
export function isOutOfSpace(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function noRoomFor(path: string, cause: unknown): RefoldError {
  return new RefoldError('LOG_FULL', `Cannot make ${path}: the disk is full`, {
    path,
    hint: 'Free some space, then open the log again; nothing was written',
    cause,
  });
}

function hintFor(code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'Create the directory first';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return 'Make the file and its directory writable, or copy the file elsewhere: even a reader needs to write beside it';
  }
  return 'Give the path of a file in an existing, writable directory';
}
