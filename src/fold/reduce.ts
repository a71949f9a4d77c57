/** What both folds know of a reducer: how to find it, what it may return, and the error when it fails. */
import { isInstance, isRefoldError, messageOf, RefoldError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/event.ts';
import { isPromiseLike, letGo } from '../core/let-go.ts';
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

/**
 * Refuses what a reducer returns when it shows that the reducer does not change its draft: a promise, or a new root.
 *
 * Called only with what is not undefined, so that the usual reducer pays nothing. Any other value is ignored.
 */
export function refuseReturned(returned: unknown, root: object): void {
  refusePromise(returned);
  if (!isNewRoot(returned, root)) return;
  throw new ReturnRefused('the reducer returned a new state', 'Change the draft, and return nothing');
}

/** A reducer that does not change its draft, as what it returned shows. */
class ReturnRefused extends TypeError {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

export function refusePromise(returned: unknown): void {
  if (!isPromiseLike(returned)) return;
  // Nobody will await it: its rejection must not bring the process down.
  letGo(returned);
  throw new ReturnRefused(
    'the reducer is asynchronous: it returned a promise',
    'Change the draft before the reducer returns, and do what takes time before the append',
  );
}

/** Whether it is a plain object that has every key of the root, as reducers of other libraries return it. */
export function isNewRoot(returned: unknown, root: object): boolean {
  if (typeof returned !== 'object' || returned === null || returned === root || Array.isArray(returned)) return false;
  const prototype = Object.getPrototypeOf(returned) as object | null;
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  return Object.keys(root).every((key) => Object.hasOwn(returned, key));
}

/** What a failure during the fold of `event` becomes. */
export function reducerFailed(error: unknown, event: Pick<RecordedEvent, 'type' | 'sequence'>): RefoldError {
  if (isRefoldError(error, 'UNKNOWN_EVENT_TYPE')) return error;
  const { type, sequence } = event;
  return new RefoldError('REDUCER_FAILED', `Cannot fold ${type} at sequence ${sequence}: ${messageOf(error)}`, {
    type,
    sequence,
    cause: error,
    hint: hintFor(error),
  });
}

function hintFor(error: unknown): string {
  if (isInstance(error, ReturnRefused)) return error.hint;
  if (isCloneError(error)) return 'A draft cannot be cloned: give plain(draft) instead';
  return 'Let the reducer accept every event that its schema accepts, without clock, chance or I/O';
}

/** Structured cloning refuses proxies, and with them the drafts of large values. */
function isCloneError(error: unknown): boolean {
  return isInstance(error, DOMException) && error.name === 'DataCloneError';
}

/** What a state that is not plain data becomes. `event` is the one that led to it, if any. */
export function stateRefused(error: IllegalValue, event?: Pick<RecordedEvent, 'type' | 'sequence'>): RefoldError {
  const coordinates = event === undefined ? {} : { type: event.type, sequence: event.sequence };
  return new RefoldError('REDUCER_FAILED', `Cannot keep the state: ${error.at || 'it'} is ${error.message}`, {
    ...coordinates,
    at: error.at,
    cause: error,
    hint:
      error.hint ??
      'Keep plain data in the state: objects, arrays, primitives, Map, Set, Date, bigint, typed arrays; no cycles',
  });
}
