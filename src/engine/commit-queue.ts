/**
 * Group commit: everything queued while the log was busy becomes the next block.
 *
 * Commits enter already folded, in the order of their sequences; they leave, in the same order, when the block that
 * holds them is durable. The first failure ends it all: what was queued is refused, and the queue takes no more.
 */
import { isRefoldError, messageOf, RefoldError } from '../core/errors.ts';
import type { LogHead, LogStore, QueuedCommit, StoredOutcome } from '../log/log-store.ts';

/** What waits to become durable. Without `commit` it only waits its turn, or carries an outcome. */
export interface QueueEntry {
  readonly commit?: QueuedCommit | undefined;
  readonly outcome?: StoredOutcome | undefined;
  /** Called in order, after the entry became durable. */
  readonly onDurable?: (() => void) | undefined;
}

interface Waiting extends QueueEntry {
  readonly bytes: number;
  /** A fence ends its block, and the next block waits until this one is durable. */
  readonly fence: boolean;
  readonly resolve: () => void;
  readonly reject: (error: RefoldError) => void;
}

/** A block is cut at this size; a single larger commit still goes as one. */
const BLOCK_BYTES = 4 * 1024 * 1024;
/** With this much waiting, a second block is sent after the one being synced, so that the log never idles. */
const PIPELINE_BYTES = 128 * 1024;
/** Appends wait while more than this is queued. */
const QUEUE_BYTES = 64 * 1024 * 1024;
/** What a queued entry costs besides its text, roughly. */
const ENTRY_BYTES = 64;

export class CommitQueue {
  readonly #log: LogStore;
  readonly #onFailure: (error: RefoldError) => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #inFlight: Waiting[][] = [];
  #inFlightBytes = 0;
  /** Sequence after everything sent so far. */
  #sent: number;
  #lastWrite: Promise<void> = Promise.resolve();
  #pumpScheduled = false;
  #failure: RefoldError | undefined;
  #roomWaiters: (() => void)[] = [];

  /** @param onFailure told once, before the pending commits are refused */
  constructor(log: LogStore, onFailure: (error: RefoldError) => void) {
    this.#log = log;
    this.#onFailure = onFailure;
    this.#sent = log.head().sequence;
  }

  /** Bytes accepted and not yet durable. */
  get bytes(): number {
    return this.#waitingBytes + this.#inFlightBytes;
  }

  get isFull(): boolean {
    return this.bytes >= QUEUE_BYTES && this.#failure === undefined;
  }

  /** Resolves when there may be room again. */
  room(): Promise<void> {
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Resolves when the entry is durable. Entries become durable in the order of these calls. */
  push(entry: QueueEntry): Promise<void> {
    return this.#enqueue(entry, false);
  }

  /** Resolves with the log's head when everything pushed so far is durable, at a block's end. */
  async fence(): Promise<LogHead> {
    let head: LogHead | undefined;
    await this.#enqueue({ onDurable: () => (head = this.#log.head()) }, true);
    return head!;
  }

  #enqueue(entry: QueueEntry, fence: boolean): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const bytes = (entry.commit?.json.length ?? 0) + ENTRY_BYTES;
      this.#waiting.push({ ...entry, bytes, fence, resolve, reject });
      this.#waitingBytes += bytes;
      this.#schedule();
    });
  }

  /** Not at once: all that is appended in this turn of the event loop shall share a block. */
  #schedule(): void {
    if (this.#pumpScheduled) return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#maySend()) this.#send(this.#cut());
  }

  #maySend(): boolean {
    const [first, second] = this.#inFlight;
    if (this.#failure !== undefined || second !== undefined) return false;
    return first === undefined || (this.#waitingBytes >= PIPELINE_BYTES && first.at(-1)?.fence !== true);
  }

  #cut(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { bytes: size, fence } of this.#waiting) {
      if (count > 0 && bytes + size > BLOCK_BYTES) break;
      bytes += size;
      count++;
      if (fence) break;
    }
    const block = count === this.#waiting.length ? this.#waiting : this.#waiting.slice(0, count);
    this.#waiting = count === this.#waiting.length ? [] : this.#waiting.slice(count);
    this.#waitingBytes -= bytes;
    this.#inFlightBytes += bytes;
    return block;
  }

  #send(block: Waiting[]): void {
    this.#inFlight.push(block);
    const commits = block.flatMap(({ commit }) => commit ?? []);
    const outcomes = block.flatMap(({ outcome }) => outcome ?? []);
    const expectedSequence = this.#sent;
    for (const { events } of commits) this.#sent += events;
    // A block without content is durable once the one before it is.
    if (commits.length > 0 || outcomes.length > 0) {
      this.#lastWrite = this.#log.append({ expectedSequence, epoch: this.#log.epoch, commits, outcomes });
    }
    this.#lastWrite.then(
      () => this.#settle(block),
      (error: unknown) => this.#fail(error),
    );
  }

  #settle(block: Waiting[]): void {
    if (this.#failure !== undefined) return;
    this.#inFlight.shift();
    for (const entry of block) this.#inFlightBytes -= entry.bytes;
    for (const entry of block) entry.onDurable?.();
    for (const entry of block) entry.resolve();
    this.#releaseRoom();
    this.#schedule();
  }

  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    const error = isRefoldError(cause) ? cause : unknownOutcome(this.#log.path, cause);
    this.#failure = new RefoldError('STORE_FAILED', `Cannot go on: an earlier append failed: ${error.message}`, {
      path: this.#log.path,
      cause: error,
      hint: 'Close this store and open it anew: recovery finds out what was written',
    });
    this.#onFailure(this.#failure);
    const refused = [...this.#inFlight.flat(), ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#waitingBytes = this.#inFlightBytes = 0;
    for (const entry of refused) entry.reject(error);
    this.#releaseRoom();
  }

  #releaseRoom(): void {
    if (this.isFull) return;
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resume of waiters) resume();
  }
}

function unknownOutcome(path: string, cause: unknown): RefoldError {
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether the append was written: ${messageOf(cause)}`, {
    path,
    cause,
    hint: 'Reopen the store and look, or retry with the same commandId',
  });
}
