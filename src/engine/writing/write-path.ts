/**
 * The write path: validate → check the expected sequence → fold → queue → group commit → resolve → publish.
 *
 * Everything up to the queue happens in one go inside the call, so the order of calls is the order of sequences, and the
 * next call already sees the new state. Where a call must wait (too much is queued, or the log looks up a commandId in its own
 * time) it joins a waiting room, and so does every call after it: the order stays. Promises resolve when the block that holds
 * their commit is durable.
 *
 * All of the application's code runs before a commit is taken into the state, with the guard against re-entrancy entered;
 * after that nothing is asked or believed that it could have touched.
 */
import { types } from 'node:util';
import { RefoldError } from '../../core/errors.ts';
import type { Commit, Json, RecordedEvent } from '../../core/event.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import type { Model, Rejection } from '../../core/model.ts';
import type { LiveState } from '../../fold/live-state.ts';
import { decodeCommit } from '../../log/blocks/block.ts';
import type { LogStore, StoredOutcome } from '../../log/log-store.ts';
import { A_FUNCTION, checkValue } from '../calls/call-options.ts';
import type { Settings } from '../calls/options.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import type { StoreClock } from './clock.ts';
import { type CommandOutcome, parseOutcome, serialiseOutcome } from './commands.ts';
import { CommitQueue, type FoldedCommit } from './commit-queue.ts';
import type { Desk } from './deciding.ts';
import { type AdmittedCommit, admitMeta, Intake } from './intake.ts';
import { copyForListeners, forListeners, type Publisher } from './publisher.ts';
import { notSynchronous, RunningTransaction, type Transacted, type Transaction } from './transaction.ts';
import { type Guest, WaitingRoom } from './waiting-room.ts';
import { CommandWish, EventsWish, type HeldWish, type Wish } from './wishes.ts';
import {
  type AppendOptions,
  appendOptions,
  type ExecuteOptions,
  executeOptions,
  type TransactOptions,
  transactOptions,
} from './write-options.ts';

export interface WritePathParts {
  readonly model: Model;
  readonly log: LogStore;
  readonly settings: Settings;
  readonly clock: StoreClock;
  readonly live: LiveState<object>;
  /** Of the last event in `live`. */
  readonly sequence: number;
  /** The first sequence of each event type so far; kept up to date. */
  readonly firstSeen: Map<string, number>;
  readonly publisher: Publisher;
  /** Called after each block became durable, with the size of its text. */
  readonly onDurable: (bytes: number) => void;
}

/** What the caller is told of an outcome. */
type Answering<Answer> = (outcome: CommandOutcome) => Answer;

export class WritePath {
  readonly queue: CommitQueue;
  readonly #parts: WritePathParts;
  readonly #guard: Reentrancy;
  readonly #live: LiveState<object>;
  readonly #desk: Desk;
  readonly #room: WaitingRoom;
  /** What commands come to that wait or are on their way, by commandId. */
  readonly #pending = new Map<string, () => Promise<CommandOutcome>>();
  /** The model's event types that the log does not hold yet. */
  readonly #unseen: Set<string>;
  #sequence: number;
  #durableSequence: number;
  #recordedAt: number;
  #failure: RefoldError | undefined;

  constructor(parts: WritePathParts) {
    const { model, log, live, firstSeen } = parts;
    this.#parts = parts;
    this.#guard = guardOf(log);
    this.#unseen = new Set([...model.types.keys()].filter((type) => !firstSeen.has(type)));
    this.#live = live;
    this.#desk = { model, intake: new Intake(model), live };
    this.queue = new CommitQueue(log, {
      onDurable: (commits, outcomes) => this.#becameDurable(commits, outcomes),
      onFailure: (error) => this.#failed(error),
      onRoom: () => this.#room.admit(),
    });
    this.#room = new WaitingRoom(() => !this.queue.isFull);
    this.#sequence = this.#durableSequence = parts.sequence;
    this.#recordedAt = log.head().recordedAt;
  }

  get state(): object {
    return this.#live.value;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get durableSequence(): number {
    return this.#durableSequence;
  }

  /** Why nothing can be written any more, if so. */
  get failure(): RefoldError | undefined {
    return this.#failure;
  }

  /** What the calls keep that wait for their turn, in bytes, roughly. */
  get waitingBytes(): number {
    return this.#room.bytes;
  }

