/**
 * The store: fold, log and everything around them behind one door.
 *
 * This file is only the door. It checks that the store is open, and hands each call to the part that does it
 * (`write-path`, `history`, `upkeep`, `projections`, `verify`).
 */
import type { Catalog, EventOf, MetaOf, RecordedEventOf, TypeOf } from '../core/catalog.ts';
import { RefoldError } from '../core/errors.ts';
import type { Commit, DeepReadonly } from '../core/event.ts';
import type { CommandDecisions, CommandInputs, InputOf, Model, ResultOf } from '../core/model.ts';
import { hashStateOf } from '../fold/encoding/state-codec.ts';
import type { LogThread } from '../log/log-source.ts';
import type { LogStore, SnapshotInfo } from '../log/log-store.ts';
import { Admission } from './admission.ts';
import { checkOptions } from './calls/call-options.ts';
import { failedBefore, StoreFailure } from './calls/failure.ts';
import type { Settings } from './calls/options.ts';
import { guardOf, type Reentrancy, refuseReentrant } from './calls/reentrancy.ts';
import { APPEND_TRACE, isAppendTraced as isTraced, traced } from './calls/traces.ts';
import { warnLike } from './calls/warn.ts';
import { Erasure } from './erasing/erasure.ts';
import { REDACT_CHECKS, type RedactionReport, type RedactOptions } from './erasing/report.ts';
import type { RedactionSelector } from './erasing/selector.ts';
import type { ModelFingerprint } from './folding/fingerprint.ts';
import type { ReplaceableState } from './folding/replaceable-state.ts';
import { Followed } from './following/followed.ts';
import { Follower } from './following/follower.ts';
import type { EventBatch } from './following/selection.ts';
import { followerMetrics, type StoreMetrics } from './metrics/metrics.ts';
import { CommitReader } from './past/commit-reader.ts';
import { type CommitRange, readCommits } from './past/commits.ts';
import { type EventRange, readEvents } from './past/events.ts';
import {
  checkFollowing,
  checkWatching,
  type FollowOptions,
  followForModel,
  type Watched,
  type WatchOptions,
} from './past/follow-log.ts';
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
import { Projections } from './past/projections.ts';
import type { RecoveryReport } from './past/recovery.ts';
import {
  type LiveHash,
  STORE_VERIFY_CHECKS,
  type StoreVerifyOptions,
  type VerifyReport,
  verifyLog,
} from './past/verify.ts';
import type { ReactorDefinition } from './reacting/definition.ts';
import type { Reactor } from './reacting/reactor.ts';
import { Reactors } from './reacting/reactors.ts';
import { Replica } from './replica/replica.ts';
import { StillReader } from './replica/still-reader.ts';
import type { WaitOptions } from './replica/waiters.ts';
import type { Rates } from './snapshots/rates.ts';
import type { SnapshotReport } from './snapshots/snapshotter.ts';
import { describeStore, type StoreStats } from './store-stats.ts';
import { type BackupOptions, type BackupReport, backUpLog } from './upkeep/backup.ts';
import { COMPACT_CHECKS, type CompactionReport, type CompactOptions } from './upkeep/compaction.ts';
import { RETAG_CHECKS, type RetagOptions, type RetagReport } from './upkeep/retag.ts';
import { Upkeep } from './upkeep/upkeep.ts';
import { StoreClock } from './writing/clock.ts';
import type { CommandOutcome } from './writing/outcomes/outcome.ts';
import { type Listener, Publisher } from './writing/publisher.ts';
import type { Transacted, Transaction } from './writing/transaction.ts';
import type { AppendOptions, ExecuteOptions, TransactOptions } from './writing/write-options.ts';
import { WritePath } from './writing/write-path.ts';

/** `FollowOptions` with the types of a model. */
type FollowOptionsOf<Type extends string> = Omit<FollowOptions, 'types'> & {
  readonly types?: readonly Type[] | undefined;
};

