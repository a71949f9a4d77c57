/**
 * The atomic fold: a commit is folded completely, or changes nothing.
 *
 * Reducers work on a draft of the root (`commit-draft.ts`). Tables stay the same objects, so a reader's table shows
 * later commits. The root and everything inside the tables is frozen: a value that a reader has taken from them never
 * changes.
 */
import type { Comparators } from '../../core/comparators.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { StateCapture } from '../capture.ts';
import type { LiveState, OpenCommit } from '../live-state.ts';
import type { PlainObject } from '../members.ts';
import type { FoldReducers } from '../reduce.ts';
import { adoptState } from './adopt.ts';
import { CommitDraft } from './commit-draft.ts';
import { bringsNested, changesOf, type StateChange, settleChanges } from './noting/changes.ts';
import { keepRoot } from './noting/kept-root.ts';
import { nestsMaps } from './noting/nested-maps.ts';
import { Placing } from './placing.ts';
import { DraftScope } from './scope.ts';
import { foldOne, StagedCommit } from './staged-commit.ts';
import { type Unwieldy, UnwieldyPlaces } from './unwieldy.ts';

/** What an atomic fold is told, and whom it tells. */
export interface AtomicOptions {
  /** Called with the path of each value that had to be copied, because it was frozen already or is in two places. */
  readonly onFinding?: ((path: string) => void) | undefined;
  /** The comparators of the model, for OrderedMaps below the top level. Default: those of all models of this process. */
  readonly comparators?: Comparators | undefined;
  /** Called once for each kind of place with a large value that is not a table, when a commit changes something in it. */
  readonly onUnwieldy?: ((found: Unwieldy) => void) | undefined;
}

export class AtomicState<State extends object> implements LiveState<State> {
  #root: PlainObject;
  readonly #comparators: Comparators | undefined;
  /** Whether there may be Maps below the top level; undefined until somebody needs to know. */
  #nests: boolean | undefined;
  /** Reused for each commit. */
  readonly #placing: Placing;

  /** @throws RefoldError `REDUCER_FAILED` when the state is not plain data */
  constructor(state: State, { onFinding, comparators, onUnwieldy }: AtomicOptions = {}) {
    this.#comparators = comparators;
    const unwieldy = onUnwieldy && new UnwieldyPlaces(onUnwieldy);
    this.#placing = new Placing(
      new DraftScope(),
      comparators,
      unwieldy && ((value, path) => unwieldy.tell(value, path, this.#root)),
    );
    const { root, nests } = adoptState(state, onFinding, comparators);
    [this.#root, this.#nests] = [root, nests];
  }

  get value(): State {
    return this.#root as State;
  }

  get isWhole(): boolean {
    return true;
  }

  /** @param watch called after each event; it may throw to refuse the commit */
  fold(reducers: FoldReducers, events: readonly RecordedEvent[], watch?: Watch): void {
    this.#placing.beginCommit();
    const commit = new CommitDraft(this.#root, this.#placing);
    for (let index = 0; index < events.length; index++) {
      if (index > 0) commit.beginEvent();
      foldOne(reducers, commit, events[index]!);
      watch?.(commit, index);
    }
    this.#root = commit.apply();
    this.#nests = undefined;
  }

  /**
   * Folds one event as a commit, and gives what it changes.
   *
   * @throws RefoldError as `fold` does; the state is unchanged then
   */
  foldNoting(reducers: FoldReducers, event: RecordedEvent): readonly StateChange[] {
    const placing = this.#placing;
    placing.beginCommit();
    placing.scope.noted = [];
    try {
      const commit = new CommitDraft(this.#root, placing);
      foldOne(reducers, commit, event);
      const changes = changesOf(commit);
      this.#root = commit.apply();
      settleChanges(changes);
      if (this.#nests === false) this.#nests = changes.some(bringsNested);
      return changes;
    } finally {
      placing.scope.noted = undefined;
    }
  }

  /** Keeps the state as it is now. `restore` gives one that begins there, each time another one. */
  keep(): { readonly restore: (used?: { readonly value: State }) => AtomicState<State>; readonly entries: number } {
    const nests = (this.#nests ??= nestsMaps(this.#root));
    const { restore, entries } = keepRoot(this.#root, nests);
    return { restore: (used) => this.#beginning(restore(used?.value as PlainObject | undefined), nests), entries };
  }

  #beginning(root: PlainObject, nests: boolean): AtomicState<State> {
    const state = new AtomicState<State>({} as State, { comparators: this.#comparators });
    state.#root = root;
    state.#nests = nests;
    return state;
  }

  stage(what: string): StagedCommit {
    // Behind proxies, as under the direct fold: a reader of either learns of a write that it must not do.
    return new StagedCommit(this.#root, this.#placing, { what, isFrozen: false });
  }

  open(what: string): OpenCommit {
    const staged = new StagedCommit(this.#root, this.#placing, { what, isFrozen: true });
    return {
      state: staged.state,
      fold: (reducers, event) => staged.fold(reducers, event),
      take: () => {
        this.#root = staged.apply();
        this.#nests = undefined;
      },
      end: (why) => staged.end(why),
    };
  }

  capture(): StateCapture {
    return this.#placing.scope.captures.take(this.#root);
  }
}

/** Inspects a commit after its event number `index`. */
export type Watch = (commit: CommitDraft, index: number) => void;
