/** What both folds share: how to find a reducer, what it may return, and the error when it fails. */
import { grouped, isInstance, isRefoldError, messageOf, RefoldError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/event.ts';
import { isPromiseLike, letGo } from '../core/let-go.ts';
import type { IllegalValue } from './plain.ts';

/** Reducers by event type. The model gives them precise types. */
export type FoldReducers = { readonly [type: string]: FoldReducer | undefined };
type FoldReducer = (draft: any, data: any, event: any) => unknown;

/** @throws RefoldError `UNKNOWN_EVENT_TYPE` */
export function reducerOf(reducers: FoldReducers, event: RecordedEvent): FoldReducer {
  const { type, sequence } = event;
  // Own keys only: an event type named toString must not find the method of Object.
  const reducer = Object.hasOwn(reducers, type) ? reducers[type] : undefined;
  if (typeof reducer === 'function') return reducer;
  throw new RefoldError(
    'UNKNOWN_EVENT_TYPE',
    `Cannot fold ${type} at sequence ${grouped(sequence)}: the model has no reducer for it`,
    {
      type,
      sequence,
      hint: 'Keep a reducer for every type that the log holds; use an empty function if the state ignores it',
    },
  );
}

/**
 * Refuses a promise or a new root. Such a return value shows that the reducer does not change its draft. Any other
 * value is ignored.
 *
 * It is called only when the value is not undefined, so that the usual reducer costs nothing.
 */
export function refuseReturned(returned: unknown, root: object): void {
  refusePromise(returned);
  if (!isNewRoot(returned, root)) return;
  throw new ReturnRefused('the reducer returned a new state', 'Change the draft, and return nothing');
}

/** The error for a return value that shows that the reducer does not change its draft. */
class ReturnRefused extends TypeError {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

export function refusePromise(returned: unknown): void {
  if (!isPromiseLike(returned)) return;
  // refold does not await the promise, so its rejection must not end the process.
  letGo(returned);
  throw new ReturnRefused(
    'the reducer is asynchronous: it returned a promise',
    'Change the draft before the reducer returns, and do asynchronous work before the append',
  );
}

/**
 * Whether the value is a plain object with every key of the root. Reducers of other libraries return such an object.
 */
export function isNewRoot(returned: unknown, root: object): boolean {
  if (typeof returned !== 'object' || returned === null || returned === root || Array.isArray(returned)) return false;
  const prototype = Object.getPrototypeOf(returned) as object | null;
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  return Object.keys(root).every((key) => Object.hasOwn(returned, key));
}

/** The `RefoldError` for a failure during the fold of `event`. */
export function reducerFailed(error: unknown, event: Pick<RecordedEvent, 'type' | 'sequence'>): RefoldError {
  if (isRefoldError(error, 'UNKNOWN_EVENT_TYPE')) return error;
  const { type, sequence } = event;
  return new RefoldError(
    'REDUCER_FAILED',
    `Cannot fold ${type} at sequence ${grouped(sequence)}: ${messageOf(error)}`,
    {
      type,
      sequence,
      cause: error,
      hint: hintFor(error),
    },
  );
}

function hintFor(error: unknown): string {
  if (isInstance(error, ReturnRefused)) return error.hint;
  if (isCloneError(error)) return 'A draft cannot be cloned: pass plain(draft) instead';
  return 'Make the reducer accept every event that its schema accepts, without clock, random numbers or I/O';
}

/** Structured cloning refuses proxies. The drafts of large values are proxies. */
function isCloneError(error: unknown): boolean {
  return isInstance(error, DOMException) && error.name === 'DataCloneError';
}

/** The `RefoldError` for a state that is not plain data. `event` is the event that caused it, if any. */
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
