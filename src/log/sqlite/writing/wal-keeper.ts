/**
 * Decides when the WAL is moved into the database file.
 *
 * SQLite's automatic checkpoints run inside a commit and delay it. Ours run after the answer. A small WAL is moved at
 * the next pause. A separate thread moves a larger one while the writer works. The writer then moves the little that
 * came meanwhile, so that the WAL starts again at its beginning. At a size that bounds the file and the work of
 * recovery, the writer moves everything itself.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import { type Ballast, SMALLEST_BALLAST_BYTES } from '../file/ballast.ts';
import { SQLITE_PAGE_BYTES } from '../file/driver.ts';
import { freeBytes, sizeOf } from '../file/files.ts';
import { inTurn } from '../sharing/turns.ts';
import { Checkpointer } from './checkpointer.ts';
import type { WriteConnection } from './write-connection.ts';

/** A WAL of this size is emptied at once. */
const LARGEST_WAL_BYTES = 12 * 1024 * 1024;
/** In a shared thread, where a checkpoint holds up the logs of other stores. */
const LARGEST_SHARED_WAL_BYTES = 1024 * 1024;
/** The content of the WAL must fit into the ballast's space. So the WAL is kept below this share of it … */
const BALLAST_SHARE = 3 / 4;
/** … except for a while during writing, on a disk with room for this many times the largest WAL. */
const ROOMY = 64;
/**
 * From this share of the largest size on, the thread is asked. From this share of the ballast's bound on, a pause is
 * used.
 */
const EARLY_SHARE = 1 / 3;
/** After this long without a job, it is a pause. */
const WRITING_PAUSE_MS = 20;
/** From this size on the thread makes the checkpoint. What came meanwhile, up to this size, the writer moves. */
const THREAD_FROM_BYTES = 1024 * 1024;
/** A writer that has written this much is worth a thread, whose start takes 20 to 50 ms of a core. */
const THREAD_AFTER_BYTES = 16 * 1024 * 1024;
/** Pages that a small commit may write besides its payload: the table's leaf, its parent, the free list. */
const OVERHEAD_BYTES = 3 * SQLITE_PAGE_BYTES;
/**
 * From this size on SQLite is asked for the real size, which saves checkpoints of a WAL that is smaller than estimated.
 */
const COUNTED_FROM_BYTES = 128 * 1024;
/** A page in the WAL, with its header. */
const FRAME_BYTES = SQLITE_PAGE_BYTES + 24;
/** How long to wait for a reader that keeps the WAL busy, when the log is closed or shrunk. */
const TRUNCATE_WAIT_MS = 100;

/** What SQLite reports about the WAL: the frames in it. */
interface WalSize {
  readonly log: number;
}

interface WalOptions {
  /** See `SqliteLogOptions.checkpointFromBytes`. */
  readonly threadFromBytes?: number | undefined;
  /** Other logs share the writer's thread: a checkpoint must be short, and there is no thread for it. */
  readonly isShared?: boolean;
}

export class WalKeeper {
  readonly #writer: WriteConnection;
  readonly #ballast: Ballast;
  readonly #thread: Checkpointer;
  readonly #threadFromBytes: number | undefined;
  readonly #isShared: boolean;
  #isRoomy: boolean;
  /** Bytes written since the log was opened. */
  #written = 0;
  /**
   * Frames that the last checkpoint left in the WAL: they are moved, and will be overwritten unless a reader still
   * needs them.
   */
  #movedFrames = 0;
  /** Bytes beyond those when SQLite last counted, and an upper estimate of what has been written since. */
  #counted = 0;
  #uncounted = 0;
  /** The same estimate since the thread was asked; undefined while it has nothing to do. */
  #sinceAsked: number | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** In a shared thread: a checkpoint waits for its turn. */
  #isDue = false;

  static open(writer: WriteConnection, ballast: Ballast, options: WalOptions = {}): WalKeeper {
    const keeper = new WalKeeper(writer, ballast, options);
    if (options.threadFromBytes === 0) keeper.#thread.startNow();
    return keeper;
  }

