/**
 * When the WAL goes into the database file.
 *
 * SQLite's own checkpoints run inside some unlucky commit. Ours run after the answer: a small WAL is moved at the next
 * pause. A larger one is moved by a thread of its own while the writer goes on, and the writer adds the little that came
 * meanwhile, so that the WAL begins anew. At the latest at a size that bounds the file and the work of recovery the writer
 * moves it all by itself.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import { type Ballast, SMALLEST_BALLAST_BYTES } from '../file/ballast.ts';
import { SQLITE_PAGE_BYTES } from '../file/driver.ts';
import { freeBytes, sizeOf } from '../file/files.ts';
import { Checkpointer } from './checkpointer.ts';
import type { WriteConnection } from './write-connection.ts';

/** A WAL of this size is emptied without waiting for anything. */
const LARGEST_WAL_BYTES = 12 * 1024 * 1024;
/** What the WAL holds must find room in the file out of the ballast: it is kept to this share of it … */
const BALLAST_SHARE = 3 / 4;
/** … but for a while, in the midst of writing, on a disk that has room for so many times the largest WAL. */
const ROOMY = 64;
/** From this share of the size on the thread is asked; of what the ballast allows, a pause is used. */
const EARLY_SHARE = 1 / 3;
/** This long without a job is a pause. */
const WRITING_PAUSE_MS = 20;
/** From this size on a checkpoint is the thread's; what came while it worked is the writer's up to this size. */
const THREAD_FROM_BYTES = 1024 * 1024;
/** A writer that has written this much is worth a thread: its start takes some tens of milliseconds of a core. */
const THREAD_AFTER_BYTES = 16 * 1024 * 1024;
/** Pages that a small commit may write besides its payload: the table's leaf, its parent, the free list. */
const OVERHEAD_BYTES = 3 * SQLITE_PAGE_BYTES;
/** Counting spares checkpoints of a WAL that is smaller than it was thought; where the disk is tiny, that is all the better. */
const COUNTED_FROM_BYTES = 128 * 1024;
/** A page in the WAL, with its header. */
const FRAME_BYTES = SQLITE_PAGE_BYTES + 24;
/** A reader that keeps the WAL busy is waited for this long when the log is closed or shrunk. */
const TRUNCATE_WAIT_MS = 100;

/** What SQLite says of its WAL: the frames in it. */
interface WalSize {
  readonly log: number;
}

export class WalKeeper {
  readonly #writer: WriteConnection;
  readonly #ballast: Ballast;
  readonly #thread: Checkpointer;
  readonly #threadFromBytes: number | undefined;
  #isRoomy: boolean;
  /** Since the log was opened. */
  #written = 0;
  /** Frames that the last checkpoint left in the WAL: moved, and to be overwritten unless a reader still needs them. */
  #movedFrames = 0;
  /** Bytes beyond those when SQLite last counted, and an upper estimate of what has been written since. */
  #counted = 0;
  #uncounted = 0;
  /** The same estimate since the thread was asked; undefined while it has nothing to do. */
  #sinceAsked: number | undefined;
  #pause: NodeJS.Timeout | undefined;

  /** @param threadFromBytes see `SqliteLogOptions.checkpointFromBytes` */
  static open(writer: WriteConnection, ballast: Ballast, threadFromBytes?: number): WalKeeper {
    const keeper = new WalKeeper(writer, ballast, threadFromBytes);
    if (threadFromBytes === 0) keeper.#thread.startNow();
    return keeper;
  }

  private constructor(writer: WriteConnection, ballast: Ballast, threadFromBytes: number | undefined) {
    this.#writer = writer;
    this.#ballast = ballast;
    this.#thread = new Checkpointer(writer.path);
    this.#threadFromBytes = threadFromBytes;
    this.#isRoomy = isRoomy(writer.path);
  }

