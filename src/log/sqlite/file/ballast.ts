/**
 * The ballast: a file beside the log, `<path>-ballast`, that holds nothing but space.
 *
 * On a full disk nothing works any more: a checkpoint needs room to let the file grow, compaction needs a WAL before it
 * can give anything back, and even opening needs a page. Then the ballast goes, the WAL is emptied into the file, which
 * frees more than it takes, and the ballast comes back. It is really written, not a hole in a file.
 *
 * Its size follows the log's: a quarter of it, from one to sixteen megabytes, and never more than a share of a small
 * file system. The WAL is kept smaller than the ballast, so that what it holds always finds room.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import { dirname } from 'node:path';
import { isOutOfSpace, NO_FOLLOW } from './files.ts';

/** Where the ballast of a log lives. */
export function ballastPath(path: string): string {
  return `${path}-ballast`;
}

/** On all but small file systems. */
export const SMALLEST_BALLAST_BYTES: number = 1024 * 1024;
const LARGEST_BYTES = 16 * 1024 * 1024;
/** The ballast is at least the log's size divided by this. */
const LOG_SHARE = 4;
/** On a small file system the ballast is at most its size divided by this. */
const DISK_SHARE = 16;
/** Written at once, and the unit of all sizes. */
const PIECE_BYTES = 64 * 1024;

export class Ballast {
  readonly #path: string;
  readonly #mostBytes: number;
  /** Really there. */
  #bytes: number;
  /** It cannot be made, for want of something else than space: the log goes on without. */
  #impossible = false;

  constructor(logPath: string) {
    this.#path = ballastPath(logPath);
    this.#mostBytes = Math.max(PIECE_BYTES, Math.min(LARGEST_BYTES, diskShare(dirname(logPath))));
    this.#bytes = allocatedBytes(this.#path);
  }

  /** What releasing it would give back. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What every log on such a disk needs. */
  get leastBytes(): number {
    return Math.min(SMALLEST_BALLAST_BYTES, this.#mostBytes);
  }

  /** True when there is as much as every log needs, or when there can be none. */
  get isInPlace(): boolean {
    return this.#impossible || this.#bytes >= this.leastBytes;
  }

  /** Puts it in place if the disk has room. Answers whether it is. */
  restore(): boolean {
    if (!this.isInPlace) this.#growTo(SMALLEST_BALLAST_BYTES);
    return this.isInPlace;
  }

  /** Lets it follow the size of the log, as far as the disk has room. */
  follow(logBytes: number): void {
    const wanted = logBytes / LOG_SHARE;
    if (wanted - this.#bytes >= SMALLEST_BALLAST_BYTES) this.#growTo(wanted);
  }

  /** Gives its space to the log. Answers whether there was any. */
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
    return LARGEST_BYTES; // its size cannot be told: as on a large one
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PIECE_BYTES) * PIECE_BYTES;
}

/** What of a file really takes space; 0 when there is none. Windows does not tell, and makes no holes. */
function allocatedBytes(path: string): number {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return 0;
  return process.platform === 'win32' || found.blocks * 512 >= found.size ? found.size : 0;
}

/** Bytes that no file system can compress, or share with another file's. */
function writePieces(path: string, from: number, to: number): void {
  const descriptor = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT | NO_FOLLOW, 0o600);
  try {
    for (let at = from; at < to; ) {
      const piece = crypto.randomBytes(Math.min(PIECE_BYTES, to - at));
      const written = fs.writeSync(descriptor, piece, 0, piece.byteLength, at);
      // Trying again would go on for ever; SQLite as well takes this for a full disk.
      if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
      at += written;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Half a ballast takes the space that somebody else could use. Answers what is left of it. */
function cutBack(path: string, bytes: number): number {
  try {
    if (bytes > 0) fs.truncateSync(path, bytes);
    else fs.rmSync(path, { force: true });
  } catch {
    // What is left is measured below.
  }
  return allocatedBytes(path);
}
