/**
 * What a running reactor does: it reads durable events, runs their effects, and keeps in the log how far it has come.
 *
 * The progress of an effect is durable before the next effect of its partition begins. So a crash repeats the effects that
 * were in flight, and no other.
 */
import { isRefoldError, messageOf, type RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { LogStore } from '../../log/log-store.ts';
import { warnOf } from '../calls/warn.ts';
import type { EventBatch } from '../following/selection.ts';
import { Changes } from './changes.ts';
import type { CheckedReactor } from './definition.ts';
import { type EffectOutcome, tryEffect } from './effect.ts';
import type { ReactorProgress, StoredProgress } from './progress.ts';
import { cannotContinue, stopped, waits } from './reactor-errors.ts';
import { Run } from './run.ts';
import { SavedProgress, type WriteLog } from './saved-progress.ts';
import { bySequence, keyOf, rejectAll, type Task } from './task.ts';

/** What a reactor needs of its store. */
export interface ReactorParts {
  readonly log: LogStore;
  readonly write: WriteLog;
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

/** A longer message of an application's error is cut where it is kept. */
const KEPT_MESSAGE_CHARACTERS = 1_000;

export class ReactorWork {
  readonly definition: CheckedReactor;
  readonly #parts: ReactorParts;
  readonly #saved: SavedProgress;
  /** The progress or the error has changed. */
  readonly #changes = new Changes();
  #run: Run<Task> | undefined;
  #error: RefoldError | undefined;
  #isStopped = false;
  #isWaiting = false;

  constructor(definition: CheckedReactor, parts: ReactorParts, stored: StoredProgress) {
    this.definition = definition;
    this.#parts = parts;
    this.#saved = new SavedProgress(definition, parts.write, stored);
  }

  get name(): string {
    return this.definition.name;
  }

  get progress(): ReactorProgress {
    return this.#saved.now;
  }

  get error(): RefoldError | undefined {
    return this.#error;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Whether it waits until its store is the writer. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Registers the reactor in the log, and begins. */
  async start(): Promise<void> {
    await this.#saved.save();
    if (!this.#isStopped && !this.#isWaiting) this.#begin();
  }

  /** Aborts the `signal` of the effects in flight, waits for them, and saves the progress. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#run?.abort();
    this.#changes.tell();
    await this.rested();
    if (!this.#isWaiting) await this.#saved.save().catch(() => {}); // every effect was saved when it finished
  }

  /** The store is not the writer now. Aborts the `signal` of the effects in flight, and begins nothing until `resume`. */
  pause(): void {
    this.#isWaiting = true;
    this.#run?.abort();
    this.#changes.tell();
  }

  /** Resolves when nothing runs any more. Never rejects. */
  async rested(): Promise<void> {
    await this.#run?.settled;
  }

  /** The store is the writer again: begins where the log says. Call it when the reactor has rested. */
  async resume(stored: StoredProgress): Promise<void> {
    this.#isWaiting = false;
    this.#error = undefined;
    this.#saved.reset(stored);
    await this.start();
  }

  /** The store is the writer again, and the reactor cannot begin. It never ran here, so it counts as stopped and saves nothing. */
  refuse(thrown: unknown): void {
    this.#error = asError(this.name, thrown);
    this.#isStopped = true;
    warnOf(this.#parts.log, 'RefoldReactorWarning', this.#error);
    this.#changes.tell();
  }

  /** Resolves when the low-water mark is at the sequence, or after it. @throws RefoldError why it never will */
  async reached(sequence: number): Promise<void> {
    while (this.progress.sequence < sequence) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#isStopped) throw stopped(this.name);
      await this.#changes.next();
    }
  }

  /** @throws RefoldError `STORE_CLOSED` after a stop; `NOT_WRITER` while the reactor waits */
  requireRunning(): void {
    if (this.#isStopped) throw stopped(this.name);
    if (this.#isWaiting) throw waits(this.name);
  }

  /** Begins again after an error, once the effects in flight are over. */
  async continue(): Promise<void> {
    await this.rested();
    if (this.#isStopped || this.#isWaiting || this.#error === undefined) return;
    this.#error = undefined;
    this.progress.rewind();
    this.#begin();
  }

  /** Counts an event as finished without its effect. */
  async finish(sequence: number): Promise<void> {
    this.progress.finish(sequence);
    await this.#saved.save();
  }

  /** Tries a parked event again. @throws RefoldError `REACTOR_FAILED` when its effect fails again; `HISTORY_GONE` */
  async retry(sequence: number): Promise<void> {
    const found = await Array.fromAsync(this.#parts.events({ from: sequence, to: sequence }));
    const events = this.#wanted(found);
    const [first] = events;
    // The log keeps what is parked, but a newer model may make no such event of it.
    if (first === undefined) return this.finish(sequence);
    if (this.#error !== undefined) throw this.#error;
    this.requireRunning();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#run?.lanes.add(keyOf(this.definition, first), { sequence, events, retried: { resolve, reject } });
    await promise;
  }

  /** Some events were redacted: what the errors of their effects said is forgotten. */
  async forgetMessages(sequences: ReadonlySet<number>): Promise<void> {
    if (!this.progress.parked.some(({ sequence }) => sequences.has(sequence))) return;
    this.progress.forgetMessages(sequences);
    await this.#saved.save(); // also when they are forgotten here: the last save may have failed
  }

  #begin(): void {
    const { concurrency, batchSize } = this.definition;
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

  async #read(run: Run<Task>): Promise<void> {
    const { progress } = this;
    for await (const batch of this.#parts.follow({ from: progress.sequence + 1, signal: run.ending })) {
      for (const events of bySequence(batch.events)) {
        const { sequence } = events[0]!;
        const wanted = this.#wanted(events);
        const [first] = wanted;
        if (first === undefined || progress.isFinished(sequence)) {
          this.#pass(sequence, run);
          continue;
        }
        while (!progress.hasRoom && !run.ending.aborted) await this.#changes.next();
        if (run.ending.aborted) return;
        const key = keyOf(this.definition, first);
        progress.begin(sequence);
        run.lanes.add(key, { sequence, events: wanted });
      }
      // The model may make nothing of the recorded events after the last one.
      if (batch.sequence > (batch.events.at(-1)?.sequence ?? progress.sequence)) this.#pass(batch.sequence, run);
    }
  }

  #wanted(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
    const { types } = this.definition;
    return types === undefined ? events : events.filter(({ type }) => types.has(type));
  }

  #pass(sequence: number, run: Run<Task>): void {
    this.progress.pass(sequence);
    this.#changes.tell();
    // A save that fails late, after a takeover, says nothing of the next run.
    this.#saved.saveIfDue().catch((error) => run === this.#run && this.#fail(error));
  }

  /** Runs the effect of one event or batch, and makes its outcome durable. False when the reactor must stop. */
  async #work(tasks: readonly Task[], { ending, aborting }: Run<Task>): Promise<boolean> {
    try {
      const events = tasks.flatMap((task) => task.events);
      const outcome = await tryEffect(this.definition, events, { ending, aborting, state: this.#parts.state });
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
    if (outcome.kind === 'done') for (const { sequence } of tasks) this.progress.finish(sequence);
    else if (!this.#setAside(tasks, outcome)) return false;
    await this.#saved.save();
    if (outcome.kind === 'exhausted') rejectAll(tasks, outcome.error);
    else for (const { retried } of tasks) retried?.resolve();
    this.#changes.tell();
    return true;
  }

  /** Decides about events whose attempts were used up. False when the reactor must stop. */
  #setAside(tasks: readonly Task[], { attempts, error }: EffectOutcome & { readonly kind: 'exhausted' }): boolean {
    const { progress } = this;
    const { onExhausted } = this.definition;
    const wasParked = tasks.some(({ retried }) => retried !== undefined);
    if (!wasParked && onExhausted === 'skip') {
      warnOf(this.#parts.log, 'RefoldReactorWarning', error);
      for (const { sequence } of tasks) progress.finish(sequence);
      return true;
    }
    if (wasParked || (onExhausted === 'park' && progress.hasRoomToPark)) {
      const parkedAt = this.#parts.now();
      const message = messageOf(error.cause ?? error).slice(0, KEPT_MESSAGE_CHARACTERS);
      for (const { sequence, events } of tasks) {
        progress.park({ sequence, type: events[0]!.type, attempts, message, parkedAt });
      }
      return true;
    }
    this.#fail(error);
    return false;
  }

  /** Stops because of an error. Effects in flight finish, and their progress is saved if that is possible. */
  #fail(thrown: unknown): void {
    this.#run?.end();
    // A standby pauses its reactors at a takeover. Any other store has failed then.
    const isDeposed = this.#parts.isStandby && !this.#parts.isWriter() && isRefoldError(thrown, 'NOT_WRITER');
    const isClosing = this.#isStopped && isRefoldError(thrown, 'STORE_CLOSED');
    if (!this.#isWaiting && !isDeposed && !isClosing) this.#error ??= asError(this.name, thrown);
    this.#changes.tell();
  }

  /** Why an effect has not finished. */
  #reasonToEnd(): RefoldError {
    return this.#error ?? (this.#isWaiting && !this.#isStopped ? waits(this.name) : stopped(this.name));
  }
}

function asError(name: string, thrown: unknown): RefoldError {
  return isRefoldError(thrown) ? thrown : cannotContinue(name, thrown);
}
