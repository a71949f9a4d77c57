/**
 * Strict folding, for development: each commit is folded twice, in both ways, and the results are compared.
 *
 * The shadow is a second state. It was decoded from the encoded state, so it shares nothing with the first. A reducer
 * that depends only on its three arguments gives the same result in both. Strict folding finds a reducer that reads a
 * clock, draws a random number, keeps a reference or a variable between events, or puts a foreign value into the state.
 * The error names the event that caused the difference.
 */
import type { Comparators } from '../../core/comparators.ts';
import { grouped, messageOf, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { adoptState } from '../atomic/adopt.ts';
import { AtomicState } from '../atomic/atomic-state.ts';
import type { CommitDraft } from '../atomic/commit-draft.ts';
import { MapDraft } from '../atomic/drafts/map-draft.ts';
import { OrderedMapDraft } from '../atomic/drafts/ordered-map-draft.ts';
import type { StateCapture } from '../capture.ts';
import { OrderedMap } from '../collections/ordered-map.ts';
import { DirectState } from '../direct.ts';
import { decodeState, encodeState } from '../encoding/state-codec.ts';
import type { LiveState, OpenCommit, StagedCommit } from '../live-state.ts';
import { describePath } from '../path.ts';
import type { FoldReducers } from '../reduce.ts';
import { AskedEntries } from './asked-entries.ts';
import { type Difference, firstDifference, type MapNow } from './comparison.ts';
import { describeDifference } from './explaining.ts';

/** What a second fold has read from outside, and how far its clock was ahead. */
export interface Witness {
  readonly readClock: boolean;
  readonly drewNumbers: boolean;
  readonly clockAheadMs: number;
}

/** Runs the second fold while it watches the clock and the random numbers. */
export type Watched = (fold: () => void) => Witness;

/**
 * A state with fewer members is compared completely after each event. In a larger one only touched entries are
 * compared.
 */
const COMPARED_WHOLE = 10_000;
/** Number of commits after which a new shadow is decoded from the encoded state. */
const SHADOW_COMMITS = 100;

export class StrictState<State extends object> implements LiveState<State> {
  readonly #live: AtomicState<State> | DirectState<State>;
  readonly #watched: Watched;
  readonly #comparators: Comparators | undefined;
  #shadow: Shadow | undefined;

  /** @param live must not be folded by other code */
  constructor(live: AtomicState<State> | DirectState<State>, watched: Watched, comparators?: Comparators) {
    this.#live = live;
    this.#watched = watched;
    this.#comparators = comparators;
  }

  get value(): State {
    return this.#live.value;
  }

  get isWhole(): boolean {
    return this.#live.isWhole;
  }

  capture(): StateCapture | undefined {
    return this.#live.capture();
  }

  stage(what: string): StagedCommit {
    return this.#live.stage(what);
  }

  /** Its events are folded on drafts as they come, and twice, as the events of any commit, when it is taken. */
  open(what: string): OpenCommit {
    const staged = this.#live.stage(what);
    const events: RecordedEvent[] = [];
    let known: FoldReducers;
    return {
      state: staged.state,
      fold: (reducers, event) => {
        known = reducers;
        const again = copyOf(event);
        staged.fold(reducers, event);
        events.push(again);
      },
      take: () => {
        if (events.length > 0) this.fold(known, events);
      },
      end: (why) => staged.end(why),
    };
  }

  fold(reducers: FoldReducers, events: readonly RecordedEvent[]): void {
    const again = events.map(copyOf);
    const shadow = (this.#shadow ??= new Shadow(
      this.#live.value,
      this.#live instanceof DirectState,
      this.#comparators,
    ));
    try {
      if (this.#live instanceof AtomicState) this.#foldAtomic(this.#live, shadow, reducers, events, again);
      else this.#foldDirect(this.#live, shadow, reducers, events, again);
    } catch (error) {
      this.#retire(shadow); // it may be ahead, or partly changed
      throw error;
    }
    if (++shadow.commits >= SHADOW_COMMITS) this.#retire(shadow);
  }

  /** Freezes the shadow, so that a reducer fails if it kept a reference into it and changes that later. */
  #retire(shadow: Shadow): void {
    this.#shadow = undefined;
    if (!(shadow.state instanceof DirectState)) return;
    try {
      adoptState(shadow.state.value, undefined, this.#comparators);
    } catch {
      // A reducer left a value that cannot be frozen. The shadow is not used again.
    }
  }

  /**
   * Folds each event into the draft, then into the shadow, then compares. Applies the commit if every comparison is
   * equal.
   */
  #foldAtomic(
    live: AtomicState<State>,
    shadow: Shadow,
    reducers: FoldReducers,
    events: readonly RecordedEvent[],
    again: readonly RecordedEvent[],
  ): void {
    const direct = shadow.state as DirectState<object>;
    live.fold(reducers, events, (commit, index) => {
      const witness = this.#foldAgain(() => direct.fold(reducers, [again[index]!]), again[index]!);
      const found = shadow.isSmall
        ? firstDifference(commit.peek(), direct.value, [], nowOf(commit))
        : differenceTouched(commit.peek(), touchesOf(commit), direct.value, shadow.asked!, nowOf(commit));
      shadow.asked?.clear();
      if (found !== undefined) throw differenceAt(found, again[index]!, witness);
    });
  }

  /** Folds into the shadow first, and atomically: if the shadow refuses an event, the state is unchanged. */
  #foldDirect(
    live: DirectState<State>,
    shadow: Shadow,
    reducers: FoldReducers,
    events: readonly RecordedEvent[],
    again: readonly RecordedEvent[],
  ): void {
    const atomic = shadow.state as AtomicState<object>;
    if (events.length > 1) tryFold(atomic, reducers, events.map(copyOf));
    for (const [index, event] of events.entries()) {
      try {
        this.#foldOneDirect(live, atomic, shadow, reducers, event, again[index]!);
      } catch (error) {
        if (index > 0) live.isWhole = false; // earlier events of the commit are in the state already
        throw error;
      }
    }
  }

  #foldOneDirect(
    live: DirectState<State>,
    atomic: AtomicState<object>,
    shadow: Shadow,
    reducers: FoldReducers,
    event: RecordedEvent,
    again: RecordedEvent,
  ): void {
    let touches: Touches | undefined;
    const watch = (commit: CommitDraft): void => void (touches = touchesOf(commit));
    const witness = this.#watchedOrThrown(() => atomic.fold(reducers, [again], watch));
    live.fold(reducers, [event]);
    const found = shadow.isSmall
      ? firstDifference(atomic.value, live.value)
      : differenceTouched(atomic.value, touches!, live.value, shadow.asked!);
    shadow.asked?.clear();
    if (found === undefined) return;
    live.isWhole = false;
    throw differenceAt(found, again, witness);
  }

  /** A reducer that throws only the second time also depends on more than its arguments. */
  #foldAgain(fold: () => void, { type, sequence }: RecordedEvent): Witness {
    try {
      return this.#watchedOrThrown(fold);
    } catch (cause) {
      throw new RefoldError(
        'REDUCER_FAILED',
        `Cannot fold ${type} at sequence ${grouped(sequence)}: it fails when it is folded a second time: ${messageOf(cause)}`,
        {
          type,
          sequence,
          cause,
          hint: 'A reducer must depend only on its three arguments and give the same result each time',
        },
      );
    }
  }

  #watchedOrThrown(fold: () => void): Witness {
    let failure: { readonly thrown: unknown } | undefined;
    const witness = this.#watched(() => {
      try {
        fold();
      } catch (thrown) {
        failure = { thrown };
      }
    });
    if (failure !== undefined) throw (failure as { readonly thrown: unknown }).thrown;
    return witness;
  }
}

