/** The projections of a store: started, woken, saved and forgotten by name. */
import { RefoldError } from '../../core/errors.ts';
import { listNearest } from '../../core/nearest.ts';
import type { LogStore } from '../../log/log-store.ts';
import { Mutex } from '../../threads/mutex.ts';
import { Projection, type ProjectionParts, rebuildingOf } from './projection.ts';
import { checkDefinition, type ProjectionDefinition } from './projection-definition.ts';

export class Projections {
  readonly #parts: ProjectionParts;
  /** Projections that were started and not forgotten. A stopped one is replaced when its name is started again. */
  readonly #started = new Map<string, Projection>();
  /** Starting and forgetting run one after the other. */
  readonly #turns = new Mutex();

  constructor(parts: ProjectionParts) {
    this.#parts = parts;
  }

  /**
   * Starts a projection, and resolves when it has caught up.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, or when one of this name runs already; `HISTORY_GONE`
   */
  async start<View extends object>(given: ProjectionDefinition<View, any>): Promise<Projection<View>> {
    const definition = checkDefinition(given, this.#parts.model);
    const { name } = definition;
    const { projection, before } = await this.#turns.run(() => this.#admit(definition));
    try {
      await before?.drained(); // a late save of its predecessor must not overwrite a new one
      await projection.start();
    } catch (error) {
      if (this.#started.get(name) === projection) this.#started.delete(name);
      throw error;
    }
    return projection;
  }

  #admit<View extends object>(definition: ProjectionDefinition<View, any>): Admitted<View> {
    const { name } = definition;
    const before = this.#started.get(name);
    if (before !== undefined && before.error === undefined) {
      throw invalid(`Cannot start the projection ${name}: it runs already`, name, 'Give each projection its own name');
    }
    const projection = new Projection<View>(definition, this.#parts);
    this.#started.set(name, projection);
    return { projection, before };
  }

  /** Does work while no projection is started or forgotten, and none that has stopped is being saved. Gives it those that run. */
  alone<T>(work: (running: readonly Projection[]) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      const started = [...this.#started.values()];
      await Promise.all(started.filter(({ error }) => error !== undefined).map((stopped) => stopped.drained()));
      return work(started.filter(({ error }) => error === undefined));
    });
  }

  /** Builds the states of those that run again, because another process has redacted the log. */
  renew(): Promise<void> {
    const { log } = this.#parts;
    return this.alone(async (running) => {
      for (const projection of running) await rebuildingOf(projection).renew(log);
    });
  }

  /** Those that were started, with how many durable events each has not folded. */
  report(durableSequence: number): { name: string; sequence: number; lag: number }[] {
    return Array.from(this.#started.values(), ({ name, sequence }) => {
      return { name, sequence, lag: Math.max(0, durableSequence - sequence) };
    });
  }

  /** Called when the log has grown. */
  wake(): void {
    for (const projection of this.#started.values()) projection.wake();
  }

  /** Saves each projection. One that fails has warned, and does not stop the others. */
  async save(): Promise<void> {
    if (this.#parts.readOnly) return;
    await Promise.allSettled(Array.from(this.#started.values(), (projection) => projection.save()));
  }

  /**
   * Deletes the snapshots and the checkpoint of a projection that does not run.
   *
   * @throws RefoldError `INVALID_OPTION` for one that is running, or that the log does not know
   */
  forget(name: string): Promise<void> {
    return this.#turns.run(() => this.#forget(name));
  }

  async #forget(name: string): Promise<void> {
    const { log } = this.#parts;
    const before = this.#started.get(name);
    if (before !== undefined && before.error === undefined) {
      const hint = 'Open the store without starting it, and forget it then';
      throw invalid(`Cannot forget the projection ${name}: it is running`, name, hint);
    }
    await before?.drained();
    const kept = typeof name === 'string' && name !== '' ? await log.snapshots(name) : [];
    const checkpoints = (await log.checkpoints()).map(({ projection }) => projection);
    if (kept.length === 0 && !checkpoints.includes(name)) throw unknown(name, checkpoints, log);
    const sequences = kept.map(({ sequence }) => sequence);
    await this.#parts.write(async (writable) => {
      // The checkpoint is deleted last: if this is interrupted, it still names what is left to forget.
      if (sequences.length > 0) await writable.dropSnapshots(name, sequences);
      await writable.dropCheckpoint(name);
    });
    this.#started.delete(name);
  }
}

/** A projection that is to start, and the stopped one whose name it takes. */
interface Admitted<View extends object> {
  readonly projection: Projection<View>;
  readonly before: Projection | undefined;
}

function unknown(name: unknown, known: readonly string[], log: LogStore): RefoldError {
  const shown = typeof name === 'string' && name !== '' ? name : `of that name (${typeof name})`;
  const hint = known.length === 0 ? 'None was saved there yet' : `It has ${listNearest(shown, known)}`;
  return invalid(`Cannot forget the projection ${shown}: ${log.path} holds nothing of it`, shown, hint);
}

function invalid(message: string, type: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', message, { type, hint });
}