  /** To be called after each answer with the bytes that the job wrote. */
  wrote(bytes: number): void {
    const written = bytes + OVERHEAD_BYTES;
    this.#uncounted += written;
    this.#written += written;
    if (this.#written >= THREAD_AFTER_BYTES) this.#thread.start();
    if (this.#sinceAsked !== undefined) {
      this.#sinceAsked += written;
      if (!this.#thread.isBusy) this.#threadIsDone(this.#sinceAsked);
    }
    const allowed = this.#allowedBytes();
    const atOnce = this.#isRoomy && this.#thread.isUp ? LARGEST_WAL_BYTES : allowed;
    const threadFrom = this.#threadFromBytes ?? Math.max(atOnce * EARLY_SHARE, THREAD_FROM_BYTES);
    if (this.#isLarger(atOnce)) this.#checkpoint();
    else if (this.#isForThread(threadFrom)) this.#askThread();
    else if (this.#estimate >= allowed * EARLY_SHARE) this.#waitForPause(); // which costs nobody anything
  }

  /** Moves the whole WAL into the file and empties it, unless a reader is in the way. */
  truncate(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#thread.awaitMove();
    const { connection } = this.#writer;
    this.#writer.maintain(() => {
      const waits = connection.pragma('busy_timeout', { simple: true });
      connection.pragma(`busy_timeout = ${TRUNCATE_WAIT_MS}`);
      try {
        connection.pragma('wal_checkpoint(truncate)');
      } finally {
        connection.pragma(`busy_timeout = ${waits}`);
      }
    });
    this.#moved();
  }

  /** Ends the thread. */
  close(): void {
    clearTimeout(this.#pause);
    this.#thread.close();
  }

  /** What the ballast allows; where there is none, as much as the smallest one of a large disk. */
  #allowedBytes(): number {
    return Math.min((this.#ballast.bytes || SMALLEST_BALLAST_BYTES) * BALLAST_SHARE, LARGEST_WAL_BYTES);
  }

  #isForThread(fromBytes: number): boolean {
    return this.#thread.isUp && this.#sinceAsked === undefined && this.#isLarger(fromBytes);
  }

  /** By the estimate, and when that says so, by SQLite's count; beside a tiny ballast by the estimate alone. */
  #isLarger(bytes: number): boolean {
    if (this.#estimate < bytes) return false;
    if (this.#uncounted > 0 && bytes >= COUNTED_FROM_BYTES) this.#count();
    return this.#estimate >= bytes;
  }

  get #estimate(): number {
    return this.#counted + this.#uncounted;
  }

  /** No maintenance: it meets no disk, and says nothing of what is free there. */
  #count(): void {
    const [{ log }] = this.#writer.connection.pragma('wal_checkpoint(noop)') as [WalSize];
    if (log < this.#movedFrames) this.#movedFrames = 0; // it has begun anew
    this.#counted = (log - this.#movedFrames) * FRAME_BYTES;
    this.#uncounted = 0;
  }

  #askThread(): void {
    this.#sinceAsked = 0;
    this.#thread.move();
  }

  #threadIsDone(bytes: number): void {
    this.#sinceAsked = undefined;
    if (this.#thread.outcome === 'broken') this.#writer.fail(new Error('a checkpoint beside the writer failed'));
    // A full disk, too, the writer meets by itself; where much came meanwhile the thread is asked once more.
    else if (bytes < THREAD_FROM_BYTES || this.#thread.outcome !== 'moved') this.#checkpoint();
    else this.#askThread();
  }

  #waitForPause(): void {
    if (this.#pause !== undefined) this.#pause.refresh();
    else this.#pause = setTimeout(() => this.#checkpoint(), WRITING_PAUSE_MS);
  }

  #checkpoint(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#thread.awaitMove();
    let frames = 0;
    this.#writer.maintain(() => {
      const [{ log }] = this.#writer.connection.pragma('wal_checkpoint(passive)') as [WalSize];
      frames = log;
    });
    this.#moved(frames);
    if (!this.#writer.wasFull) this.#ballast.follow(sizeOf(this.#writer.path));
  }

  #moved(frames = 0): void {
    this.#movedFrames = frames;
    this.#counted = this.#uncounted = 0;
    this.#sinceAsked = undefined;
    this.#isRoomy = isRoomy(this.#writer.path);
  }
}

function isRoomy(path: string): boolean {
  return freeBytes(path) >= LARGEST_WAL_BYTES * ROOMY;
}