  private constructor(writer: WriteConnection, ballast: Ballast, { threadFromBytes, isShared = false }: WalOptions) {
    this.#writer = writer;
    this.#ballast = ballast;
    this.#thread = new Checkpointer(writer.path);
    this.#threadFromBytes = threadFromBytes;
    this.#isShared = isShared;
    this.#isRoomy = isRoomy(writer.path);
  }

  /** Call it after each answer, with the bytes that the job wrote. */
  wrote(bytes: number): void {
    const written = bytes + OVERHEAD_BYTES;
    this.#uncounted += written;
    this.#written += written;
    if (this.#written >= THREAD_AFTER_BYTES && !this.#isShared) this.#thread.start();
    if (this.#sinceAsked !== undefined) {
      this.#sinceAsked += written;
      if (!this.#thread.isBusy) this.#threadIsDone(this.#sinceAsked);
    }
    const allowed = this.#allowedBytes();
    const atOnce = this.#isRoomy && this.#thread.isUp ? LARGEST_WAL_BYTES : allowed;
    const threadFrom = this.#threadFromBytes ?? Math.max(atOnce * EARLY_SHARE, THREAD_FROM_BYTES);
    if (this.#isLarger(atOnce)) this.#checkpointInTurn();
    else if (this.#isForThread(threadFrom)) this.#askThread();
    else if (this.#estimate >= allowed * EARLY_SHARE) this.#waitForPause(); // which delays nothing
  }

  /** Moves the whole WAL into the file and empties it, unless a reader is in the way. Returns true when it is empty. */
  truncate(): boolean {
    this.#isDue = false;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#thread.awaitMove();
    const { connection } = this.#writer;
    this.#writer.maintain(() => {
      const waits = connection.pragma('busy_timeout', { simple: true });
      if (!this.#isShared) connection.pragma(`busy_timeout = ${TRUNCATE_WAIT_MS}`);
      try {
        connection.pragma('wal_checkpoint(truncate)');
      } finally {
        connection.pragma(`busy_timeout = ${waits}`);
      }
    });
    this.#moved();
    return sizeOf(`${this.#writer.path}-wal`) === 0;
  }

  /** Ends the thread. */
  close(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#isDue = false;
    this.#thread.close();
  }

  /** The bytes that the ballast allows; without a ballast, as much as the smallest one on a large disk. */
  #allowedBytes(): number {
    const largest = this.#isShared ? LARGEST_SHARED_WAL_BYTES : LARGEST_WAL_BYTES;
    return Math.min((this.#ballast.bytes || SMALLEST_BALLAST_BYTES) * BALLAST_SHARE, largest);
  }

  #isForThread(fromBytes: number): boolean {
    return this.#thread.isUp && this.#sinceAsked === undefined && this.#isLarger(fromBytes);
  }

  /** Decided by the estimate and then by SQLite's count. With a tiny ballast the estimate alone decides. */
  #isLarger(bytes: number): boolean {
    if (this.#estimate < bytes) return false;
    if (this.#uncounted > 0 && bytes >= COUNTED_FROM_BYTES) this.#count();
    return this.#estimate >= bytes;
  }

  get #estimate(): number {
    return this.#counted + this.#uncounted;
  }

  /** Not maintenance: it does not touch the disk, and says nothing about free space there. */
  #count(): void {
    const [{ log }] = this.#writer.connection.pragma('wal_checkpoint(noop)') as [WalSize];
    if (log < this.#movedFrames) this.#movedFrames = 0; // it has started again at its beginning
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
    // The writer itself will notice a full disk. When much came meanwhile, the thread is asked again.
    else if (bytes < THREAD_FROM_BYTES || this.#thread.outcome !== 'moved') this.#checkpoint();
    else this.#askThread();
  }

  #waitForPause(): void {
    if (this.#pause !== undefined) this.#pause.refresh();
    else this.#pause = setTimeout(() => this.#checkpointInTurn(), WRITING_PAUSE_MS);
  }

  /** Logs that share a thread often pause at the same time. Their checkpoints let other work run in between. */
  #checkpointInTurn(): void {
    if (!this.#isShared) this.#checkpoint();
    else if (!this.#isDue) {
      this.#isDue = true;
      inTurn(
        () => this.#isDue && this.#checkpoint(),
        (error) => this.#writer.fail(error),
      );
    }
  }

  #checkpoint(): void {
    this.#isDue = false;
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