  append(events: unknown, given: AppendOptions | undefined): Promise<Commit> {
    this.#guard.enter();
    try {
      const options = given === undefined ? {} : appendOptions(given);
      return this.#write(options, new EventsWish(this.#desk.intake, events), commitOf);
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.#guard.leave();
    }
  }

  execute(name: string, input: unknown, given: ExecuteOptions | undefined): Promise<CommandOutcome> {
    this.#guard.enter();
    try {
      const options = given === undefined ? {} : executeOptions(given);
      const meta = options.meta === undefined ? undefined : admitMeta(options.meta, name, undefined, 'execute');
      return this.#write(options, new CommandWish(this.#desk, name, input, meta), asItIs);
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
      const options = given === undefined ? {} : transactOptions(given);
      const callback = checkValue('transact', 'callback', A_FUNCTION, work) as (tx: Transaction) => unknown;
      if (types.isAsyncFunction(callback)) throw notSynchronous();
      if (this.#room.isEmpty && !this.queue.isFull) return this.#transactNow(callback, options);
      return this.#wait({}, 0, () => this.#transactNow(callback, options)).written;
    } catch (error) {
      return Promise.reject(error);
    } finally {
      this.#guard.leave();
    }
  }

  /** Whether calls wait for their turn. */
  get isHoldingBack(): boolean {
    return !this.#room.isEmpty;
  }

  /** Resolves when everything that was called before has begun. */
  turn(): Promise<void> {
    return this.#room.turn();
  }

  /** Resolves when what was called so far is durable, what was held back included. */
  async settled(): Promise<void> {
    if (this.isHoldingBack) await this.#room.turn();
    if (this.#durableSequence < this.#sequence || this.queue.bytes > 0) await this.queue.push({}, undefined);
  }

  /** Not an async function, nor those it calls: with thousands of appends at once, each promise more is felt. */
  #write<Answer>(options: AppendOptions, wish: Wish, answer: Answering<Answer>): Promise<Answer> {
    const { commandId } = options;
    if (commandId !== undefined) {
      const pending = this.#pending.get(commandId);
      if (pending !== undefined) return pending().then(answer);
      const found = this.#parts.log.outcome(commandId);
      if (isLooking(found)) return this.#lookUp(options, wish, found).then(answer);
      if (found !== undefined) return Promise.resolve(answer(parseOutcome(found.outcome)));
    }
    if (this.#room.isEmpty && !this.queue.isFull) return this.#writeNow(options, wish, answer);
    const held = wish.hold();
    return this.#wait(options, held.bytes, () => this.#writeNow(options, held, asItIs)).written.then(answer);
  }

  /** Waits for the log to say whether the command was done already, and for its turn if it was not. */
  #lookUp(
    options: AppendOptions,
    wish: Wish,
    looking: PromiseLike<StoredOutcome | undefined>,
  ): Promise<CommandOutcome> {
    const held = heldOrRefused(wish);
    let answer: () => StoredOutcome | undefined;
    const { guest, written } = this.#wait(options, held.bytes, () => {
      const known = answer();
      if (known === undefined) return this.#writeNow(options, held, asItIs);
      this.#pending.delete(options.commandId!);
      return Promise.resolve(parseOutcome(known.outcome));
    });
    guest.isReady = false;
    const ready = (): void => {
      guest.isReady = true;
      this.#room.admit();
    };
    Promise.resolve(looking).then(
      (stored) => {
        answer = () => stored;
        ready();
      },
      (error: unknown) => {
        answer = () => {
          throw error;
        };
        ready();
      },
    );
    return written;
  }

  /** Joins the waiting room; `begin` is called in its turn. */
  #wait<Answer>({ commandId }: AppendOptions, bytes: number, begin: () => Promise<Answer>): Waiting<Answer> {
    const { promise: written, resolve } = Promise.withResolvers<Answer>();
    const guest = { bytes, isReady: true, enter: () => resolve(this.#enter(commandId, begin)) };
    if (commandId !== undefined) this.#pending.set(commandId, () => written as Promise<any>);
    this.#room.join(guest);
    return { guest, written };
  }

  #enter<Answer>(commandId: string | undefined, begin: () => Promise<Answer>): Promise<Answer> {
    this.#guard.enter();
    try {
      return begin();
    } catch (error) {
      if (commandId !== undefined) this.#pending.delete(commandId);
      return Promise.reject(error);
    } finally {
      this.#guard.leave();
    }
  }

  /** Decides, folds and queues; resolves when durable. The clock is read once, before anything else of the application's. */
  #writeNow<Answer>(
    { expectedSequence, commandId }: AppendOptions,
    wish: Pick<Wish, 'decide'>,
    answer: Answering<Answer>,
  ): Promise<Answer> {
    const now = this.#begin(expectedSequence);
    const sequence = this.#sequence;
    const decision = wish.decide({ state: this.#live.value, sequence, now });
    const isRejected = 'rejected' in decision;
    const commit = isRejected ? undefined : this.#take(decision, now);
    const outcome = isRejected
      ? rejectedBy(decision.rejected)
      : acceptedAs(sequence + 1, this.#sequence, now, decision.result);
    if (commandId === undefined) {
      // Even a rejection waits: it was decided on a state that may not be durable yet.
      if (commit === undefined && this.queue.bytes === 0) return Promise.resolve(answer(outcome));
      return this.queue.push({ commit }, answer(outcome));
    }
    const stored = { commandId, recordedAt: now, outcome: serialiseOutcome(outcome) };
    const written = this.queue.push({ commit, outcome: stored }, answer(outcome));
    this.#pending.set(commandId, () => written.then(() => outcome));
    return written;
  }

  /** What has to hold for anything to be decided; gives what `recordedAt` will be. */
  #begin(expectedSequence: number | undefined): number {
    if (this.#failure !== undefined) throw this.#failure;
    this.#requireSequence(expectedSequence);
    return Math.max(this.#parts.clock.read(), this.#recordedAt);
  }

  /**
   * Folds a commit. After this it is part of the state, and only the log can still refuse it. Its events have been in the hands
   * of reducers, and are not looked at again.
   */
  #take({ events, json }: AdmittedCommit, recordedAt: number): KeptCommit | undefined {
    const count = events.length;
    if (count === 0) return undefined;
    const firstSequence = this.#sequence + 1;
    const firsts = this.#unseen.size === 0 ? undefined : this.#firstsAmong(events);
    const published = this.#parts.publisher.hasListeners ? copyForListeners(events) : undefined;
    this.#fold(events);
    this.#sequence += count;
    this.#recordedAt = recordedAt;
    if (firsts !== undefined) this.#noteFirsts(firsts);
    return { events: count, firstSequence, recordedAt, json, published };
  }

  #transactNow(
    callback: (tx: Transaction) => unknown,
    { expectedSequence }: TransactOptions,
  ): Promise<Transacted<unknown>> {
    const now = this.#begin(expectedSequence);
    const transaction = new RunningTransaction(this.#desk, this.#sequence, now);
    let result: unknown;
    let failure: { readonly error: unknown } | undefined;
    try {
      result = callback(transaction);
      if (isPromiseLike(result)) {
        letGo(result);
        throw notSynchronous();
      }
    } catch (error) {
      failure = { error };
    }
    transaction.end();
    if (!this.#live.isWhole) this.#failure ??= halfChanged(this.#parts.log.path, failure?.error);
    // Under the direct fold what was folded is part of the state, whatever became of the callback.
    if (failure !== undefined && this.#parts.settings.fold === 'atomic') throw failure.error;
    const commit = this.#takeTransaction(transaction);
    if (failure !== undefined && commit === undefined) throw failure.error;
    if (commit === undefined && this.queue.bytes === 0) return Promise.resolve({ commit, result });
    const { firstSequence = 0, recordedAt = 0 } = commit ?? {};
    const last = firstSequence + transaction.count - 1;
    const told = commit && { firstSequence, lastSequence: last, recordedAt };
    const written = this.queue.push({ commit }, { commit: told, result });
    if (failure === undefined) return written;
    return written.then(() => {
      throw failure.error;
    });
  }

  #takeTransaction(transaction: RunningTransaction): KeptCommit | undefined {
    const { count, now } = transaction;
    if (count === 0) return undefined;
    const { json } = transaction;
    const firstSequence = this.#sequence + 1;
    this.#guarded(() => transaction.take());
    this.#sequence += count;
    this.#recordedAt = now;
    if (this.#unseen.size > 0) this.#noteFirsts(this.#firstsAmong(decodeCommit(json, firstSequence, now)));
    return { events: count, firstSequence, recordedAt: now, json };
  }

  #firstsAmong(events: readonly RecordedEvent[]): Map<string, number> {
    const firsts = new Map<string, number>();
    for (const { type, sequence } of events) {
      if (this.#unseen.has(type) && !firsts.has(type)) firsts.set(type, sequence);
    }
    return firsts;
  }

  #noteFirsts(firsts: ReadonlyMap<string, number>): void {
    for (const [type, sequence] of firsts) {
      this.#unseen.delete(type);
      this.#parts.firstSeen.set(type, sequence);
    }
  }

  #fold(events: readonly RecordedEvent[]): void {
    this.#guarded(() => this.#live.fold(this.#parts.model.reducers, events));
  }

  #guarded(fold: () => void): void {
    try {
      fold();
    } catch (error) {
      if (!this.#live.isWhole) this.#failure = halfChanged(this.#parts.log.path, error);
      throw error;
    }
  }

  /** A block has become durable: its commits are the next ones in order. */
  #becameDurable(commits: readonly KeptCommit[], outcomes: readonly StoredOutcome[]): void {
    const { publisher, onDurable } = this.#parts;
    // From here on the log answers for them.
    for (const { commandId } of outcomes) this.#pending.delete(commandId);
    let bytes = 0;
    for (const commit of commits) {
      bytes += Buffer.byteLength(commit.json);
      this.#durableSequence += commit.events;
      if (publisher.hasListeners) publisher.publish(commit.published ?? readBack(commit));
    }
    onDurable(bytes);
  }

  #failed(error: RefoldError): void {
    this.#failure ??= error;
    this.#pending.clear();
  }

  #requireSequence(expected: number | undefined): void {
    if (expected === undefined || expected === this.#sequence) return;
    throw new RefoldError(
      'SEQUENCE_CONFLICT',
      `Cannot append at sequence ${expected}: the log ends at ${this.#sequence}`,
      {
        path: this.#parts.log.path,
        sequence: this.#sequence,
        hint: 'Read the new state and decide again',
      },
    );
  }
}

