/**
 * The live state and its last sequence: the one place where a commit becomes part of the state.
 *
 * The log follows behind. Only the log can still refuse a commit that was taken here, and then the store has failed.
 */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import type { LiveState } from '../../fold/live-state.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { StoreFailure } from '../calls/failure.ts';
import type { StoreClock } from './clock.ts';
import type { Desk } from './deciding.ts';
import { Intake } from './intake/intake.ts';
import { copyForOthers, type Publisher } from './publisher.ts';
import type { QueuedWrite } from './queued-write.ts';
import type { RunningTransaction } from './transaction.ts';

export interface HeadParts {
  readonly model: Model;
  readonly log: LogStore;
  readonly clock: StoreClock;
  readonly live: LiveState<object>;
  /** The sequence of the last event in `live`. */
  readonly sequence: number;
  /** The first sequence of each event type so far; kept up to date. */
  readonly firstSeen: Map<string, number>;
  readonly publisher: Publisher;
  readonly failure: StoreFailure;
}

export class LiveHead {
  /** What decisions are made with. */
  readonly desk: Desk;
  readonly #live: LiveState<object>;
  readonly #clock: StoreClock;
  readonly #path: string;
  readonly #publisher: Publisher;
  readonly #failure: StoreFailure;
  /** The first sequence of each event type so far. */
  readonly #firstSeen: Map<string, number>;
  /** The model's event types that the log does not hold yet. */
  #unseen: Set<string>;
  #sequence: number;
  #recordedAt: number;

  constructor({ model, log, live, clock, sequence, firstSeen, publisher, failure }: HeadParts) {
    this.desk = { model, intake: new Intake(model), live };
    this.#live = live;
    this.#clock = clock;
    this.#path = log.path;
    this.#publisher = publisher;
    this.#failure = failure;
    this.#firstSeen = firstSeen;
    this.#unseen = this.#typesUnseen();
    this.#sequence = sequence;
    this.#recordedAt = log.head().recordedAt;
  }

  #typesUnseen(): Set<string> {
    return new Set([...this.desk.model.types.keys()].filter((type) => !this.#firstSeen.has(type)));
  }

  get state(): object {
    return this.#live.value;
  }

  /** The model's event types that the log does not hold yet. */
  get unseen(): ReadonlySet<string> {
    return this.#unseen;
  }

  /** The sequence of the last event folded. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The state is that of another sequence now, because of events of other members, or because it was recovered. */
  moveTo(sequence: number, recordedAt: number): void {
    this.#sequence = sequence;
    this.#recordedAt = recordedAt;
    this.#unseen = this.#typesUnseen();
  }

  get recordedAt(): number {
    return this.#recordedAt;
  }

  /** Checks what must hold before a decision, and gives the `recordedAt` of the commit. */
  startAt(expectedSequence: number | undefined): number {
    if (this.#failure.error !== undefined) throw this.#failure.error;
    if (expectedSequence !== undefined && expectedSequence !== this.#sequence) {
      throw conflict(expectedSequence, this.#sequence, this.#path);
    }
    return Math.max(this.#clock.read(), this.#recordedAt);
  }

  /**
   * Folds a commit. After this it is part of the state, and only the log can still refuse it. Reducers got its events and may
   * have changed them, so the events are not read again.
   *
   * @param isTold whether the caller gets the events
   */
  take(events: readonly RecordedEvent[], json: string, write: QueuedWrite, isTold: boolean): void {
    const count = events.length;
    const firsts = this.#unseen.size === 0 ? undefined : this.#firstsAmong(events);
    if (isTold || this.#publisher.hasListeners) write.published = copyForOthers(events);
    try {
      this.#live.fold(this.desk.model.reducers, events);
    } catch (error) {
      this.lookAtState(error);
      throw error;
    }
    this.#taken(write, count, json, firsts);
  }

  #taken(write: QueuedWrite, count: number, json: string, firsts: ReadonlyMap<string, number> | undefined): void {
    write.events = count;
    write.json = json;
    this.#sequence += count;
    this.#recordedAt = write.recordedAt;
    if (firsts === undefined) return;
    for (const [type, sequence] of firsts) {
      this.#unseen.delete(type);
      this.#firstSeen.set(type, sequence);
    }
  }

  takeTransaction(transaction: RunningTransaction, write: QueuedWrite): void {
    const { count, json, firsts } = transaction;
    try {
      transaction.take();
    } catch (error) {
      this.lookAtState(error);
      throw error;
    }
    this.#taken(write, count, json, firsts);
  }

  #firstsAmong(events: readonly RecordedEvent[]): Map<string, number> {
    const firsts = new Map<string, number>();
    for (const { type, sequence } of events) {
      if (this.#unseen.has(type) && !firsts.has(type)) firsts.set(type, sequence);
    }
    return firsts;
  }

  /** Called after a reducer has failed. Under the direct fold the state may be half changed. */
  lookAtState(error: unknown): void {
    if (!this.#live.isWhole) this.#failure.fail(halfChanged(this.#path, error));
  }
}

function conflict(expected: number, sequence: number, path: string): RefoldError {
  return new RefoldError(
    'SEQUENCE_CONFLICT',
    `Cannot append at sequence ${grouped(expected)}: the log ends at ${grouped(sequence)}`,
    {
      path,
      sequence,
      hint: 'Read the new state and decide again',
    },
  );
}

function halfChanged(path: string, cause: unknown): RefoldError {
  return new RefoldError(
    'STORE_FAILED',
    'Cannot go on: a reducer threw under the direct fold, and the state may be half changed',
    {
      path,
      cause,
      hint: "Close this store and open it again; use fold: 'atomic' where reducers may throw",
    },
  );
}
