/**
 * Writes a multi-part AOF, which a Redis 7.0 loads: a BASE file with commands, an empty INCR file, and the manifest.
 *
 * The manifest appears last, under its name at once, when everything it lists is on disk. So a folder with a manifest is
 * complete.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_NAME, formatManifest, manifestName } from './aof/manifest.ts';
import type { AofCommand } from './aof/read-commands.ts';
import { formatCommand } from './aof/write-commands.ts';

export interface WrittenAof {
  readonly commands: number;
  readonly bytes: number;
}

/** In characters. How much is written at once. */
const AOF_PIECE = 1 << 18;

const BASE = `${DEFAULT_NAME}.1.base.aof`;
const INCREMENT = `${DEFAULT_NAME}.1.incr.aof`;

/** Whether an AOF can be written here: nothing is there yet, or an empty folder. */
export function isFree(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Writes the AOF into a folder that `isFree`. The commands may come over time, for example with pauses for other work. */
export async function writeAof(
  folder: string,
  commands: Iterable<AofCommand> | AsyncIterable<AofCommand>,
): Promise<WrittenAof> {
  mkdirSync(folder, { recursive: true });
  const written = await writeBase(join(folder, BASE), commands);
  writeFile(join(folder, INCREMENT), '');
  sync(folder);
  const manifest = join(folder, manifestName(DEFAULT_NAME));
  writeFile(`${manifest}.temporary`, formatManifest({ base: BASE, increments: [INCREMENT] }));
  renameSync(`${manifest}.temporary`, manifest);
  sync(folder);
  sync(dirname(folder));
  return written;
}

/** Removes what an interrupted `writeAof` left in the folder; the folder as well if nothing else is in it. */
export function discardAof(folder: string): void {
  const manifest = manifestName(DEFAULT_NAME);
  for (const file of [manifest, `${manifest}.temporary`, BASE, INCREMENT]) rmSync(join(folder, file), { force: true });
  if (existsSync(folder) && isFree(folder)) rmdirSync(folder);
}

async function writeBase(
  path: string,
  commands: Iterable<AofCommand> | AsyncIterable<AofCommand>,
): Promise<WrittenAof> {
  const descriptor = openSync(path, 'wx');
  try {
    let count = 0;
    let bytes = 0;
    let piece = '';
    const flush = (): void => {
      writeAll(descriptor, Buffer.from(piece, 'latin1'));
      bytes += piece.length;
      piece = '';
    };
    for await (const command of commands) {
      piece += formatCommand(command);
      count += 1;
      if (piece.length >= AOF_PIECE) flush();
    }
    flush();
    fsyncSync(descriptor);
    return { commands: count, bytes };
  } finally {
    closeSync(descriptor);
  }
}

function writeFile(path: string, text: string): void {
  const descriptor = openSync(path, 'wx');
  try {
    writeAll(descriptor, Buffer.from(text, 'latin1'));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function sync(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
