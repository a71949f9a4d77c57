/**
 * AOF and RDB files on disk, record by record. An AOF is the folder of a multi-part AOF, or the single file of a Redis
 * before 7.0; its files are read one after the other, and each but the last must be whole.
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
export type AofRecord =
  | RdbRecord
  | ({ readonly kind: 'commands' } & AofStep)
  /** A file begins; its commands begin in database 0. */
  | { readonly kind: 'file'; readonly name: string };

/** Why a file cannot be read. Its cause is a `RedisFileError` if the file was found and its content is wrong. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
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
  if (!existsSync(path)) throw new FileProblem(path, 'There is nothing at this path');
  if (statSync(path).isDirectory()) return inFolder(path) ?? inFolder(join(path, 'appendonlydir')) ?? noManifest(path);
  if (isManifestName(path)) return listed(dirname(path), basename(path));
  return { folder: dirname(path), files: [basename(path)] };
}

function inFolder(folder: string): AofFiles | undefined {
  if (!existsSync(folder)) return undefined;
  const manifests = readdirSync(folder).filter(isManifestName);
  if (manifests.length > 1)
    throw new FileProblem(folder, `The folder has ${manifests.length} manifests: name one of them`);
  return manifests[0] === undefined ? undefined : listed(folder, manifests[0]);
}

function noManifest(path: string): never {
  throw new FileProblem(path, 'The folder has no manifest of an AOF');
}

function listed(folder: string, manifest: string): AofFiles {
  const { base, increments } = locating(join(folder, manifest), (path) => parseManifest(readFileSync(path, 'latin1')));
  const files: Manifest['increments'] = [...(base === undefined ? [] : [base]), ...increments];
  const missing = files.find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined) throw damaged(join(folder, missing), 'The manifest lists this file, and it is missing', 0);
  return { folder, files };
}

/** How large the files are together, in bytes. */
export function sizeOf({ folder, files }: AofFiles): number {
  return files.reduce((sum, file) => sum + locating(join(folder, file), (path) => statSync(path).size), 0);
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
    using opened = locating(path, openFile);
    yield { kind: 'file', name: file };
    const records = readFile(opened.input);
    for (let next = locating(path, () => records.next()); ; next = locating(path, () => records.next())) {
      read(before + opened.input.offset);
      if (!next.done) {
        yield next.value;
        continue;
      }
      if (next.value === undefined) break;
      if (at === files.length - 1) return next.value;
      throw damaged(path, 'The file is torn, and it is not the last one: what is whole ends', next.value.offset);
    }
    before += opened.input.offset;
  }
  return undefined;
}

/** Yields the records of an RDB file. What follows its end mark is ignored, as in Redis. */
export function* readRdbFile(
  path: string,
  read: (bytes: number) => void = () => undefined,
): Generator<RdbRecord, undefined> {
  using opened = locating(path, openFile);
  const records = readRdb(opened.input);
  for (let next = locating(path, () => records.next()); !next.done; next = locating(path, () => records.next())) {
    read(opened.input.offset);
    yield next.value;
  }
}

function* readFile(input: Parameters<typeof readRdb>[0]): Generator<AofRecord, TornTail | undefined> {
  if (isRdb(input)) yield* readRdb(input);
  const commands = readCommands(input);
  for (let next = commands.next(); ; next = commands.next()) {
    if (next.done) return next.value;
    yield { kind: 'commands', ...next.value };
  }
}

function damaged(path: string, what: string, offset: number): FileProblem {
  const cause = new RedisFileError('truncated', what, offset);
  return new FileProblem(path, cause.message, cause);
}

function locating<Result>(path: string, read: (path: string) => Result): Result {
  try {
    return read(path);
  } catch (error) {
    const isSystemError = (error as NodeJS.ErrnoException).syscall !== undefined;
    if (error instanceof RedisFileError || isSystemError) throw new FileProblem(path, (error as Error).message, error);
    throw error;
  }
}
