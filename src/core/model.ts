/**
 * A model is what an application gives to the engine: a name, an event catalog, a reducer for each event type, and the
 * initial state.
 *
 * `defineModel` only checks and types the definition; it runs none of its functions. Schemas are zod's. They are called
 * through their own methods, so this file imports only zod's types.
 */
import type { z } from 'zod';
import type { Comparators } from './comparators.ts';
import type { DeepReadonly, EventMeta, RecordedEvent } from './event.ts';
import { checkDefinition } from './model-checks.ts';

/**
 * A schema alone means version 1. An object without `version` means the same. With `version` n, `upcast` has a function for
 * each of 1 … n-1. Each turns the data of its version into data of the next version.
 */
export type EventDefinition = z.ZodType | VersionedEvent;

export interface VersionedEvent<Schema extends z.ZodType = z.ZodType> {
  /** Default 1. */
  readonly version?: number;
  readonly schema: Schema;
  readonly upcast?: { readonly [fromVersion: number]: Upcaster };
  /**
   * Names what an event is about, for `store.events({ tag })`. Default: the events of this type have no tags.
   *
   * A change of it changes no state and no snapshot. `refold retag` brings the tags of older events up to date.
   */
  readonly tags?: Tagger;
}

/**
 * Gives the tags of an event from its data: at most 16 texts of 1 to 200 characters. Duplicates count once. Pure and
 * synchronous. The data is the schema's output, as a frozen copy.
 */
export type Tagger = (data: any) => readonly string[];

/** Turns old event data into data of the next version. Pure. */
export type Upcaster = (data: any) => unknown;

/** Event types by name: past-tense PascalCase. */
export type Catalog = { readonly [type: string]: EventDefinition };

type SchemaOf<Definition> =
  Definition extends VersionedEvent<infer Schema> ? Schema : Definition extends z.ZodType ? Definition : never;

/** The names of a catalog's event types. */
export type TypeOf<C extends Catalog> = keyof C & string;

/** The data that the log records for an event type: the schema's output. */
export type DataOf<C extends Catalog, Type extends keyof C> = z.output<SchemaOf<C[Type]>>;

/** The events that a caller may append, discriminated by `type`. Their data is the schemas' input. */
export type EventOf<C extends Catalog> = {
  [Type in TypeOf<C>]: {
    readonly type: Type;
    readonly data: z.input<SchemaOf<C[Type]>>;
    readonly meta?: EventMeta | undefined;
  };
}[TypeOf<C>];

/**
 * The events that a reader gets, discriminated by `type`. They have any type of the catalog, or only the types in
 * `Type`.
 */
export type RecordedEventOf<C extends Catalog, Type extends TypeOf<C> = TypeOf<C>> = {
  [Each in Type]: RecordedEvent<Each, DeepReadonly<DataOf<C, Each>>>;
}[Type];

/**
 * Applies an event to the draft, and returns nothing.
 *
 * A reducer must be deterministic. It uses only its three arguments: no clock, no random numbers, no I/O. The same
 * reducer runs on a draft (atomic fold) and on the state itself (direct fold). Do not put one value into the state in
 * two places.
 */
export type Reducer<State, Type extends string, Data> = (
  draft: State,
  data: Data,
  event: RecordedEvent<Type, Data>,
) => void;

export type Reducers<State, C extends Catalog> = {
  readonly [Type in TypeOf<C>]: Reducer<State, Type, DataOf<C, Type>>;
};

/** The answer to a refused command. It is not an error. `code` is UPPER_SNAKE_CASE. */
export interface Rejection {
  readonly rejected: true;
  readonly code: string;
  readonly message: string;
}

/** What `decide` gets besides state and input. */
export interface DecideContext<State = any, C extends Catalog = any> {
  /** What `recordedAt` will be, in ms since the epoch. */
  readonly now: number;
  /** The sequence of the last event in the state. */
  readonly sequence: number;
  /**
   * The state as it would be with these events folded into the one that `decide` was given: for a decision that depends
   * on what an earlier part of it does. One event, or an array. They are validated as `append` does, and numbered from
   * `sequence + 1` at `now`.
   *
   * The view is read-only, and valid until `decide` returns. Each call starts from the state that `decide` was given,
   * unless it is told to go on from `onto`: what the last call gave, which from then on shows these events, too.
   *
   * Costs a validation and a fold of the events, and a proxy for each object that is looked at. The state is not
   * copied, whatever its size and whichever the fold.
   *
   * @throws RefoldError `EVENT_REJECTED`, `UNKNOWN_EVENT_TYPE`, `REDUCER_FAILED` as `append` does: `decide` may catch it.
   * `INVALID_OPTION` after `decide` has returned, and for an `onto` that is not what the last call gave
   */
  readonly fold: (
    events: EventOf<C> | readonly EventOf<C>[],
    onto?: DeepReadonly<State> | undefined,
  ) => DeepReadonly<State>;
}

/** What `decide` gives: events (none is an acceptance too), events with a result, or `reject('CODE', 'why')`. */
export type Decision<C extends Catalog> = readonly EventOf<C>[] | EventOf<C> | DecisionWithResult<C> | Rejection;

/**
 * Events (one, an array, or none) with a result for the caller: plain JSON, at most 64 KiB of text in UTF-8. It is
 * copied when `decide` returns, stands in the outcome, and a retry with the same `commandId` gets it again.
 */
