/**
 * The atomic fold: a commit is folded completely, or changes nothing.
 *
 * Reducers work on a draft of the root (`commit-draft.ts`). Tables stay the same objects, so a reader's table shows
 * later commits. The root and everything inside the tables is frozen: a value that a reader has taken from them never
 * changes.
 */
import { isInstance } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { StateCapture } from '../capture.ts';
import type { LiveState } from '../live-state.ts';
import type { PlainObject } from '../members.ts';
import { IllegalValue } from '../plain.ts';
import { type FoldReducers, reducerFailed, reducerOf, refuseReturned, stateRefused } from '../reduce.ts';
import { adoptState } from './adopt.ts';
import { CommitDraft } from './commit-draft.ts';
import { DraftScope } from './scope.ts';
import { Settling } from './settle.ts';
import { withBothPlaces } from './two-places.ts';

export class AtomicState<State extends object> implements LiveState<State> {
  #root: PlainObject;
  /** Reused for each commit. */
  readonly #settling = new Settling(new DraftScope());

  /** @throws RefoldError `REDUCER_FAILED` when the state is not plain data */
  constructor(state: State, onFinding?: (path: string) => void) {
    this.#root = adoptState(state, onFinding);
  }

  get value(): State {
    return this.#root as State;
  }

  get isWhole(): boolean {
    return true;
  }

  /** @param watch called after each event; it may throw to refuse the commit */
  fold(reducers: FoldReducers, events: readonly RecordedEvent[], watch?: Watch): void {
    this.#settling.beginCommit();
    const commit = new CommitDraft(this.#root, this.#settling);
    for (let index = 0; index < events.length; index++) {
      if (index > 0) commit.beginEvent();
      foldOne(reducers, commit, events[index]!);
      watch?.(commit, index);
    }
    this.#root = commit.apply();
  }

  capture(): StateCapture {
    return this.#settling.scope.captures.take(this.#root);
  }
}

/** Inspects a commit after its event number `index`. */
export type Watch = (commit: CommitDraft, index: number) => void;

/** @throws RefoldError */
function foldOne(reducers: FoldReducers, commit: CommitDraft, event: RecordedEvent): void {
  const { type, sequence } = event; // a reducer may change them
  try {
    const returned = reducerOf(reducers, event)(commit.root, event.data, event);
    if (returned !== undefined) refuseReturned(returned, commit.root);
    commit.settle();
  } catch (error) {
    throw isInstance(error, IllegalValue)
      ? stateRefused(withBothPlaces(error, commit), { type, sequence })
      : reducerFailed(error, { type, sequence });
  }
}
