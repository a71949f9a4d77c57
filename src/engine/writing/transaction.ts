/**
 * A transaction: one commit that the application folds event by event. It sees the state after each event.
 *
 * It lives as long as the callback of `transact` runs. An event is validated, encoded and folded before `append` returns.
 * The write path then makes the commit durable.
 */

import type { Catalog, EventOf } from '../../core/catalog.ts';
import { RefoldError } from '../../core/errors.ts';
import type { Commit, DeepReadonly } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import type { OpenCommit } from '../../fold/live-state.ts';
import { decodeCommit } from '../../log/blocks/block.ts';
import type { CommitTags } from '../../log/log-store.ts';
import type { Desk } from './deciding.ts';
import { atLeastOne, listOf, requireCommitSize } from './intake/intake.ts';

/** What the callback of `transact` works with. Calls are refused once the callback has returned. */
export interface Transaction<State = any, C extends Catalog = any> {
  /**
   * The state with everything appended so far. As with `store.state`, its tables also show what is appended later. Under the
   * atomic fold it is a view of the staged commit; under the direct fold it is the state itself.
   */
  readonly state: DeepReadonly<State>;
  /** The sequence of the last event appended; before the first, that of the store. */
  readonly sequence: number;
  /** The `recordedAt` of every event of the commit, in ms since the epoch. */
  readonly now: number;
  /**
   * Validates and folds one event, or an array of them.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`, `EVENT_REJECTED`, `REDUCER_FAILED`: the transaction is as before, and the callback
   * may continue. Under the direct fold a reducer that throws fails the store, as it does in `append`
   */
  append(events: EventOf<C> | readonly EventOf<C>[]): void;
}

/** The callback of `transact`. */
export type Callback = (tx: Transaction) => unknown;

/** The result of a transaction. */
export interface Transacted<Result> {
  /** Undefined when nothing was appended. Then nothing is written. */
  readonly commit: Commit | undefined;
  /** What the callback returned, as it is. */
  readonly result: Result;
}

export class RunningTransaction implements Transaction {
  readonly now: number;
  readonly #desk: Desk;
  readonly #firstSequence: number;
  /** The texts of the events so far, as the log keeps them, with commas between. */
  #texts = '';
  #tags: CommitTags | undefined;
  /** The first sequence of each event type that the log did not hold before. */
  readonly firsts: Map<string, number> = new Map();
  readonly #unseen: ReadonlySet<string>;
  #sequence: number;
  #open: OpenCommit;
  #isFolding = false;
  #isOver = false;

  /**
   * @param sequence of the last event in the state
   * @param unseen the event types that the log does not hold yet
   */
  constructor(desk: Desk, sequence: number, now: number, unseen: ReadonlySet<string>) {
    this.now = now;
    this.#desk = desk;
    this.#unseen = unseen;
    this.#sequence = sequence;
    this.#firstSequence = sequence + 1;
    this.#open = openCommit(desk);
  }

  get state(): object {
    this.#requireRunning('read the state of a transaction');
    return this.#open.state;
  }

  get sequence(): number {
    return this.#sequence;
  }

  append(given: unknown): void {
    this.#requireRunning('append in a transaction');
    if (this.#isFolding) throw reentrant();
    this.#isFolding = true;
    try {
      this.#append(given);
    } finally {
      this.#isFolding = false;
    }
  }

  /** Events appended. */
  get count(): number {
    return this.#sequence - this.#firstSequence + 1;
  }

  /** The text of the commit. */
  get json(): string {
    return `[${this.#texts}]`;
  }

  /** The tags of the commit; undefined in a model without tags. */
  get tags(): CommitTags | undefined {
    return this.#tags;
  }

  /** Makes the appended events part of the state. @throws RefoldError under strict folding, as `LiveState.fold` does */
  take(): void {
    this.#open.take();
  }

  /** Called when the callback has returned. */
  end(): void {
    this.#isOver = true;
    this.#open.end(TRANSACTION_OVER);
  }

  #append(given: unknown): void {
    const { model, intake } = this.#desk;
    const firstSequence = this.#sequence + 1;
    const { events, texts, tags } = atLeastOne(
      intake.admitTexts(listOf(given), { firstSequence, recordedAt: this.now }),
    );
    const all = this.#texts === '' ? texts : `${this.#texts},${texts}`;
    requireCommitSize(all.length, firstSequence);
    const { length } = events;
    // Before the reducers run, which may change the events.
    const types = this.#unseen.size === 0 ? undefined : events.map(({ type }) => type);
    try {
      for (const event of events) this.#open.fold(model.reducers, event);
    } catch (error) {
      if (this.#desk.live.isWhole) this.#startAgain();
      else this.end();
      throw error;
    }
    this.#texts = all;
    if (tags !== undefined) this.#tags = this.#tags === undefined ? tags : joined(this.#tags, tags);
    this.#sequence += length;
    if (types !== undefined) this.#noteFirsts(types, firstSequence);
  }

  #noteFirsts(types: readonly string[], firstSequence: number): void {
    for (const [index, type] of types.entries()) {
      if (this.#unseen.has(type) && !this.firsts.has(type)) this.firsts.set(type, firstSequence + index);
    }
  }

  /** A draft cannot be used after a reducer threw. The events before it are folded into a new draft. */
  #startAgain(): void {
    this.#open.end('an event could not be folded: read the state of the transaction again');
    this.#open = openCommit(this.#desk);
    for (const event of decodeCommit(this.json, this.#firstSequence, this.now)) {
      freezeJson(event.meta); // as at the first fold
      this.#open.fold(this.#desk.model.reducers, event);
    }
  }

  #requireRunning(action: string): void {
    if (!this.#isOver) return;
    throw new RefoldError('INVALID_OPTION', `Cannot ${action}: ${TRANSACTION_OVER}`, {
      type: 'transact',
      hint: 'Use tx inside the callback of transact only, synchronously',
    });
  }
}

const TRANSACTION_OVER = 'it is over';

function joined(a: CommitTags, b: CommitTags): CommitTags {
  return { types: [...a.types, ...b.types], events: [...a.events, ...b.events] };
}

function openCommit({ live }: Desk): OpenCommit {
  return live.open('the state of a transaction');
}

function reentrant(): RefoldError {
  return new RefoldError('REENTRANT_WRITE', 'Cannot append in a transaction: an append of it is still running', {
    hint: 'Reducers, schemas and getters must not append: do it in the callback of transact',
  });
}

/** The error for an asynchronous callback. */
export function notSynchronous(): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot transact: the callback is asynchronous', {
    type: 'transact',
    hint: 'Give a synchronous callback: do slow work before the call, and await the promise that transact returns',
  });
}

/** Runs the callback of `transact`, and gives what it returned or threw. A promise is refused: the transaction is over before it resolves. */
export function runCallback(
  callback: Callback,
  transaction: RunningTransaction,
): { readonly result?: unknown; readonly failure?: { readonly error: unknown } } {
  try {
    const result = callback(transaction);
    if (!isPromiseLike(result)) return { result };
    letGo(result);
    return { failure: { error: notSynchronous() } };
  } catch (error) {
    return { failure: { error } };
  }
}
