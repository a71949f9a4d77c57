/**
 * The ballast: a file beside the log, `<path>-ballast`, that only reserves space.
 *
 * On a full disk nothing works: a checkpoint needs room to let the file grow, compaction needs a WAL before it can free
 * anything, and even opening needs a page. Then the ballast is deleted, and the WAL is emptied into the file, which
 * frees more than it takes. After that the ballast is written again. It is real data, not a hole in a file.
 *
 * Its size is a quarter of the log's size, from 1 to 16 MiB, and at most a share of a small file system. The WAL is
 * kept smaller than the ballast, so there is always room for its content.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import { dirname } from 'node:path';
import { NO_FOLLOW } from '../../witness/witness-file.ts';
import { isOutOfSpace } from './files.ts';

/** The path of a log's ballast. */
export function ballastPath(path: string): string {
  return `${path}-ballast`;
}

/** The smallest ballast, except on a small file system. */
export const SMALLEST_BALLAST_BYTES: number = 1024 * 1024;
const LARGEST_BYTES = 16 * 1024 * 1024;
/** The ballast is at least the log's size divided by this. */
const LOG_SHARE = 4;
/** On a small file system the ballast is at most its size divided by this. */
const DISK_SHARE = 16;
/** The size of one write, and the unit of all sizes. */
const PIECE_BYTES = 64 * 1024;

export class Ballast {
  readonly #path: string;
  readonly #mostBytes: number;
  /** It is in place. */
  #bytes: number;
  /** It cannot be made, for another reason than a full disk: the log works without it. */
  #impossible = false;

  constructor(logPath: string) {
    this.#path = ballastPath(logPath);
    this.#mostBytes = Math.max(PIECE_BYTES, Math.min(LARGEST_BYTES, diskShare(dirname(logPath))));
    this.#bytes = allocatedBytes(this.#path);
  }

  /** How much space releasing it would free, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The smallest ballast on such a disk. */
  get leastBytes(): number {
    return Math.min(SMALLEST_BALLAST_BYTES, this.#mostBytes);
  }

  /** True when the ballast has at least its smallest size, or when there cannot be a ballast. */
  get isInPlace(): boolean {
    return this.#impossible || this.#bytes >= this.leastBytes;
  }

  /** Puts it in place if the disk has room. Returns true when it is in place. */
  restore(): boolean {
    if (!this.isInPlace) this.#growTo(SMALLEST_BALLAST_BYTES);
    return this.isInPlace;
  }

  /** Adapts it to the size of the log, as far as the disk has room. */
  follow(logBytes: number): void {
    const wanted = logBytes / LOG_SHARE;
    if (wanted - this.#bytes >= SMALLEST_BALLAST_BYTES) this.#growTo(wanted);
  }

  /** Gives its space to the log. Returns true when there was any. */
  release(): boolean {
    if (this.#bytes === 0) return false;
    fs.rmSync(this.#path, { force: true });
    this.#bytes = 0;
    return true;
  }

  #growTo(wanted: number): void {
    const bytes = Math.min(roundUp(wanted), this.#mostBytes);
    if (bytes <= this.#bytes || this.#impossible) return;
    try {
      writePieces(this.#path, this.#bytes, bytes);
      this.#bytes = bytes;
    } catch (error) {
      if (!isOutOfSpace(error)) this.#impossible = true;
      this.#bytes = cutBack(this.#path, this.#bytes);
    }
  }
}

function diskShare(directory: string): number {
  try {
    const { bsize, blocks } = fs.statfsSync(directory);
    return roundUp((bsize * blocks) / DISK_SHARE);
  } catch {
    return LARGEST_BYTES; // its size is unknown: treat it as large
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PIECE_BYTES) * PIECE_BYTES;
}

/**
 * The space that a file really takes; 0 when there is no such file. Windows does not report it, but makes no holes
 * either.
 */
function allocatedBytes(path: string): number {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return 0;
  return process.platform === 'win32' || found.blocks * 512 >= found.size ? found.size : 0;
}

/** Bytes that a file system can neither compress nor share with another file. */
function writePieces(path: string, from: number, to: number): void {
  const descriptor = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT | NO_FOLLOW, 0o600);
  try {
    for (let at = from; at < to; ) {
      const piece = crypto.randomBytes(Math.min(PIECE_BYTES, to - at));
      const written = fs.writeSync(descriptor, piece, 0, piece.byteLength, at);
      // Another try would loop forever. SQLite also treats this as a full disk.
      if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
      at += written;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Cuts back a ballast that could not be completed, so its space stays free. Returns the bytes that are left. */
function cutBack(path: string, bytes: number): number {
  try {
    if (bytes > 0) fs.truncateSync(path, bytes);
    else fs.rmSync(path, { force: true });
  } catch {
    // What is left is measured below.
  }
  return allocatedBytes(path);
}