/** Throws if a whole commit would be refused. Does not change the state. */
function tryFold(atomic: AtomicState<object>, reducers: FoldReducers, events: readonly RecordedEvent[]): void {
  const last = events.length - 1;
  try {
    atomic.fold(reducers, events, (_commit, index) => {
      if (index === last) throw ENOUGH;
    });
  } catch (error) {
    if (error !== ENOUGH) throw error;
  }
}

const ENOUGH: unique symbol = Symbol('enough');

/** The second state, decoded from the encoded first one. */
class Shadow {
  readonly state: DirectState<object> | AtomicState<object>;
  readonly isSmall: boolean;
  /** What the reducers asked of the directly folded one of the two states. Undefined for a small state. */
  readonly asked: AskedEntries | undefined;
  commits = 0;

  constructor(live: object, isLiveDirect: boolean, comparators: Comparators | undefined) {
    const copy = decodeState(encodeState(live, undefined, comparators), live, comparators);
    this.isSmall = countMembers(copy, COMPARED_WHOLE) < COMPARED_WHOLE;
    this.state = isLiveDirect ? new AtomicState(copy, { comparators }) : new DirectState(copy, comparators);
    if (!this.isSmall) this.asked = new AskedEntries(isLiveDirect ? live : copy);
  }
}

/** What the atomic fold has touched. */
interface Touches {
  readonly properties: ReadonlySet<PropertyKey>;
  readonly entries: ReadonlyMap<unknown, readonly unknown[]>;
}

