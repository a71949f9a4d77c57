/**
 * The two ways of folding, behind one interface.
 *
 * *Atomic*: a commit is folded as a whole or leaves no trace, and what a reader has seen never changes under it.
 * *Direct*: reducers change the state itself; the fastest way, and the way of every replay.
 *
 * A reducer changes its draft and returns nothing: what else it returns is ignored, so that `(state) => state.orders.clear()`
 * is fine, but for a promise, which is refused, since whatever it does later would be lost.
 *
 * Both ways come to the same state, order of keys and entries included, for reducers that keep to three rules. A value put
 * into the state in two places is two values: copy it. Dates, ArrayBuffers and typed arrays are replaced, never changed in
 * place. A value that a reducer freezes itself is frozen deeply, and not to be changed later. (One gap is immer's: in values
 * of more than about a hundred members, it takes 0 over -0, and -0 over 0, for no change.)
 */
import type { RecordedEvent } from '../core/event.ts';
import { AtomicState } from './atomic.ts';
import type { StateCapture } from './capture.ts';
import { foldEvents } from './direct.ts';
import type { FoldReducers } from './reduce.ts';

export type { StateCapture } from './capture.ts';
export type { FoldReducers } from './reduce.ts';

/** A state that events are folded into. */
export interface LiveState<State> {
  /** The state as readers see it: atomic, deeply frozen, with tables that show every later commit; direct, the state itself. */
  readonly value: State;
  /**
   * Folds one commit.
   *
   * Atomic: reducers get a copy of data that is frozen, which they may keep and change, as on replay; data that is not
   * frozen is theirs as it is, and is frozen where it became part of the state.
   *
   * @throws RefoldError `REDUCER_FAILED` when a reducer threw, returned a promise or left something in the state that is
   * no plain data; `UNKNOWN_EVENT_TYPE` when there is no reducer. Atomic: the state is as before. Direct: it may be half
   * changed, and is not to be used any more
   */
  fold(reducers: FoldReducers, events: readonly RecordedEvent[]): void;
  /**
   * Holds the state still, as it is now, while folding goes on. One at a time. Undefined under the direct fold, whose
   * reducers change the values themselves.
   */
  capture(): StateCapture | undefined;
}

/**
 * Opens a state for atomic folding. Takes ownership: the state is frozen deeply and its tables refuse changes from outside,
 * which takes time in proportion to its size, once.
 *
 * @throws RefoldError `REDUCER_FAILED` when it holds something that is no plain data
 */
export function openAtomicState<State extends object>(state: State): LiveState<State> {
  return new AtomicState(state);
}

/** Opens a state for direct folding: reducers will change this very object. */
export function openDirectState<State extends object>(state: State): LiveState<State> {
  return {
    value: state,
    fold: (reducers, events) => foldEvents(reducers, state, events),
    capture: () => undefined,
  };
}

/**
 * Folds events into `state`, which the reducers change in place.
 *
 * @throws RefoldError `REDUCER_FAILED`, `UNKNOWN_EVENT_TYPE`; the state may then be half changed
 */
export function foldDirect(reducers: FoldReducers, state: object, events: Iterable<RecordedEvent>): void {
  foldEvents(reducers, state, events);
}
