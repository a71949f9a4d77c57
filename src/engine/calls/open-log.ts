/** Opens the log that the options of a call mean, and refuses a Node that cannot run it. */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { requireFinished } from '../../log/copying/unfinished.ts';
import type { LogSource, LogThread, OpenLogOptions } from '../../log/log-source.ts';
import type { LogStore } from '../../log/log-store.ts';
import { MemoryContents } from '../../log/memory.ts';
import { sqliteSource } from '../../log/sqlite/sqlite-source.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { pause, performance } from '../../threads/timers.ts';
import { isOpenLog, type LogOptions } from './log-options.ts';

/** The path of a log that lives in memory, as long as its store. */
export const IN_MEMORY = ':memory:';

const OLDEST_NODE = [22, 15] as const;

/** The source of the log at a path: a file, or an empty log in memory. */
export function sourceAt(path: string): LogSource {
  return path === IN_MEMORY ? new MemoryContents() : sqliteSource({ path });
}

/**
 * Gives an open log back as it is. Otherwise opens the log of the path or the source.
 *
 * @param options either `path` or `log`, checked
 * @throws RefoldError `NODE_TOO_OLD`, `LOG_LOCKED`, `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `INVALID_OPTION` (not a path, not a
 * file of refold's, or the source did not give a log), `STORE_FAILED` (the source threw)
 */
export async function openLogOf({ path, log }: LogOptions, how: OpenLogOptions): Promise<LogStore> {
  if (isOpenLog(log)) {
    await requireFinished(log);
    return log;
  }
  requireNode(process.versions.node);
  return openWhenFree(log ?? sourceAt(path!), how);
}

/** Between two attempts to open a log whose source does not wait for its writer, in ms. */
const ASK_AGAIN_MS = 50;

async function openWhenFree(source: LogSource, how: OpenLogOptions): Promise<LogStore> {
  const { waitForLock, signal } = how;
  if (waitForLock === undefined) return openSource(source, how);
  const deadline = performance.now() + waitForLock;
  for (let left = waitForLock; ; left = Math.max(0, deadline - performance.now())) {
    throwIfAborted(signal);
    try {
      return await openSource(source, { ...how, waitForLock: left });
    } catch (error) {
      throwIfAborted(signal);
      if (!isRefoldError(error, 'LOG_LOCKED') || performance.now() >= deadline) throw error;
    }
    await pause(Math.min(ASK_AGAIN_MS, Math.max(0, deadline - performance.now())));
  }
}

/** How a thread opens the log that the options mean; undefined if only this thread can have it. */
export function threadOf({ path, log }: LogOptions): LogThread | undefined {
  if (isOpenLog(log)) return undefined;
  return (log ?? sourceAt(path!)).thread;
}

/** Runs in another thread: imports the module of a source and opens its log read-only. Throws as `openLogOf` does. */
export async function openInThread({ module, export: name, options }: LogThread): Promise<LogStore> {
  const { [name]: sourceOf } = (await import(module)) as Record<string, (given: unknown) => LogSource>;
  if (typeof sourceOf !== 'function') throw badSource(module, `it does not export a function ${name}`);
  return openSource(sourceOf(options), { readOnly: true });
}

async function openSource(source: LogSource, how: OpenLogOptions): Promise<LogStore> {
  const log = await opened(source, how);
  if (!isOpenLog(log)) throw badSource(source.name, 'its open did not give a log');
  await requireFinished(log).catch(async (error) => {
    await log.close();
    throw error;
  });
  if (how.readOnly === true || !log.readOnly) return log;
  await log.close();
  throw badSource(source.name, 'it opened the log read-only, but was asked to open it for writing');
}

/** A source is another program's code, and may throw anything. */
async function opened(source: LogSource, how: OpenLogOptions): Promise<unknown> {
  try {
    return await source.open(how);
  } catch (cause) {
    if (isRefoldError(cause)) throw cause;
    throw new RefoldError('STORE_FAILED', `Cannot open ${source.name}: its source threw: ${messageOf(cause)}`, {
      path: source.name,
      hint: 'Look at the cause: it comes from the open of the log source',
      cause,
    });
  }
}

function badSource(name: string, why: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${name}: ${why}`, {
    path: name,
    type: 'log',
    hint: 'A log source is { name, open({ durability, readOnly }), thread? }, and open gives a LogStore',
  });
}

/** Older releases lack zstd, and crash without a message on SQLite's binding. */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  const needed = OLDEST_NODE.join('.');
  throw new RefoldError('NODE_TOO_OLD', `Cannot run on Node ${version}: refold needs ${needed} or newer`, {
    hint: `Install Node ${needed} or newer; the dev dependency "node": "24" brings one along with npm`,
  });
}
