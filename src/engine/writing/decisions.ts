/**
 * What a call does once its turn has come: decides, makes its events part of the state, and queues the write.
 *
 * All of it happens at once, so the next call sees the new state.
 */
import type { Settings } from '../calls/options.ts';
import type { Answers } from './answers.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { LiveHead } from './live-head.ts';
import { outcomeText } from './outcomes/outcome.ts';
import { commitOf, QueuedWrite } from './queued-write.ts';
import { type Callback, RunningTransaction, runCallback, type Transacted } from './transaction.ts';
import type { Askable } from './wishes.ts';
import type { AppendOptions, TransactOptions } from './write-options.ts';

/** Where decided writes wait until they are durable. */
type WriteQueue = Pick<CommitQueue, 'bytes' | 'meter' | 'push'>;

export class Decisions {
  readonly #head: LiveHead;
  readonly #queue: WriteQueue;
  readonly #isAtomic: boolean;

  constructor(head: LiveHead, queue: WriteQueue, { fold }: Pick<Settings, 'fold'>) {
    this.#head = head;
    this.#queue = queue;
    this.#isAtomic = fold === 'atomic';
  }

  /** Decides, folds and queues; resolves when durable. The clock is read once, before any other code of the application. */
  write<Answer>(
    wish: Askable,
    { expectedSequence, commandId }: AppendOptions,
    { written, isTold }: Answers<Answer>,
    startedAt: number = this.#queue.meter.callTime(),
  ): Promise<Answer> {
    const now = this.#head.startAt(expectedSequence);
    const { events, json, tags, rejection, result } = wish.decide(this.#head.desk, this.#head.sequence, now);
    const write = new QueuedWrite(this.#head.sequence + 1, now, written, false, startedAt);
    write.rejection = rejection;
    write.result = result;
    write.tags = tags;
    write.commandId = commandId;
    if (events.length > 0) this.#head.take(events, json, write, isTold);
    if (commandId !== undefined) {
      const outcome = outcomeText(write, wish.digest(this.#head.desk));
      write.outcome = { commandId, recordedAt: now, outcome };
    } else if (write.events === 0 && this.#queue.bytes === 0) return Promise.resolve(written(write));
    // Even a rejection waits: it was decided on a state that may not be durable yet.
    return this.#queue.push(write);
  }

  /** Runs the callback, and makes one commit of the events that it appended. */
  transact(
    callback: Callback,
    { expectedSequence }: TransactOptions,
    startedAt: number = this.#queue.meter.callTime(),
  ): Promise<Transacted<unknown>> {
    const now = this.#head.startAt(expectedSequence);
    const transaction = new RunningTransaction(this.#head.desk, this.#head.sequence, now, this.#head.unseen);
    const { result, failure } = runCallback(callback, transaction);
    transaction.end();
    this.#head.lookAtState(failure?.error);
    // Under the direct fold the folded events are part of the state, even if the callback threw.
    if (failure !== undefined && this.#isAtomic) throw failure.error;
    const answer = (write: QueuedWrite): Transacted<unknown> => ({
      commit: write.events === 0 ? undefined : commitOf(write),
      result,
    });
    const write = new QueuedWrite(this.#head.sequence + 1, now, answer, false, startedAt);
    write.tags = transaction.tags;
    if (transaction.count > 0) this.#head.takeTransaction(transaction, write);
    else if (failure !== undefined) throw failure.error;
    if (write.events === 0 && this.#queue.bytes === 0) return Promise.resolve({ commit: undefined, result });
    const written = this.#queue.push<Transacted<unknown>>(write);
    if (failure === undefined) return written;
    return written.then(() => {
      throw failure.error;
    });
  }
}
