/**
 * A model is what an application gives to the engine: a name, an event catalog, a reducer for each event type, and the
 * initial state.
 *
 * `defineModel` only checks and types the definition; it runs none of its functions. Schemas are zod's. They are called
 * through their own methods, so this file imports only zod's types.
 */
import type { z } from 'zod';
import type {
  AppendableOf,
  Catalog,
  DataOf,
  DecidedEventOf,
  EventOf,
  EventType,
  RecordedMeta,
  RetiredOf,
  TypeOf,
  WithMeta,
} from './catalog.ts';
import type { Comparators } from './comparators.ts';
import { RefoldError } from './errors.ts';
import type { DeepReadonly, RecordedEvent } from './event.ts';
import { checkDefinition } from './model-checks.ts';
import { listNearest, shortened } from './nearest.ts';

/**
 * Applies an event to the draft, and returns nothing.
 *
 * A reducer must be deterministic. It uses only its three arguments: no clock, no random numbers, no I/O. The same
 * reducer runs on a draft (atomic fold) and on the state itself (direct fold). Do not put one value into the state in
 * two places.
 */
export type Reducer<State, Type extends string, Data, Event = RecordedEvent<Type, Data>> = (
  draft: State,
  data: Data,
  event: Event,
) => void;

/** One for each event type; for a retired type only if the state needs it. */
export type Reducers<State, C extends Catalog> = {
  readonly [Type in AppendableOf<C>]: Reducer<State, Type, ReducedDataOf<C, Type>, ReducedEventOf<C, Type>>;
} & {
  readonly [Type in RetiredOf<C>]?: Reducer<State, Type, ReducedDataOf<C, Type>, ReducedEventOf<C, Type>> | undefined;
};

/** The data that a reducer gets; any for a catalog without known types, to which every other one can be assigned. */
type ReducedDataOf<C extends Catalog, Type extends TypeOf<C>> = string extends Type ? any : DataOf<C, Type>;

/** The event that a reducer gets. */
export type ReducedEventOf<C extends Catalog, Type extends TypeOf<C>> = string extends Type
  ? any
  : RecordedMeta<C, RecordedEvent<Type, DataOf<C, Type>>>;

/** The answer to a refused command. It is not an error. `code` is UPPER_SNAKE_CASE. */
export interface Rejection {
  readonly rejected: true;
  readonly code: string;
  readonly message: string;
  /** More about the refusal, for the caller's code. */
  readonly data?: unknown;
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
    events: DecidedEventOf<C> | readonly DecidedEventOf<C>[],
    onto?: DeepReadonly<State> | undefined,
  ) => DeepReadonly<State>;
  /**
   * An event of the model, typed: in a list or in a variable it needs no `as const`. It is the model's `event`, which a
   * model cannot use in its definition.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`
   */
  event<Type extends TypeOf<C>>(
    type: Type,
    data: Extract<DecidedEventOf<C>, { readonly type: Type }>['data'],
    meta?: Extract<DecidedEventOf<C>, { readonly type: Type }>['meta'],
  ): Extract<DecidedEventOf<C>, { readonly type: Type }>;
}

/** What `decide` gives: events (none is an acceptance too), events with a result, or `reject('CODE', 'why', data?)`. */
export type Decision<C extends Catalog> =
  | readonly DecidedEventOf<C>[]
  | DecidedEventOf<C>
  | DecisionWithResult<C>
  | Rejection;

/**
 * Events (one, an array, or none) with a result for the caller: plain JSON, at most 64 KiB of text in UTF-8. It is
 * copied when `decide` returns, stands in the outcome, and a retry with the same `commandId` gets it again.
 */
export type DecisionWithResult<C extends Catalog> =
  | { readonly events?: readonly DecidedEventOf<C>[] | DecidedEventOf<C> | undefined; readonly result: unknown }
  | { readonly events: readonly DecidedEventOf<C>[] | DecidedEventOf<C>; readonly result?: undefined };

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

/** The commands of a model: their names, with the schemas of their inputs. */
export type CommandsOf<M> = M extends Model<any, any, infer K, any> ? K : M extends CommandInputs ? M : never;

/** What a caller passes to a command of a model: `InputOf<typeof orderBook, 'placeOrder'>`, its schema's input. */
export type InputOf<M, Name extends keyof CommandsOf<M>> = z.input<CommandsOf<M>[Name]>;

/** Returns whether a state is valid. Called by verify, bisect and tests, never on the write path. */
export type Invariant<State> = (state: DeepReadonly<State>) => boolean;

/** What a fingerprint is made of. */
export type FingerprintKind = 'sources' | 'version';

export interface ModelDefinition<
  State extends object,
  C extends Catalog,
  K extends CommandInputs,
  M extends z.ZodType | undefined = undefined,
