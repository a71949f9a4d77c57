/**
 * The store: fold, log and everything around them behind one door.
 *
 * This file is only the doors that write; those that read are in `reading-store.ts`. Each checks that the call may proceed, and
 * hands it to the part that does it (`write-path`, `upkeep`, `erasure`, `reactors`). `roles/workings.ts` puts the parts together.
 */
import type { Catalog, EventOf, MetaOf, RecordedEventOf, TypeOf } from '../core/catalog.ts';
import type { Commit } from '../core/event.ts';
import type { CommandDecisions, CommandInputs, InputOf, Model, ResultOf } from '../core/model.ts';
import { checkOptions } from './calls/call-options.ts';
import { refuseReentrant } from './calls/reentrancy.ts';
import { APPEND_TRACE, isAppendTraced as isTraced, traced } from './calls/traces.ts';
import { REDACT_CHECKS, type RedactionReport, type RedactOptions } from './erasing/report.ts';
import type { RedactionSelector } from './erasing/selector.ts';
import type { ReactorDefinition } from './reacting/definition.ts';
import type { Reactor } from './reacting/reactor.ts';
import { ReadingStore } from './reading-store.ts';
import type { Workings } from './roles/workings.ts';
import type { SnapshotReport } from './snapshots/snapshotter.ts';
import { COMPACT_CHECKS, type CompactionReport, type CompactOptions } from './upkeep/compaction.ts';
import { RETAG_CHECKS, type RetagOptions, type RetagReport } from './upkeep/retag.ts';
import type { CommandOutcome } from './writing/outcomes/outcome.ts';
import type { Transacted, Transaction } from './writing/transaction.ts';
import type { AppendOptions, ExecuteOptions, TransactOptions } from './writing/write-options.ts';

/** The store that `openStore` gives for a model: `type Carts = StoreOf<typeof cartModel>`. */
export type StoreOf<M> = M extends Model<infer State, infer C, infer K, infer D> ? Store<State, C, K, D> : never;

