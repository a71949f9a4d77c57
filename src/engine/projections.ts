/**
 * Projections: further views of the same log, each with its own state, checkpoint and snapshots.
 *
 * A projection starts from its last saved state, catches up from the log, then folds what becomes durable. It is never
 * ahead of the log. When its reducer throws it stops where it was saved last, and the store goes on.
 */
import { isRefoldError, RefoldError } from '../core/errors.ts';
import type { DeepReadonly } from '../core/event.ts';
import type { Catalog, DataOf, Model, Reducer, TypeOf } from '../core/model.ts';
import { STATE_FORMAT } from '../fold/state-codec.ts';
import type { LogStore, SnapshotInfo } from '../log/log-store.ts';
import { findChange, fingerprintFor, fingerprintOf, type ModelFingerprint, parseFingerprint } from './fingerprint.ts';
import { cursorAt, type FoldCursor, foldLog, startCursor } from './refold.ts';
import { encodeWhole, loadSnapshot, writeSnapshot } from './snapshots.ts';

export interface ProjectionDefinition<State extends object, C extends Catalog> {
  /** Names its checkpoint and snapshots in the log's file. */
  readonly name: string;
  readonly initialState: () => State;
  /** For the event types that matter to this view; others are passed over. */
  readonly reducers: {
    readonly [Type in TypeOf<C>]?: Reducer<NoInfer<State>, Type, DataOf<C, Type>> | undefined;
  };
  /** Like a model's `version`: raise it when the view must be built anew. */
  readonly version?: number | string;
}

/**
 * Checks a projection's definition and gives it back, typed by the store it is handed to.
 *
 * @throws RefoldError `INVALID_OPTION` for an empty name or a reducer that is no function
 */
export function defineProjection<State extends object, C extends Catalog>(
  definition: ProjectionDefinition<State, C>,
): ProjectionDefinition<State, C> {
  const problem = findProblem(definition);
  if (problem === undefined) return Object.freeze({ ...definition });
  throw new RefoldError('INVALID_OPTION', `Cannot define the projection: ${problem}`, {
    type: String(definition.name),
    hint: 'Give { name, initialState, reducers }',
  });
}

function findProblem({ name, initialState, reducers }: ProjectionDefinition<any, any>): string | undefined {
  if (typeof name !== 'string' || name === '') return 'it needs a name';
  if (typeof initialState !== 'function') return `${name} needs an initialState function`;
  const wrong = Object.entries(reducers ?? {}).find(
    ([, reducer]) => reducer !== undefined && typeof reducer !== 'function',
  );
  return wrong && `the reducer ${wrong[0]} of ${name} is not a function`;
}

/** Save this often, in events: what a restart of the projection replays at most after a crash. */
const SAVE_EVERY = 100_000;

/** A running projection. */
export class Projection<State extends object = any> {
  readonly name: string;
  readonly #model: Model;
  readonly #log: LogStore;
  readonly #reducers: Record<string, (...args: any[]) => void>;
  readonly #types: ReadonlySet<string>;
  readonly #fingerprint: ModelFingerprint;
  readonly #initialState: () => State;
  #cursor: FoldCursor<State>;
  #savedAt = 0;
  #error: RefoldError | undefined;
  #work: Promise<void> = Promise.resolve();
  #awake = false;

  /** Use `store.project`. */
  constructor(definition: ProjectionDefinition<State, any>, model: Model, log: LogStore) {
    this.name = definition.name;
    this.#model = model;
    this.#log = log;
    this.#initialState = definition.initialState;
    const given = Object.entries(definition.reducers).filter(([, reducer]) => reducer !== undefined);
    this.#reducers = Object.fromEntries(given) as Record<string, (...args: any[]) => void>;
    this.#types = new Set(Object.keys(this.#reducers));
    const fingerprinted = { ...definition, reducers: this.#reducers };
    this.#fingerprint = fingerprintOf(fingerprinted, (type) => model.types.get(type)?.version ?? 0);
    this.#cursor = startCursor(definition.initialState());
  }

  get state(): DeepReadonly<State> {
    return this.#cursor.state as DeepReadonly<State>;
  }

  /** The last event that the state covers. */
  get sequence(): number {
    return this.#cursor.sequence;
  }

  /** Why it stopped, if it did. */
  get error(): RefoldError | undefined {
    return this.#error;
  }

  /** Loads what was saved, if it still fits, and folds what the log has beyond. */
  async start(): Promise<void> {
    for (const saved of await this.#usableSnapshots()) {
      const state = await this.#tryLoad(saved);
      if (state === undefined) continue;
      this.#cursor = cursorAt(saved, state);
      this.#savedAt = saved.sequence;
      break;
    }
    await this.catchUp();
  }

  /** Resolves when everything that is durable now has been folded; rejects with `error` when it stopped. */
  async catchUp(): Promise<void> {
    const work = this.#work.then(() => this.#advance());
    this.#work = work.catch(() => {});
    await work;
  }

  /** Told that the log has grown; catches up without anybody waiting. */
  wake(): void {
    if (this.#awake || this.#error !== undefined) return;
    this.#awake = true;
    const work = this.#work.then(() => {
      this.#awake = false;
      return this.#advance();
    });
    this.#work = work.catch(() => {});
  }

  /** Makes state and checkpoint durable now. */
  async save(): Promise<void> {
    await this.#work;
    if (this.#error !== undefined || this.sequence === this.#savedAt) return;
    const { sequence, recordedAt, state, firstSeen } = this.#cursor;
    // A projection's snapshot proves itself by its hash; the log's chain belongs to the model's snapshots.
    const head = { sequence, recordedAt, chain: '' };
    await writeSnapshot(this.#log, this.name, encodeWhole(state), head, fingerprintFor(this.#fingerprint, firstSeen));
    await this.#log.putCheckpoint({ projection: this.name, sequence });
    const older = (await this.#log.snapshots(this.name)).slice(2).map((info) => info.sequence);
    if (older.length > 0) await this.#log.dropSnapshots(this.name, older);
    this.#savedAt = sequence;
  }

  async #advance(): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    try {
      await foldLog(this.#model, this.#reducers, this.#log, this.#cursor, { types: this.#types });
    } catch (error) {
      this.#error = error as RefoldError;
      throw error;
    }
    if (this.sequence - this.#savedAt >= SAVE_EVERY) queueMicrotask(() => void this.save().catch(() => {}));
  }

  /** Newest first. */
  async #usableSnapshots(): Promise<SnapshotInfo[]> {
    const first = this.#log.firstSequence();
    const head = this.#log.head().sequence;
    return (await this.#log.snapshots(this.name)).filter(({ sequence, fingerprint, format }) => {
      const stored = parseFingerprint(fingerprint);
      const fits = stored !== undefined && findChange(stored, this.#fingerprint) === undefined;
      return fits && format === STATE_FORMAT && sequence <= head && sequence + 1 >= first;
    });
  }

  /** A damaged snapshot costs time, not data: the one before it, or the log, says the same. */
  async #tryLoad(saved: SnapshotInfo): Promise<State | undefined> {
    try {
      return await loadSnapshot(this.#log, saved, this.#initialState());
    } catch (error) {
      if (isRefoldError(error, 'LOG_CORRUPT')) return undefined;
      throw error;
    }
  }
}
