/** The reactors of a store: started, stopped and forgotten by name. */
import { grouped, isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { listNearest } from '../../core/nearest.ts';
import { storeClosed } from '../../log/log-errors.ts';
import type { LogStore } from '../../log/log-store.ts';
import { Mutex } from '../../threads/mutex.ts';
import { locate } from '../past/history.ts';
import { type CheckedReactor, checkReactor, checkReactorName, type ReactorDefinition } from './definition.ts';
import { parseProgress, type StoredProgress, withoutMessages } from './progress.ts';
import { Reactor, workOf } from './reactor.ts';
import { type ReactorParts, ReactorWork } from './reactor-work.ts';

export interface ReactorsParts extends ReactorParts {
  readonly model: Model;
}

export class Reactors {
  readonly #parts: ReactorsParts;
  readonly #started = new Map<string, Reactor>();
  /** Starting and forgetting run one after the other. */
  readonly #turns = new Mutex();
  #isClosed = false;

  constructor(parts: ReactorsParts) {
    this.#parts = parts;
  }

  /**
   * Starts a reactor, and resolves when the log knows it.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, or when one of this name runs already; `HISTORY_GONE` when
   * the events that it needs were dropped
   */
  async start(definition: ReactorDefinition): Promise<Reactor> {
    const checked = checkReactor(definition, this.#parts.model);
    return this.#turns.run(() => this.#start(checked));
  }

  /**
   * Deletes what the log knows of a reactor that does not run, so that it no longer holds history back.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is running, or that the log does not know
   */
  forget(given: string): Promise<void> {
    return this.#turns.run(async () => {
      const name = checkReactorName('forget the reactor', given);
      if (this.#isRunning(name)) {
        throw invalid(`Cannot forget the reactor ${name}: it is running`, name, 'Stop it first');
      }
      const { log, write } = this.#parts;
      const known = (await log.reactors()).map(({ reactor }) => reactor);
      if (!known.includes(name)) throw unknown(name, known, log.path);
      await write((writable) => writable.dropReactor(name));
      this.#started.delete(name);
    });
  }

  /** The sequences of all parked events, also of reactors that do not run. */
  async parked(): Promise<Set<number>> {
    const rows = await this.#parts.log.reactors();
    return new Set(
      rows.flatMap(({ progress }) => parseProgress(progress)?.parked ?? []).map(({ sequence }) => sequence),
    );
  }

  /** Forgets what the errors of parked events said, because these events were redacted. */
  forgetMessages(sequences: ReadonlySet<number>): Promise<void> {
    return this.#turns.run(async () => {
      const { log, write } = this.#parts;
      for (const row of await log.reactors()) {
        const running = this.#started.get(row.reactor);
        if (running?.isStopped === false) {
          await workOf(running).forgetMessages(sequences);
          continue;
        }
        const stored = parseProgress(row.progress);
        const told = stored && withoutMessages(stored, sequences);
        if (told === undefined) continue;
        await write((writable) => writable.putReactor({ ...row, progress: JSON.stringify(told) }));
      }
    });
  }

  /** Those that were started, with how many durable events each has not finished; without those that wait for the role. */
  report(durableSequence: number): { name: string; sequence: number; lag: number }[] {
    const here = [...this.#started.values()].filter((reactor) => !workOf(reactor).isWaiting);
    return here.map(({ name, sequence }) => ({ name, sequence, lag: Math.max(0, durableSequence - sequence) }));
  }

  /** The store is not the writer any more: no effect begins, and those in flight are told to end. */
  pause(): void {
    for (const reactor of this.#started.values()) workOf(reactor).pause();
  }

  /** The store is the writer: those that wait begin where the log says. Never rejects. */
  resume(): Promise<void> {
    return this.#turns.run(async () => {
      const waiting = Array.from(this.#started.values(), workOf).filter((work) => work.isWaiting && !work.isStopped);
      await Promise.all(waiting.map((work) => this.#resume(work)));
    });
  }

  async #resume(work: ReactorWork): Promise<void> {
    await work.rested(); // an effect that was in flight at the takeover
    try {
      const progress = await this.#startOf(work.definition);
      if (this.#isClosed || !this.#parts.isWriter()) return;
      await work.resume(progress);
    } catch (error) {
      if (this.#parts.isWriter()) work.refuse(error);
    }
  }

  /** Stops all of them, and resolves when their effects are over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.drained();
    await Promise.all(Array.from(this.#started.values(), (reactor) => reactor.stop()));
  }

  #isRunning(name: string): boolean {
    return this.#started.get(name)?.isStopped === false;
  }

  async #start(checked: CheckedReactor): Promise<Reactor> {
    const { name } = checked;
    // The call came before the close, and waited.
    if (this.#isClosed) throw storeClosed(this.#parts.log.path);
    if (this.#isRunning(name)) {
      throw invalid(`Cannot start the reactor ${name}: it runs already`, name, 'Give each reactor its own name');
    }
    const isWaiting = !this.#parts.isWriter();
    const progress = isWaiting ? { ...NOTHING_FINISHED, sequence: 0 } : await this.#startOf(checked);
    const work = new ReactorWork(checked, this.#parts, progress);
    const reactor = new Reactor(work, () => this.#parts.log.head().sequence);
    if (isWaiting) work.pause();
    // Known from here on: a change of role finds it.
    const before = this.#started.get(name);
    this.#started.set(name, reactor);
    try {
      if (!isWaiting) await this.#begin(work);
    } catch (error) {
      if (before === undefined) this.#started.delete(name);
      else this.#started.set(name, before);
      throw error;
    }
    return reactor;
  }

  /** On a standby a takeover in this moment only lets the reactor wait. */
  async #begin(work: ReactorWork): Promise<void> {
    try {
      await work.start();
    } catch (error) {
      if (!work.isWaiting || !isRefoldError(error, 'NOT_WRITER')) throw error;
    }
  }

  /** Where a reactor begins. @throws RefoldError `HISTORY_GONE` when the events that it needs were dropped */
  async #startOf(checked: CheckedReactor): Promise<StoredProgress> {
    const progress = await this.#progressOf(checked);
    const first = this.#parts.log.firstSequence();
    const needed = Math.min(progress.sequence + 1, progress.parked[0]?.sequence ?? Number.POSITIVE_INFINITY);
    if (needed < first) throw historyGone(checked.name, needed, first, this.#parts.log.path);
    return progress;
  }

  async #progressOf(checked: CheckedReactor): Promise<StoredProgress> {
    const { log } = this.#parts;
    const { name, checkpoint } = checked;
    const row = (await log.reactors()).find(({ reactor }) => reactor === name);
    const stored = row && (parseProgress(row.progress) ?? { ...NOTHING_FINISHED, sequence: row.sequence });
    if (checkpoint === undefined) return stored ?? { ...NOTHING_FINISHED, sequence: await this.#beginning(checked) };
    const sequence = await loadedFrom(checked, log);
    if (sequence !== undefined) return { finished: [], parked: stored?.parked ?? [], sequence };
    return { ...NOTHING_FINISHED, sequence: await this.#beginning(checked) };
  }

  /** The sequence before the first event that a new reactor reacts to. */
  async #beginning({ from }: CheckedReactor): Promise<number> {
    const head = this.#parts.log.head().sequence;
    if (from === 'start') return 0;
    if (from === 'now') return head;
    if ('sequence' in from) return Math.min(from.sequence - 1, head);
    return locate(this.#parts.log, { time: Math.ceil(Number(from.time)) - 1 });
  }
}

const NOTHING_FINISHED: Omit<StoredProgress, 'sequence'> = { finished: [], parked: [] };

/** What the checkpoint of an application says. @throws RefoldError `INVALID_OPTION` when that cannot be */
async function loadedFrom({ name, checkpoint }: CheckedReactor, log: LogStore): Promise<number | undefined> {
  let loaded: unknown;
  try {
    loaded = await checkpoint?.load();
  } catch (cause) {
    const message = `Cannot start the reactor ${name}: its checkpoint could not be loaded: ${messageOf(cause)}`;
    throw new RefoldError('INVALID_OPTION', message, { type: name, cause, hint: 'Look at the cause: load threw it' });
  }
  if (loaded === undefined || loaded === null) return undefined;
  const head = log.head().sequence;
  if (Number.isSafeInteger(loaded) && (loaded as number) >= 0 && (loaded as number) <= head) return loaded as number;
  const message = `Cannot start the reactor ${name}: its checkpoint gave ${String(loaded)}, and the log ends at ${grouped(head)}`;
  const hint = 'load gives a sequence that save was given; a log that was restored may end before it';
  throw invalid(message, name, hint);
}

function historyGone(name: string, needed: number, first: number, path: string): RefoldError {
  return new RefoldError(
    'HISTORY_GONE',
    `Cannot start the reactor ${name}: it needs the event ${grouped(needed)}, and the log begins at ${grouped(first)}`,
    {
      path,
      type: name,
      sequence: first,
      hint: `Start it from: { sequence: ${first} } or from: 'now', under a new name`,
    },
  );
}

function unknown(name: string, known: readonly string[], path: string): RefoldError {
  const hint = known.length === 0 ? 'No reactor was started on it yet' : `It has ${listNearest(name, known)}`;
  return invalid(`Cannot forget the reactor ${name}: ${path} holds nothing of it`, name, hint);
}

function invalid(message: string, type: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', message, { type, hint });
}