/** A queued commit, with the listeners' copy of its events if there were any when it was folded. */
interface KeptCommit extends FoldedCommit {
  readonly published?: readonly RecordedEvent[] | undefined;
}

/** For listeners who came later: what reducers were given may be part of the state by now. */
function readBack({ json, firstSequence, recordedAt }: FoldedCommit): readonly RecordedEvent[] {
  return forListeners(decodeCommit(json, firstSequence, recordedAt));
}

interface Waiting<Answer> {
  readonly guest: Guest;
  readonly written: Promise<Answer>;
}

function asItIs(outcome: CommandOutcome): CommandOutcome {
  return outcome;
}

/** A log that looks in its own time may still know the command: it is refused in its turn, if it does not. */
function heldOrRefused(wish: Wish): HeldWish {
  try {
    return wish.hold();
  } catch (error) {
    const decide = (): never => {
      throw error;
    };
    return { bytes: 0, decide };
  }
}

function isLooking(
  found: ReturnType<LogStore['outcome']>,
): found is Exclude<ReturnType<LogStore['outcome']>, StoredOutcome | undefined> {
  return found !== undefined && 'then' in found;
}

function rejectedBy({ code, message }: Rejection): CommandOutcome {
  return { status: 'rejected', code, message };
}

function acceptedAs(
  firstSequence: number,
  lastSequence: number,
  recordedAt: number,
  result: Json | undefined,
): CommandOutcome {
  const commit = { firstSequence, lastSequence, recordedAt };
  return result === undefined ? { status: 'accepted', commit } : { status: 'accepted', commit, result };
}

/**
 * What `append` answers.
 *
 * @throws RefoldError `INVALID_OPTION` when the `commandId` belongs to a command that was rejected
 */
function commitOf(outcome: CommandOutcome): Commit {
  if (outcome.status === 'accepted') return outcome.commit;
  throw new RefoldError('INVALID_OPTION', 'Cannot append: the commandId is that of a command that was rejected', {
    type: 'commandId',
    hint: 'Use a fresh commandId for each append and each command',
  });
}

function halfChanged(path: string, cause: unknown): RefoldError {
  return new RefoldError(
    'STORE_FAILED',
    'Cannot go on: a reducer threw under the direct fold, and the state may be half changed',
    {
      path,
      cause,
      hint: "Close this store and open it anew; use fold: 'atomic' where reducers may throw",
    },
  );
}
