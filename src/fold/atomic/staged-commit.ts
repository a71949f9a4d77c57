/**
 * A commit that is folded event by event on drafts, beside the state: what events would make of it, or a transaction.
 *
 * The state below stays as it is. It may be any state, also one that is folded directly: a draft only reads what it is made
 * of. The cost follows what the events touch.
 */
import { isInstance } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { PlainObject } from '../members.ts';
import { IllegalValue } from '../plain.ts';
import { type FoldReducers, reducerFailed, reducerOf, refuseReturned, stateRefused } from '../reduce.ts';
import { Viewing, viewOfRoot } from '../view.ts';
import { CommitDraft } from './commit-draft.ts';
import { close } from './guard.ts';
import type { Placing } from './placing.ts';
import { withBothPlaces } from './two-places.ts';

/** What a staged commit shows of itself. */
export interface Showing {
  /** What the view is called in messages, as in `Cannot use ${what}: …`. */
  readonly what: string;
  /** Whether the state below is frozen, so that its values can be handed out as they are. */
  readonly isFrozen: boolean;
}

export class StagedCommit {
  readonly #draft: CommitDraft;
  readonly #placing: Placing;
  readonly #viewing: Viewing;
  #view: object | undefined;
  #hasEvents = false;

  /** @param placing used by this commit alone until the commit is over */
  constructor(root: object, placing: Placing, { what, isFrozen }: Showing) {
    placing.beginCommit();
    this.#placing = placing;
    this.#draft = new CommitDraft(root as PlainObject, placing);
    this.#viewing = new Viewing(what, {
      now: (map) => this.#draft.nestedDraftOf(map) ?? map,
      close: isFrozen ? () => this.#close() : undefined,
    });
  }

  /** The state as it would be, read-only: it shows what is folded afterwards, too. */
  get state(): object {
    this.#view ??= viewOfRoot(this.#draft.peek(), this.#viewing);
    return this.#view;
  }

  /** @throws RefoldError as `LiveState.fold` does; nothing but `end` may follow */
  fold(reducers: FoldReducers, event: RecordedEvent): void {
    if (this.#hasEvents) this.#draft.beginEvent();
    this.#hasEvents = true;
    foldOne(reducers, this.#draft, event);
  }

  /** @param why completes `Cannot use …:`, for those who still look at the state */
  end(why: string): void {
    this.#viewing.end(why);
  }

  /** Gives the new root, with its tables changed. Cannot fail. Only over a state that is folded atomically. */
  apply(): PlainObject {
    return this.#draft.apply();
  }

  /** What a later event of the commit might change in place is frozen before a reader gets it: that event takes a copy. */
  #close(): void {
    for (const container of this.#placing.scope.takeOpen()) close(container);
  }
}

/** Runs the reducer of one event on a draft, and places what it has touched. @throws RefoldError */
export function foldOne(reducers: FoldReducers, commit: CommitDraft, event: RecordedEvent): void {
  const { type, sequence } = event; // a reducer may change them
  try {
    const returned = reducerOf(reducers, event)(commit.root, event.data, event);
    if (returned !== undefined) refuseReturned(returned, commit.root);
    commit.place();
  } catch (error) {
    throw isInstance(error, IllegalValue)
      ? stateRefused(withBothPlaces(error, commit), { type, sequence })
      : reducerFailed(error, { type, sequence });
  }
}
