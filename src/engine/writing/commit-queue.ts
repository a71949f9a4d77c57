/**
 * Group commit: everything queued while the log was busy becomes the next block.
 *
 * Commits enter already folded, in the order of their sequences; they leave, in the same order, when the block that
 * holds them is durable. The first failure ends it all: what was queued is refused, and the queue takes no more.
 */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { requireReadable } from '../../log/blocks/block-rules.ts';
import type { LogHead, LogStore, QueuedCommit, StoredOutcome } from '../../log/log-store.ts';
import { warnOf } from '../calls/warn.ts';

/** A commit that is part of the state already. */
export interface FoldedCommit extends QueuedCommit {
  readonly firstSequence: number;
}

import { soon } from '../../threads/timers.ts';

/** What waits to become durable. Without `commit` it only waits its turn, or carries an outcome. */
export interface QueueEntry {
  readonly commit?: FoldedCommit | undefined;
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

/** Whom the queue tells. */
export interface QueueListener {
  /** With the commits and outcomes of each block, in order, when it has become durable, and before its promises resolve. */
  readonly onDurable: (commits: readonly FoldedCommit[], outcomes: readonly StoredOutcome[]) => void;
  /** Once, when an append failed: the queue takes no more. Before the promises reject. */
  readonly onFailure: (error: RefoldError) => void;
  /** After a block has settled, when there is room for more. */
  readonly onRoom: () => void;
}

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
  /** Where the log will end after everything sent so far. */
  #sent: Pick<LogHead, 'sequence' | 'recordedAt'>;
  /** Settles when everything sent so far is durable; rejects with the first of the failures, in the order of sending. */
  #lastWrite: Promise<void> = Promise.resolve();
  #pumpScheduled = false;
  #failure: RefoldError | undefined;

  constructor(log: LogStore, listener: QueueListener) {
    this.#log = log;
    this.#listener = listener;
    this.#sent = log.head();
  }

  /** Bytes accepted and not yet durable. */
  get bytes(): number {
    return this.#waitingBytes + this.#inFlightBytes;
  }

  get isFull(): boolean {
    return this.bytes >= QUEUE_BYTES && this.#failure === undefined;
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
    void soon(() => {
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
      if (count > 0 && bytes + size > this.#log.blockBytes) break; // a single larger commit is a block
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
    const commits: FoldedCommit[] = [];
    const outcomes: StoredOutcome[] = [];
    for (const { entry } of block) {
      if (entry.outcome !== undefined) outcomes.push(entry.outcome);
      if (entry.commit !== undefined) commits.push(entry.commit);
    }
    // A block without content is durable once the one before it is.
    if (commits.length > 0 || outcomes.length > 0) {
      const write = this.#write(commits, outcomes);
      // A log may answer in another order than it was asked. Commits settle in theirs, and what befell the first is
      // what is said of the second, which stands on it.
      this.#lastWrite = this.#lastWrite.then(() => write);
      write.catch(() => {});
    }
    this.#lastWrite.then(
      () => this.#settle(block, commits, outcomes),
      (error: unknown) => this.#fail(error),
    );
  }

  async #write(commits: readonly FoldedCommit[], outcomes: readonly StoredOutcome[]): Promise<void> {
    const { path, epoch } = this.#log;
    const expectedSequence = this.#sent.sequence;
    // What is written and cannot be read again is worse than what was refused.
    this.#sent = requireReadable(commits, this.#sent, path);
    await this.#log.append({ expectedSequence, epoch, commits, outcomes });
  }

  #settle(block: Waiting[], commits: readonly FoldedCommit[], outcomes: readonly StoredOutcome[]): void {
    if (this.#failure !== undefined) return;
    this.#inFlight.shift();
    for (const { bytes } of block) this.#inFlightBytes -= bytes;
    this.#tell(commits, outcomes);
    // Nothing is sent after a fence before it has settled: this is the head that it asks for, and the next turn's need not be.
    for (const { fence, resolve, answer } of block) resolve((fence ? this.#log.head() : answer) as never);
    if (!this.isFull) this.#listener.onRoom();
    this.#schedule();
  }

  /** What became durable is acknowledged, whatever those do who are told of it. */
  #tell(commits: readonly FoldedCommit[], outcomes: readonly StoredOutcome[]): void {
    if (commits.length === 0 && outcomes.length === 0) return;
    try {
      this.#listener.onDurable(commits, outcomes);
    } catch (error) {
      warnOf('RefoldHousekeepingWarning', error);
    }
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
    this.#listener.onRoom();
  }
}

function unknownOutcome(path: string, cause: unknown): RefoldError {
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether the append was written: ${messageOf(cause)}`, {
    path,
    cause,
    hint: 'Reopen the store and look, or retry with the same commandId',
  });
}
