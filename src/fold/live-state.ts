/**
 * The two ways of folding, behind one interface.
 *
 * *Atomic*: a commit is folded as a whole or leaves no trace, and what a reader has seen never changes under it.
 * *Direct*: reducers change the state itself; the fastest way, and the way of every replay.
 *
 * A reducer changes its draft and returns nothing: what else it returns is ignored, so that `(state) => state.orders.clear()`
 * is fine, but for a promise and for a new root, which are refused.
 *
 * Both ways come to the same state, order of keys and entries included, because what would make them differ is refused by
 * the atomic fold: a value in two places, a value that others have frozen, and what a snapshot would lose.
 */
import type { RecordedEvent } from '../core/event.ts';
import { AtomicState } from './atomic/atomic-state.ts';
import type { StagedCommit } from './atomic/staged-commit.ts';
import type { StateCapture } from './capture.ts';
import { DirectState, foldEvents, type Leniency } from './direct.ts';
import type { FoldReducers } from './reduce.ts';
import { StrictState, type Watched } from './strict/strict-state.ts';

export type { StagedCommit } from './atomic/staged-commit.ts';
export type { StateCapture } from './capture.ts';
export { type Leniency, OrderedTables } from './direct.ts';
export type { FoldReducers } from './reduce.ts';
export type { Watched, Witness } from './strict/strict-state.ts';

/** A state that events are folded into. */
export interface LiveState<State> {
  /** The state as readers see it: atomic, deeply frozen, with tables that show every later commit; direct, the state itself. */
  readonly value: State;
  /** Whether the state is as its last whole commit left it. A direct fold that fails leaves it otherwise. */
  readonly isWhole: boolean;
  /**
   * Folds one commit. The events' data must not be frozen: it is the reducers' own, to be kept and changed, as on replay.
   *
   * @throws RefoldError `REDUCER_FAILED` when a reducer threw, returned a promise or a new root, or left something in the
   * state that does not belong there; `UNKNOWN_EVENT_TYPE` when there is no reducer. Atomic: the state is as before. Direct: it may be half
   * changed, and is not to be used any more
   */
  fold(reducers: FoldReducers, events: readonly RecordedEvent[]): void;
  /**
   * Folds events on drafts beside the state, whichever the fold: what they would make of it. The state stays as it is, and
   * is not copied. One at a time.
   *
   * @param what what the view of the staged state is called in messages
   */
  stage(what: string): StagedCommit;
  /** Opens a commit whose events are folded one by one. Until it is over, the state is folded in no other way. */
  open(what: string): OpenCommit;
  /**
   * Holds the state still, as it is now, while folding goes on. One at a time. Undefined under the direct fold, whose
   * reducers change the values themselves.
   */
  capture(): StateCapture | undefined;
}

/** A commit whose events are folded one by one. */
export interface OpenCommit {
  /** The state with what was folded so far: atomic, as readers see it; direct, the state itself. */
  readonly state: object;
  /** @throws RefoldError as `LiveState.fold` does. Atomic: nothing but `end` may follow */
  fold(reducers: FoldReducers, event: RecordedEvent): void;
  /** Makes it the state. @throws RefoldError only under strict folding, as `LiveState.fold` does */
  take(): void;
  /** Ends the view, for the reason that is given. Of a commit that was not taken nothing is left, but under the direct fold. */
  end(why: string): void;
}

/**
 * Opens a state for atomic folding. Takes ownership: the state is frozen deeply and its tables refuse changes from outside,
 * which takes time in proportion to its size, once.
 *
 * @param onFinding told the path of each value that had to be copied, since it was frozen already or stands in two places
 * @throws RefoldError `REDUCER_FAILED` when it holds something that is not plain data
 */
export function openAtomicState<State extends object>(
  state: State,
  onFinding?: (path: string) => void,
): LiveState<State> {
  return new AtomicState(state, onFinding);
}

/** Opens a state for direct folding: reducers will change this very object. */
export function openDirectState<State extends object>(state: State): LiveState<State> {
  return new DirectState(state);
}

/**
 * Opens a state whose commits are folded twice, in both ways, and compared: see `strict/`.
 *
 * @param watched runs the second fold, and says what it has asked of clock and chance
 */
export function openStrictState<State extends object>(
  state: State,
  fold: 'atomic' | 'direct',
  watched: Watched,
  onFinding?: (path: string) => void,
): LiveState<State> {
  const live = fold === 'atomic' ? new AtomicState(state, onFinding) : new DirectState(state);
  return new StrictState(live, watched);
}

/**
 * Folds events into `state`, which the reducers change in place.
 *
 * @throws RefoldError `REDUCER_FAILED`, `UNKNOWN_EVENT_TYPE`; the state may then be half changed
 */
export function foldDirect(
  reducers: FoldReducers,
  state: object,
  events: Iterable<RecordedEvent>,
  leniency?: Leniency,
): void {
  foldEvents(reducers, state, events, leniency);
}
