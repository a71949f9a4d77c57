/**
 * The write path: validate → check the expected sequence → fold → queue → group commit → resolve → publish.
 *
 * Everything up to the queue happens synchronously inside the call. So the order of calls is the order of sequences, and the
 * next call already sees the new state. A call must wait when too much is queued, or when the log looks up a commandId
 * asynchronously. It then waits for its turn (`turns/`), and every later call waits behind it, so the order stays. Promises resolve
 * when the block that holds their commit is durable.
 *
 * A write goes down as a value: a wish (`wishes.ts`), what was decided (`decisions.ts`), a queued write (`queued-write.ts`), a block
 * (`commit-queue.ts`). One call comes up: `#completed`, when a block is durable or the log has failed.
 *
 * All of the application's code runs before a commit becomes part of the state, with the guard against re-entrancy entered.
 * After that the write path uses nothing that the application's code can have changed.
 */
import { types } from 'node:util';
import type { RefoldError } from '../../core/errors.ts';
import type { Commit } from '../../core/event.ts';
import type { LogHead, StoredOutcome } from '../../log/log-store.ts';
import { A_FUNCTION, checkValue } from '../calls/call-options.ts';
import type { Settings } from '../calls/options.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import { Meter } from '../metrics/meter.ts';
import { ANSWERS_OF_APPEND, type Answers, answersOfExecute, NO_ANSWERS, type ReadCommit } from './answers.ts';
import { CommitQueue, type Completed } from './commit-queue.ts';
import { Decisions } from './decisions.ts';
import { EarlierCalls, isLooking } from './earlier-calls.ts';
import { type HeadParts, LiveHead } from './live-head.ts';
import type { CommandOutcome } from './outcomes/outcome.ts';
import { type QueuedWrite, textBytesOf } from './queued-write.ts';
import { type Place, TurnQueue } from './sharing/turn-queue.ts';
import { type Callback, notSynchronous, type Transacted } from './transaction.ts';
import { type Begin, Turns, type Waiting } from './turns/turns.ts';
import { CommandWish, EventsWish, type HeldWish, holdOrRefuse, RefusedWish, type Wish } from './wishes.ts';
import {
  type AppendOptions,
  appendOptions,
  type ExecuteOptions,
  executeOptions,
  type TransactOptions,
  transactOptions,
} from './write-options.ts';

export interface WritePathParts extends HeadParts {
  readonly settings: Settings;
  /** Called when a block has become durable, with the size of its text in bytes, roughly. */
  readonly onDurable: (bytes: number) => void;
  readonly readCommit: ReadCommit;
  /** Counts on in place of a new one. */
  readonly meter?: Meter | undefined;
  /** For a log that is written in turns: the head of the log at a place that is durable. Calls wait for their turn then. */
  readonly headAt?: ((place: Place) => Promise<LogHead>) | undefined;
}

/** A call that waits for its turn, with what it needs then. */
interface WaitingCall extends Waiting {
  readonly options: AppendOptions;
  /** What it asks for; undefined for a call that only waits for its turn. */
  readonly ask: HeldWish | Callback | undefined;
  readonly answers: Answers<unknown>;
  readonly startedAt: number;
  /** What the log knows of its commandId, once the log has answered. */
  known?: { readonly outcome?: StoredOutcome | undefined; readonly error?: unknown };
}

export class WritePath {
  readonly queue: CommitQueue | TurnQueue<WaitingCall>;
  /** Set when the log is written in turns. */
  readonly shared: TurnQueue<WaitingCall> | undefined;
  readonly #parts: WritePathParts;
  readonly #guard: Reentrancy;
  readonly #head: LiveHead;
  readonly #executed: Answers<CommandOutcome>;
  readonly #turns: Turns<WaitingCall> | TurnQueue<WaitingCall>;
  readonly #earlier: EarlierCalls;
  readonly #decisions: Decisions;
  #durableSequence: number;

