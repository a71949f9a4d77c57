/** Where a cursor stands, or has stood: a state after an event, and what the event was. */
import type { Commit, RecordedEvent } from '../../../core/event.ts';
import type { KeptState, NotingState, StateChange } from '../../../fold/live-state.ts';

/** A state after an event, and what the event was. */
export interface Standing<State> extends StoodAt {
  readonly state: HeldState<State>;
}

/** A state, or one that was kept and is restored when somebody looks at it or folds into it. */
export class HeldState<State> {
  readonly #kept: KeptState<State> | undefined;
  #state: NotingState<State> | undefined;
  /** One that is not needed any more, to be used again. */
  #used: NotingState<State> | undefined;

  constructor(state: NotingState<State> | undefined, kept?: KeptState<State>, before?: HeldState<State>) {
    this.#state = state;
    this.#kept = kept;
    this.#used = before?.giveAway();
  }

  get now(): NotingState<State> {
    this.#state ??= this.#kept!.restore(this.#used);
    this.#used = undefined;
    return this.#state;
  }

  /** The state, for another place: this one is not used any more. */
  giveAway(): NotingState<State> | undefined {
    return this.#state ?? this.#used;
  }
}

/** The same, kept. */
export interface KeptStanding<State> extends StoodAt {
  readonly state: KeptState<State>;
}

/** An event, and what it changed. */
export interface StoodAt {
  readonly sequence: number;
  readonly recordedAt: number;
  readonly events: readonly RecordedEvent[];
  readonly commit: Commit | undefined;
  readonly changes: readonly StateChange[];
}
