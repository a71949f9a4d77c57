/** Where a run keeps its book: the file that was asked for, or one in a temporary folder that is deleted at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, RefoldError, type StoreOptions } from 'refold';
import { orderBook } from './model/index.ts';

/** A store of the order book. */
export type OpenBook = Awaited<ReturnType<typeof openBook>>;

export interface Workspace extends Disposable {
  readonly path: string;
  readonly isTemporary: boolean;
}

/** The file `db`, or one in a new temporary folder, which is deleted on disposal, and on exit at the latest. */
export function openWorkspace(db: string | undefined): Workspace {
  if (db !== undefined) return { path: db, isTemporary: false, [Symbol.dispose]: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'orderbook-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { path: join(folder, 'book.db'), isTemporary: true, [Symbol.dispose]: remove };
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
    hint: `Name a file that does not exist yet, or look at this one with: show ${path}`,
  });
}
