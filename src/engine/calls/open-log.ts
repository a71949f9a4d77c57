/** Opens the log behind a path, and refuses a Node that cannot run it. */
import { RefoldError } from '../../core/errors.ts';
import type { Durability, LogStore } from '../../log/log-store.ts';
import { openMemoryLog } from '../../log/memory.ts';

/** The path of a log that lives in memory, as long as its store. */
export const IN_MEMORY = ':memory:';

const OLDEST_NODE = [22, 15] as const;

/**
 * @throws RefoldError `NODE_TOO_OLD`, `LOG_LOCKED`, `FORMAT_TOO_NEW`, `LOG_CORRUPT`, `INVALID_OPTION` (not a path, or
 * not a file of refold's)
 */
export async function openLogAt(
  path: string,
  options: { durability?: Durability; readOnly?: boolean },
): Promise<LogStore> {
  requireNode(process.versions.node);
  if (path === IN_MEMORY) return openMemoryLog();
  // Loaded late: who only imports refold, or keeps the log elsewhere, need not load SQLite.
  const { openSqliteLog } = await import('../../log/sqlite/sqlite-log.ts');
  return openSqliteLog({ path, ...options });
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
