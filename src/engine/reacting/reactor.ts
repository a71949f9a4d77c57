/**
 * A running reactor: reads durable events, runs their effects, and keeps in the log how far it has come.
 *
 * The progress of an effect is durable before the next effect of its partition begins. So a crash repeats the effects that
 * were in flight, and no other.
 */
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { LogStore } from '../../log/log-store.ts';
import { warnOf } from '../calls/warn.ts';
import type { EventBatch } from '../following/selection.ts';
import type { CheckedReactor } from './definition.ts';
import { type EffectOutcome, tryEffect } from './effect.ts';
import { type ParkedEvent, ReactorProgress, type StoredProgress } from './progress.ts';
import { cannotContinue, stopped, waits } from './reactor-errors.ts';
import { Run } from './run.ts';
import { Saver } from './saver.ts';
import { bySequence, keyOf, rejectAll, type Task } from './task.ts';

/** What a reactor needs of its store. */
export interface ReactorParts {
  readonly log: LogStore;
  /** Does work with the log to write to. @throws RefoldError `NOT_WRITER` when another writer has taken over */
  readonly write: <T>(work: (log: LogStore) => Promise<T>) => Promise<T>;
  /** Whether the store writes now. Effects run only then. */
  readonly isWriter: () => boolean;
  /** Whether the store may become the writer again after another one has taken over. Its reactors wait for that. */
  readonly isStandby: boolean;
  /** Durable events, in the model's versions, until the signal aborts. The events of one sequence are in one batch. */
  readonly follow: (options: { readonly from: number; readonly signal: AbortSignal }) => AsyncIterable<EventBatch>;
  /** Events of a range, in the model's versions. */
  readonly events: (range: { readonly from: number; readonly to: number }) => AsyncIterable<RecordedEvent>;
  readonly state: () => unknown;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Progress over events without an effect is saved after so many. */
const PASSED_UNSAVED = 1_000;

/** What becomes of a reactor when the role of its store changes. */
interface Pausing {
  /** The store is not the writer now. Aborts the `signal` of the effects in flight, and begins nothing until `resume`. */
  pause(): void;
  /** Resolves when nothing runs any more. */
  rested(): Promise<void>;
  /** The store is the writer again: begins where the log says. Call it when the reactor has rested. */
  resume(stored: StoredProgress): Promise<void>;
  /** The store is the writer again, and the reactor cannot go on. */
  refuse(error: unknown): void;
}

export let pausingOf: (reactor: Reactor) => Pausing;

/** Some events were redacted: what the errors of their effects said is forgotten. */
export let forgetMessages: (reactor: Reactor, sequences: ReadonlySet<number>) => Promise<void>;

/** A reactor. Made by `store.react`. On a standby it waits while another store is the writer. */
export class Reactor {
  readonly name: string;
  readonly #reactor: CheckedReactor;
  readonly #parts: ReactorParts;
  #progress: ReactorProgress;
  readonly #saver: Saver = new Saver(() => this.#write());
  readonly #retries = new Map<number, Promise<void>>();
  #savedThrough: number;
  #run: Run<Task> | undefined;
  #error: RefoldError | undefined;
  #isStopped = false;
  /** Whether it waits until its store is the writer. */
  #isWaiting = false;
  /** Called once, when the progress or the error has changed. */
  readonly #watchers = new Set<() => void>();

  static {
    forgetMessages = (reactor, sequences) => reactor.#forgetMessages(sequences);
    pausingOf = (reactor) => ({
      pause: () => reactor.#pause(),
      rested: async () => reactor.#run?.settled,
      resume: (stored) => reactor.#resume(stored),
      refuse: (error) => reactor.#refuse(error),
    });
  }

  /** Use `store.react`. */
  constructor(reactor: CheckedReactor, parts: ReactorParts, stored: StoredProgress) {
    this.name = reactor.name;
    this.#reactor = reactor;
    this.#parts = parts;
    this.#progress = new ReactorProgress(stored);
    this.#savedThrough = stored.sequence;
  }

  /** The low-water mark: the effects of all events up to it are finished, skipped or parked. */
  get sequence(): number {
    return this.#progress.sequence;
  }

  /** Why it stopped, if it did. `retry` and `skip` let it continue. */
  get error(): RefoldError | undefined {
    return this.#error;
  }

  /** Events that were set aside, in order. */
  get parked(): readonly ParkedEvent[] {
    return this.#progress.parked;
  }

