/** The definition of a projection, and its checks. */
import type { Catalog, DataOf, TypeOf } from '../../core/catalog.ts';
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { FingerprintKind, Model, ReducedEventOf, Reducer } from '../../core/model.ts';
import { problemOfFingerprint, requireModel } from '../../core/model-checks.ts';
import { listNearest } from '../../core/nearest.ts';

export interface ProjectionDefinition<State extends object, C extends Catalog> {
  /** Names its checkpoint and snapshots in the log's file. */
  readonly name: string;
  readonly initialState: () => State;
  /** For the event types that matter to this view; others are skipped. */
  readonly reducers: {
    readonly [Type in TypeOf<C>]?: Reducer<NoInfer<State>, Type, DataOf<C, Type>, ReducedEventOf<C, Type>> | undefined;
  };
  /** Like a model's `version`: raise it when the view must be built again. */
  readonly version?: number | string;
  /** As a model's `fingerprint`: `'version'` makes the version alone say whether the saved state still fits. Default `'sources'`. */
  readonly fingerprint?: FingerprintKind;
}

/**
 * Checks a projection's definition and gives it back, typed by the model: its reducers get the events of that model.
 *
 * Without the model the store that gets the definition supplies the types.
 *
 * @throws RefoldError `INVALID_OPTION` for an empty name, a missing `initialState`, a reducer that is not a function, or one
 * for an event type that the model does not have
 */
export function defineProjection<State extends object, C extends Catalog>(
  definition: ProjectionDefinition<State, C>,
): ProjectionDefinition<State, C>;
export function defineProjection<State extends object, C extends Catalog>(
  model: Model<any, C, any, any>,
  definition: ProjectionDefinition<State, NoInfer<C>>,
): ProjectionDefinition<State, C>;
export function defineProjection(
  ...given: [Model, ProjectionDefinition<any, any>] | [ProjectionDefinition<any, any>]
): ProjectionDefinition<any, any> {
  if (given.length === 1) return checkDefinition(given[0]);
  const [model, definition] = given;
  requireModel('define the projection', model);
  return checkDefinition(definition, model);
}

/**
 * A frozen copy of the definition.
 *
 * @param model the reducers must be for its event types; default: not checked
 * @throws RefoldError `INVALID_OPTION`
 */
export function checkDefinition<State extends object, C extends Catalog>(
  definition: ProjectionDefinition<State, C>,
  model?: Model,
): ProjectionDefinition<State, C> {
  try {
    if (typeof definition !== 'object' || definition === null) throw invalid('it is not an object');
    const copy = { ...definition };
    const problem = problemOf(copy as Record<string, unknown>, model);
    if (problem !== undefined) throw invalid(problem, copy.name);
    return Object.freeze(copy);
  } catch (cause) {
    if (isRefoldError(cause)) throw cause;
    throw invalid(`reading it threw: ${messageOf(cause)}`, undefined, cause);
  }
}

function problemOf(definition: Record<string, unknown>, model: Model | undefined): string | undefined {
  const { name, initialState, reducers, version, fingerprint } = definition;
  if (typeof name !== 'string' || name === '') return 'it needs a name';
  if (!name.isWellFormed()) return 'its name holds a lone surrogate';
  if (typeof initialState !== 'function') return `${name} needs an initialState function`;
  if (version !== undefined && typeof version !== 'number' && typeof version !== 'string')
    return `the version of ${name} is neither a number nor a string`;
  const problem = problemOfFingerprint(fingerprint, version);
  if (problem !== undefined) return `of ${name}, ${problem[0]}`;
  if (typeof reducers !== 'object' || reducers === null || Array.isArray(reducers))
    return `the reducers of ${name} are not an object`;
  return problemOfReducers(name, reducers, model);
}

function problemOfReducers(name: string, reducers: object, model: Model | undefined): string | undefined {
  for (const [type, reducer] of Object.entries(reducers)) {
    if (reducer === undefined) continue;
    if (typeof reducer !== 'function') return `the reducer ${type} of ${name} is not a function`;
    if (model === undefined || model.types.has(type)) continue;
    return `${name} has a reducer for ${type}, and the model ${model.name} has only ${listNearest(type, model.types.keys())}`;
  }
  return undefined;
}

function invalid(problem: string, name?: unknown, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot define the projection: ${problem}`, {
    ...(typeof name === 'string' ? { type: name } : {}),
    cause,
    hint: 'Give { name, initialState, reducers }, with reducers for event types of the model',
  });
}
