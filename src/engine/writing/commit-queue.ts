/**
 * Group commit: everything queued while the log was busy becomes the next block.
 *
 * Writes enter already folded, in the order of their sequences. They leave in the same order, when their block is durable.
 * After the first failure the queue refuses everything that is queued, and accepts no further write. When another writer has taken
 * over, it refuses what waits at once, and what was sent gets the answer of the log.
 */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { requireReadable } from '../../log/blocks/block-rules.ts';
import type { LogHead, LogStore, StoredOutcome } from '../../log/log-store.ts';
import { performance, soon } from '../../threads/timers.ts';
import { failedBefore } from '../calls/failure.ts';
import { renameOwner } from '../calls/log-ownership.ts';
import { deposed } from '../calls/not-writer.ts';
import { COMMIT_TRACE, traced } from '../calls/traces.ts';
import { warnOf } from '../calls/warn.ts';
import { Meter } from '../metrics/meter.ts';
import { QueuedWrite } from './queued-write.ts';

/** What happened to a block; after a failure, to everything that was queued. */
export interface Completed {
  /** The block's commits if they are durable, in order. */
  readonly commits: readonly QueuedWrite[];
  readonly outcomes: readonly StoredOutcome[];
  /** Why the queue accepts no further write, if it failed. */
  readonly failure?: RefoldError | undefined;
}

interface Block extends Completed {
  readonly writes: readonly QueuedWrite[];
  readonly bytes: number;
}

/** With this much waiting, a block is sent even while another one is being synced, so that the log never idles. */
const PIPELINE_BYTES = 32 * 1024;
/** Writes wait while more than this is queued. */
const QUEUE_BYTES = 64 * 1024 * 1024;

export class CommitQueue {
  readonly meter: Meter;
  readonly #log: LogStore;
  readonly #onComplete: (completed: Completed) => void;
  #waiting: QueuedWrite[] = [];
  #waitingBytes = 0;
  #inFlight: Block[] = [];
  #inFlightBytes = 0;
  /** Where the log will end after everything sent so far. */
  #sent: Pick<LogHead, 'sequence' | 'recordedAt'>;
  /** Resolves when everything sent so far is durable; rejects with the first failure, in the order of sending. */
  #lastWrite: Promise<void> = Promise.resolve();
  #pumpScheduled = false;
  /** Why no further write is accepted. */
  #failure: RefoldError | undefined;
  /** Whether an append has failed: what was sent after it is refused too. */
  #hasFailed = false;

  /**
   * @param onComplete called with each block when it has become durable, and once when an append has failed. The call comes
   * before code that waits for one of the block's promises continues
   */
  constructor(log: LogStore, onComplete: (completed: Completed) => void, meter: Meter = new Meter()) {
    this.meter = meter;
    this.#log = log;
    this.#onComplete = onComplete;
    this.#sent = log.head();
  }

  /** Bytes accepted and not yet durable. */
  get bytes(): number {
    return this.#waitingBytes + this.#inFlightBytes;
  }

  get isFull(): boolean {
    return this.bytes >= QUEUE_BYTES && this.#failure === undefined;
  }