> {
  /** Stored in the log's file. Opening a log with a model of another name is a `MODEL_MISMATCH`: see `formerly`. */
  readonly name: string;
  /**
   * Names that this model had before. A log of such a model is opened, and belongs to this name from the first commit on. After
   * that the old name is refused. Default: none.
   */
  readonly formerly?: readonly string[];
  readonly events: C;
  /**
   * The schema of every event's meta: it types meta, and each append and each `meta` of `execute` is checked against it. Its
   * output is an object of plain JSON. Events that were recorded before keep the meta that they have. Default: any object.
   */
  readonly meta?: M;
  /** Returns the state before the first event: a new object at each call. */
  readonly initialState: () => State;
  /** One per event type. */
  readonly reducers: Reducers<NoInfer<State>, WithMeta<NoInfer<C>, NoInfer<M>>>;
  readonly commands?: {
    readonly [Name in keyof K]: CommandDefinition<NoInfer<State>, WithMeta<NoInfer<C>, NoInfer<M>>, K[Name]>;
  };
  readonly invariants?: { readonly [name: string]: Invariant<NoInfer<State>> };
  /**
   * Names for the comparators of OrderedMaps that stand below the top level of the state, besides `ascending` and
   * `descending`. Snapshots hold the name in place of the function: keep a name as long as a snapshot may hold it.
   */
  readonly comparators?: Comparators;
  /**
   * Raise it whenever the meaning of a reducer changes, even if only a function that it calls has changed: the fingerprint
   * covers the version and the source texts, and cannot see such a change. Default: the source texts alone.
   */
  readonly version?: number | string;
  /**
   * What says that a snapshot is still right. `'sources'`: the version and the source texts of `initialState`, comparators,
   * reducers, upcasters and `from`. `'version'`: the version alone, which must then be given and raised with care. It is for
   * minified builds, whose texts change by themselves, and for logs whose history was dropped, which cannot be refolded.
   * Default `'sources'`.
   */
  readonly fingerprint?: FingerprintKind;
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
> extends Omit<ModelDefinition<State, C, K>, 'meta'> {
  /** The schema of every event's meta, if the model has one. */
  readonly meta?: z.ZodType | undefined;
  /**
   * An event of this model, typed: in a list or in a variable it needs no `as const`. The data is checked when it is
   * appended.
   *
   * @throws RefoldError `UNKNOWN_EVENT_TYPE`; `EVENT_REJECTED` for a retired type
   */
  event<Type extends AppendableOf<C>>(
    type: Type,
    data: Extract<EventOf<C>, { readonly type: Type }>['data'],
    ...meta: undefined extends Extract<EventOf<C>, { readonly type: Type }>['meta']
      ? [meta?: Extract<EventOf<C>, { readonly type: Type }>['meta']]
      : [meta: Extract<EventOf<C>, { readonly type: Type }>['meta']]
  ): Extract<EventOf<C>, { readonly type: Type }>;
  /** Types only: what each command decides, and with it the type of its result. */
  readonly decisions?: D;
  /** For each event type: current version, schema and upcasters, normalised. */
  readonly types: ReadonlyMap<string, EventType>;
}

/** The state type of a model. */
export type StateOf<M> = M extends Model<infer State, any, any> ? State : never;
/** The catalog type of a model. */
export type CatalogOf<M> = M extends Model<any, infer C, any> ? C : never;

/**
 * Checks a model's definition and returns it, typed and frozen.
 *
 * @throws RefoldError `INVALID_OPTION`: empty name, an event type without reducer or a reducer without event type, a
 * version without all its upcasters, a `from` of a type that is still appended, `fingerprint: 'version'` without a version, a
 * command without schema, a comparator with two names, a part of the wrong type
 */
export function defineModel<
  State extends object,
  const C extends Catalog,
  K extends CommandInputs = Record<never, z.ZodType>,
  D extends CommandDecisions = Record<never, unknown>,
  M extends z.ZodType | undefined = undefined,
>(
  definition: ModelDefinition<State, C, K, M> & { readonly commands?: Deciding<D> },
): Model<State, WithMeta<C, M>, K, D> {
  const { parts, types } = checkDefinition(definition);
  const event = (type: string, data: unknown, meta?: unknown): object => {
    const known = types.get(type);
    if (known === undefined) throw unknownEvent(String(parts.name), type, types.keys());
    if (known.retired === true) throw retiredEvent('make an event', type);
    return meta === undefined ? { type, data } : { type, data, meta };
  };
  return Object.freeze({ ...parts, types, event }) as unknown as Model<State, WithMeta<C, M>, K, D>;
}

function unknownEvent(model: string, type: unknown, known: Iterable<string>): RefoldError {
  const text = typeof type === 'string' ? type : '';
  return new RefoldError(
    'UNKNOWN_EVENT_TYPE',
    `Cannot make an event: the model ${model} has no event type ${shortened(text)}`,
    {
      type: text,
      hint: `Correct the name, or add it to the model's events; it has ${listNearest(text, known)}`,
    },
  );
}

/** The refusal of an event of a retired type. */
export function retiredEvent(action: string, type: string, sequence?: number): RefoldError {
  return new RefoldError('EVENT_REJECTED', `Cannot ${action}: the event type ${shortened(type)} is retired`, {
    type,
    ...(sequence === undefined ? {} : { sequence }),
    hint: 'Use the event type that replaced it, or remove retired: true from its definition',
  });
}

/** Takes part in inference alone: what each `decide` returns. */
type Deciding<D extends CommandDecisions> = {
  readonly [Name in keyof D]: { readonly decide: (state: never, input: never, context: never) => D[Name] };
};

/**
 * What `decide` returns to refuse a command.
 *
 * @param data more about the refusal, for the caller's code: plain JSON, at most 64 KiB of text in UTF-8. It is copied when
 * `decide` returns, stands in the outcome, and a retry with the same `commandId` gets it again. Default: none
 */
export function reject(code: string, message: string, data?: unknown): Rejection {
  return data === undefined ? { rejected: true, code, message } : { rejected: true, code, message, data };
}

export function isRejection(decision: unknown): decision is Rejection {
  return typeof decision === 'object' && decision !== null && (decision as Rejection).rejected === true;
}
