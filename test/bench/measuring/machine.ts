/** Where and with what the figures were measured. */
import { globSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { peerVersion } from './peers.ts';

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly fileSystem: string;
  /** Processes that wanted a core in the minute before the run. */
  readonly load: number;
  readonly node: string;
  /** Package name → version. */
  readonly versions: Readonly<Record<string, string>>;
}

const OURS = ['better-sqlite3', 'msgpackr', 'zod', 'pg'];
const PEERS = ['@event-driven-io/emmett-sqlite', 'sqlite3', 'event-storage', 'nodejs-order-book'];

/** Linux's magic numbers of the file systems one is likely to meet. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
};

export function describeMachine(dir: string): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    fileSystem: fileSystemOf(dir),
    load: Math.round(loadavg()[0]! * 10) / 10,
    node: process.version,
    versions: versions(),
  };
}

/** Above this load before the run, others are using the cores that the figures are about. */
export const BUSY_LOAD = 0.7;

/** On a file system in memory a sync costs nothing, and no figure with a sync in it means anything. */
export function isInMemory(dir: string): boolean {
  return fileSystemOf(dir) === 'tmpfs';
}

function fileSystemOf(dir: string): string {
  const { type: magic } = statfsSync(dir);
  return FILE_SYSTEMS[magic] ?? `type ${magic}`;
}

function versions(): Record<string, string> {
  const found: Record<string, string> = { refold: versionIn('../../../package.json') };
  for (const name of OURS) found[name] = versionIn(`../../../node_modules/${name}/package.json`);
  for (const name of PEERS) found[name] = peerVersion(name) ?? 'absent';
  // The newest of Debian's, which is the one that the workloads start.
  const servers = globSync('/usr/lib/postgresql/*/bin').map((folder) => Number(/\d+/.exec(folder)![0]));
  found.PostgreSQL = servers.length === 0 ? 'absent' : String(Math.max(...servers));
  return found;
}

function versionIn(path: string): string {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
}