function touchesOf(commit: CommitDraft): Touches {
  const entries = commit.tables().map((table): [unknown, unknown[]] => [table.key, [...table.touched()]]);
  return { properties: new Set(commit.touched()), entries: new Map(entries) };
}

/** How the nested Maps of a commit that is not applied yet are read. */
function nowOf(commit: CommitDraft): MapNow {
  return (map) => commit.nestedDraftOf(map) ?? map;
}

/**
 * Compares the table entries that either fold has touched, and the other properties that the atomic fold has touched.
 */
function differenceTouched(
  atomic: object,
  { properties, entries }: Touches,
  direct: object,
  asked: AskedEntries,
  now?: MapNow,
): Difference | undefined {
  const [ours, others] = [atomic as Record<string, unknown>, direct as Record<string, unknown>];
  for (const key of new Set([...Object.keys(ours), ...Object.keys(others)])) {
    const keys = asked.of(others[key]);
    const isTable = isTableLike(ours[key]) && keys !== undefined;
    const touched = isTable ? new Set([...(entries.get(key) ?? []), ...keys]) : undefined;
    const isDue = properties.has(key) || typeof ours[key] !== 'object' || typeof others[key] !== 'object';
    let found: Difference | undefined;
    if (touched !== undefined) found = differenceInTable(ours[key] as Table, others[key] as Table, touched, key, now);
    else if (isDue) found = firstDifference(ours[key], others[key], [key], now);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Table = Map<unknown, unknown>;

function isTableLike(value: unknown): boolean {
  return value instanceof Map || value instanceof OrderedMap;
}

function differenceInTable(
  ours: Table,
  others: Table,
  touched: ReadonlySet<unknown>,
  name: string,
  now?: MapNow,
): Difference | undefined {
  for (const key of touched) {
    const found = firstDifference(peek(ours, key), peek(others, key), [name, key], now);
    if (found !== undefined) return found;
  }
  return ours.size === others.size ? undefined : firstDifference(ours.size, others.size, [name, 'size']);
}

/** Reads an entry without making a draft and without noting it. */
function peek(map: Table, key: unknown): unknown {
  if (map instanceof MapDraft || map instanceof OrderedMapDraft) return map.peek(key);
  const { get } = Object.getPrototypeOf(map) as Map<unknown, unknown>;
  return get.call(map, key);
}

/** The number of members of a value, nested ones included. Counting stops at `limit`. */
function countMembers(value: unknown, limit: number): number {
  let count = 0;
  const visit = (part: unknown): void => {
    if (++count >= limit || typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return;
    const members = isIterable(part) ? part : Object.values(part);
    for (const member of members) {
      if (count >= limit) return;
      visit(member);
    }
  };
  visit(value);
  return count;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

function copyOf(event: RecordedEvent): RecordedEvent {
  return { ...event, data: structuredClone(event.data) };
}

function differenceAt(found: Difference, { type, sequence }: RecordedEvent, witness: Witness): RefoldError {
  const at = describePath(found.path);
  const { message, hint } = describeDifference(found, at, witness);
  return new RefoldError('REDUCER_FAILED', `Cannot fold ${type} at sequence ${grouped(sequence)}: ${message}`, {
    type,
    sequence,
    at,
    hint,
  });
}
