/** Where the log of a story is: in a file, or on a server. A value that crosses to another process. */
import { join } from 'node:path';
import type { LogStore } from '../../../src/log/log-store.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import type { LogSource } from '../../../src/log.ts';

/** A log on a server, whose writer has a lease. One that stops loses it. */
export interface ServedLog {
  readonly url: string;
  readonly name: string;
  /** ms. */
  readonly lease: number;
  /** ms. Shorter than a long stop: a writer that wakes has lost its connections. */
  readonly answerWithin: number;
}

export type StoryLog = { readonly path: string } | ServedLog;

export function fileIn(folder: string): StoryLog {
  return { path: join(folder, 'log.db') };
}

/** The options that say where the log is. */
export function placeOf(log: StoryLog): { readonly path: string } | { readonly log: LogSource } {
  if ('path' in log) return { path: log.path };
  const { url, ...options } = log;
  return { log: postgresLog(url, options) };
}

export function openToRead(log: StoryLog): Promise<LogStore> {
  const place = placeOf(log);
  return 'path' in place
    ? openSqliteLog({ path: place.path, readOnly: true })
    : (place.log.open({ readOnly: true }) as Promise<LogStore>);
}
