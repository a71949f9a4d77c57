/**
 * Files as the commands touch them: there already, new, or made under a temporary name and shown when whole.
 *
 * The log's own file is only asked for its status here, never opened: that is the engine's business.
 */
import { existsSync, rmSync } from 'node:fs';
import { chmod, link, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RefoldError } from '../index.ts';
import { EXIT } from './output/exit-codes.ts';

/** @throws RefoldError `INVALID_OPTION` when there is no such file: a command never makes one by mistake */
export async function requireFile(path: string, hint: string = HINT_LOG): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return;
  const why = found === undefined ? 'there is no such file' : 'it is not a file';
  throw new RefoldError('INVALID_OPTION', `Cannot open ${path}: ${why}`, {
    path,
    hint,
  });
}

const HINT_LOG = 'Give the path of an existing log; refold import makes a new one';

/** @throws RefoldError `INVALID_OPTION` when there is something at the path already */
export function requireNew(path: string): void {
  if (!existsSync(path)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot write ${path}: it exists already`, {
    path,
    hint: 'Choose another path, or move the file away first; nothing is overwritten',
  });
}

/**
 * Makes a new file: `make` writes it under a temporary name in a directory beside, and only when that went well does it
 * get its own. Whatever else ends in nothing: an error, Ctrl-C.
 *
 * @throws RefoldError `INVALID_OPTION` when the path is taken or its directory cannot be written
 */
export async function makeFile<T>(path: string, make: (temporary: string) => Promise<T>): Promise<T> {
  requireNew(path);
  const directory = await temporaryDirectory(path);
  const sweep = (): void => rmSync(directory, { recursive: true, force: true });
  const interrupted = (): void => {
    sweep();
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
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

/** What the file system or SQLite says of a write that failed, in refold's words; anything else as it is. */
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
const HINT_FULL = 'Free some space, or choose another disk; nothing was left behind';
const HINT_DISK = 'Check the disk; nothing was left behind';

async function temporaryDirectory(path: string): Promise<string> {
  const parent = dirname(resolve(path));
  try {
    return await mkdtemp(join(parent, '.refold-'));
  } catch (cause) {
    throw new RefoldError('INVALID_OPTION', `Cannot write ${path}: its directory cannot be written`, {
      path,
      hint: `Create ${parent}, or make it writable`,
      cause,
    });
  }
}

/**
 * Gives a finished file its name, without ever replacing another, and makes the name durable. Like a log, it is for its
 * owner alone.
 */
async function showAs(temporary: string, path: string): Promise<void> {
  await chmod(temporary, 0o600);
  try {
    await link(temporary, path);
    await rm(temporary);
  } catch (error) {
    requireNew(path);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    await rename(temporary, path); // not every file system knows links
  }
  await syncDirectory(dirname(resolve(path)));
}

/** Windows opens no directories; its file systems keep entries in their own journal. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}
