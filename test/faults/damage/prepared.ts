/**
 * Prepares a log with everything that damage can hit: sealed and open blocks, snapshots, outcomes, a projection, and a
 * `-wal` with commits that only it contains.
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
 * The history of the log. `full`: everything, with all events kept. `trimmed`: the same, with its beginning dropped.
 * `young`: no checkpoint yet, so that all of its content is in the `-wal`.
 */
export type Life = 'full' | 'trimmed' | 'young';

/** The commits that were acknowledged before the process was killed. */
export const ACKNOWLEDGED: { readonly [L in Life]: number } = { full: 66, trimmed: 66, young: 14 };

/** The commits of the ledger. Some are left for writers after the damage. */
export const COMMITS = 76;

export const LOG_NAME = 'log.db';

/** The files of a log, by the suffix to its name: `''`, `-wal`, `-lock`, `-witness`. */
export type LogFiles = ReadonlyMap<string, Buffer>;

/** The folder to which the log is copied while it is being made. */
export function earlierFolder(path: string): string {
  return `${dirname(path)}-earlier`;
}

/** Makes such a log in a child process, which is killed. Returns its files at the end and some commits earlier. */
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

/** All files of a log except `-shm`, which is not read after an unclean end, and the ballast, which holds no data. */
function readFiles(folder: string, name: string): LogFiles {
  const names = fs.readdirSync(folder).filter((file) => file.startsWith(name) && !/-(shm|ballast)$/.test(file));
  return new Map(names.map((file) => [file.slice(name.length), fs.readFileSync(join(folder, file))]));
}

/** Writes the files into a folder and returns the log's path. */
export function layFiles(folder: string, files: LogFiles): string {
  fs.mkdirSync(folder, { recursive: true });
  const path = join(folder, LOG_NAME);
  for (const [suffix, content] of files) fs.writeFileSync(`${path}${suffix}`, content);
  return path;
}

/** A log after a harm: with changed or missing files. */
export function harmed(files: LogFiles, changed: ReadonlyMap<string, Uint8Array | undefined>): LogFiles {
  const all = new Map<string, Uint8Array | undefined>([...files, ...changed]);
  return new Map([...all].filter((entry): entry is [string, Buffer] => entry[1] !== undefined));
}
