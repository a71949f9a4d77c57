/**
 * The two ways of folding, behind one interface.
 *
 * *Atomic*: a commit is folded completely or changes nothing. A value that a reader has read never changes, except that
 * a Map in it is a table, which shows every later commit.
 * *Direct*: reducers change the state itself. This is the fastest way, and every replay uses it.
 *
 * A reducer changes its draft and returns nothing. A promise or a new root as the return value is refused. Any other
 * return value is ignored, so `(state) => state.orders.clear()` is a valid reducer.
 *
 * Both ways give the same state, including the order of keys and entries. To ensure this, the atomic fold refuses what
 * would make them differ: a value in two places, a value that other code has frozen, and a value that a snapshot would
 * lose.
 */
import type { Comparators } from '../core/comparators.ts';
import type { RecordedEvent } from '../core/event.ts';
import { type AtomicOptions, AtomicState } from './atomic/atomic-state.ts';
import type { StateChange } from './atomic/noting/changes.ts';
import type { StagedCommit } from './atomic/staged-commit.ts';
import type { Unwieldy } from './atomic/unwieldy.ts';
import type { StateCapture } from './capture.ts';
import { DirectState, foldEvent, foldEvents, type Leniency } from './direct.ts';
import type { FoldReducers } from './reduce.ts';
import { StrictState, type Watched } from './strict/strict-state.ts';

export type { StateChange } from './atomic/noting/changes.ts';
export type { StagedCommit } from './atomic/staged-commit.ts';
export type { Unwieldy } from './atomic/unwieldy.ts';
export type { StateCapture } from './capture.ts';
export { type Leniency, OrderedTables } from './direct.ts';
export type { FoldReducers } from './reduce.ts';
export type { Watched, Witness } from './strict/strict-state.ts';

/** A state into which events are folded. */
export interface LiveState<State> {
  /**
   * The state as readers see it. Atomic: deeply frozen, and its tables, at any depth, show every later commit. Direct:
   * the state itself.
   */
  readonly value: State;
  /** Whether the state holds only complete commits. False after a direct fold has failed. */
  readonly isWhole: boolean;
  /**
   * Folds one commit. The events' data must not be frozen: reducers may keep it and change it, as on replay.
   *
   * @throws RefoldError `REDUCER_FAILED` when a reducer threw, returned a promise or a new root, or left an illegal
   * value in the state; `UNKNOWN_EVENT_TYPE` when there is no reducer. Atomic: the state is unchanged. Direct: the
   * state may be partly changed and must not be used any more
   */
  fold(reducers: FoldReducers, events: readonly RecordedEvent[]): void;
  /**
   * Folds events on drafts beside the state, whichever the fold: what they would make of it. The state stays as it is,
   * and is not copied. One at a time.
   *
   * @param what what the view of the staged state is called in messages
   */
  stage(what: string): StagedCommit;
  /** Opens a commit whose events are folded one by one. Until it is over, the state is folded in no other way. */
  open(what: string): OpenCommit;
  /**
   * Captures the current state, while folding continues. Only one capture at a time. Undefined for the direct fold,
   * whose reducers change the values themselves.
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
  /**
   * Ends the view, for the reason that is given. A commit that was not taken leaves nothing, except under the direct
   * fold.
   */
  end(why: string): void;
}

/**
 * Opens a state for atomic folding and takes ownership of it. It freezes the state deeply, and makes its tables refuse
 * changes from outside. This takes time in proportion to the size of the state, once.
 *
 * @param onFinding called with the path of each value that had to be copied, because it was frozen already or is in two
 * places
 * @param comparators those of the model, for OrderedMaps below the top level. Default: those of all models of this process
 * @param onUnwieldy called once for each kind of place with a large value that is not a table, when a commit changes
 * something in it
 * @throws RefoldError `REDUCER_FAILED` when the state holds something that is not plain data
 */
export function openAtomicState<State extends object>(
  state: State,
  onFinding?: (path: string) => void,
  comparators?: Comparators,
  onUnwieldy?: (found: Unwieldy) => void,
): LiveState<State> {
  return new AtomicState(state, { onFinding, comparators, onUnwieldy });
}

/** Opens a state for direct folding: reducers change this object itself. */
export function openDirectState<State extends object>(state: State, comparators?: Comparators): LiveState<State> {
  return new DirectState(state, comparators);
}

/**
 * Opens a state for strict folding: each commit is folded in both ways, and the results are compared (see `strict/`).
 *
 * @param watched runs the second fold, and reports whether it read the clock or drew random numbers
 */
export function openStrictState<State extends object>(
  state: State,
  fold: 'atomic' | 'direct',
  watched: Watched,
  { onFinding, comparators, onUnwieldy }: AtomicOptions = {},
): LiveState<State> {
  const live =
    fold === 'atomic'
      ? new AtomicState(state, { onFinding, comparators, onUnwieldy })
      : new DirectState(state, comparators);
  return new StrictState(live, watched, comparators);
}

/**
 * Folds events into `state`, which the reducers change in place.
 *
 * @throws RefoldError `REDUCER_FAILED`, `UNKNOWN_EVENT_TYPE`; the state may then be partly changed
 */
export function foldDirect(
  reducers: FoldReducers,
  state: object,
  events: Iterable<RecordedEvent>,
  leniency?: Leniency,
): void {
  foldEvents(reducers, state, events, leniency);
}

/** The same for one event. */
export function foldOneDirect(
  reducers: FoldReducers,
  state: object,
  event: RecordedEvent,
  leniency: Leniency | undefined,
): void {
  foldEvent(reducers, state, event, leniency);
}

/** An atomically folded state that says what each event changes, and that can be kept as it is at one moment. */
export interface NotingState<State> {
  readonly value: State;
  /** Folds one event as a commit. @throws RefoldError as `LiveState.fold` does; the state is unchanged then */
  foldNoting(reducers: FoldReducers, event: RecordedEvent): readonly StateChange[];
  /** Keeps the state as it is now. The cost follows the entries of the Maps: it says how many there are. */
  keep(): KeptState<State>;
}

/** A state as it was at one moment. */
export interface KeptState<State> {
  /** A state that begins there, each time another one. It costs several times as much as to keep it. */
  restore(): NotingState<State>;
  readonly entries: number;
}

/** As `openAtomicState`. */
export function openNotingState<State extends object>(state: State, comparators?: Comparators): NotingState<State> {
  return new AtomicState(state, { comparators });
}
