/** The definition of a reactor, and its checks. */
import type { Catalog, RecordedEventOf, TypeOf } from '../../core/catalog.ts';
import { grouped, RefoldError } from '../../core/errors.ts';
import type { DeepReadonly } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { listNearest } from '../../core/nearest.ts';
import { isParts } from '../../core/parts.ts';
import {
  A_FUNCTION,
  checkOptions,
  checkValue,
  isSequence,
  type OptionCheck,
  type OptionChecks,
} from '../calls/call-options.ts';
import { timeOf } from '../past/history.ts';
import { REACTOR_WINDOW } from './progress.ts';

/** Where a reactor starts when the log does not know it yet: with the first event, with the next one, or at a place. */
export type ReactorStart =
  | 'start'
  | 'now'
  /** The first event to react to. */
  | { readonly sequence: number }
  /** The first event that was recorded at this time or later: ms since the epoch, or a Date. */
  | { readonly time: number | Date };

/** What an effect gets besides its event. */
export interface ReactorContext<State = unknown> {
  /** Aborts when the reactor stops or the store closes. Both wait until the effect has returned. */
  readonly signal: AbortSignal;
  /** Which attempt this is, from 1. After a crash an effect may run again with attempt 1. */
  readonly attempt: number;
  /** The store's present state. It may be ahead of the event. */
  readonly state: DeepReadonly<State>;
  /** The last sequence that this effect covers: what an application with an own checkpoint saves beside its effect. */
  readonly sequence: number;
}

/** Runs the effect of one event. The event's `sequence` is its idempotency key. It may return a promise. */
export type Effect<State, Event> = (event: Event, context: ReactorContext<State>) => unknown;

export interface RetryPolicy {
  /** How often an effect is tried in total, from 1. Default 5. */
  readonly attempts?: number | undefined;
  /** How long to wait after attempt n has failed, in ms. Default: 100, 200, 400 and so on, at most 30,000. */
  readonly backoff?: ((attempt: number) => number) | undefined;
}

/** For an application that keeps the position in its own database, in one transaction with its effects. */
export interface ReactorCheckpoint {
  /** Gives the last sequence that is finished; undefined when nothing was saved yet. */
  readonly load: () => number | undefined | Promise<number | undefined>;
  /** Called after effects that are finished, and for events without an effect. It may get a sequence again. */
  readonly save: (sequence: number) => unknown;
}

/** `Type` are the event types that the reactor reacts to. */
export interface ReactorDefinition<
  State extends object = any,
  C extends Catalog = any,
  Type extends TypeOf<C> = TypeOf<C>,
> {
  /** Names its progress in the log. */
  readonly name: string;
  /** Only the first start counts. Default `start`. */
  readonly from?: ReactorStart | undefined;
  /** An effect for each event type that matters; the others are passed over. Give this or `onBatch`. */
  readonly on?: { readonly [Each in Type]: Effect<State, RecordedEventOf<C, Each>> } | undefined;
  /** One effect for many events, in order. When it fails, the batch repeats as a whole. */
  readonly onBatch?: Effect<State, readonly RecordedEventOf<C, NoInfer<Type>>[]> | undefined;
  /** For `onBatch`: the types of its events. Default: every type. */
  readonly types?: readonly Type[] | undefined;
  /** For `onBatch`: the most events of one batch, 1 to 1,000. Default 500. A batch never waits to become larger. */
  readonly batchSize?: number | undefined;
  /** Events of the same key are handled in order. Default: all events are one partition. */
  readonly partitionBy?: ((event: RecordedEventOf<C, NoInfer<Type>>) => string | number) | undefined;
  /** How many effects of different partitions may run at once, 1 to 1,000. Default 1. */
  readonly concurrency?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  /**
   * What happens to an event whose attempts have all failed. `stop`, the default: the reactor stops before it. `skip`: it
   * counts as finished, with a warning. `park`: it is set aside for `retry` or `skip`, and later events continue.
   */
  readonly onExhausted?: 'stop' | 'skip' | 'park' | undefined;
  /** Only with a `concurrency` of 1. */
  readonly checkpoint?: ReactorCheckpoint | undefined;
}

/** A definition with all its defaults. */
export interface CheckedReactor {
  readonly name: string;
  readonly from: ReactorStart;
  readonly effects: ReadonlyMap<string, Effect<any, any>> | undefined;
  readonly onBatch: Effect<any, readonly any[]> | undefined;
  /** The types that it reacts to; undefined for all. */
  readonly types: ReadonlySet<string> | undefined;
  /** The most events of one effect. */
  readonly batchSize: number;
  readonly partitionBy: (event: any) => string | number;
  readonly concurrency: number;
  readonly attempts: number;
  readonly backoff: (attempt: number) => number;
  readonly onExhausted: 'stop' | 'skip' | 'park';
  readonly checkpoint: ReactorCheckpoint | undefined;
}

/**
 * Checks a reactor's definition for a model, and gives it back typed and frozen. `store.react` starts it.
 *
 * @throws RefoldError `INVALID_OPTION` for an empty name, neither or both of `on` and `onBatch`, an event type that the model
 * does not have, and any other part of the wrong kind
 */
export function defineReactor<State extends object, C extends Catalog, Type extends TypeOf<C> = TypeOf<C>>(
  model: Model<State, C, any, any>,
  definition: ReactorDefinition<State, C, Type>,
): ReactorDefinition<State, C, Type> {
  checkReactor(definition, model);
  return Object.freeze({ ...definition });
}

