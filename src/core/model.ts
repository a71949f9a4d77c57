/**
 * What an application hands to the engine: a name, an event catalog, a reducer for each type, and how state begins.
 *
 * `defineModel` only checks and types; it runs nothing. Schemas are zod's, called through their own methods, so that
 * this file needs zod's types alone.
 */
import type { z } from 'zod';
import type { DeepReadonly, EventMeta, RecordedEvent } from './event.ts';
import { checkDefinition } from './model-checks.ts';

/** A schema alone means version 1. With `version` n, `upcast` has a step for each of 1 … n-1: old data → next version's. */
export type EventDefinition = z.ZodType | VersionedEvent;

export interface VersionedEvent<Schema extends z.ZodType = z.ZodType> {
  readonly version: number;
  readonly schema: Schema;
  readonly upcast?: { readonly [fromVersion: number]: Upcaster };
}

/** Old event data → the next version's data. Pure. */
export type Upcaster = (data: any) => unknown;

/** Event types by name: past-tense PascalCase. */
export type Catalog = { readonly [type: string]: EventDefinition };

type SchemaOf<Definition> =
  Definition extends VersionedEvent<infer Schema> ? Schema : Definition extends z.ZodType ? Definition : never;

/** Names of a catalog's event types. */
export type TypeOf<C extends Catalog> = keyof C & string;

/** What is recorded of an event type: the schema's output. */
export type DataOf<C extends Catalog, Type extends keyof C> = z.output<SchemaOf<C[Type]>>;

/** The events a caller may append: the schemas' input, discriminated by `type`. */
export type EventOf<C extends Catalog> = {
  [Type in TypeOf<C>]: {
    readonly type: Type;
    readonly data: z.input<SchemaOf<C[Type]>>;
    readonly meta?: EventMeta | undefined;
  };
}[TypeOf<C>];

/** The events a reader gets, discriminated by `type`: of the whole catalog, or of the types that are named. */
export type RecordedEventOf<C extends Catalog, Type extends TypeOf<C> = TypeOf<C>> = {
  [Each in Type]: RecordedEvent<Each, DeepReadonly<DataOf<C, Each>>>;
}[Type];

/**
 * Changes the draft as the event says, and returns nothing.
 *
 * Deterministic: no clock, no chance, no I/O, nothing but its three arguments. The same reducer runs on a draft
 * (atomic fold) and on the state itself (direct fold). A value put into the state in two places is two values.
 */
export type Reducer<State, Type extends string, Data> = (
  draft: State,
  data: Data,
  event: RecordedEvent<Type, Data>,
) => void;

export type Reducers<State, C extends Catalog> = {
  readonly [Type in TypeOf<C>]: Reducer<State, Type, DataOf<C, Type>>;
};

/** A refusal of a command: an answer, not an error. `code` is UPPER_SNAKE_CASE. */
export interface Rejection {
  readonly rejected: true;
  readonly code: string;
  readonly message: string;
}

/** What `decide` may look at besides state and input. `now` is what `recordedAt` will be, in ms since the epoch. */
export interface DecideContext {
  readonly now: number;
  readonly sequence: number;
}

/** Decides what a command's wish means in this state: events (none is an acceptance too), or `reject('CODE', 'why')`. */
export type Decide<State, C extends Catalog, Input> = (
  state: DeepReadonly<State>,
  input: Input,
  context: DecideContext,
) => readonly EventOf<C>[] | EventOf<C> | Rejection;

export interface CommandDefinition<State, C extends Catalog, Input extends z.ZodType> {
  readonly input: Input;
  readonly decide: Decide<State, C, z.output<Input>>;
}

/** Command names with the schema of their input. */
export type CommandInputs = { readonly [name: string]: z.ZodType };

/** What a caller hands to a command: its schema's input. */
export type InputOf<K extends CommandInputs, Name extends keyof K> = z.input<K[Name]>;

/** Says whether a state is as it must be. Asked by verify, bisect and tests; never on the write path. */
export type Invariant<State> = (state: DeepReadonly<State>) => boolean;

export interface ModelDefinition<State extends object, C extends Catalog, K extends CommandInputs> {
  /** Written into the log's file; a log opened under another name is a `MODEL_MISMATCH`. */
  readonly name: string;
  readonly events: C;
  /** The state before the first event: a fresh one at each call. */
  readonly initialState: () => State;
  /** One per event type. */
  readonly reducers: Reducers<NoInfer<State>, NoInfer<C>>;
  readonly commands?: { readonly [Name in keyof K]: CommandDefinition<NoInfer<State>, NoInfer<C>, K[Name]> };
  readonly invariants?: { readonly [name: string]: Invariant<NoInfer<State>> };
  /**
   * Takes the place of the fingerprint of reducer sources: raise it whenever the meaning of a reducer changes, also
   * when only a function it calls has changed, which no source hash of the reducer itself can see.
   */
  readonly version?: number | string;
  /**
   * `import.meta.url` of the module whose export this model is: snapshots are then made and checked in another thread, which
   * imports that module. It should do nothing but define models, for it is loaded a second time there. Default: snapshots
   * are made in slices on the thread that writes, and not checked (docs/guide/snapshots-and-recovery.md).
   */
  readonly module?: string;
}

/** A checked definition. Two type parameters tell it all; the third only types `execute`. */
export interface Model<State extends object = any, C extends Catalog = any, K extends CommandInputs = any>
  extends ModelDefinition<State, C, K> {
  /** Per event type: current version, schema and upcasters, normalised. */
  readonly types: ReadonlyMap<string, EventType>;
}

export interface EventType {
  readonly type: string;
  readonly version: number;
  readonly schema: z.ZodType;
  readonly upcast: { readonly [fromVersion: number]: Upcaster };
}

/** The state type of a model. */
export type StateOf<M> = M extends Model<infer State, any, any> ? State : never;
/** The catalog type of a model. */
export type CatalogOf<M> = M extends Model<any, infer C, any> ? C : never;

/**
 * Checks a model's definition and gives it back, typed.
 *
 * @throws RefoldError `INVALID_OPTION`: empty name, an event type without reducer or a reducer without event type, a
 * version without all its upcasters, a command without schema, a part that is not of its kind
 */
export function defineModel<
  State extends object,
  const C extends Catalog,
  K extends CommandInputs = Record<never, z.ZodType>,
>(definition: ModelDefinition<State, C, K>): Model<State, C, K> {
  const { parts, types } = checkDefinition(definition);
  return Object.freeze({ ...(parts as unknown as typeof definition), types });
}

/** The answer of a `decide` that refuses. */
export function reject(code: string, message: string): Rejection {
  return { rejected: true, code, message };
}

export function isRejection(decision: unknown): decision is Rejection {
  return typeof decision === 'object' && decision !== null && (decision as Rejection).rejected === true;
}
