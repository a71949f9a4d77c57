/** refold/redis: a Redis-compatible server whose data is folded from a log. */
import type { RedisServerOptions } from './server/options.ts';
import { RedisServer } from './server/redis-server.ts';

export type { Kind } from './model/values.ts';
export type { ConfigRecord } from './server/config/settings.ts';
export type { RedisServerOptions } from './server/options.ts';
export type { RedisServer } from './server/redis-server.ts';
export type { KeyCounts, TransferProgress } from './transfer/counts.ts';
export { type Exported, type ExportOptions, exportAof } from './transfer/export-aof.ts';
export { type Imported, type ImportOptions, importFiles, type Unsupported } from './transfer/import-files.ts';

/**
 * Starts a server on a file, for tests and applications.
 *
 * @throws RefoldError as `openStore` does; the system's error when the port is taken
 */
export function createRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  return RedisServer.open(options);
}