  constructor(parts: WritePathParts) {
    const { log } = parts;
    this.#parts = parts;
    this.#guard = guardOf(log);
    this.#head = new LiveHead(parts);
    this.#earlier = new EarlierCalls(this.#head.desk);
    this.#executed = answersOfExecute(parts.readCommit);
    const onComplete = (completed: Completed): void => this.#completed(completed);
    const work: Begin<WaitingCall> = {
      begin: (call) => this.#begin(call),
      refused: ({ options }) => options.commandId !== undefined && this.#earlier.forget(options.commandId),
    };
    if (parts.headAt === undefined) {
      this.queue = new CommitQueue(log, onComplete, parts.meter);
      this.#turns = new Turns(this.queue, this.#guard, work);
    } else {
      const { path, blockBytes } = log;
      const { headAt, meter = new Meter() } = parts;
      const place = (): Place => ({ sequence: this.#head.sequence, recordedAt: this.#head.recordedAt });
      const own = { path, blockBytes, guard: this.#guard, meter, work, onComplete };
      this.shared = new TurnQueue({ ...own, place, headAt });
      this.queue = this.#turns = this.shared;
    }
    this.#decisions = new Decisions(this.#head, this.queue, parts.settings);
    this.#durableSequence = parts.sequence;
  }

  /** The state is that of another sequence now: other members have appended, or it was recovered. All of it is durable. */
  moveTo(sequence: number, recordedAt: number): void {
    this.#head.moveTo(sequence, recordedAt);
    this.#durableSequence = sequence;
  }

  get state(): object {
    return this.#head.state;
  }

  get sequence(): number {
    return this.#head.sequence;
  }

  get durableSequence(): number {
    return this.#durableSequence;
  }

  /** Why the store accepts no further write, if it failed. */
  get failure(): RefoldError | undefined {
    return this.#parts.failure.error;
  }

  /** How many bytes the waiting calls keep in memory, roughly. */
  get waitingBytes(): number {
    return this.#turns.bytes;
  }

  append(events: unknown, given: AppendOptions | undefined): Promise<Commit> {
    this.#guard.enter();
    try {
      const options = given === undefined ? NO_OPTIONS : appendOptions(given);
      const wish = new EventsWish(events, options.commandId);
      if (options.commandId === undefined) return this.#write(wish, options, ANSWERS_OF_APPEND);
      return this.#writeOnce(wish, options, options.commandId, ANSWERS_OF_APPEND);
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.#guard.leave();
    }
  }

  execute(name: string, input: unknown, given: ExecuteOptions | undefined): Promise<CommandOutcome> {
    this.#guard.enter();
    try {
      const options = given === undefined ? NO_OPTIONS : executeOptions(given);
      const meta =
        options.meta === undefined
          ? undefined
          : this.#head.desk.intake.admitMeta(options.meta, name, undefined, 'execute');
      const wish = new CommandWish({ name, meta, commandId: options.commandId }, input);
      if (options.commandId === undefined) return this.#write(wish, options, this.#executed);
      return this.#writeOnce(wish, options, options.commandId, this.#executed);
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.#guard.leave();
    }
  }

  /** Runs the callback when its turn comes, which is nearly always inside this call. */
  transact(work: unknown, given: TransactOptions | undefined): Promise<Transacted<unknown>> {
    this.#guard.enter();
    try {
      const options = given === undefined ? NO_OPTIONS : transactOptions(given);
      const callback = checkValue('transact', 'callback', A_FUNCTION, work) as Callback;
      if (types.isAsyncFunction(callback)) throw notSynchronous();
      if (this.#turns.mayBegin) return this.#decisions.transact(callback, options);
      return this.#wait(callback, 0, options, NO_ANSWERS).written as Promise<Transacted<unknown>>;
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.#guard.leave();
    }
  }

  /** Whether calls wait for their turn. */
  get isHoldingBack(): boolean {
    return this.#turns.isHoldingBack;
  }

  /** Resolves when every earlier call has begun. */
  async turn(): Promise<void> {
    if (this.isHoldingBack) await this.#wait(undefined, 0, NO_OPTIONS, NO_ANSWERS).written;
  }

  /** Resolves when every call so far is durable, including those that wait for their turn. */
  async drained(): Promise<void> {
    if (this.isHoldingBack) await this.turn();
    if (this.#durableSequence < this.#head.sequence || this.queue.bytes > 0) await this.queue.drained();
  }

  /** Lets all calls from now on wait for their turn, as `Turns.hold` does. */
  hold(): Promise<() => void> {
    return this.#turns.hold();
  }

  /** Another writer has taken over, which is the store's failure already: refuses everything that waits. */
  refuse(error: RefoldError): void {
    this.queue.refuse(error);
    this.#turns.admit();
  }

  /** Neither this nor the functions it calls are async: with thousands of appends at once, each extra promise costs time. */
  #write<Answer>(wish: Wish, options: AppendOptions, answers: Answers<Answer>): Promise<Answer> {
    if (this.#turns.mayBegin) return this.#decisions.write(wish, options, answers);
    const held = wish.hold(this.#head.desk);
    return this.#wait(held, held.bytes, options, answers).written as Promise<Answer>;
  }

  /** As `#write`, unless the command already has an outcome or is pending. */
  #writeOnce<Answer>(wish: Wish, options: AppendOptions, commandId: string, answers: Answers<Answer>): Promise<Answer> {
    const pending = this.#earlier.pendingAnswer(wish, commandId, answers);
    if (pending !== undefined) return pending;
    // In turns the log is asked in the turn: another member may be doing it now.
    const found = this.shared === undefined ? this.#parts.log.outcome(commandId) : undefined;
    if (isLooking(found)) return this.#lookUp(wish, options, commandId, answers, found);
    if (found !== undefined) return Promise.resolve(this.#earlier.answerAgain(wish, found, answers));
    const written = this.#write(wish, options, answers);
    this.#earlier.begin(commandId, wish.digest(this.#head.desk), written);
    return written;
  }

  /** Waits until the log says whether the command has an outcome, and for its turn if it has not. */
  #lookUp<Answer>(
    wish: Wish,
    options: AppendOptions,
    commandId: string,
    answers: Answers<Answer>,
    looking: PromiseLike<StoredOutcome | undefined>,
  ): Promise<Answer> {
    const held = holdOrRefuse(wish, this.#head.desk);
    const { call, written } = this.#wait(held, held.bytes, options, answers);
    const input = held instanceof RefusedWish ? undefined : held.digest(this.#head.desk);
    this.#earlier.begin(commandId, input, written);
    call.isReady = false;
    const ready = (known: WaitingCall['known'] & object): void => {
      call.known = known;
      call.isReady = true;
      this.#turns.admit();
    };
    Promise.resolve(looking).then(
      (outcome) => ready({ outcome }),
      (error: unknown) => ready({ error }),
    );
    return written as Promise<Answer>;
  }

  #wait(
    ask: WaitingCall['ask'],
    bytes: number,
    options: AppendOptions,
    answers: Answers<any>,
  ): { readonly call: WaitingCall; readonly written: Promise<unknown> } {
    const { promise: written, resolve } = Promise.withResolvers<unknown>();
    const startedAt = this.queue.meter.callTime();
    const call: WaitingCall = { ask, bytes, options, answers, startedAt, resolve, isReady: true };
    this.#turns.join(call);
    return { call, written };
  }

  /** A waiting call's turn has come. */
  #begin({ ask, options, answers, known, startedAt }: WaitingCall): unknown {
    if (ask === undefined) return undefined;
    if (typeof ask === 'function') return this.#decisions.transact(ask, options, startedAt);
    if (known !== undefined && 'error' in known) throw this.failure ?? known.error;
    const asked = this.shared === undefined ? ask : ask.again();
    if (known?.outcome === undefined) return this.#decisions.write(asked, options, answers, startedAt);
    this.#earlier.forget(options.commandId!);
    return this.#earlier.answerAgain(asked, known.outcome, answers);
  }

  /** Called when a block is durable, in the order of the commits, or when the log has failed. */
  #completed({ commits, outcomes, failure }: Completed): void {
    try {
      if (failure === undefined) this.#becameDurable(commits, outcomes);
      else this.#failed(failure);
    } finally {
      this.#turns.admit();
    }
  }

  #becameDurable(commits: readonly QueuedWrite[], outcomes: readonly StoredOutcome[]): void {
    if (commits.length === 0 && outcomes.length === 0) return;
    const { publisher, onDurable } = this.#parts;
    // From here on the log knows these outcomes.
    for (const { commandId } of outcomes) this.#earlier.forget(commandId);
    for (const commit of commits) {
      this.#durableSequence += commit.events;
      if (publisher.isHeard) publisher.publishWrite(commit);
    }
    if (publisher.isHeard) publisher.tail.tell();
    if (!publisher.tail.isFollowed) publisher.tail.pass(this.#durableSequence);
    this.queue.meter.durable(commits);
    onDurable(textBytesOf(commits));
  }

  #failed(error: RefoldError): void {
    this.#parts.failure.fail(error);
    this.#earlier.forgetAll();
  }
}

const NO_OPTIONS: AppendOptions & ExecuteOptions = Object.freeze({});
