/**
 * A log that is worth damaging: sealed and open blocks, snapshots, remembered outcomes, a projection, and a `-wal` with
 * commits that are nowhere else.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PrepareOptions {
  readonly path: string;
  readonly seed: number;
  readonly life: Life;
}

/**
 * What the log has gone through: `full` everything, and kept its history; `trimmed` the same, and dropped its beginning;
 * `young` no checkpoint yet, so that all it holds is in the `-wal`.
 */
export type Life = 'full' | 'trimmed' | 'young';

/** Commits acknowledged before the process was killed. */
export const ACKNOWLEDGED: { readonly [L in Life]: number } = { full: 66, trimmed: 66, young: 14 };

/** Commits that the ledger knows: some are left for writers after the damage. */
export const COMMITS = 76;

export const LOG_NAME = 'log.db';

/** The files of a log, by the suffix to its name: `''`, `-wal`, `-lock`, `-witness`. */
export type LogFiles = ReadonlyMap<string, Buffer>;

/** Where the log is copied to while it is being made. */
export function earlierFolder(path: string): string {
  return `${dirname(path)}-earlier`;
}

/** Makes such a log in a process of its own, which is killed, and gives its files: at the end, and some commits before. */
export function prepareLog(options: PrepareOptions): { readonly files: LogFiles; readonly earlier: LogFiles } {
  const folder = dirname(options.path);
  fs.mkdirSync(folder, { recursive: true });
  const script = fileURLToPath(new URL('./unclean-end.ts', import.meta.url));
  const { signal, stderr } = spawnSync(
    process.execPath,
    ['--conditions=refold-source', '--disable-warning=ExperimentalWarning', script, JSON.stringify(options)],
    { encoding: 'utf8' },
  );
  if (signal !== 'SIGKILL') throw new Error(`preparing a log failed: ${stderr}`);
  const [files, earlier] = [folder, earlierFolder(options.path)].map((place) => {
    const found = readFiles(place, basename(options.path));
    fs.rmSync(place, { recursive: true });
    return found;
  });
  return { files: files!, earlier: earlier! };
}

/** The files of the log in a folder. */
export function readLog(folder: string): LogFiles {
  return readFiles(folder, LOG_NAME);
}

/** All files of a log but `-shm`, which no one reads after an unclean end, and the ballast, which holds nothing. */
function readFiles(folder: string, name: string): LogFiles {
  const names = fs.readdirSync(folder).filter((file) => file.startsWith(name) && !/-(shm|ballast)$/.test(file));
  return new Map(names.map((file) => [file.slice(name.length), fs.readFileSync(join(folder, file))]));
}

/** Puts files into a folder under their names, and gives the log's path. */
export function layFiles(folder: string, files: LogFiles): string {
  fs.mkdirSync(folder, { recursive: true });
  const path = join(folder, LOG_NAME);
  for (const [suffix, content] of files) fs.writeFileSync(`${path}${suffix}`, content);
  return path;
}

/** A log after harm: files replaced, or gone. */
export function harmed(files: LogFiles, changed: ReadonlyMap<string, Uint8Array | undefined>): LogFiles {
  const all = new Map<string, Uint8Array | undefined>([...files, ...changed]);
  return new Map([...all].filter((entry): entry is [string, Buffer] => entry[1] !== undefined));
}