/** An open store. Made by `openStore`; `await using` closes it. */
export class Store<
    State extends object = any,
    C extends Catalog = any,
    K extends CommandInputs = any,
    D extends CommandDecisions = any,
  >
  extends ReadingStore<State, C, K, D>
  implements AsyncDisposable
{
  readonly #work: Workings<State>;

  /** Use `openStore`. */
  constructor(model: Model<State, C, K, D>, work: Workings<State>) {
    super(model, work);
    this.#work = work;
  }

  /**
   * Appends one event, or an array as one commit: all of them or none.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`, `EVENT_REJECTED`, `SEQUENCE_CONFLICT`, `REDUCER_FAILED`, `COMMAND_ID_REUSED`:
   * refused, and nothing was changed. `NOT_WRITER`: refused, because another store is the writer. `LOG_FULL`: not written;
   * `OUTCOME_UNKNOWN`: perhaps written; after both the store has failed. `STORE_FAILED`, `STORE_CLOSED`: not tried.
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

  /**
   * Deletes the snapshots and the checkpoint of a projection, so that it no longer holds history back. Started again, it is
   * built from the first event, if the log still has it.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is running, or that the log does not know
   */
  async forgetProjection(name: string): Promise<void> {
    const refused = this.#work.admission.unwritable('forget a projection');
    if (refused !== undefined) return refused;
    await this.#work.drained();
    await this.#work.projections.forget(name);
  }

  /**
   * Starts a reactor: it runs an effect for each durable event, at least once, from where it was before. Resolves when the log
   * knows it. From then on the log keeps the events that it needs, also while it does not run.
   *
   * On a standby that is a replica it resolves at once, and the reactor waits until this store is the writer. It begins from where
   * the log says then. Its `signal` aborts when another writer has taken over. An effect that is in flight at a takeover may run
   * twice at the same time.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, when one of this name runs already, or on a read-only store;
   * `HISTORY_GONE` when the events that it needs were dropped
   */
  async react<Type extends TypeOf<C>>(definition: ReactorDefinition<State, C, Type>): Promise<Reactor> {
    this.#work.admission.requireNotReadOnly();
    await this.#work.drained();
    return this.#work.reactors.start(definition as unknown as ReactorDefinition);
  }

  /**
   * Deletes what the log knows of a reactor, so that it no longer holds history back. Started again, it is a new reactor.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is running, or that the log does not know
   */
  async forgetReactor(name: string): Promise<void> {
    const refused = this.#work.admission.unwritable('forget a reactor');
    if (refused !== undefined) return refused;
    await this.#work.reactors.forget(name);
  }

  /**
   * Takes a snapshot of the state as it is now, while writes continue. If the model has a `module`, another thread compares it
   * with a replay.
   *
   * @throws RefoldError `REDUCER_FAILED` when the replay gives another state: a reducer is not deterministic. `sequence`,
   * `type` and `at` name the first divergent event and the place. No snapshot was kept then
   */
  snapshot(): Promise<SnapshotReport> {
    return this.#work.admission.refused('take a snapshot') ?? this.#snapshot();
  }

  /**
   * Seals open blocks, drops what the option `history` no longer wants, and returns the free space. It does all of this now;
   * automatic compaction waits until it is worth the work. A log without `care` can only drop.
   */
  compact(options: CompactOptions = {}): Promise<CompactionReport> {
    return this.#work.guard.entered ? refuseReentrant('compact', this.path) : this.#compact(options);
  }

  /**
   * Stores the tags of events that were recorded without them, or by another `tags` of the model, while writes continue.
   * The next call goes on where this one was stopped. The state does not change.
   *
   * @throws RefoldError `INVALID_OPTION` for a model without tags, `MODEL_MISMATCH` when `tags` refuses an event
   */
  async retag(options: RetagOptions = {}): Promise<RetagReport> {
    const checked = checkOptions('retag', RETAG_CHECKS, options);
    const refused = this.#work.admission.unwritable('retag');
    if (refused !== undefined) return refused;
    await this.#work.drained();
    const { session } = this.#work;
    return session.watching(() => session.upkeep.retag(checked));
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
    if (this.#work.guard.entered) return refuseReentrant('redact', this.path);
    this.#work.admission.requireSound();
    const checked = checkOptions('redact', REDACT_CHECKS, options);
    const refused = checked.dryRun === true ? undefined : this.#work.admission.unwritable('redact');
    if (refused !== undefined) return refused;
    const { session } = this.#work;
    // A close waits for calls that came before it.
    const ready = async (): Promise<void> => {
      if (this.#work.failure.error !== undefined) throw this.#work.failure.error;
      await session.settled();
    };
    return session.watching(() => session.erasure.redact(selector, checked, ready));
  }

  /** Resolves when everything appended so far is on the disk, under every durability. */
  async flush(): Promise<void> {
    await this.#work.durable();
    const { session } = this.#work;
    if (session.settings.readOnly) return;
    await session.watching(() => session.log.flush());
  }

  /** Waits for pending work, saves projections, takes a snapshot, and releases the log. Further calls do nothing. */
  close(): Promise<void> {
    return this.#work.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits for the turn of every earlier call, so that the snapshot contains their events. */
  async #snapshot(): Promise<SnapshotReport> {
    const { session } = this.#work;
    if (session.writes.isHoldingBack) await session.writes.turn();
    return session.watching(() => session.upkeep.snapshot());
  }

  async #compact(options: CompactOptions): Promise<CompactionReport> {
    const checked = checkOptions('compact', COMPACT_CHECKS, options);
    const refused = checked.dryRun === true ? undefined : this.#work.admission.unwritable('compact');
    if (refused !== undefined) return refused;
    await this.#work.drained();
    await this.#work.projections.save();
    const { session } = this.#work;
    return session.watching(() => session.upkeep.compact(checked));
  }

  #append(events: unknown, options: AppendOptions | undefined): Promise<Commit> {
    return this.#work.admission.refused('append') ?? this.#work.session.writes.append(events, options);
  }

  #execute(name: string, input: unknown, options: ExecuteOptions | undefined): Promise<CommandOutcome> {
    return this.#work.admission.refused('execute') ?? this.#work.session.writes.execute(name, input, options);
  }

  #transact(callback: unknown, options: TransactOptions | undefined): Promise<Transacted<unknown>> {
    return this.#work.admission.refused('transact') ?? this.#work.session.writes.transact(callback, options);
  }

  #traced<T>(call: string, details: object, work: () => Promise<T>): Promise<T> {
    return traced(APPEND_TRACE, () => ({ path: this.path, call, ...details }), work);
  }
}
