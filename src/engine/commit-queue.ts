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
}

interface Waiting {
  readonly entry: QueueEntry;
  readonly bytes: number;
  /** A fence ends its block, and the next block waits until this one is durable. */
  readonly fence: boolean;
  readonly answer: unknown;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: RefoldError) => void;
}

/** Whom the queue tells. Both are called before the promises of the entries settle. */
export interface QueueListener {
  /** With the commits of each block, in order, when it has become durable. */
  readonly onDurable: (commits: readonly QueuedCommit[]) => void;
  /** Once, when an append failed: the queue takes no more. */
  readonly onFailure: (error: RefoldError) => void;
}

/** A block is cut at this size; a single larger commit still goes as one. */
const BLOCK_BYTES = 4 * 1024 * 1024;
/** With this much waiting, a block is sent without further ado, also after one being synced, so that the log never idles. */
const PIPELINE_BYTES = 128 * 1024;
/** Appends wait while more than this is queued. */
const QUEUE_BYTES = 64 * 1024 * 1024;
/** What a queued entry costs besides its text, roughly. */
const ENTRY_BYTES = 64;

export class CommitQueue {
  readonly #log: LogStore;
  readonly #listener: QueueListener;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #inFlight: Waiting[][] = [];
  #inFlightBytes = 0;
  /** Sequence after everything sent so far. */
  #sent: number;
  /** Settles when everything sent so far is durable; rejects with the first of the failures, in the order of sending. */
  #lastWrite: Promise<void> = Promise.resolve();
  #pumpScheduled = false;
  #failure: RefoldError | undefined;
  #roomWaiters: (() => void)[] = [];

  constructor(log: LogStore, listener: QueueListener) {
    this.#log = log;
    this.#listener = listener;
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

  /** Resolves with `answer` when the entry is durable. Entries become durable in the order of these calls. */
  push<Answer>(entry: QueueEntry, answer: Answer): Promise<Answer> {
    return this.#enqueue(entry, answer, false);
  }

  /** Resolves with the log's head when everything pushed so far is durable, at a block's end. */
  fence(): Promise<LogHead> {
    return this.#enqueue({}, undefined as unknown as LogHead, true); // the answer is found when it settles
  }

  #enqueue<Answer>(entry: QueueEntry, answer: Answer, fence: boolean): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<Answer>((resolve, reject) => {
      const bytes = (entry.commit?.json.length ?? 0) + ENTRY_BYTES;
      this.#waiting.push({ entry, bytes, fence, answer, resolve, reject });
      this.#waitingBytes += bytes;
      if (this.#waitingBytes >= PIPELINE_BYTES) this.#pump();
      else this.#schedule();
    });
  }

  /** Not at once: all that is appended in this turn of the event loop shall share a block, until there is enough for one. */
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
    if (first === undefined) return true;
    // The second stands on the first: should that be refused, the log ends elsewhere, and refuses the second. A first
    // without commits moves no end, so nothing is sent behind it.
    const moves = first.some(({ entry }) => entry.commit !== undefined);
    return moves && this.#waitingBytes >= PIPELINE_BYTES && first.at(-1)?.fence !== true;
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
    const expectedSequence = this.#sent;
    const commits: QueuedCommit[] = [];
    const outcomes: StoredOutcome[] = [];
    for (const { entry } of block) {
      if (entry.outcome !== undefined) outcomes.push(entry.outcome);
      if (entry.commit === undefined) continue;
      commits.push(entry.commit);
      this.#sent += entry.commit.events;
    }
    // A block without content is durable once the one before it is.
    if (commits.length > 0 || outcomes.length > 0) {
      const write = this.#log.append({ expectedSequence, epoch: this.#log.epoch, commits, outcomes });
      // A log may answer in another order than it was asked. Commits settle in theirs, and what befell the first is
      // what is said of the second, which stands on it.
      this.#lastWrite = this.#lastWrite.then(() => write);
      write.catch(() => {});
    }
    this.#lastWrite.then(
      () => this.#settle(block, commits),
      (error: unknown) => this.#fail(error),
    );
  }

  #settle(block: Waiting[], commits: readonly QueuedCommit[]): void {
    if (this.#failure !== undefined) return;
    this.#inFlight.shift();
    for (const { bytes } of block) this.#inFlightBytes -= bytes;
    if (commits.length > 0) this.#listener.onDurable(commits);
    // Nothing is sent after a fence before it has settled: this is the head that it asks for, and the next turn's need not be.
    for (const { fence, resolve, answer } of block) resolve((fence ? this.#log.head() : answer) as never);
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
    this.#listener.onFailure(this.#failure);
    const refused = [...this.#inFlight.flat(), ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#waitingBytes = this.#inFlightBytes = 0;
    for (const { reject } of refused) reject(error);
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
