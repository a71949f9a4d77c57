/**
 * The doors of a store that only read: the state, what was recorded, and what becomes durable.
 *
 * Each door checks that the store is open, and hands the call to the part that does it. The doors that write are in `store.ts`.
 */
import type { Catalog, RecordedEventOf, TypeOf } from '../core/catalog.ts';
import type { RefoldError } from '../core/errors.ts';
import type { DeepReadonly } from '../core/event.ts';
import type { CommandDecisions, CommandInputs, Model } from '../core/model.ts';
import { hashStateOf } from '../fold/encoding/state-codec.ts';
import { A_FUNCTION, checkOptions, checkValue } from './calls/call-options.ts';
import { warnLike } from './calls/warn.ts';
import type { EventBatch } from './following/selection.ts';
import type { StoreMetrics } from './metrics/metrics.ts';
import { type CommitRange, readCommits } from './past/commits.ts';
import { type EventRange, readEvents } from './past/events.ts';
import { checkWatching, type FollowOptions, type Watched, type WatchOptions } from './past/follow-log.ts';
import {
  AT_CHECKS,
  type AtOptions,
  checkedPosition,
  locate,
  type PastState,
  type Position,
  pastState,
} from './past/history.ts';
import type { Projection } from './past/projection.ts';
import type { ProjectionDefinition } from './past/projection-definition.ts';
import type { RecoveryReport } from './past/recovery.ts';
import {
  type LiveHash,
  STORE_VERIFY_CHECKS,
  type StoreVerifyOptions,
  type VerifyReport,
  verifyLog,
} from './past/verify.ts';
import type { WaitOptions } from './replica/waiters.ts';
import type { StoreRole } from './roles/role-listeners.ts';
import type { Workings } from './roles/workings.ts';
import { metricsOf, type StoreStats, statsOf } from './store-stats.ts';
import { type BackupOptions, type BackupReport, backUpLog } from './upkeep/backup.ts';
import type { Listener } from './writing/publisher.ts';

/** `FollowOptions` with the types of a model. */
type FollowOptionsOf<Type extends string> = Omit<FollowOptions, 'types'> & {
  readonly types?: readonly Type[] | undefined;
};

/** `WatchOptions` with the types of a model. */
type WatchOptionsOf<Type extends string> = Omit<WatchOptions, 'types'> & {
  readonly types?: readonly Type[] | undefined;
};

/** What every store can do, whether it may write or not. */
export abstract class ReadingStore<
  State extends object = any,
  C extends Catalog = any,
  K extends CommandInputs = any,
  D extends CommandDecisions = any,