/** `WatchOptions` with the types of a model. */
type WatchOptionsOf<Type extends string> = Omit<WatchOptions, 'types'> & {
  readonly types?: readonly Type[] | undefined;
};

/** The store that `openStore` gives for a model: `type Carts = StoreOf<typeof cartModel>`. */
export type StoreOf<M> = M extends Model<infer State, infer C, infer K, infer D> ? Store<State, C, K, D> : never;

/** What `openStore` has prepared. */
export interface StoreParts<State extends object> {
  readonly log: LogStore;
  /** How a thread opens the log; undefined if only this thread can have it. */
  readonly logThread: LogThread | undefined;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  readonly live: ReplaceableState<State>;
  /** How many redactions the log had had at most when the state was recovered. */
  readonly generation: number;
  /** The sequence of the last event in `live`. If another process writes the log, it may have later events. */
  readonly sequence: number;
  readonly firstSeen: Map<string, number>;
  readonly snapshot: SnapshotInfo | undefined;
  readonly isBelieved: boolean;
  readonly rates: Rates;
  readonly recovery: RecoveryReport;
  /** Called once the store has closed, successfully or not. */
  readonly onClosed?: (() => void) | undefined;
}

/** An open store. Made by `openStore`; `await using` closes it. */
export class Store<
  State extends object = any,
  C extends Catalog = any,
  K extends CommandInputs = any,
  D extends CommandDecisions = any,
