/**
 * The store: fold, log and everything around them behind one door.
 *
 * This file is the door alone: it checks that the store is open, and hands each call to the part whose job it is
 * (`write-path`, `history`, `upkeep`, `projections`, `verify`).
 */
import { RefoldError } from '../core/errors.ts';
import type { Commit, DeepReadonly, RecordedEvent } from '../core/event.ts';
import type {
  Catalog,
  CommandDecisions,
  CommandInputs,
  EventOf,
  InputOf,
  Model,
  RecordedEventOf,
  ResultOf,
  TypeOf,
} from '../core/model.ts';
import { hashState } from '../fold/encoding/state-codec.ts';
import type { LiveState } from '../fold/live-state.ts';
import type { LogThread } from '../log/log-source.ts';
import type { LogSize, LogStore, SnapshotInfo } from '../log/log-store.ts';
import { checkOptions } from './calls/call-options.ts';
import { backUpLog, sizeOf } from './calls/log-care.ts';
import type { Settings } from './calls/options.ts';
import { guardOf, type Reentrancy, refuseReentrant } from './calls/reentrancy.ts';
import type { ModelFingerprint } from './folding/fingerprint.ts';
import { upcastEvent, upcastRulesOf } from './folding/upcast.ts';
import {
  checkedPosition,
  type EventRange,
  type FollowOptions,
  followEvents,
  type PastState,
  type Position,
  pastState,
  readEvents,
} from './past/history.ts';
import type { Projection } from './past/projection.ts';
import type { ProjectionDefinition } from './past/projection-definition.ts';
import { Projections } from './past/projections.ts';
import type { RecoveryReport } from './past/recovery.ts';
import { type LiveHash, type VerifyReport, verifyLog } from './past/verify.ts';
import { Replica } from './replica/replica.ts';
import type { ReplicaState } from './replica/replica-state.ts';
import type { WaitOptions } from './replica/waiters.ts';
import type { Rates } from './snapshots/rates.ts';
import type { SnapshotReport } from './snapshots/snapshotter.ts';
import { COMPACT_CHECKS, type CompactionReport, type CompactOptions } from './upkeep/compaction.ts';
import { Upkeep, type UpkeepStats } from './upkeep/upkeep.ts';
import { StoreClock } from './writing/clock.ts';
import type { CommandOutcome } from './writing/commands.ts';
import { type Listener, Publisher } from './writing/publisher.ts';
import type { Transacted, Transaction } from './writing/transaction.ts';
import type { AppendOptions, ExecuteOptions, TransactOptions } from './writing/write-options.ts';
import { WritePath } from './writing/write-path.ts';

export interface StoreStats extends UpkeepStats, LogSize {
  readonly sequence: number;
  readonly durableSequence: number;
  /** The first sequence still in the log. */
  readonly firstSequence: number;
  /** Accepted and not yet durable. */
  readonly queuedBytes: number;
  /** What calls keep that wait for room in the queue, roughly; nothing but the caller bounds it. */
  readonly waitingBytes: number;
  /** The promise, in ms. */
  readonly recoverWithin: number;
  /** Durable events that the state does not have. 0 for the writer; a reader that is not live falls behind. */
  readonly lag: number;
}

/** The store that `openStore` gives for a model: `type Carts = StoreOf<typeof cartModel>`. */
export type StoreOf<M> = M extends Model<infer State, infer C, infer K, infer D> ? Store<State, C, K, D> : never;

