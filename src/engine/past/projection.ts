/**
 * A projection: another view of the same log, with its own state, checkpoint and snapshots.
 *
 * It starts from its last saved state, catches up from the log, then folds what becomes durable. It is never ahead of the
 * log. When its reducer throws, the projection stops and the store continues. Started again, it begins where it was saved last.
 */
import { grouped, isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { DeepReadonly } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { OrderedTables } from '../../fold/live-state.ts';
import type { LogStore } from '../../log/log-store.ts';
import { Mutex } from '../../threads/mutex.ts';
import { warnOf } from '../calls/warn.ts';
import { fingerprintOf, type ModelFingerprint } from '../folding/fingerprint.ts';
import { type BeginsWith, freshState } from '../folding/initial-state.ts';
import { type FoldCursor, type FoldRange, foldLog, startCursor } from '../folding/refold.ts';
import { notePassedOver, type PassedOver, tellPassedOver } from '../folding/undecodable.ts';
import { despiteDrops } from './history.ts';
import type { ProjectionDefinition } from './projection-definition.ts';
import { type EncodedView, SavedViews } from './saved-views.ts';

/** What a projection needs of its store. */
export interface ProjectionParts {
  readonly model: Model;
  readonly log: LogStore;
  /** Whether the store only reads now. Nothing is saved then. */
  readonly readOnly: boolean;
  /** Does work with the log to write to. @throws RefoldError `NOT_WRITER` when another writer has taken over */
  readonly write: <T>(work: (log: LogStore) => Promise<T>) => Promise<T>;
}

/** How many events pass between two saves: a restart after a crash replays at most this many. */
const SAVE_EVERY = 100_000;

/** What a projection is on another log than its present one: that of a redaction. */
export interface RebuiltProjection<State = unknown> {
  readonly cursor: FoldCursor<State>;
  readonly tables: OrderedTables;
  /** The sequence of the snapshot that it began with; 0 without one. */
  readonly savedAt: number;
  /** Newer snapshots that could not be loaded. */
  readonly passedOver: readonly PassedOver[];
}

type RebuildRange = Pick<FoldRange, 'to' | 'onProgress' | 'onBlock'>;

/** What a redaction or a check does with a projection. It is not for applications, so it is not a part of the class. */
export interface Rebuilding<State = unknown> {
  /**
   * Builds the state that another log gives, beside the present one.
   *
   * @throws RefoldError `HISTORY_GONE` when its beginning was dropped; what a reducer throws
   */
  rebuild(log: LogStore): Promise<RebuiltProjection<State>>;
  /** Folds what the log has up to a sequence into a rebuilt state. */
  advance(rebuilt: RebuiltProjection<State>, log: LogStore, range: RebuildRange): Promise<void>;
  /** Begins no save until what it gives is called. Resolves when no save is under way. */
  holdSaves(): Promise<() => void>;
  /** Continues from a rebuilt state. It must not be behind the present one. */
  replace(rebuilt: RebuiltProjection<State>): Promise<void>;
  /** Builds the state again from the log as it is now. The projection stops when it cannot. */
  renew(log: LogStore): Promise<void>;
}

export let rebuildingOf: (projection: Projection) => Rebuilding<any>;

/** A running projection. */
export class Projection<State extends object = any> {
  readonly name: string;
  readonly #parts: ProjectionParts;
  /** With the model's comparators, which a projection may use. */
  readonly #definition: ProjectionDefinition<State, any> & BeginsWith<State>;
  readonly #reducers: Record<string, (...args: any[]) => void>;
  readonly #types: ReadonlySet<string>;
  readonly #saved: SavedViews<State>;
  #cursor: FoldCursor<State>;
  #tables: OrderedTables | undefined;
  #savedAt = 0;
  /** Whether it was loaded from a snapshot whose fingerprint says less than today's. It is saved again at once. */
  #isBelieved = false;
  /** The sequence at which the last automatic save began: one that failed is not tried again with every block. */
  #triedAt = 0;
  #error: RefoldError | undefined;
  readonly #work = new Mutex();
  readonly #saving = new Mutex();
  #awake = false;

  static {
    rebuildingOf = (projection) => ({
      rebuild: (log) => projection.#rebuild(log),
      advance: (rebuilt, log, range) => projection.#advanceRebuilt(rebuilt, log, range),
      holdSaves: () => projection.#holdSaves(),
      replace: (rebuilt) => projection.#replace(rebuilt),
      renew: (log) => projection.#renew(log),
    });
  }

  /**
   * Use `store.project`.
   *
   * @throws RefoldError `INVALID_OPTION` when `initialState` throws or does not give an object
   */
  constructor(definition: ProjectionDefinition<State, any>, parts: ProjectionParts) {
    this.name = definition.name;
    this.#parts = parts;
    const { comparators } = parts.model;
    this.#definition = { ...definition, comparators };
    this.#reducers = reducersOf(definition);
    this.#types = new Set(Object.keys(this.#reducers));
    const fingerprint = fingerprintOfProjection(definition, parts.model);
    this.#saved = new SavedViews(this.name, this.#definition, fingerprint);
    this.#cursor = startCursor(freshState(this.#definition));
  }

  /**
   * The state as of `sequence`.
   *
   * @throws RefoldError the `error`, once it has stopped: the reducer that threw may have left the state half changed
   */
  get state(): DeepReadonly<State> {
    if (this.#error !== undefined) throw this.#error;
    return this.#cursor.state as DeepReadonly<State>;
  }

  /** The last event that the state covers. */
  get sequence(): number {
    return this.#cursor.sequence;
  }

  /** Why it stopped, if it did. `store.project` starts a projection of the same name again. */
  get error(): RefoldError | undefined {
    return this.#error;
  }

  /** Loads the saved state, if it still fits, and folds the events after it. Called once. */
  async start(): Promise<void> {
    await this.#work.run(() => this.#load());
    await this.catchUp();
    if (this.#isBelieved && !this.#parts.readOnly) this.save().catch(() => {}); // it has warned
  }

  /** Resolves when everything that is durable now has been folded; rejects with `error` when it stopped. */
  async catchUp(): Promise<void> {
    await this.#work.run(() => this.#advance());
  }

  /** Called when the log has grown. Catches up in the background. */
  wake(): void {
    if (this.#awake || this.#error !== undefined) return;
    this.#awake = true;
    const advance = (): Promise<void> => {
      this.#awake = false;
      return this.#advance();
    };
    this.#work.run(advance).catch(() => {}); // `error` has the reason
  }

  /**
   * Makes state and checkpoint durable now. A failure is also a process warning, because the store saves automatically.
   *
   * @throws RefoldError `INVALID_OPTION` on a read-only store; what the log throws
   */
  save(): Promise<void> {
    return this.#saving.run(() => this.#save());
  }

  /** Resolves when all its work and saves have completed. */
  async drained(): Promise<void> {
    await this.#work.drained();
    await this.#saving.drained();
  }

  async #rebuild(log: LogStore): Promise<RebuiltProjection<State>> {
    const saved = await this.#saved.load(log);
    const { loaded } = saved;
    const cursor = loaded?.cursor ?? startCursor(freshState(this.#definition));
    if (cursor.sequence + 1 < log.firstSequence()) throw await this.#saved.historyGone(log, saved);
    const passedOver = saved.unusable.map(({ info, error }) => notePassedOver(log, info, error));
    return { cursor, tables: new OrderedTables(cursor.state), savedAt: loaded?.snapshot.sequence ?? 0, passedOver };
  }

  async #advanceRebuilt(
    { cursor, tables }: RebuiltProjection<State>,
    log: LogStore,
    range: RebuildRange,
  ): Promise<void> {
    await foldLog(this.#parts.model, this.#reducers, log, cursor, { ...range, types: this.#types, tables });
  }

  #holdSaves(): Promise<() => void> {
    return new Promise((resolve) => {
      void this.#saving.run(() => new Promise<void>((release) => resolve(release)));
    });
  }

  #replace({ cursor, tables, savedAt }: RebuiltProjection<State>): Promise<void> {
    return this.#work.run(() => {
      this.#cursor = cursor;
      this.#tables = tables;
      this.#savedAt = savedAt;
      this.#triedAt = 0;
    });
  }

  async #renew(log: LogStore): Promise<void> {
    try {
      const rebuilt = await despiteDrops(log, async () => {
        const fresh = await this.#rebuild(log);
        await this.#advanceRebuilt(fresh, log, { to: Math.max(this.sequence, fresh.cursor.sequence) });
        return fresh;
      });
      await this.#replace(rebuilt);
      this.wake();
    } catch (error) {
      this.#stop(error);
    }
  }

  async #save(): Promise<void> {
    const { log, readOnly, write } = this.#parts;
    if (readOnly) throw cannotSave(this.name, log.path);
    let at = this.sequence;
    try {
      const moment = await this.#work.run(() => this.#encode());
      if (moment === undefined) return;
      at = moment.head.sequence;
      await write((writable) => this.#saved.write(writable, moment));
      this.#savedAt = at;
      this.#isBelieved = false;
    } catch (error) {
      this.#tellUnsaved(at, error);
      throw error;
    }
  }

  /**
   * The state as bytes, unless it was saved already or the projection has stopped. No event is folded meanwhile, so the
   * state stays as it is; other work of the event loop runs between the slices.
   */
  async #encode(): Promise<EncodedView | undefined> {
    if (this.#error !== undefined || (this.sequence === this.#savedAt && !this.#isBelieved)) return undefined;
    return this.#saved.encode(this.#cursor);
  }

  #tellUnsaved(sequence: number, cause: unknown): void {
    // The caller that closed the store knows, and the store says that it is not the writer any more.
    if (isRefoldError(cause, 'STORE_CLOSED') || isRefoldError(cause, 'NOT_WRITER')) return;
    const message = `The projection ${this.name} could not be saved at ${grouped(sequence)}: ${messageOf(cause)}`;
    warnOf(this.#parts.log, 'RefoldProjectionWarning', new Error(message, { cause }));
  }

  async #advance(): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    try {
      await this.#foldOn();
    } catch (error) {
      if (!this.#parts.readOnly || !isRefoldError(error, 'HISTORY_GONE')) throw this.#stop(error);
      await this.#load(); // the writer dropped the needed events, but may have saved its projection of this name since
      await this.#foldOn().catch((cause) => {
        throw this.#stop(cause);
      });
    }
    if (this.#parts.readOnly || this.sequence - Math.max(this.#savedAt, this.#triedAt) < SAVE_EVERY) return;
    this.#triedAt = this.sequence;
    this.save().catch(() => {}); // it has warned
  }

  async #foldOn(): Promise<void> {
    const { model, log } = this.#parts;
    const tables = (this.#tables ??= new OrderedTables(this.#cursor.state));
    await foldLog(model, this.#reducers, log, this.#cursor, { types: this.#types, tables });
  }

  /** A closed store is not a failure of the projection: its state stays as it was. */
  #stop(error: unknown): unknown {
    if (isRefoldError(error, 'STORE_CLOSED')) return error;
    this.#error = isRefoldError(error) ? error : readingFailed(this.name, error);
    return this.#error;
  }

  /** After a takeover it is for the next writer to note them. */
  async #noteBeliefs(): Promise<void> {
    try {
      await this.#parts.write((writable) => this.#saved.noteBeliefs(writable));
    } catch (error) {
      if (!isRefoldError(error, 'NOT_WRITER')) throw error;
    }
  }

  async #load(): Promise<void> {
    const { log, readOnly } = this.#parts;
    try {
      const saved = await this.#saved.load(log);
      if (!readOnly) await this.#noteBeliefs();
      const { loaded, unusable, plan } = saved;
      if (loaded !== undefined) {
        const { sequence } = loaded.snapshot;
        this.#cursor = loaded.cursor;
        this.#isBelieved = plan.believed.has(sequence);
        this.#savedAt = sequence;
        this.#tables = undefined;
      }
      if (this.sequence + 1 < log.firstSequence()) throw await this.#saved.historyGone(log, saved);
      const passedOver = unusable.map(({ info, error }) => notePassedOver(log, info, error));
      tellPassedOver(log, passedOver, `the projection ${this.name}`);
    } catch (error) {
      throw this.#stop(error);
    }
  }
}

function reducersOf(definition: ProjectionDefinition<any, any>): Record<string, (...args: any[]) => void> {
  const given = Object.entries(definition.reducers).filter(([, reducer]) => reducer !== undefined);
  return Object.fromEntries(given) as Record<string, (...args: any[]) => void>;
}

/** The fingerprint of a projection of a model's events. It may use the comparators of the model. */
export function fingerprintOfProjection(definition: ProjectionDefinition<any, any>, model: Model): ModelFingerprint {
  const { comparators } = model;
  return fingerprintOf({ ...definition, comparators, reducers: reducersOf(definition) }, model);
}

function cannotSave(name: string, path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot save the projection ${name}: the store was opened read-only`, {
    path,
    type: 'readOnly',
    hint: 'Save it in the process that writes',
  });
}

function readingFailed(name: string, cause: unknown): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot go on with the projection ${name}: ${messageOf(cause)}`, {
    type: name,
    cause,
    hint: 'Look at the log, and start the projection again',
  });
}
