/**
 * The places of remembered outcomes: each new one gets the next ordinal. The oldest are forgotten from a remembered ordinal on,
 * because a search for the oldest would read what was deleted before.
 */
import type { StoredOutcome } from '../../log-store.ts';
import { FORGOTTEN_PER_NEW_OUTCOME, type OutcomeBounds } from '../../outcomes.ts';

/** Looking for outcomes to forget costs a statement, so it is not done at every append. */
const PLACED_BETWEEN_FORGETTING = 100;

export interface OutcomePlacesStart {
  /** The ordinals of the oldest and of the newest outcome. */
  readonly first: number;
  readonly last: number;
  /** When the oldest was recorded; null without one. */
  readonly oldestAt: number | null;
}

/** What is to be forgotten. */
export interface Forgetting {
  readonly first: number;
  readonly atMost: number;
  /** Up to this ordinal, and what was recorded before this time. */
  readonly through: number;
  readonly before: number;
}

export class OutcomePlaces {
  readonly #bounds: OutcomeBounds;
  #first: number;
  #last: number;
  #oldestAt: number;
  #unforgotten = 0;
  #newestAt = 0;

  constructor({ first, last, oldestAt }: OutcomePlacesStart, bounds: OutcomeBounds) {
    this.#first = first;
    this.#last = last;
    this.#oldestAt = oldestAt ?? Number.POSITIVE_INFINITY;
    this.#bounds = bounds;
  }

  /** No outcome has a lower ordinal. */
  get first(): number {
    return this.#first;
  }

  /** Places outcomes of so many ids behind the others. Gives the ordinal of the first. */
  place(given: readonly StoredOutcome[], ids: number): number {
    const first = this.#last + 1;
    this.placed(given, this.#last + ids);
    return first;
  }

  /** Takes that outcomes were placed up to an ordinal. */
  placed(given: readonly StoredOutcome[], last: number): void {
    this.#last = Math.max(this.#last, last);
    this.#unforgotten += given.length;
    for (const { recordedAt } of given) {
      this.#newestAt = Math.max(this.#newestAt, recordedAt);
      this.#oldestAt = Math.min(this.#oldestAt, recordedAt);
    }
  }

  /** What to forget now; undefined when there is nothing, or too little for a statement. */
  due(): Forgetting | undefined {
    if (this.#unforgotten < PLACED_BETWEEN_FORGETTING) return undefined;
    const atMost = this.#unforgotten * FORGOTTEN_PER_NEW_OUTCOME;
    this.#unforgotten = 0;
    const through = this.#last - this.#bounds.outcomes;
    const before = this.#newestAt - this.#bounds.age;
    if (through < this.#first && this.#oldestAt >= before) return undefined;
    return { first: this.#first, atMost, through, before };
  }

  /** Takes up to which ordinal was forgotten, and when the oldest was recorded that is left. */
  forgot(through: number | null, oldestAt: number | null): void {
    if (through !== null) this.#first = Math.max(this.#first, through + 1);
    this.#oldestAt = oldestAt ?? Number.POSITIVE_INFINITY;
  }
}