/** What `openStore` has prepared. */
export interface StoreParts<State extends object> {
  readonly log: LogStore;
  /** How a thread opens the log; undefined where only this thread has it. */
  readonly logThread: LogThread | undefined;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  readonly live: LiveState<State>;
  /** The same, where the store is to be a replica. */
  readonly replicaState: ReplicaState<State> | undefined;
  /** Of the last event in `live`; a log that another process writes may have gone on. */
  readonly sequence: number;
  readonly firstSeen: Map<string, number>;
  readonly snapshot: SnapshotInfo | undefined;
  readonly rates: Rates;
  readonly recovery: RecoveryReport;
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
  readonly #writes: WritePath;
  readonly #upkeep: Upkeep;
  readonly #publisher = new Publisher();
  readonly #projections: Projections;
  readonly #replica: Replica<State> | undefined;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(model: Model<State, C, K, D>, parts: StoreParts<State>) {
    const { log, live, sequence, firstSeen } = parts;
    this.#guard = guardOf(log);
    const clock = new StoreClock(parts.settings.clock, this.#guard, log.head().recordedAt);
    // Whoever asks the time but for a commit shall not fail for it.
    const settings = { ...parts.settings, clock: () => clock.glance() };
    this.model = model;
    this.recovery = parts.recovery;
    this.#parts = parts;
    this.#log = log;
    this.#settings = settings;
    this.#projections = new Projections({ model, log, readOnly: settings.readOnly || log.readOnly });
    const onDurable = (bytes: number): void => this.#afterCommit(bytes);
    this.#writes = new WritePath({
      model,
      log,
      settings,
      clock,
      live,
      sequence,
      firstSeen,
      publisher: this.#publisher,
      onDurable,
    });
    this.#upkeep = Upkeep.open({
      model,
      ...parts,
      settings,
      writes: this.#writes,
      saveProjections: () => this.#projections.save(),
    });
    const { fingerprint, replicaState } = parts;
    if (replicaState === undefined) return;
    const [publisher, onAdvance] = [this.#publisher, () => this.#projections.wake()];
    this.#replica = Replica.start({ model, log, fingerprint, state: replicaState, sequence, publisher, onAdvance });
  }

  /**
   * The state with every accepted commit folded in, durable or not yet.
   *
   * Its top-level tables are live: they go on changing. Their entries, and all else, may be kept: under the atomic fold
   * they are frozen and a change makes new ones. Under the direct fold nothing may be kept across a write.
   */
  get state(): DeepReadonly<State> {
    return (this.#replica?.state ?? this.#writes.state) as DeepReadonly<State>;
  }

  /** Of the last event folded. */
  get sequence(): number {
    return this.#replica?.sequence ?? this.#writes.sequence;
  }

  /** Of the last event that is durable. */
  get durableSequence(): number {
    return this.#replica?.sequence ?? this.#writes.durableSequence;
  }

  /** The log's file, or `:memory:`. */
  get path(): string {
    return this.#log.path;
  }

  /**
   * Appends one event, or an array as one commit: all of them or none.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`, `EVENT_REJECTED`, `SEQUENCE_CONFLICT`, `REDUCER_FAILED`: refused, no trace
   * left. `LOG_FULL`: not written; `OUTCOME_UNKNOWN`: maybe written; after both the store is failed. `STORE_FAILED`,
   * `STORE_CLOSED`: not tried.
   */
  append(events: EventOf<C> | readonly EventOf<C>[], options?: AppendOptions): Promise<Commit> {
    return this.#refused('append') ?? this.#writes.append(events, options);
  }

  /**
   * Lets a command decide on the present state, and appends what it decides on.
   *
   * With a `commandId` the outcome is remembered in the log, its result included: the same id again gives the same answer,
   * without deciding.
   *
   * @throws RefoldError as `append` does; `INVALID_OPTION` for an unknown command, `EVENT_REJECTED` for input that does
   * not fit its schema. A rejection by the command is an outcome, not an error.
   */
  execute<Name extends keyof K & string>(
    name: Name,
    input: InputOf<K, Name>,
    options?: ExecuteOptions,
  ): Promise<CommandOutcome<ResultOf<D, Name>>> {
    const outcome = this.#refused('execute') ?? this.#writes.execute(name, input, options);
    return outcome as Promise<CommandOutcome<ResultOf<D, Name>>>;
  }

  /**
   * Runs a callback that appends events one by one and sees the state in between, and makes all of them one commit:
   * `store.transact((tx) => { tx.append(event); return tx.state.total })`. The callback is synchronous. Inside it `tx.append` is
   * the one way to write: every other write of the store is a `REENTRANT_WRITE`.
   *
   * The callback has run when the call returns. The exception: while calls wait for room in the queue, it runs in its turn.
   * The promise resolves when the commit is durable; without an event there is no commit, and nothing is written.
   *
   * When the callback throws, the promise rejects with what it threw. Atomic fold: nothing is left of the transaction. Direct
   * fold: what was folded before is committed.
   *
   * @throws RefoldError as `append` does; `INVALID_OPTION` for a callback that returns a promise
   */
  transact<Result>(
    callback: (tx: Transaction<State, C>) => Result,
    options?: TransactOptions,
  ): Promise<Transacted<Result>> {
    const transacted = this.#refused('transact') ?? this.#writes.transact(callback, options);
    return transacted as Promise<Transacted<Result>>;
  }

  /** The state as of a sequence or a time, built from a snapshot and the events after it. The caller's own copy. */
  async at(position: Position): Promise<PastState<State>> {
    this.#requireSound();
    const checked = checkedPosition(this.#log, position); // read now: the caller may change it
    await this.#drained();
    return pastState(this.model, this.#log, this.#parts.fingerprint, checked);
  }

  /** Recorded events in order, read in pages bounded by bytes, brought to the model's versions; of `types`, where given. */
  async *events<Type extends TypeOf<C> = TypeOf<C>>(
    range: Omit<EventRange, 'types'> & { readonly types?: readonly Type[] | undefined } = {},
  ): AsyncGenerator<RecordedEventOf<C, Type>, void> {
    await this.#drained();
    yield* readEvents(this.model, this.#log, range) as AsyncGenerator<RecordedEventOf<C, Type>, void>;
  }

  /**
   * Calls the listener with the events of each commit once they are durable. Returns the function that ends it.
   *
   * @throws RefoldError `INVALID_OPTION` on a read-only store that is not live: it can `follow`
   */
  subscribe(listener: Listener<RecordedEventOf<C>>): () => void {
    this.#requireOpen();
    if (this.#settings.readOnly && this.#replica === undefined) {
      throw this.#readOnly(
        'subscribe',
        'Open it with live: true, or use follow: both bring what another process writes',
      );
    }
    return this.#publisher.subscribe(listener);
  }

  /**
   * Of a live replica: resolves when the state has every event that is durable now.
   *
   * @throws RefoldError as `waitFor` does
   */
  async catchUp(): Promise<void> {
    await this.#live('catch up').catchUp();
  }

  /**
   * Of a live replica: resolves when the state has the event at `sequence`, which may be yet to come.
   *
   * @throws RefoldError `INVALID_OPTION` for a store that is not live; `STORE_FAILED` when the replica fails, `STORE_CLOSED`
   * when it is closed, `SEQUENCE_CONFLICT` when `timeout` is over; the reason of `signal` when it aborts
   */
  async waitFor(sequence: number, options?: WaitOptions): Promise<void> {
    await this.#live('wait for a sequence').waitFor(sequence, options);
  }

  /** Events from `from` (default the first there is), first what the log has, then what comes, gap-free, until the signal or the close. */
  async *follow(options: FollowOptions = {}): AsyncGenerator<RecordedEventOf<C>, void> {
    this.#requireOpen();
    const rules = await upcastRulesOf(this.model, this.#log);
    const upcast = (event: RecordedEvent): RecordedEvent =>
      this.#guard.run(() => upcastEvent(this.model, event, rules));
    const events = followEvents(this.#log, options, upcast, this.#closing.signal);
    yield* events as AsyncGenerator<RecordedEventOf<C>, void>;
  }

  /**
   * Starts a further view of the same log, and resolves when it has caught up. One that has stopped is started again.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, or when one of this name runs already; `HISTORY_GONE` when
   * the log no longer reaches back to where it would have to start
   */
  async project<View extends object>(definition: ProjectionDefinition<View, C>): Promise<Projection<View>> {
    await this.#drained();
    return this.#projections.start(definition);
  }

  /**
   * Deletes what the log keeps of a projection, its snapshots and its checkpoint, so that it no longer holds history back.
   * Started again it is built anew, as far as the log still reaches back.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is running, or that the log knows nothing of
   */
  async forgetProjection(name: string): Promise<void> {
    this.#requireWritable();
    await this.#drained();
    await this.#projections.forget(name);
  }

  /**
   * Takes a snapshot of the state as it is now, while writing goes on. With the model's `module` it is compared with a
   * replay in another thread.
   *
   * @throws RefoldError `REDUCER_FAILED` when the replay gives another state: a reducer is not deterministic. `sequence`,
   * `type` and `at` name the first divergent event and the place; nothing was kept
   */
  snapshot(): Promise<SnapshotReport> {
    return this.#refused('take a snapshot') ?? this.#snapshot();
  }

  /**
   * Seals open blocks, drops what the option `history` no longer wants, and gives the space back: all of it and now, where
   * the store by itself waits until it is worth it. A log without `care` can only drop.
   */
  compact(options: CompactOptions = {}): Promise<CompactionReport> {
    return this.#guard.entered ? refuseReentrant('compact', this.path) : this.#compact(options);
  }

  /** Reads and refolds the whole log, and compares every snapshot and the live state with the result. */
  async verify(): Promise<VerifyReport> {
    const { fingerprint } = this.#parts;
    // The state may run ahead while the log is read: it is compared as of now, once the log has all of it.
    const live = async (): Promise<LiveHash> => {
      this.#requireSound();
      const { sequence } = this;
      const hash = hashState(this.state as State);
      await this.#drained();
      return { sequence, hash };
    };
    return verifyLog({ model: this.model, log: this.#log, fingerprint, live, onProgress: this.#settings.onProgress });
  }

  /** Sha-256 over values, types and order of the state as it is now, hex: the same for the same log, wherever folded. */
  async stateHash(): Promise<string> {
    if (this.#guard.entered) await this.#guard.left();
    this.#requireSound();
    return hashState(this.state as State);
  }

  /**
   * Writes a consistent copy of the log to a new file, while writing goes on.
   *
   * @throws RefoldError `INVALID_OPTION` when the file exists, or where the log makes no copies
   */
  async backup(path: string): Promise<void> {
    await this.#drained();
    const { onProgress } = this.#settings;
    await backUpLog(this.#log, path, (done) => onProgress({ phase: 'backup', done, total: 1 }));
  }

  stats(): StoreStats {
    return {
      sequence: this.sequence,
      durableSequence: this.durableSequence,
      firstSequence: this.#log.firstSequence(),
      queuedBytes: this.#writes.queue.bytes,
      waitingBytes: this.#writes.waitingBytes,
      recoverWithin: this.#settings.recoverWithin,
      lag: Math.max(0, this.#log.head().sequence - this.sequence),
      ...this.#upkeep.stats(),
      ...sizeOf(this.#log),
    };
  }

  /** Resolves when everything appended so far has reached the disk, whatever the durability. */
  async flush(): Promise<void> {
    await this.#drained();
    if (!this.#settings.readOnly) await this.#log.flush();
  }

  /** Waits for what is pending, saves projections, takes a snapshot, and releases the log. Further calls do nothing. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Why a write cannot even be tried, if so. Whatever promises a promise throws nothing. */
  #refused(action: string): Promise<never> | undefined {
    if (this.#guard.entered) return refuseReentrant(action, this.path);
    try {
      this.#requireWritable();
      return undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** After what was called before: it shall be in the snapshot, and a snapshot must not be taken in between. */
  async #snapshot(): Promise<SnapshotReport> {
    if (this.#writes.isHoldingBack) await this.#writes.turn();
    return this.#upkeep.snapshot();
  }

  async #compact(options: CompactOptions): Promise<CompactionReport> {
    const checked = checkOptions('compact', COMPACT_CHECKS, options);
    if (checked.dryRun !== true) this.#requireWritable();
    await this.#drained();
    await this.#projections.save();
    return this.#upkeep.compact(checked);
  }

  async #close(): Promise<void> {
    const { readOnly } = this.#settings;
    if (this.#guard.entered) await this.#guard.left();
    try {
      if (!readOnly && this.#writes.failure === undefined) await this.#upkeep.drain();
      // Under the direct fold a reducer's failure ends the store, not what was accepted before it.
      else await this.#writes.drained().catch(() => {});
    } finally {
      this.#closing.abort();
      this.#publisher.clear();
      await this.#replica?.close();
      await this.#upkeep.close();
      await this.#log.close();
    }
  }

  /** Runs after each durable block, told the size of its text: nothing here may take long. */
  #afterCommit(bytes: number): void {
    this.#projections.wake();
    if (this.#closed === undefined) this.#upkeep.wake(bytes);
  }

  /** Open, and everything accepted so far durable. */
  async #drained(): Promise<void> {
    if (this.#guard.entered) await this.#guard.left();
    this.#requireSound();
    if (!this.#settings.readOnly) await this.#writes.drained();
  }

  #requireOpen(): void {
    if (this.#closed === undefined) return;
    throw new RefoldError('STORE_CLOSED', 'Cannot use the store: it is closed', {
      path: this.path,
      hint: 'Open the store again, and close it after the last use',
    });
  }

  /** After a failure the state may hold what the log never got. */
  #requireSound(): void {
    this.#requireOpen();
    const failure = this.#replica?.failure ?? this.#writes.failure;
    if (failure !== undefined) throw failure;
  }

  #live(action: string): Replica<State> {
    this.#requireOpen();
    if (this.#replica !== undefined) return this.#replica;
    throw new RefoldError('INVALID_OPTION', `Cannot ${action}: the store is not a live replica`, {
      path: this.path,
      type: 'live',
      hint: 'Open it with { readOnly: true, live: true }',
    });
  }

  #requireWritable(): void {
    this.#requireSound();
    if (this.#settings.readOnly)
      throw this.#readOnly('write', 'Open it without readOnly; only one process can at a time');
  }

  #readOnly(action: string, hint: string): RefoldError {
    return new RefoldError('INVALID_OPTION', `Cannot ${action}: the store was opened read-only`, {
      path: this.path,
      type: 'readOnly',
      hint,
    });
  }
}