  /** Resolves with the write's answer when it is durable. Writes become durable in the order of these calls. */
  push<Answer>(write: QueuedWrite): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const promise = write.promise<Answer>();
    this.#waiting.push(write);
    this.#waitingBytes += write.bytes;
    if (this.#waitingBytes >= PIPELINE_BYTES) this.#pump();
    else if (!this.#pumpScheduled) this.#schedule();
    return promise;
  }

  /** Resolves with the log's head when everything pushed so far is durable, at a block's end. */
  fence(): Promise<LogHead> {
    return this.push(new QueuedWrite(0, 0, () => this.#log.head(), true));
  }

  /** Resolves when everything pushed so far is durable. */
  drained(): Promise<void> {
    return this.push(new QueuedWrite(0, 0, () => undefined));
  }

  /** Another writer has taken over: refuses what waits. Blocks that were sent get the answer of the log. */
  refuse(error: RefoldError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const refused = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const write of refused) write.reject(error);
  }

  /** Resolves when everything that was sent has its answer. Never rejects. */
  settled(): Promise<void> {
    return this.#lastWrite.catch(() => {});
  }

  /** Sends later in this turn of the event loop, so that the writes of one turn share a block. A full block is sent at once. */
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
    // The second block stands on the first. If the log refuses the first, it ends elsewhere and refuses the second too. A
    // first block without commits does not move the end of the log, so nothing is sent behind it.
    return first.commits.length > 0 && this.#waitingBytes >= PIPELINE_BYTES && first.writes.at(-1)?.isFence !== true;
  }

  /** Takes the next block out of what waits. */
  #cut(): Block {
    const waiting = this.#waiting;
    const commits: QueuedWrite[] = [];
    const outcomes: StoredOutcome[] = [];
    let bytes = 0;
    let count = 0;
    for (; count < waiting.length; count++) {
      const write = waiting[count]!;
      const size = write.bytes;
      if (count > 0 && bytes + size > this.#log.blockBytes) break; // a single larger commit is a block
      bytes += size;
      if (write.hasCommit) commits.push(write);
      if (write.outcome !== undefined) outcomes.push(write.outcome);
      if (write.isFence) {
        count++;
        break;
      }
    }
    const writes = count === waiting.length ? waiting : waiting.slice(0, count);
    this.#waiting = count === waiting.length ? [] : waiting.slice(count);
    this.#waitingBytes -= bytes;
    this.#inFlightBytes += bytes;
    return { writes, bytes, commits, outcomes };
  }

  #send(block: Block): void {
    this.#inFlight.push(block);
    // A block without content is durable once the one before it is.
    if (block.commits.length > 0 || block.outcomes.length > 0) {
      const write = this.#write(block);
      // A log may answer in another order than it was asked. Blocks complete in the order in which they were sent. The
      // second stands on the first, so a failure of the first is also reported for the second.
      this.#lastWrite = this.#lastWrite.then(() => write);
      write.catch(() => {});
    }
    this.#lastWrite.then(
      () => this.#complete(block),
      (error: unknown) => this.#fail(error),
    );
  }

  async #write({ commits, outcomes }: Block): Promise<void> {
    const { path, epoch } = this.#log;
    const expectedSequence = this.#sent.sequence;
    // A block that is written and cannot be read again is worse than a refusal.
    this.#sent = requireReadable(commits, this.#sent, path);
    const append = (): Promise<void> => this.#log.append({ expectedSequence, epoch, commits, outcomes });
    const renaming = renameOwner(this.#log);
    if (renaming !== undefined) await renaming;
    const start = performance.now();
    await traced(COMMIT_TRACE, () => ({ path, commits: commits.length, expectedSequence }), append);
    this.meter.sync.add(performance.now() - start);
  }

  #complete(block: Block): void {
    if (this.#hasFailed) return;
    this.#inFlight.shift();
    this.#inFlightBytes -= block.bytes;
    // Nothing is sent after a fence before it has completed, so the log's head is the one that it asks for.
    for (const write of block.writes) write.resolve();
    if (this.#waitingBytes >= PIPELINE_BYTES) this.#pump(); // before the callers of this block go on: the log does not wait for them
    this.#tell(block);
    this.#schedule();
  }

  #fail(cause: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const error = this.#refusalOf(cause);
    this.#failure ??= error.code === 'NOT_WRITER' ? error : failedBefore(this.#log.path, error);
    const refused = [...this.#inFlight.flatMap(({ writes }) => writes), ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#waitingBytes = this.#inFlightBytes = 0;
    this.#tell({ commits: [], outcomes: [], failure: this.#failure });
    for (const write of refused) write.reject(error);
  }

  /** The log knows sequences and epochs. For the caller the other writer matters. */
  #refusalOf(cause: unknown): RefoldError {
    const { path } = this.#log;
    if (isRefoldError(cause, 'SEQUENCE_CONFLICT')) return deposed(path, cause);
    return isRefoldError(cause) ? cause : unknownOutcome(path, cause);
  }

  /** What became durable is acknowledged, even if the callback throws. */
  #tell(completed: Completed): void {
    try {
      this.#onComplete(completed);
    } catch (error) {
      warnOf(this.#log, 'RefoldHousekeepingWarning', error);
    }
  }
}

function unknownOutcome(path: string, cause: unknown): RefoldError {
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether the append was written: ${messageOf(cause)}`, {
    path,
    cause,
    hint: 'Reopen the store and look, or retry with the same commandId',
  });
}
