/**
 * Where a run keeps its book: the file that was asked for, or one in a temporary folder that is deleted at the end.
 *
 * A run that fails leaves nothing behind, so that it can be tried again with the same file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog, openStore, RefoldError, type StoreOptions } from 'refold';
import { orderBook } from './model/index.ts';

/** A store of the order book. */
export type OpenBook = Awaited<ReturnType<typeof openBook>>;

export interface Workspace extends Disposable {
  readonly path: string;
  /** This process has opened the file, and it held no events: what is in it from now on is the run's, to delete if it fails. */
  claim(): void;
  /** The run has ended well: a file that was asked for stays. Without this, disposal deletes what the run has made. */
  keep(): void;
}

/** What a log in a file may have beside it. */
const BESIDE = ['-wal', '-shm', '-journal', '-lock', '-lock-journal', '-witness', '-ballast'];

/** The file `db`, or one in a new temporary folder. What is to be deleted is deleted on disposal, or on exit at the latest. */
export function openWorkspace(db: string | undefined): Workspace {
  const folder = db === undefined ? mkdtempSync(join(tmpdir(), 'orderbook-')) : undefined;
  const path = db ?? join(folder!, 'book.db');
  // Before it is opened, a file may be another process's.
  let isOurs = folder !== undefined;
  const dispose = (): void => {
    process.off('exit', dispose);
    if (!isOurs) return;
    isOurs = false;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    else for (const suffix of ['', ...BESIDE]) rmSync(path + suffix, { force: true });
  };
  process.once('exit', dispose);
  const claim = (): void => {
    isOurs = true;
  };
  const keep = (): void => {
    isOurs = folder !== undefined;
  };
  return { path, claim, keep, [Symbol.dispose]: dispose };
}

/** The name of the model whose log a file is; undefined for an empty log. */
export async function modelIn(path: string): Promise<string | undefined> {
  await using log = await openLog({ path });
  return (await log.info()).model;
}

/** Opens the book in a file. */
export function openBook(path: string, options: Omit<StoreOptions, 'path'> = {}) {
  return openStore(orderBook, { ...options, path });
}

/**
 * Opens a book that must be empty. In an old one, what a run adds could not be told from what was there.
 *
 * @throws RefoldError `INVALID_OPTION` when it holds events already
 */
export async function openNewBook(path: string, options: Omit<StoreOptions, 'path'> = {}): Promise<OpenBook> {
  const store = await openBook(path, options);
  if (store.sequence === 0) return store;
  const { sequence } = store;
  await store.close();
  throw new RefoldError('INVALID_OPTION', `Cannot start a new book in ${path}: it holds ${sequence} events`, {
    path,
    sequence,
    hint: `Name a file that does not exist yet, or delete this one if a run that was killed left it; look at it with: show ${path}`,
  });
}