const ACTION = 'define the reactor';
const DEFAULT_ATTEMPTS = 5;
const DEFAULT_BATCH = 500;
const LONGEST_BACKOFF_MS = 30_000;

/** A definition with its defaults. @throws RefoldError `INVALID_OPTION` */
export function checkReactor(definition: unknown, model: Model): CheckedReactor {
  const given = checkOptions<ReactorDefinition>(ACTION, CHECKS, definition);
  const { name } = given;
  if (name === undefined) throw invalid('it has no name', undefined, 'Give { name, on: { … } }');
  const retry = checkOptions<RetryPolicy>(`${ACTION} ${name}`, RETRY_CHECKS, given.retry);
  const { on, onBatch, concurrency = 1, checkpoint } = given;
  if ((on === undefined) === (onBatch === undefined)) {
    throw invalid('it needs either on or onBatch', name, 'Give { on: { Type: effect } }, or onBatch for whole batches');
  }
  if (onBatch === undefined && (given.types !== undefined || given.batchSize !== undefined)) {
    throw invalid('types and batchSize belong to onBatch', name, 'Leave them out: on names the types of its events');
  }
  if (checkpoint !== undefined && concurrency !== 1) {
    const hint = 'Leave concurrency out: one sequence cannot say which of several effects are finished';
    throw invalid('a checkpoint needs a concurrency of 1', name, hint);
  }
  const effects = on === undefined ? undefined : effectsOf(on);
  const types = effects === undefined ? given.types && new Set<string>(given.types) : new Set(effects.keys());
  for (const type of types ?? []) requireType(type, name, model);
  return {
    name,
    from: given.from ?? 'start',
    effects,
    onBatch: onBatch as CheckedReactor['onBatch'],
    types,
    batchSize: onBatch === undefined ? 1 : (given.batchSize ?? DEFAULT_BATCH),
    partitionBy: given.partitionBy ?? (() => ''),
    concurrency,
    attempts: retry.attempts ?? DEFAULT_ATTEMPTS,
    backoff: retry.backoff ?? ((attempt) => Math.min(100 * 2 ** (attempt - 1), LONGEST_BACKOFF_MS)),
    onExhausted: given.onExhausted ?? 'stop',
    checkpoint,
  };
}

function effectsOf(on: object): Map<string, Effect<any, any>> {
  return new Map(Object.entries(on).filter(([, effect]) => effect !== undefined));
}

function requireType(type: string, name: string, model: Model): void {
  if (model.types.has(type)) return;
  const problem = `it reacts to ${type}, and the model ${model.name} has no such event`;
  throw invalid(problem, name, `The model has ${listNearest(type, model.types.keys())}`);
}

const A_NAME: OptionCheck = [
  'a name of 1 to 200 characters',
  (name) => typeof name === 'string' && name.length >= 1 && name.length <= 200 && name.isWellFormed(),
];

const A_START: OptionCheck = [
  "'start', 'now', { sequence } or { time }",
  (from) => from === 'start' || from === 'now' || isPlace(from),
  (from) => (isParts(from) ? { ...from } : from),
];

function isPlace(from: unknown): boolean {
  if (!isParts(from) || Object.keys(from).length !== 1) return false;
  const { sequence, time } = from;
  if (sequence !== undefined) return isSequence(sequence) && sequence >= 1;
  return Number.isFinite(timeOf(time));
}

function aCount(most: number): OptionCheck {
  return [
    `a whole number from 1 to ${grouped(most)}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most,
  ];
}

const EFFECTS: OptionCheck = [
  'an object of functions by event type',
  (on) => isParts(on) && Object.values(on).every((effect) => effect === undefined || typeof effect === 'function'),
  (on) => (isParts(on) ? { ...on } : on),
];

const CHECKS: OptionChecks<ReactorDefinition> = {
  name: A_NAME,
  from: A_START,
  on: EFFECTS,
  onBatch: A_FUNCTION,
  types: [
    'an array of event types',
    (types) => Array.isArray(types) && types.every((type) => typeof type === 'string'),
    (types) => (Array.isArray(types) ? Array.from(types) : types),
  ],
  batchSize: aCount(REACTOR_WINDOW),
  partitionBy: A_FUNCTION,
  concurrency: aCount(REACTOR_WINDOW),
  retry: ['an object: { attempts?, backoff? }', isParts],
  onExhausted: ["'stop', 'skip' or 'park'", (value) => value === 'stop' || value === 'skip' || value === 'park'],
  checkpoint: [
    'an object with the functions load and save',
    (value) => {
      const { load, save } = isParts(value) ? value : {};
      return typeof load === 'function' && typeof save === 'function';
    },
  ],
};

const RETRY_CHECKS: OptionChecks<RetryPolicy> = { attempts: aCount(1_000_000), backoff: A_FUNCTION };

/** The name is checked here too, because a definition without one reaches no other check. */
export function checkReactorName(action: string, name: unknown): string {
  return checkValue(action, 'name', A_NAME, name) as string;
}

function invalid(problem: string, name: string | undefined, hint: string): RefoldError {
  const which = name === undefined ? '' : ` ${name}`;
  return new RefoldError('INVALID_OPTION', `Cannot define the reactor${which}: ${problem}`, {
    ...(name !== undefined && { type: name }),
    hint,
  });
}
