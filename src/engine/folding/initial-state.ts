/** The state before the first event: the one place where `initialState` is called. */
import type { Comparators } from '../../core/comparators.ts';
import { isInstance, messageOf, RefoldError } from '../../core/errors.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import { ownState } from '../../fold/own-copy.ts';
import { IllegalValue } from '../../fold/plain.ts';
import type { Beginning } from './stored-snapshots.ts';

/** A model or a projection. */
export interface BeginsWith<State extends object> {
  readonly name?: string;
  readonly initialState: () => State;
  /** Those that its OrderedMaps below the top level may have. */
  readonly comparators?: Comparators | undefined;
}

/**
 * A fresh initial state: a copy made by the engine. So `initialState` may give a frozen object, the same object each time, or
 * one value in two places, and folds, projections and replays do not affect each other.
 *
 * @throws RefoldError `INVALID_OPTION` when `initialState` throws, or gives a promise or anything else that is not an object
 */
export function freshState<State extends object>(definition: BeginsWith<State>): State {
  const { name = 'the model' } = definition;
  let state: unknown;
  let problem: string | undefined;
  try {
    state = definition.initialState();
    problem = problemOf(state);
    if (problem === undefined) return ownState(state as State, definition.comparators);
  } catch (cause) {
    if (isInstance(cause, IllegalValue)) throw invalid(name, `${cause.at || 'it'} is ${cause.message}`, cause);
    throw invalid(name, `it threw: ${messageOf(cause)}`, cause);
  }
  throw invalid(name, problem);
}

/** The initial state, and what else decoding needs. @throws RefoldError as `freshState` does */
export function beginningOf<State extends object>(definition: BeginsWith<State>): Beginning<State> {
  return { initial: freshState(definition), comparators: definition.comparators };
}

function problemOf(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null) return `it gave ${state === null ? 'null' : typeof state}`;
  letGo(state);
  return isPromiseLike(state) ? 'it gave a promise' : undefined;
}

function invalid(name: string, problem: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot begin with the initialState of ${name}: ${problem}`, {
    type: 'initialState',
    cause,
    hint: 'Let initialState give a new plain object at each call, synchronously',
  });
}
