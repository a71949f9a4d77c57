/**
 * The source of the log in one SQLite file: what `path` stands for.
 *
 * Threads import this file by its URL, so the build makes a file of it: `sqlite-refold.js`.
 * SQLite itself is loaded when a log is opened: a program that only imports refold does not load it.
 */
import { resolve } from 'node:path';
import { turnsRefused } from '../log-errors.ts';
import type { LogSource, LogThread } from '../log-source.ts';
import type { LogThreads } from './sharing/log-threads.ts';

/** What is known before the file is opened. */
export interface SqliteSourceOptions {
  /** The log's file. Its writer creates a missing one. */
  readonly path: string;
}

/**
 * The log in the file at `path`, not opened yet. `open` throws what `openSqliteLog` throws.
 *
 * @param threads those that this log shares with others; default: it gets its own
 */
export function sqliteSource({ path }: SqliteSourceOptions, threads?: LogThreads): LogSource {
  const source: LogSource = {
    name: path,
    open: async ({ durability = 'always', readOnly = false, remember, waitForLock, signal, writers }) => {
      if (writers === 'many') throw turnsRefused(path, 'a file has one writer');
      const { openSqliteLog } = await import('./sqlite-log.ts');
      return openSqliteLog({ path, durability, readOnly, remember, waitForLock, signal, threads });
    },
    fill: async (options) => {
      const { fillFile } = await import('./copying/file-filling.ts');
      return fillFile(path, options);
    },
  };
  const thread = threadOf(path);
  return thread === undefined ? source : { ...source, thread };
}

/** A bundle that is not a module does not know where it lies: no thread can import from it. */
function threadOf(path: string): LogThread | undefined {
  const here: string | undefined = import.meta.url;
  if (here === undefined) return undefined;
  const file = here.endsWith('.ts') ? './sqlite-source.ts' : './sqlite-refold.js';
  return { module: new URL(file, here).href, export: 'sqliteSource', options: { path: resolve(path) } };
}
