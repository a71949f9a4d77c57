/** What both folds know of a reducer: how to find it, what it may return, and the error when it fails. */
import { isRefoldError, messageOf, RefoldError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/event.ts';
import type { IllegalValue } from './plain.ts';

/** Reducers by event type. Their own types are the model's business. */
export type FoldReducers = { readonly [type: string]: FoldReducer | undefined };
type FoldReducer = (draft: any, data: any, event: any) => unknown;

/** @throws RefoldError `UNKNOWN_EVENT_TYPE` */
export function reducerOf(reducers: FoldReducers, event: RecordedEvent): FoldReducer {
  const { type, sequence } = event;
  // Own keys only: a type named toString must not find Object's.
  const reducer = Object.hasOwn(reducers, type) ? reducers[type] : undefined;
  if (typeof reducer === 'function') return reducer;
  throw new RefoldError(
    'UNKNOWN_EVENT_TYPE',
    `Cannot fold ${type} at sequence ${sequence}: the model has no reducer for it`,
    {
      type,
      sequence,
      hint: 'Keep a reducer for every type that the log holds; an empty function says that the state ignores it',
    },
  );
}

/** Refuses a promise. Called only with what is not undefined, so that the usual reducer pays nothing. */
export function refusePromise(returned: unknown): void {
  if (typeof (returned as PromiseLike<unknown> | null)?.then !== 'function') return;
  // Nobody will await it: its rejection must not bring the process down.
  (returned as PromiseLike<unknown>).then(undefined, () => {});
  throw new TypeError('the reducer is asynchronous: it returned a promise');
}

/** What a failure during the fold of `event` becomes. */
export function reducerFailed(error: unknown, event: RecordedEvent): RefoldError {
  if (isRefoldError(error, 'UNKNOWN_EVENT_TYPE')) return error;
  const { type, sequence } = event;
  return new RefoldError('REDUCER_FAILED', `Cannot fold ${type} at sequence ${sequence}: ${messageOf(error)}`, {
    type,
    sequence,
    cause: error,
    hint: 'Let the reducer accept every event that its schema accepts, without clock, chance or I/O',
  });
}

/** What a state that is no plain data becomes. `event` is the last of the commit that led to it, if any. */
export function stateRefused(error: IllegalValue, event?: RecordedEvent): RefoldError {
  const coordinates = event === undefined ? {} : { type: event.type, sequence: event.sequence };
  return new RefoldError('REDUCER_FAILED', `Cannot keep the state: ${error.at || 'it'} is ${error.message}`, {
    ...coordinates,
    at: error.at,
    cause: error,
    hint: 'Keep plain data in the state: objects, arrays, primitives, Map, Set, Date, bigint, typed arrays; no cycles',
  });
}
