/**
 * The direct fold: reducers change the state itself. It is one tight loop, because replay spends most of its time here.
 */
import type { Comparators } from '../core/comparators.ts';
import type { RecordedEvent } from '../core/event.ts';
import { Placing } from './atomic/placing.ts';
import { DraftScope } from './atomic/scope.ts';
import { StagedCommit } from './atomic/staged-commit.ts';
import { OrderedMap } from './collections/ordered-map.ts';
import type { LiveState, OpenCommit } from './live-state.ts';
import { IllegalValue, MOVED } from './plain.ts';
import {
  type FoldReducers,
  isNewRoot,
  reducerFailed,
  reducerOf,
  refusePromise,
  refuseReturned,
  stateRefused,
} from './reduce.ts';

/** Accepts old events that today's rules would refuse. They were recorded before the rule existed. */
export interface Leniency {
  /** The last sequence that is treated this way. */
  readonly through: number;
  /** Called for each reducer that returned a new state. The new state was ignored. */
  readonly onNewRoot: (event: Place) => void;
}

type Place = Pick<RecordedEvent, 'type' | 'sequence'>;

/**
 * Folds events into `state`, in place.
 *
 * @throws RefoldError `REDUCER_FAILED`, `UNKNOWN_EVENT_TYPE`
 */
export function foldEvents(
  reducers: FoldReducers,
  state: object,
  events: Iterable<RecordedEvent>,
  leniency?: Leniency,
): void {
  let type: string | undefined; // copied, like the sequence, because a reducer may change the event
  let sequence = 0;
  try {
    for (const event of events) {
      type = event.type;
      sequence = event.sequence;
      const returned = reducerOf(reducers, event)(state, event.data, event);
      if (returned !== undefined) judgeReturned(returned, state, { type, sequence }, leniency);
      type = undefined;
    }
  } catch (error) {
    // Without a current event, the iterable itself threw, for instance because of a damaged block.
    throw type === undefined ? error : reducerFailed(error, { type, sequence });
  }
}

/** The same for one event: for a caller who looks at the state after each. */
export function foldEvent(
  reducers: FoldReducers,
  state: object,
  event: RecordedEvent,
  leniency: Leniency | undefined,
): void {
  const { type, sequence } = event; // copied, as above
  try {
    const returned = reducerOf(reducers, event)(state, event.data, event);
    if (returned !== undefined) judgeReturned(returned, state, { type, sequence }, leniency);
  } catch (error) {
    throw reducerFailed(error, { type, sequence });
  }
}

function judgeReturned(returned: unknown, state: object, event: Place, leniency: Leniency | undefined): void {
  if (leniency === undefined || event.sequence > leniency.through) refuseReturned(returned, state);
  else {
    refusePromise(returned);
    if (isNewRoot(returned, state)) leniency.onNewRoot(event);
  }
}

/** A state for the direct fold of live commits. Unlike the atomic fold, it checks only the ordered tables. */
export class DirectState<State extends object> implements LiveState<State> {
  readonly value: State;
  isWhole = true;
  readonly #ordered: OrderedTables;
  readonly #comparators: Comparators | undefined;
  /** Of commits that are only staged; used again for each. */
  #placing: Placing | undefined;

  /** @param comparators those of the model. Default: those of all models of this process */
  constructor(state: State, comparators?: Comparators) {
    this.value = state;
    this.#comparators = comparators;
    this.#ordered = new OrderedTables(state);
  }

  fold(reducers: FoldReducers, events: readonly RecordedEvent[]): void {
    this.isWhole = false;
    foldEvents(reducers, this.value, events);
    this.#ordered.requireInPlace(events.at(-1));
    this.isWhole = true;
  }

  stage(what: string): StagedCommit {
    this.#placing ??= new Placing(new DraftScope(), this.#comparators);
    return new StagedCommit(this.value, this.#placing, { what, isFrozen: false });
  }

  /** Each event changes the state itself. */
  open(): OpenCommit {
    const fold: OpenCommit['fold'] = (reducers, event) => this.#foldOne(reducers, event);
    return { state: this.value, fold, take: () => {}, end: () => {} };
  }

  /** As `fold` with one event. A transaction folds each of its events in this way. */
  #foldOne(reducers: FoldReducers, event: RecordedEvent): void {
    this.isWhole = false;
    const { type, sequence } = event; // copied, because a reducer may change the event
    try {
      const returned = reducerOf(reducers, event)(this.value, event.data, event);
      if (returned !== undefined) judgeReturned(returned, this.value, { type, sequence }, undefined);
    } catch (error) {
      throw reducerFailed(error, { type, sequence });
    }
    this.#ordered.requireInPlace(event);
    this.isWhole = true;
  }

  capture(): undefined {
    return undefined;
  }
}

/** Checks that each OrderedMap of a directly folded state stays in its property, with its comparator. */
export class OrderedTables {
  readonly #state: Record<string, unknown>;
  readonly #tables: ReadonlyMap<string, unknown>;
  /** What was found to be in its place, by the order of the keys: it needs no second look after the next event. */
  readonly #seen: unknown[] = [];

  constructor(state: object) {
    this.#state = state as Record<string, unknown>;
    this.#tables = new Map(Object.entries(state).filter(([, value]) => value instanceof OrderedMap));
  }

  /** @throws RefoldError `REDUCER_FAILED` when one was moved, replaced or made; `event` is the last that was folded */
  requireInPlace(event: Place | undefined): void {
    const moved = this.#findMoved();
    if (moved !== undefined) throw stateRefused(new IllegalValue(MOVED, [moved]), event);
  }

  /** The property whose OrderedMap was replaced, added or removed. */
  #findMoved(): string | undefined {
    for (const [key, table] of this.#tables) if (this.#state[key] !== table) return key;
    let place = -1;
    for (const key in this.#state) {
      const value = this.#state[key];
      place++;
      if (typeof value !== 'object' || value === this.#seen[place]) continue;
      if (value instanceof OrderedMap && !this.#tables.has(key)) return key;
      if (!(value instanceof OrderedMap)) this.#seen[place] = value;
    }
    return undefined;
  }
}
