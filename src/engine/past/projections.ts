/** The projections of a store: started, woken, saved and forgotten by name. */
import { RefoldError } from '../../core/errors.ts';
import { listNearest } from '../../core/nearest.ts';
import type { LogStore } from '../../log/log-store.ts';
import { Mutex } from '../../threads/mutex.ts';
import { Projection, type ProjectionParts } from './projection.ts';
import { checkDefinition, type ProjectionDefinition } from './projection-definition.ts';

export class Projections {
  readonly #parts: ProjectionParts;
  /** Started and not forgotten; one that has stopped makes room for its successor. */
  readonly #started = new Map<string, Projection>();
  /** What begins and what is forgotten is decided one after the other. */
  readonly #turns = new Mutex();

  constructor(parts: ProjectionParts) {
    this.#parts = parts;
  }

  /**
   * Starts one, and resolves when it has caught up.
   *
   * @throws RefoldError `INVALID_OPTION` for a bad definition, or when one of this name runs already; `HISTORY_GONE`
   */
  async start<View extends object>(given: ProjectionDefinition<View, any>): Promise<Projection<View>> {
    const definition = checkDefinition(given, this.#parts.model);
    const { name } = definition;
    const { projection, before } = await this.#turns.run(() => this.#admit(definition));
    try {
      await before?.drained(); // a late save of its predecessor must not come after its own
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

  /** Told that the log has grown. */
  wake(): void {
    for (const projection of this.#started.values()) projection.wake();
  }

  /** Lets each keep how far it has come. One that cannot has said so, and holds nobody up. */
  async save(): Promise<void> {
    if (this.#parts.readOnly) return;
    await Promise.allSettled(Array.from(this.#started.values(), (projection) => projection.save()));
  }

  /**
   * Deletes what the log keeps of one that does not run: its snapshots and its checkpoint.
   *
   * @throws RefoldError `INVALID_OPTION` for one that runs, or that the log knows nothing of
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
    // The checkpoint goes last: should this be cut short, it still names what there is to forget.
    if (kept.length > 0) {
      await log.dropSnapshots(
        name,
        kept.map(({ sequence }) => sequence),
      );
    }
    await log.dropCheckpoint(name);
    this.#started.delete(name);
  }
}

/** One that is to start, and the stopped one whose name it takes. */
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
