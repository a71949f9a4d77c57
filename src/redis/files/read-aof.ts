/**
 * An AOF on disk: the folder of a multi-part AOF, or the single file of a Redis before 7.0.
 *
 * The files are read one after the other, record by record. Each file but the last must be whole.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isManifestName, type Manifest, parseManifest } from './aof/manifest.ts';
import { type AofStep, readCommands, type TornTail } from './aof/read-commands.ts';
import { RedisFileError } from './bytes/file-error.ts';
import { openFile } from './file-input.ts';
import { isRdb, type RdbRecord, readRdb } from './rdb/read-rdb.ts';

export interface AofFiles {
  readonly folder: string;
  /** Names in the folder, in the order in which they are read. */
  readonly files: readonly string[];
}

/** Something in an AOF: a record of an RDB file that the AOF begins with, or commands. */
export type AofRecord = RdbRecord | ({ readonly kind: 'commands' } & AofStep);

/** Where the reader is. */
export interface AofPlace {
  readonly file: string;
  /** In bytes, in this file. */
  readonly offset: number;
}

/** An error of a file, with the file's path. */
export class AofError extends Error {
  override readonly name = 'AofError';
  readonly path: string;

  constructor(path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.path = path;
  }
}

/**
 * Finds the files of an AOF.
 *
 * @param path the folder with the manifest, the folder above it (`dir` of the server), the manifest, or a single file
 */
export function findAof(path: string): AofFiles {
  if (!existsSync(path)) throw new AofError(path, 'There is nothing at this path');
  if (statSync(path).isDirectory()) return inFolder(path) ?? inFolder(join(path, 'appendonlydir')) ?? noManifest(path);
  if (isManifestName(path)) return listed(dirname(path), basename(path));
  return { folder: dirname(path), files: [basename(path)] };
}

function inFolder(folder: string): AofFiles | undefined {
  if (!existsSync(folder)) return undefined;
  const manifests = readdirSync(folder).filter(isManifestName);
  if (manifests.length > 1)
    throw new AofError(folder, `The folder has ${manifests.length} manifests: name one of them`);
  return manifests[0] === undefined ? undefined : listed(folder, manifests[0]);
}

function noManifest(path: string): never {
  throw new AofError(path, 'The folder has no manifest of an AOF');
}

function listed(folder: string, manifest: string): AofFiles {
  const { base, increments } = locating(join(folder, manifest), (path) => parseManifest(readFileSync(path, 'latin1')));
  const files: Manifest['increments'] = [...(base === undefined ? [] : [base]), ...increments];
  const missing = files.find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined)
    throw new AofError(join(folder, missing), 'The manifest lists this file, and it is missing');
  return { folder, files };
}

/** How large the files are together, in bytes. */
export function sizeOfAof({ folder, files }: AofFiles): number {
  return files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

/**
 * Yields all records, oldest first.
 *
 * @param read told how many bytes were read of all files together
 * @returns the torn tail of the last file, whose rest was left out
 */
export function* readAof(
  { folder, files }: AofFiles,
  read: (bytes: number) => void = () => undefined,
): Generator<AofRecord, TornTail | undefined> {
  let before = 0;
  for (const [at, file] of files.entries()) {
    const path = join(folder, file);
    using opened = openFile(path);
    const records = readFile(opened.input);
    for (let next = locating(path, () => records.next()); ; next = locating(path, () => records.next())) {
      read(before + opened.input.offset);
      if (!next.done) {
        yield next.value;
        continue;
      }
      if (next.value === undefined) break;
      if (at === files.length - 1) return next.value;
      throw new AofError(path, `The file ends inside of a command after byte ${next.value.offset}`);
    }
    before += opened.input.offset;
  }
  return undefined;
}

function* readFile(input: Parameters<typeof readRdb>[0]): Generator<AofRecord, TornTail | undefined> {
  if (isRdb(input)) yield* readRdb(input);
  const commands = readCommands(input);
  for (let next = commands.next(); ; next = commands.next()) {
    if (next.done) return next.value;
    yield { kind: 'commands', ...next.value };
  }
}

function locating<Result>(path: string, read: (path: string) => Result): Result {
  try {
    return read(path);
  } catch (error) {
    if (error instanceof RedisFileError) throw new AofError(path, error.message, error);
    throw error;
  }
}
