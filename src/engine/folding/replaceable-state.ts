/**
 * The live state of a store. It is folded like any other state, and replaced as a whole when the log says something else now: after
 * a redaction, and for a replica after history was dropped.
 */
import type { RecordedEvent } from '../../core/event.ts';
import type { FoldReducers, LiveState, OpenCommit, StagedCommit, StateCapture } from '../../fold/live-state.ts';

export class ReplaceableState<State extends object> implements LiveState<State> {
  readonly #open: (state: State) => LiveState<State>;
  #live: LiveState<State>;

  /** @param open makes a state ready for folding, as the store's options say */
  constructor(state: State, open: (state: State) => LiveState<State>) {
    this.#open = open;
    this.#live = open(state);
  }

  get value(): State {
    return this.#live.value;
  }

  get isWhole(): boolean {
    return this.#live.isWhole;
  }

  fold(reducers: FoldReducers, events: readonly RecordedEvent[]): void {
    this.#live.fold(reducers, events);
  }

  stage(what: string): StagedCommit {
    return this.#live.stage(what);
  }

  open(what: string): OpenCommit {
    return this.#live.open(what);
  }

  capture(): StateCapture | undefined {
    return this.#live.capture();
  }

  /** Makes another state ready, beside the present one. Takes time in proportion to its size. */
  prepare(state: State): LiveState<State> {
    return this.#open(state);
  }

  /** Continues with a state that `prepare` gave. Values that a reader took from the old state do not change. */
  adopt(live: LiveState<State>): void {
    this.#live = live;
  }

  /** Continues with another state. */
  replace(state: State): void {
    this.adopt(this.prepare(state));
  }
}