export type DecisionWithResult<C extends Catalog> =
  | { readonly events?: readonly EventOf<C>[] | EventOf<C> | undefined; readonly result: unknown }
  | { readonly events: readonly EventOf<C>[] | EventOf<C>; readonly result?: undefined };

/** Decides what a command does in this state. */
export type Decide<State, C extends Catalog, Input> = (
  state: DeepReadonly<State>,
  input: Input,
  context: DecideContext<State, C>,
) => Decision<C>;

export interface CommandDefinition<State, C extends Catalog, Input extends z.ZodType> {
  readonly input: Input;
  readonly decide: Decide<State, C, z.output<Input>>;
}

/** Command names with the schema of their input. */
export type CommandInputs = { readonly [name: string]: z.ZodType };

/** Command names with what their `decide` returns. */
export type CommandDecisions = { readonly [name: string]: unknown };

/** The type of the `result` in a command's outcome: undefined where its `decide` does not give one. */
export type ResultOf<D extends CommandDecisions, Name extends string> = Name extends keyof D
  ? ResultIn<D[Name]>
  : undefined;

type ResultIn<Decided> = Decided extends Rejection
  ? never
  : Decided extends { readonly result?: infer Result }
    ? Result
    : undefined;

/** What a caller passes to a command: its schema's input. */
export type InputOf<K extends CommandInputs, Name extends keyof K> = z.input<K[Name]>;

/** Returns whether a state is valid. Called by verify, bisect and tests, never on the write path. */
export type Invariant<State> = (state: DeepReadonly<State>) => boolean;

export interface ModelDefinition<State extends object, C extends Catalog, K extends CommandInputs> {
  /** Stored in the log's file. Opening a log with a model of another name is a `MODEL_MISMATCH`. */
  readonly name: string;
  readonly events: C;
  /** Returns the state before the first event: a new object at each call. */
  readonly initialState: () => State;
  /** One per event type. */
  readonly reducers: Reducers<NoInfer<State>, NoInfer<C>>;
  readonly commands?: { readonly [Name in keyof K]: CommandDefinition<NoInfer<State>, NoInfer<C>, K[Name]> };
  readonly invariants?: { readonly [name: string]: Invariant<NoInfer<State>> };
  /**
   * Names for the comparators of OrderedMaps that stand below the top level of the state, besides `ascending` and
   * `descending`. Snapshots hold the name in place of the function: keep a name as long as a snapshot may hold it.
   */
  readonly comparators?: Comparators;
  /**
   * Replaces the fingerprint of the reducer sources. Raise it whenever the meaning of a reducer changes, even if only a
   * function that it calls has changed. The fingerprint cannot see such a change. Default: the fingerprint.
   */
  readonly version?: number | string;
  /**
   * `import.meta.url` of the module that exports this model. Another thread then imports that module, and makes and
   * checks the snapshots. The module should only define models, because it is loaded a second time there. Default: the
   * thread that writes makes the snapshots in slices, and does not check them (docs/guide/snapshots-and-recovery.md).
   */
  readonly module?: string;
}

/** A checked definition. State and catalog type most of it; the other type parameters only type `execute`. */
export interface Model<
  State extends object = any,
  C extends Catalog = any,
  K extends CommandInputs = any,
  D extends CommandDecisions = any,
> extends ModelDefinition<State, C, K> {
  /** Types only: what each command decides, and with it the type of its result. */
  readonly decisions?: D;
  /** For each event type: current version, schema and upcasters, normalised. */
  readonly types: ReadonlyMap<string, EventType>;
}

export interface EventType {
  readonly type: string;
  readonly version: number;
  readonly schema: z.ZodType;
  readonly upcast: { readonly [fromVersion: number]: Upcaster };
  readonly tags?: Tagger | undefined;
}

/** The state type of a model. */
export type StateOf<M> = M extends Model<infer State, any, any> ? State : never;
/** The catalog type of a model. */
export type CatalogOf<M> = M extends Model<any, infer C, any> ? C : never;

/**
 * Checks a model's definition and returns it, typed and frozen.
 *
 * @throws RefoldError `INVALID_OPTION`: empty name, an event type without reducer or a reducer without event type, a
 * version without all its upcasters, a command without schema, a comparator with two names, a part of the wrong type
 */
export function defineModel<
  State extends object,
  const C extends Catalog,
  K extends CommandInputs = Record<never, z.ZodType>,
  D extends CommandDecisions = Record<never, unknown>,
>(definition: ModelDefinition<State, C, K> & { readonly commands?: Deciding<D> }): Model<State, C, K, D> {
  const { parts, types } = checkDefinition(definition);
  return Object.freeze({ ...(parts as unknown as typeof definition), types });
}

/** Takes part in inference alone: what each `decide` returns. */
type Deciding<D extends CommandDecisions> = {
  readonly [Name in keyof D]: { readonly decide: (state: never, input: never, context: never) => D[Name] };
};

/** What `decide` returns to refuse a command. */
export function reject(code: string, message: string): Rejection {
  return { rejected: true, code, message };
}

export function isRejection(decision: unknown): decision is Rejection {
  return typeof decision === 'object' && decision !== null && (decision as Rejection).rejected === true;
}