  /** True after `stop`, and after the close of the store. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Registers the reactor in the log, and begins. */
  async start(): Promise<void> {
    await this.#saver.save();
    if (!this.#isStopped && !this.#isWaiting) this.#begin();
  }

  /**
   * Resolves when the effects of all events that are durable now are finished, skipped or parked.
   *
   * @throws RefoldError the `error` when the reactor stops because of it; `STORE_CLOSED` after `stop`
   */
  async caughtUp(): Promise<void> {
    await this.#reached(this.#parts.log.head().sequence);
  }

  /**
   * Tries an event again, with all attempts: a parked one, or the one at which the reactor stopped. Resolves when its effect
   * is finished.
   *
   * @throws RefoldError `INVALID_OPTION` for another event; `REACTOR_FAILED` when the effect fails again; `HISTORY_GONE`
   */
  async retry(sequence: number): Promise<void> {
    this.#requireRunning();
    if (this.#progress.isParked(sequence)) return this.#retryOnce(sequence);
    this.#requireStoppedAt('retry', sequence);
    await this.#continue();
    await this.#reached(sequence);
  }

  /**
   * Counts an event as finished without its effect: a parked one, or the one at which the reactor stopped. Resolves when that
   * is durable.
   *
   * @throws RefoldError `INVALID_OPTION` for another event
   */
  async skip(sequence: number): Promise<void> {
    this.#requireRunning();
    const isParked = this.#progress.isParked(sequence);
    if (!isParked) {
      this.#requireStoppedAt('skip', sequence);
      await this.#run?.settled;
    }
    this.#progress.finish(sequence);
    await this.#saver.save();
    if (!isParked) await this.#continue();
  }

  /** Aborts the `signal` of the effects in flight, waits for them, and saves the progress. Further calls do nothing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#run?.abort();
    this.#tell();
    await this.#run?.settled;
    await this.#saver.save().catch(() => {}); // every effect was saved when it finished
  }

  #pause(): void {
    this.#isWaiting = true;
    this.#run?.abort();
    this.#tell();
  }

  async #resume(stored: StoredProgress): Promise<void> {
    this.#isWaiting = false;
    this.#error = undefined;
    this.#progress = new ReactorProgress(stored);
    this.#savedThrough = stored.sequence;
    await this.start();
  }

  #refuse(error: unknown): void {
    this.#isWaiting = false;
    this.#fail(error);
  }

  async #forgetMessages(sequences: ReadonlySet<number>): Promise<void> {
    if (!this.parked.some(({ sequence }) => sequences.has(sequence))) return;
    this.#progress.forgetMessages(sequences);
    await this.#saver.save(); // also when they are forgotten here: the last save may have failed
  }

  #begin(): void {
    const { concurrency, batchSize } = this.#reactor;
    this.#run = new Run<Task>({
      concurrency,
      batchSize,
      isAlone: ({ retried }) => retried !== undefined,
      read: (run) => this.#read(run),
      work: (tasks, run) => this.#work(tasks, run),
      failed: (error) => this.#fail(error),
      abandoned: (tasks) => rejectAll(tasks, this.#reasonToEnd()),
    });
  }

  /** Begins again after an error, once the effects in flight are over. */
  async #continue(): Promise<void> {
    await this.#run?.settled;
    if (this.#isStopped || this.#isWaiting || this.#error === undefined) return;
    this.#error = undefined;
    this.#progress.rewind();
    this.#begin();
  }

  async #read(run: Run<Task>): Promise<void> {
    for await (const batch of this.#parts.follow({ from: this.#progress.sequence + 1, signal: run.ending })) {
      for (const events of bySequence(batch.events)) {
        const { sequence } = events[0]!;
        const wanted = this.#wanted(events);
        const [first] = wanted;
        if (first === undefined || this.#progress.isFinished(sequence)) {
          this.#pass(sequence);
          continue;
        }
        while (!this.#progress.hasRoom && !run.ending.aborted) await this.#changed();
        if (run.ending.aborted) return;
        const key = keyOf(this.#reactor, first);
        this.#progress.begin(sequence);
        run.lanes.add(key, { sequence, events: wanted });
      }
      // The model may make nothing of the recorded events after the last one.
      if (batch.sequence > (batch.events.at(-1)?.sequence ?? this.#progress.sequence)) this.#pass(batch.sequence);
    }
  }

  #wanted(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
    const { types } = this.#reactor;
    return types === undefined ? events : events.filter(({ type }) => types.has(type));
  }

  #pass(sequence: number): void {
    this.#progress.pass(sequence);
    this.#tell();
    if (this.sequence < this.#savedThrough + PASSED_UNSAVED) return;
    this.#savedThrough = this.sequence;
    this.#saver.save().catch((error) => this.#fail(error));
  }

  /** Runs the effect of one event or batch, and makes its outcome durable. False when the reactor must stop. */
  async #work(tasks: readonly Task[], { ending, aborting }: Run<Task>): Promise<boolean> {
    try {
      const events = tasks.flatMap((task) => task.events);
      const outcome = await tryEffect(this.#reactor, events, { ending, aborting, state: this.#parts.state });
      return await this.#conclude(tasks, outcome);
    } catch (error) {
      this.#fail(error);
      rejectAll(tasks, error);
      return false;
    }
  }

  async #conclude(tasks: readonly Task[], outcome: EffectOutcome): Promise<boolean> {
    if (outcome.kind === 'ended') {
      rejectAll(tasks, this.#reasonToEnd());
      return false;
    }
    if (outcome.kind === 'done') for (const { sequence } of tasks) this.#progress.finish(sequence);
    else if (!this.#setAside(tasks, outcome)) return false;
    await this.#saver.save();
    if (outcome.kind === 'exhausted') rejectAll(tasks, outcome.error);
    else for (const { retried } of tasks) retried?.resolve();
    this.#tell();
    return true;
  }

  /** Decides about events whose attempts were used up. False when the reactor must stop. */
  #setAside(tasks: readonly Task[], { attempts, error }: EffectOutcome & { readonly kind: 'exhausted' }): boolean {
    const wasParked = tasks.some(({ retried }) => retried !== undefined);
    const { onExhausted } = this.#reactor;
    if (!wasParked && onExhausted === 'skip') {
      warnOf(this.#parts.log, 'RefoldReactorWarning', error);
      for (const { sequence } of tasks) this.#progress.finish(sequence);
      return true;
    }
    if (wasParked || (onExhausted === 'park' && this.#progress.hasRoomToPark)) {
      const parkedAt = this.#parts.now();
      const message = messageOf(error.cause ?? error).slice(0, KEPT_MESSAGE_CHARACTERS);
      for (const { sequence, events } of tasks) {
        this.#progress.park({ sequence, type: events[0]!.type, attempts, message, parkedAt });
      }
      return true;
    }
    this.#fail(error);
    return false;
  }

  /** Calls for the same event share one retry. */
  #retryOnce(sequence: number): Promise<void> {
    let retrying = this.#retries.get(sequence);
    if (retrying === undefined) {
      retrying = this.#retryParked(sequence).finally(() => this.#retries.delete(sequence));
      this.#retries.set(sequence, retrying);
    }
    return retrying;
  }

  async #retryParked(sequence: number): Promise<void> {
    const found = await Array.fromAsync(this.#parts.events({ from: sequence, to: sequence }));
    const events = this.#wanted(found);
    const [first] = events;
    if (first === undefined) {
      // The log keeps what is parked, but a newer model may make no such event of it.
      this.#progress.finish(sequence);
      return this.#saver.save();
    }
    if (this.#error !== undefined) throw this.#error;
    this.#requireRunning();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#run?.lanes.add(keyOf(this.#reactor, first), { sequence, events, retried: { resolve, reject } });
    await promise;
  }

  async #write(): Promise<void> {
    const { checkpoint } = this.#reactor;
    const stored = this.#progress.stored();
    this.#savedThrough = Math.max(this.#savedThrough, stored.sequence);
    const neededAfter = this.#progress.neededAfter;
    if (checkpoint !== undefined) await checkpoint.save(stored.sequence);
    const row = { reactor: this.name, sequence: neededAfter, progress: JSON.stringify(stored) };
    await this.#parts.write((log) => log.putReactor(row));
  }

  /** Stops because of an error. Effects in flight finish, and their progress is saved if that is possible. */
  #fail(thrown: unknown): void {
    this.#run?.end();
    // A standby pauses its reactors at a takeover. Any other store has failed then.
    const isPausing = this.#isWaiting || (isRefoldError(thrown, 'NOT_WRITER') && this.#parts.isStandby);
    const isClosing = this.#isStopped && isRefoldError(thrown, 'STORE_CLOSED');
    if (!isClosing && !isPausing) this.#error ??= isRefoldError(thrown) ? thrown : cannotContinue(this.name, thrown);
    this.#tell();
  }

  async #reached(sequence: number): Promise<void> {
    while (this.sequence < sequence) {
      if (this.#error !== undefined) throw this.#error;
      this.#requireNotStopped();
      await this.#changed();
    }
  }

  #requireNotStopped(): void {
    if (this.#isStopped) throw stopped(this.name);
  }

  #requireRunning(): void {
    this.#requireNotStopped();
    if (this.#isWaiting) throw waits(this.name);
  }

  /** Why an effect has not finished. */
  #reasonToEnd(): RefoldError {
    return this.#error ?? (this.#isWaiting && !this.#isStopped ? waits(this.name) : stopped(this.name));
  }

  #requireStoppedAt(action: string, sequence: number): void {
    const at = this.#error?.code === 'REACTOR_FAILED' ? this.#error.sequence : undefined;
    if (at !== undefined && at === sequence) return;
    const known = [...(at === undefined ? [] : [at]), ...this.parked.slice(0, 5).map((event) => event.sequence)];
    const hint = known.length === 0 ? 'It has not stopped, and parked no event' : `Give one of ${known.join(', ')}`;
    const message = `Cannot ${action} ${String(sequence)}: the reactor ${this.name} neither parked it nor stopped at it`;
    throw new RefoldError('INVALID_OPTION', message, { type: 'sequence', hint });
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve));
  }

  #tell(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const wake of watchers) wake();
  }
}

/** A longer message of an application's error is cut where it is kept. */
const KEPT_MESSAGE_CHARACTERS = 1_000;
