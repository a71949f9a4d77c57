/** The state before the first event: the one place where `initialState` is called. */
import { messageOf, RefoldError } from '../core/errors.ts';
import { isPromiseLike, letGo } from '../core/let-go.ts';

/** What it is asked of: a model, or a projection. */
export interface BeginsWith<State extends object> {
  readonly name?: string;
  readonly initialState: () => State;
}

/**
 * A fresh initial state.
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
  } catch (cause) {
    throw invalid(name, `it threw: ${messageOf(cause)}`, cause);
  }
  if (problem !== undefined) throw invalid(name, problem);
  return state as State;
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