> {
  readonly model: Model<State, C, K, D>;
  /** What open did, why, and how long it took. */
  readonly recovery: RecoveryReport;
  readonly #work: Workings<State>;

  constructor(model: Model<State, C, K, D>, work: Workings<State>) {
    this.model = model;
    this.recovery = work.parts.recovery;
    this.#work = work;
    warnLike(this, work.log);
  }

  /**
   * The state with every accepted commit folded in, durable or not yet.
   *
   * Its top-level tables are live: later commits change them. Their entries, and all other values, may be kept under the
   * atomic fold: they are frozen, and a change makes new ones. Under the direct fold nothing may be kept across a write.
   *
   * @throws RefoldError the `failure` of a store that has failed: its state may hold events that the log does not have. A live
   * replica whose state is still that of whole commits gives it. `NOT_WRITER` on a standby that was the writer, until it has
   * recovered
   */
  get state(): DeepReadonly<State> {
    return this.#work.session.state as DeepReadonly<State>;
  }

  /** The sequence of the last event folded. Once the store has failed, it is `durableSequence`. Never throws. */
  get sequence(): number {
    return this.#work.session.sequence;
  }

  /** The sequence of the last durable event. */
  get durableSequence(): number {
    return this.#work.session.durableSequence;
  }

  /**
   * Why the store has failed; undefined while it is sound. It is set before any promise rejects because of it, and `onFailure`
   * hears it then. Open the store again.
   */
  get failure(): RefoldError | undefined {
    return this.#work.failure.error;
  }

  /**
   * What the store does now. A store that reads is a `replica`. A standby is the `writer` or a `replica`. `onRole` tells when that
   * changes. Between a takeover and the change to `replica` the store takes no write, and `state` throws `NOT_WRITER`.
   */
  get role(): StoreRole {
    return this.#work.role;
  }

  /**
   * Calls the listener with the new role whenever the role of a standby has changed. Returns the function that ends that.
   *
   * @throws RefoldError `INVALID_OPTION` for something that is not a function; `STORE_CLOSED`
   */
  onRole(listener: (role: StoreRole) => unknown): () => void {
    this.#work.admission.requireOpen();
    checkValue('listen to the role', 'listener', A_FUNCTION, listener);
    return this.#work.roleListeners.add(listener);
  }

  /** The log's file, or `:memory:`. */
  get path(): string {
    return this.#work.log.path;
  }

  /** The state as of a sequence or a time, built from a snapshot and the events after it. The caller gets a copy. */
  async at(position: Position, options?: AtOptions): Promise<PastState<State>> {
    this.#work.admission.requireSound();
    const checked = checkedPosition(this.#work.log, position); // read now: the caller may change it
    const { signal } = checkOptions('build a past state', AT_CHECKS, options);
    await this.#work.drained();
    return pastState(this.model, this.#work.log, this.#work.parts.fingerprint, checked, { signal });
  }

  /**
   * The sequence of a position. A time means the last event at or before it.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is not in the log, `HISTORY_GONE` for a time before the first event
   * that is left
   */
  async locate(position: Position): Promise<number> {
    const checked = checkedPosition(this.#work.log, position);
    await this.#work.drained();
    return locate(this.#work.log, checked);
  }

  /**
   * Recorded events in the model's versions, in order or in reverse. The options say which. Only blocks that may hold such events are read, and never more than a part of the log is in memory.
   *
   * @throws RefoldError `HISTORY_GONE` when `from` was dropped, `LOG_CORRUPT`, `MODEL_MISMATCH` when the model cannot
   * read an event
   */
  async *events<Type extends TypeOf<C> = TypeOf<C>>(
    range: Omit<EventRange, 'types'> & { readonly types?: readonly Type[] | undefined } = {},
  ): AsyncGenerator<RecordedEventOf<C, Type>, void> {
    await this.#work.drained();
    yield* readEvents(this.model, this.#work.log, range) as AsyncGenerator<RecordedEventOf<C, Type>, void>;
  }

  /**
   * Recorded commits in order, each as its events in the model's versions: what `subscribe` gives, from the log. Commits are
   * whole. The first is the one that has the event at `from`, and one that ends after `to` is not given.
   *
   * @throws RefoldError as `events` does
   */
  async *commits(range: CommitRange = {}): AsyncGenerator<readonly RecordedEventOf<C>[], void> {
    await this.#work.drained();
    yield* readCommits(this.model, this.#work.log, range) as AsyncGenerator<readonly RecordedEventOf<C>[], void>;
  }

  /**
   * Calls the listener with the events of each commit once they are durable. Returns the function that ends the subscription.
   *
   * @throws RefoldError `INVALID_OPTION` on a read-only store that is not live: use `follow` there
   */
  subscribe(listener: Listener<RecordedEventOf<C>>): () => void {
    this.#work.admission.requireOpen();
    if (!this.#work.hearsNews) {
      throw this.#work.admission.readOnly(
        'subscribe',
        'Open it with live: true, or use follow: both give the events that another process writes',
      );
    }
    return this.#work.publisher.subscribe(listener);
  }

  /**
   * For a live replica or a standby: resolves when the state has every event that is durable now.
   *
   * @throws RefoldError as `waitFor` does
   */
  async catchUp(): Promise<void> {
    await this.#work.catchUp();
  }

  /**
   * For a live replica or a standby: resolves when the state has the event at `sequence`, which may be a future event.
   *
   * @throws RefoldError `INVALID_OPTION` for a store that is not live; `STORE_FAILED` when the replica fails, `STORE_CLOSED`
   * when it is closed, `SEQUENCE_CONFLICT` when `timeout` has passed; the reason of `signal` when it aborts
   */
  async waitFor(sequence: number, options?: WaitOptions): Promise<void> {
    await this.#work.waitFor(sequence, options);
  }

  /**
   * Events from `from` on (default: the first in the log), without gaps. First those in the log, then new ones, until the signal
   * aborts or the store closes. All followers of a store share what they read: the events are frozen.
   *
   * With `batches: true` it gives `{ events, sequence, caughtUp }`: what there is, up to 1,000 events. When there is nothing new, the
   * first batch is an empty one with `caughtUp: true`.
   *
   * A follower that is more than 8 MiB behind reads the log again, so one that never reads costs nothing that grows.
   *
   * @throws RefoldError at the first step `INVALID_OPTION`, `UNKNOWN_EVENT_TYPE`, `STORE_CLOSED`; the store's `failure`, after all
   * that was durable; `HISTORY_GONE` when the events that come next were dropped
   */
  follow<Type extends TypeOf<C> = TypeOf<C>>(
    options: FollowOptionsOf<Type> & { readonly batches: true },
  ): AsyncGenerator<EventBatch<RecordedEventOf<C, Type>>, void>;
  follow<Type extends TypeOf<C> = TypeOf<C>>(
    options?: FollowOptionsOf<Type> & { readonly batches?: false | undefined },
  ): AsyncGenerator<RecordedEventOf<C, Type>, void>;
  follow<Type extends TypeOf<C> = TypeOf<C>>(
    options?: FollowOptionsOf<Type>,
  ): AsyncGenerator<RecordedEventOf<C, Type> | EventBatch<RecordedEventOf<C, Type>>, void>;
  follow(options: FollowOptions = {}): AsyncGenerator<any, void> {
    return this.#work.follow(options);
  }

  /**
   * The state as it is now, its sequence, and everything that comes after it: one cut, without a gap and without an overlap.
   * For code that shows the state elsewhere and keeps it current. Read the state before the next `await`: its tables are live.
   *
   * `events` is what `follow` gives from the next sequence on, with the same options. It begins when it is first read, and it ends
   * with the signal, the close, or the store's `failure`.
   *
   * @throws RefoldError `INVALID_OPTION`, `STORE_CLOSED`; the `failure` of a store that has failed
   */
  watch<Type extends TypeOf<C> = TypeOf<C>>(
    options: WatchOptionsOf<Type> & { readonly batches: true },
  ): Watched<State, EventBatch<RecordedEventOf<C, Type>>>;
  watch<Type extends TypeOf<C> = TypeOf<C>>(
    options?: WatchOptionsOf<Type> & { readonly batches?: false | undefined },
  ): Watched<State, RecordedEventOf<C, Type>>;
  watch(options: WatchOptions = {}): Watched<State, any> {
    this.#work.admission.requireSound();
    const checked = checkWatching(options, this.model);
    const { state, sequence } = this;
    return { state, sequence, events: this.#work.followState(sequence, checked) };
  }

  /**
   * Starts a projection, and resolves when it has caught up. A projection that has stopped is started again.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, or when one of this name runs already; `HISTORY_GONE` when
   * the events that it would have to start from were dropped
   */
  async project<View extends object>(definition: ProjectionDefinition<View, C>): Promise<Projection<View>> {
    await this.#work.drained();
    return this.#work.projections.start(definition);
  }

  /** Reads and refolds the whole log, and compares every snapshot and the live state with the result. */
  async verify(options?: StoreVerifyOptions): Promise<VerifyReport> {
    const { signal } = checkOptions('verify the log', STORE_VERIFY_CHECKS, options);
    const { fingerprint } = this.#work.parts;
    // The state may change while the log is read. It is compared as of now, once the log has all of its events.
    const live = async (): Promise<LiveHash> => {
      this.#work.admission.requireSound();
      const { sequence } = this;
      const hash = hashStateOf(this.state as State, this.model.comparators);
      await this.#work.drained();
      return { sequence, hash };
    };
    const { onProgress } = this.#work.settings;
    return verifyLog({ model: this.model, log: this.#work.log, fingerprint, live, onProgress, signal });
  }

  /** Sha-256 over values, types and order of the state as it is now, hex. The same log gives the same hash on every machine. */
  async stateHash(): Promise<string> {
    if (this.#work.guard.entered) await this.#work.guard.left();
    this.#work.admission.requireSound();
    return hashStateOf(this.state as State, this.model.comparators);
  }

  /**
   * Writes a consistent copy of the log to a new file, while writes continue. With `to` the copy ends there: it is as if
   * nothing had been appended after it, and has the outcomes of the commits before.
   *
   * @throws RefoldError `INVALID_OPTION` when the file exists, the log cannot make copies, or `to` is not in the log or lies
   * within a commit; `HISTORY_GONE` when `to` is before what is left; `LOG_FULL`, `LOG_CORRUPT`, `STORE_FAILED`
   */
  async backup(path: string, options?: BackupOptions): Promise<BackupReport> {
    await this.#work.drained();
    return backUpLog(this.#work.log, path, options, this.#work.settings.onProgress);
  }

  stats(): StoreStats {
    return statsOf(this.#work);
  }

  /**
   * What the store has done since it was opened, and how it is now, as plain JSON. Counters and histograms only grow. Never throws.
   */
  metrics(): StoreMetrics {
    return metricsOf(this.#work);
  }
}