> implements AsyncDisposable
{
  readonly model: Model<State, C, K, D>;
  /** What open did, why, and how long it took. */
  readonly recovery: RecoveryReport;
  readonly #parts: StoreParts<State>;
  readonly #log: LogStore;
  readonly #settings: Settings;
  readonly #guard: Reentrancy;
  readonly #failure: StoreFailure;
  readonly #admission: Admission;
  readonly #writes: WritePath;
  readonly #upkeep: Upkeep;
  readonly #publisher: Publisher;
  readonly #followed: Followed;
  readonly #projections: Projections;
  readonly #reactors: Reactors;
  readonly #erasure: Erasure<State>;
  readonly #replica: Replica<State> | undefined;
  readonly #reader: StillReader<State> | undefined;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(model: Model<State, C, K, D>, parts: StoreParts<State>) {
    const { log, live, sequence, firstSeen } = parts;
    this.#guard = guardOf(log);
    const failure = new StoreFailure(log, parts.settings.onFailure);
    const clock = new StoreClock(parts.settings.clock, this.#guard, log.head().recordedAt, log);
    // Only a commit may fail because of the clock.
    const settings = { ...parts.settings, clock: () => clock.glance() };
    this.model = model;
    this.recovery = parts.recovery;
    this.#parts = parts;
    this.#log = log;
    this.#failure = failure;
    warnLike(this, log);
    this.#publisher = new Publisher(log, sequence);
    this.#followed = new Followed(model, log, this.#publisher.tail);
    failure.ends((error) => this.#publisher.tail.fail(error));
    log.onLost?.((cause) => failure.fail(failedBefore(log.path, cause)));
    this.#settings = settings;
    this.#projections = new Projections({ model, log, readOnly: settings.readOnly || log.readOnly });
    this.#reactors = new Reactors({
      model,
      log,
      events: (range) => this.events(range),
      follow: (options) => this.follow({ ...options, batches: true }),
      state: () => this.state,
      now: settings.clock,
    });
    const onDurable = (bytes: number): void => this.#afterCommit(bytes);
    const commits = new CommitReader(model, log);
    this.#writes = new WritePath({
      model,
      log,
      settings,
      clock,
      live,
      sequence,
      firstSeen,
      publisher: this.#publisher,
      failure,
      onDurable,
      readCommit: (commit) => commits.read(commit),
    });
    this.#upkeep = Upkeep.open({
      model,
      ...parts,
      settings,
      writes: this.#writes,
      failure,
      saveProjections: () => this.#projections.save(),
    });
    const { fingerprint, generation } = parts;
    const [publisher, onAdvance] = [this.#publisher, () => this.#projections.wake()];
    this.#erasure = new Erasure({
      ...{ model, log, settings, fingerprint, live, failure },
      ...{ writes: this.#writes, upkeep: this.#upkeep, projections: this.#projections, reactors: this.#reactors },
      renewFollowers: () => this.#renewFollowers(),
    });
    const reading = { model, log, fingerprint, state: live, sequence, generation, failure };
    const onRenewed = async (): Promise<void> => {
      this.#renewFollowers();
      await this.#projections.renew();
    };
    if (settings.live) this.#replica = Replica.start({ ...reading, publisher, onAdvance, onRenewed });
    else if (settings.readOnly) this.#reader = new StillReader({ ...reading, onRenewed });
    this.#admission = new Admission(log.path, settings.readOnly, this.#guard, failure);
    void this.#erasure.cleanUpLater();
  }

  /**
   * The state with every accepted commit folded in, durable or not yet.
   *
   * Its top-level tables are live: later commits change them. Their entries, and all other values, may be kept under the
   * atomic fold: they are frozen, and a change makes new ones. Under the direct fold nothing may be kept across a write.
   *
   * @throws RefoldError the `failure` of a store that has failed: its state may hold events that the log does not have. A live
   * replica whose state is still that of whole commits gives it
   */
  get state(): DeepReadonly<State> {
    if (this.#replica !== undefined) return this.#replica.state as DeepReadonly<State>;
    if (this.#failure.error !== undefined) throw this.#failure.error;
    return this.#writes.state as DeepReadonly<State>;
  }

  /** The sequence of the last event folded. Once the store has failed, it is `durableSequence`. Never throws. */
  get sequence(): number {
    if (this.#replica !== undefined) return this.#replica.sequence;
    return this.#failure.error === undefined ? this.#writes.sequence : this.#writes.durableSequence;
  }

  /** The sequence of the last durable event. */
  get durableSequence(): number {
    return this.#replica?.sequence ?? this.#writes.durableSequence;
  }

  /**
   * Why the store has failed; undefined while it is sound. It is set before any promise rejects because of it, and `onFailure`
   * hears it then. Open the store again.
   */
  get failure(): RefoldError | undefined {
    return this.#failure.error;
  }

  /** The log's file, or `:memory:`. */
  get path(): string {
    return this.#log.path;
  }

  /**
   * Appends one event, or an array as one commit: all of them or none.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`, `EVENT_REJECTED`, `SEQUENCE_CONFLICT`, `REDUCER_FAILED`, `COMMAND_ID_REUSED`:
   * refused, and nothing was changed. `LOG_FULL`: not written; `OUTCOME_UNKNOWN`: perhaps written; after both the store has failed.
   * `STORE_FAILED`, `STORE_CLOSED`: not tried.
   */
  append(events: EventOf<C> | readonly EventOf<C>[], options?: AppendOptions): Promise<Commit> {
    if (isTraced()) return this.#traced('append', {}, () => this.#append(events, options));
    return this.#append(events, options);
  }

  /**
   * Lets a command decide on the present state, and appends the events that it gives.
   *
   * With a `commandId` the log remembers the outcome, its result included. The same id again gives the same answer, without
   * deciding again.
   *
   * @throws RefoldError as `append` does; `INVALID_OPTION` for an unknown command, `COMMAND_INPUT_REJECTED` for input that
   * does not fit its schema. A rejection by the command is an outcome, not an error.
   */
  execute<Name extends keyof K & string>(
    name: Name,
    input: InputOf<K, Name>,
    options?: ExecuteOptions<MetaOf<C>>,
  ): Promise<CommandOutcome<ResultOf<D, Name>, RecordedEventOf<C>>> {
    const given = options as ExecuteOptions | undefined;
    const outcome = isTraced()
      ? this.#traced('execute', { command: name }, () => this.#execute(name, input, given))
      : this.#execute(name, input, given);
    return outcome as Promise<CommandOutcome<ResultOf<D, Name>, RecordedEventOf<C>>>;
  }

  /**
   * Runs a callback that appends events one by one and sees the state in between. All of them become one commit:
   * `store.transact((tx) => { tx.append(event); return tx.state.total })`. The callback is synchronous. Inside it `tx.append` is
   * the only way to write: every other write of the store is a `REENTRANT_WRITE`.
   *
   * The callback has run when the call returns, except while calls wait for room in the queue: then it runs in its turn. The
   * promise resolves when the commit is durable. Without an event there is no commit, and nothing is written.
   *
   * When the callback throws, the promise rejects with what it threw. Under the atomic fold the transaction then leaves no
   * trace. Under the direct fold the events that were folded before are committed.
   *
   * @throws RefoldError as `append` does; `INVALID_OPTION` for a callback that returns a promise
   */
  transact<Result>(
    callback: (tx: Transaction<State, C>) => Result,
    options?: TransactOptions,
  ): Promise<Transacted<Result>> {
    const transacted = isTraced()
      ? this.#traced('transact', {}, () => this.#transact(callback, options))
      : this.#transact(callback, options);
    return transacted as Promise<Transacted<Result>>;
  }

  /** The state as of a sequence or a time, built from a snapshot and the events after it. The caller gets a copy. */
  async at(position: Position, options?: AtOptions): Promise<PastState<State>> {
    this.#admission.requireSound();
    const checked = checkedPosition(this.#log, position); // read now: the caller may change it
    const { signal } = checkOptions('build a past state', AT_CHECKS, options);
    await this.#drained();
    return pastState(this.model, this.#log, this.#parts.fingerprint, checked, { signal });
  }

  /**
   * The sequence of a position. A time means the last event at or before it.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is not in the log, `HISTORY_GONE` for a time before the first event
   * that is left
   */
  async locate(position: Position): Promise<number> {
    const checked = checkedPosition(this.#log, position);
    await this.#drained();
    return locate(this.#log, checked);
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
    await this.#drained();
    yield* readEvents(this.model, this.#log, range) as AsyncGenerator<RecordedEventOf<C, Type>, void>;
  }

  /**
   * Recorded commits in order, each as its events in the model's versions: what `subscribe` gives, from the log. Commits are
   * whole. The first is the one that has the event at `from`, and one that ends after `to` is not given.
   *
   * @throws RefoldError as `events` does
   */
  async *commits(range: CommitRange = {}): AsyncGenerator<readonly RecordedEventOf<C>[], void> {
    await this.#drained();
    yield* readCommits(this.model, this.#log, range) as AsyncGenerator<readonly RecordedEventOf<C>[], void>;
  }

  /**
   * Calls the listener with the events of each commit once they are durable. Returns the function that ends the subscription.
   *
   * @throws RefoldError `INVALID_OPTION` on a read-only store that is not live: use `follow` there
   */
  subscribe(listener: Listener<RecordedEventOf<C>>): () => void {
    this.#admission.requireOpen();
    if (this.#settings.readOnly && this.#replica === undefined) {
      throw this.#admission.readOnly(
        'subscribe',
        'Open it with live: true, or use follow: both give the events that another process writes',
      );
    }
    return this.#publisher.subscribe(listener);
  }

  /**
   * For a live replica: resolves when the state has every event that is durable now.
   *
   * @throws RefoldError as `waitFor` does
   */
  async catchUp(): Promise<void> {
    await this.#live('catch up').catchUp();
  }

  /**
   * For a live replica: resolves when the state has the event at `sequence`, which may be a future event.
   *
   * @throws RefoldError `INVALID_OPTION` for a store that is not live; `STORE_FAILED` when the replica fails, `STORE_CLOSED`
   * when it is closed, `SEQUENCE_CONFLICT` when `timeout` has passed; the reason of `signal` when it aborts
   */
  async waitFor(sequence: number, options?: WaitOptions): Promise<void> {
    await this.#live('wait for a sequence').waitFor(sequence, options);
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
    const check = (): FollowOptions => {
      this.#admission.requireSound();
      return checkFollowing(options, this.model);
    };
    // A store that is not live does not hear of what another process writes.
    if (this.#settings.readOnly && this.#replica === undefined) {
      return followForModel(this.model, this.#log, check, this.#closing.signal);
    }
    return new Follower(this.#followed, check);
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
    this.#admission.requireSound();
    const checked = checkWatching(options, this.model);
    const { state, sequence } = this;
    return { state, sequence, events: this.follow({ ...checked, from: sequence + 1 } as never) };
  }

  /**
   * Starts a projection, and resolves when it has caught up. A projection that has stopped is started again.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, or when one of this name runs already; `HISTORY_GONE` when
   * the events that it would have to start from were dropped
   */
  async project<View extends object>(definition: ProjectionDefinition<View, C>): Promise<Projection<View>> {
    await this.#drained();
    return this.#projections.start(definition);
  }

  /**
   * Deletes the snapshots and the checkpoint of a projection, so that it no longer holds history back. Started again, it is
   * built from the first event, if the log still has it.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is running, or that the log does not know
   */
  async forgetProjection(name: string): Promise<void> {
    this.#admission.requireWritable();
    await this.#drained();
    await this.#projections.forget(name);
  }

  /**
   * Starts a reactor: it runs an effect for each durable event, at least once, from where it was before. Resolves when the log
   * knows it. From then on the log keeps the events that it needs, also while it does not run.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, when one of this name runs already, or on a read-only store;
   * `HISTORY_GONE` when the events that it needs were dropped
   */
  async react<Type extends TypeOf<C>>(definition: ReactorDefinition<State, C, Type>): Promise<Reactor> {
    this.#admission.requireWritable();
    await this.#drained();
    return this.#reactors.start(definition as unknown as ReactorDefinition);
  }

  /**
   * Deletes what the log knows of a reactor, so that it no longer holds history back. Started again, it is a new reactor.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is running, or that the log does not know
   */
  async forgetReactor(name: string): Promise<void> {
    this.#admission.requireWritable();
    await this.#reactors.forget(name);
  }

  /**
   * Takes a snapshot of the state as it is now, while writes continue. If the model has a `module`, another thread compares it
   * with a replay.
   *
   * @throws RefoldError `REDUCER_FAILED` when the replay gives another state: a reducer is not deterministic. `sequence`,
   * `type` and `at` name the first divergent event and the place. No snapshot was kept then
   */
  snapshot(): Promise<SnapshotReport> {
    return this.#admission.refused('take a snapshot') ?? this.#snapshot();
  }

  /**
   * Seals open blocks, drops what the option `history` no longer wants, and returns the free space. It does all of this now;
   * automatic compaction waits until it is worth the work. A log without `care` can only drop.
   */
  compact(options: CompactOptions = {}): Promise<CompactionReport> {
    return this.#guard.entered ? refuseReentrant('compact', this.path) : this.#compact(options);
  }

  /**
   * Stores the tags of events that were recorded without them, or by another `tags` of the model, while writes continue.
   * The next call goes on where this one was stopped. The state does not change.
   *
   * @throws RefoldError `INVALID_OPTION` for a model without tags, `MODEL_MISMATCH` when `tags` refuses an event
   */
  async retag(options: RetagOptions = {}): Promise<RetagReport> {
    const checked = checkOptions('retag', RETAG_CHECKS, options);
    this.#admission.requireWritable();
    await this.#drained();
    return this.#failure.watching(this.path, () => this.#upkeep.retag(checked));
  }

  /**
   * Takes what must be forgotten out of events: each selected event gets the data that `redact` of its type gives. Sequences,
   * times, types and the chain stay. When it resolves, state, projections and running replicas are those of the redacted log, and
   * the words are in no file of the log, unless `pending` says why. Until then reads give the state from before. Appends wait only
   * while the redaction takes effect. Events that are appended after the call are not looked at.
   *
   * @throws RefoldError and nothing has changed: `INVALID_OPTION` for a bad selector, a type without `redact`, or a log that
   * cannot do it; `EVENT_REJECTED` when `redact` throws or its result does not fit the schema; `REDUCER_FAILED` when the redacted
   * log cannot be folded; `HISTORY_GONE` when a snapshot may hold the words, and the events under it were dropped
   */
  async redact<Type extends TypeOf<C>>(
    selector: RedactionSelector<RecordedEventOf<C, Type>, Type>,
    options?: RedactOptions,
  ): Promise<RedactionReport> {
    if (this.#guard.entered) return refuseReentrant('redact', this.path);
    this.#admission.requireSound();
    const checked = checkOptions('redact', REDACT_CHECKS, options);
    if (checked.dryRun !== true) this.#admission.requireWritable();
    // A close waits for calls that came before it.
    const ready = async (): Promise<void> => {
      if (this.#failure.error !== undefined) throw this.#failure.error;
      await this.#settled();
    };
    return this.#erasure.redact(selector, checked, ready);
  }

  /** Reads and refolds the whole log, and compares every snapshot and the live state with the result. */
  async verify(options?: StoreVerifyOptions): Promise<VerifyReport> {
    const { signal } = checkOptions('verify the log', STORE_VERIFY_CHECKS, options);
    const { fingerprint } = this.#parts;
    // The state may change while the log is read. It is compared as of now, once the log has all of its events.
    const live = async (): Promise<LiveHash> => {
      this.#admission.requireSound();
      const { sequence } = this;
      const hash = hashStateOf(this.state as State, this.model.comparators);
      await this.#drained();
      return { sequence, hash };
    };
    const { onProgress } = this.#settings;
    return verifyLog({ model: this.model, log: this.#log, fingerprint, live, onProgress, signal });
  }

  /** Sha-256 over values, types and order of the state as it is now, hex. The same log gives the same hash on every machine. */
  async stateHash(): Promise<string> {
    if (this.#guard.entered) await this.#guard.left();
    this.#admission.requireSound();
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
    await this.#drained();
    return backUpLog(this.#log, path, options, this.#settings.onProgress);
  }

  stats(): StoreStats {
    return describeStore(
      {
        sequence: this.sequence,
        durableSequence: this.durableSequence,
        failure: this.#failure.error,
        queuedBytes: this.#writes.queue.bytes,
        waitingBytes: this.#writes.waitingBytes,
        recoverWithin: this.#settings.recoverWithin,
        untaggedEvents: this.#upkeep.untaggedEvents,
        ...this.#upkeep.stats(),
      },
      this.#log,
    );
  }

  /**
   * What the store has done since it was opened, and how it is now, as plain JSON. Counters and histograms only grow. Never throws.
   */
  metrics(): StoreMetrics {
    const { queue, waitingBytes } = this.#writes;
    const { meter } = queue;
    const { fold, load } = this.#parts.rates;
    const { durableSequence } = this;
    return {
      uptimeMilliseconds: meter.uptimeMs,
      failed: this.#failure.error !== undefined,
      sequence: this.sequence,
      durableSequence,
      commits: meter.commits,
      events: meter.events,
      characters: meter.characters,
      appendMilliseconds: meter.append.report(),
      syncMilliseconds: meter.sync.report(),
      queue: { bytes: queue.bytes, waitingBytes },
      rates: { foldedEventsPerSecond: fold * 1_000, loadedBytesPerSecond: load * 1_000 },
      estimatedRecoveryMilliseconds: this.#upkeep.stats().estimatedRecoveryMs,
      listeners: this.#publisher.listeners,
      followers: followerMetrics(this.#publisher.tail.readers),
      projections: this.#projections.report(durableSequence),
      reactors: this.#reactors.report(durableSequence),
    };
  }

  /** Resolves when everything appended so far is on the disk, under every durability. */
  async flush(): Promise<void> {
    await this.#drained();
    if (this.#settings.readOnly) return;
    await this.#failure.watching(this.path, () => this.#log.flush());
  }

  /** Waits for pending work, saves projections, takes a snapshot, and releases the log. Further calls do nothing. */
  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = this.#close().finally(() => this.#parts.onClosed?.());
      this.#admission.close();
    }
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits for the turn of every earlier call, so that the snapshot contains their events. */
  async #snapshot(): Promise<SnapshotReport> {
    if (this.#writes.isHoldingBack) await this.#writes.turn();
    return this.#failure.watching(this.path, () => this.#upkeep.snapshot());
  }

  async #compact(options: CompactOptions): Promise<CompactionReport> {
    const checked = checkOptions('compact', COMPACT_CHECKS, options);
    if (checked.dryRun !== true) this.#admission.requireWritable();
    await this.#drained();
    await this.#projections.save();
    return this.#failure.watching(this.path, () => this.#upkeep.compact(checked));
  }

  async #close(): Promise<void> {
    const { readOnly } = this.#settings;
    if (this.#guard.entered) await this.#guard.left();
    try {
      await this.#erasure.drained();
      await this.#reactors.close();
      if (!readOnly && this.#failure.error === undefined) await this.#upkeep.drain();
      // Under the direct fold a reducer's failure ends the store. Writes accepted before it still become durable.
      else await this.#writes.drained().catch(() => {});
    } finally {
      this.#closing.abort();
      this.#publisher.clear();
      await this.#replica?.close();
      this.#reader?.close();
      await this.#upkeep.close();
      await this.#log.close();
    }
  }

  /** Runs after each durable block, with the size of its text. It must be fast. */
  #afterCommit(bytes: number): void {
    this.#projections.wake();
    if (!this.#admission.isClosed) this.#upkeep.wake(bytes);
  }

  /** Checks that the store is open and sound, and waits until everything accepted so far is durable. */
  async #drained(): Promise<void> {
    if (this.#guard.entered) await this.#guard.left();
    this.#admission.requireSound();
    await this.#settled();
  }

  async #settled(): Promise<void> {
    if (this.#settings.readOnly) await (this.#replica ?? this.#reader)?.renewed();
    else await this.#writes.drained();
  }

  /** The log was redacted: followers read again what they have not given yet. */
  #renewFollowers(): void {
    this.#followed.pages.forget();
    this.#publisher.tail.renew();
  }

  #append(events: unknown, options: AppendOptions | undefined): Promise<Commit> {
    return this.#admission.refused('append') ?? this.#writes.append(events, options);
  }

  #execute(name: string, input: unknown, options: ExecuteOptions | undefined): Promise<CommandOutcome> {
    return this.#admission.refused('execute') ?? this.#writes.execute(name, input, options);
  }

  #transact(callback: unknown, options: TransactOptions | undefined): Promise<Transacted<unknown>> {
    return this.#admission.refused('transact') ?? this.#writes.transact(callback, options);
  }

  #traced<T>(call: string, details: object, work: () => Promise<T>): Promise<T> {
    return traced(APPEND_TRACE, () => ({ path: this.path, call, ...details }), work);
  }

  #live(action: string): Replica<State> {
    this.#admission.requireOpen();
    if (this.#replica !== undefined) return this.#replica;
    throw new RefoldError('INVALID_OPTION', `Cannot ${action}: the store is not a live replica`, {
      path: this.path,
      type: 'live',
      hint: 'Open it with { readOnly: true, live: true }',
    });
  }
}
