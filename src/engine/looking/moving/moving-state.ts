/**
 * How the state of a cursor moves.
 *
 * A step forward folds one event. A step back does not undo, because a Map would get back a deleted entry at its end: it folds
 * again from a checkpoint in memory, and leaves nearer checkpoints on its way, so that the next step back folds less. Where
 * there is no checkpoint, the state comes from the log, as `at` builds it, and the cost says so.
 */
import { isRefoldError } from '../../../core/errors.ts';
import type { RecordedEvent } from '../../../core/event.ts';
import { diffStates } from '../../../fold/diff.ts';
import type { NotingState, StateChange } from '../../../fold/live-state.ts';
import { plain } from '../../../fold/own-copy.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { Pace } from '../../../threads/pace.ts';
import { guardOf } from '../../calls/reentrancy.ts';
import { usableAt } from '../keyframes.ts';
import { cheapestWay, MEASURED_RATES, type Way, type Ways } from './cheapest-way.ts';
import { Checkpoints, type Kept } from './checkpoints.ts';
import { type EventPlace, NearbyEvents } from './nearby-events.ts';
import { HeldState, type KeptStanding, type Standing } from './standing.ts';
import { type CursorParts, StateBuilder, type Tally } from './state-builder.ts';

const CHECKPOINT_BYTES = 128 * 1024 * 1024;
/**
 * A stretch that is folded on the way back gets so many checkpoints, or as many as there is room for: to copy a large state and then
 * drop the copy would cost more than the fold. The last stretch gets one at each event.
 */
const CHECKPOINTS_OF_A_STRETCH = 64;
/** Going forward leaves a checkpoint after so many events; fewer where a checkpoint costs more than these. */
const FORWARD_EVENTS = 64;
/** So many entries are kept in about the time in which an event is folded. */
const FORWARD_ENTRIES = 512;
/**
 * How far before its target a state is built from the log, and these events note what they change, so that steps back find checkpoints.
 * It grows while steps go back.
 */
const FAR_RUN_UP = 16;
const BACK_RUN_UP = 64;
const LONGEST_RUN_UP = 4_096;
/** So many events are folded from what is in memory without asking whether a keyframe is nearer. */
const NEAR_BY = 64;
/** What a state takes in memory for each byte of it in a snapshot, as measured. */
const MEMORY_PER_BYTE = 6;
/** The part of the budget that states for far places may take. */
const WARM_SHARE = 0.5;
/** How long a move may keep the event loop to itself, in ms. */
const MOVE_SLICE_MS = 20;

/** A state that moves, for a cursor: it has moved once before it may be asked where it stands. */
export class MovingState<State extends object> {
  readonly #parts: CursorParts<State>;
  readonly #budget: number;
  readonly #events: NearbyEvents;
  readonly #checkpoints: Checkpoints<KeptStanding<State>>;
  readonly #builder: StateBuilder<State>;
  #at: Standing<State> | undefined;
  /** Whether the log was redacted since the state was built. */
  #isStale = false;
  #runUp = FAR_RUN_UP;
  /** Where the state was built that the cursor holds, and its bytes in a snapshot. */
  #built = { sequence: 0, bytes: 0 };
  /** Entries of the Maps at the last checkpoint: what one costs. */
  #entries = 0;
  /** Events folded forward since the last checkpoint. */
  #sinceCheckpoint = 0;

  constructor(parts: CursorParts<State>) {
    this.#parts = parts;
    this.#events = new NearbyEvents(parts.model, parts.log());
    this.#budget = parts.checkpointBytes ?? CHECKPOINT_BYTES;
    this.#checkpoints = new Checkpoints(this.#budget);
    this.#builder = new StateBuilder(parts, {
      onRedacted: () => this.#forget(),
      onRest: (rest) => this.#events.add(rest),
    });
  }

  get standing(): Standing<State> {
    return this.#at!;
  }

  /** The earliest place to stand, asked only where it may matter. */
  async earliest(wanted: number): Promise<number> {
    if (wanted < 0) wanted = 0;
    const log = this.#parts.log();
    const first = log.firstSequence();
    if (first === 1 || wanted >= first) return 0;
    return (await usableAt(log, this.#parts.fingerprint)).at(-1)?.sequence ?? first;
  }

  /**
   * Moves to a sequence.
   *
   * @param tally gets what it costs, also when it fails
   * @throws RefoldError as `store.at` does. It then stands at the last event that it could fold, or where it was
   */
  async arrive(target: number, tally: Tally, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#goTo(target, tally, signal);
    } catch (error) {
      const behind = await this.#snapshotBehind(error, target);
      if (behind === undefined) throw error;
      await this.#fold(await this.#recover(behind, target, tally, signal), target, tally, signal);
    }
  }

  /** Keeps one more state for far places. False when nothing more is worth it, or fits. @throws the signal's reason */
  async warm(signal: AbortSignal | undefined): Promise<boolean> {
    this.#builder.noticeLoss();
    const isMore = await this.#builder.warm(this.#budget * WARM_SHARE, signal);
    this.#checkpoints.limit(this.#budget - this.#builder.warmBytes, this.#at?.sequence ?? 0);
    return isMore;
  }

  async #goTo(target: number, tally: Tally, signal: AbortSignal | undefined): Promise<void> {
    this.#builder.noticeLoss();
    const here = this.#isStale ? undefined : this.#at;
    if (here?.sequence === target) return;
    const kept = this.#checkpointFor(target);
    const way = await this.#wayTo({
      target,
      here: here !== undefined && here.sequence < target ? here.sequence : undefined,
      checkpoint: kept,
    });
    if (way === 'log') return this.#rebuild(target, tally, signal);
    if (way === 'here') return this.#forward(target, tally, signal);
    tally.checkpoint = kept!.sequence;
    const { held } = kept!;
    // Nothing is folded, so nothing can fail: the state that was held is not needed any more.
    if (kept!.sequence === target) {
      return this.#stand({ ...held, state: new HeldState<State>(undefined, held.state, this.#at?.state) });
    }
    return this.#fold({ ...held, state: new HeldState<State>(undefined, held.state) }, target, tally, signal);
  }

  /** The log is asked only where what is in memory is far. */
  async #wayTo(ways: Ways): Promise<Way> {
    const near = cheapestWay(ways, MEASURED_RATES);
    const from = near === 'here' ? ways.here : ways.checkpoint?.sequence;
    if (near !== 'log' && ways.target - from! <= NEAR_BY) return near;
    return cheapestWay(
      { ...ways, runUp: FAR_RUN_UP, keyframe: await this.#builder.startFor(ways.target) },
      MEASURED_RATES,
    );
  }

  /** One that was built from the log does not know what its event changed, so the cursor cannot stand right there. */
  #checkpointFor(target: number): Kept<KeptStanding<State>> | undefined {
    const kept = this.#checkpoints.before(target);
    const isBare = kept?.sequence === target && target > 0 && kept.held.commit === undefined;
    return isBare ? this.#checkpoints.before(target - 1) : kept;
  }

  /** Builds a state some events before the target from the log, and folds these events. */
  async #rebuild(target: number, tally: Tally, signal: AbortSignal | undefined): Promise<void> {
    const back = (this.#at?.sequence ?? target) - target;
    const isStepBack = back > 0 && back <= Math.max(this.#runUp, BACK_RUN_UP);
    this.#runUp = isStepBack ? Math.min(Math.max(this.#runUp * 4, BACK_RUN_UP), LONGEST_RUN_UP) : FAR_RUN_UP;
    const runUp = this.#checkpoints.room(this.#entries) > 0 ? this.#runUp : 1;
    this.#leave(target);
    const begin = await this.#recover(Math.max(0, target - runUp), target, tally, signal);
    await this.#fold(begin, target, tally, signal);
  }

  /** The state that is held, and those that share its values, are of another time than the next one: they share nothing with it. */
  #leave(target: number): void {
    if (this.#at === undefined) return;
    const { sequence: from, bytes } = this.#built;
    this.#checkpoints.part({ from, to: this.#at.sequence, values: bytes * MEMORY_PER_BYTE }, target);
  }

  /** A snapshot that leads past a damaged block: the newest one up to the target. */
  async #snapshotBehind(error: unknown, target: number): Promise<number | undefined> {
    if (!isRefoldError(error, 'LOG_CORRUPT')) return undefined;
    const usable = await usableAt(this.#parts.log(), this.#parts.fingerprint);
    const newest = usable.find(({ sequence }) => sequence <= target)?.sequence;
    return newest !== undefined && newest >= (error.sequence ?? 0) ? newest : undefined;
  }

  /** The state at a sequence, from the log. Where the log has lost it, the state at the oldest snapshot before the target. */
  async #recover(to: number, target: number, tally: Tally, signal?: AbortSignal): Promise<Standing<State>> {
    const log = this.#parts.log();
    const standing = await this.#build(to, target, tally, signal);
    const { sequence } = standing;
    this.#built = { sequence, bytes: await this.#builder.bytesNear(sequence) };
    this.#entries = tableEntriesIn(standing.state.now.value);
    if (sequence !== target || sequence === 0) return standing;
    // Nothing is left to fold: what its event changed is not known, because the state before it cannot be built.
    const place = sequence >= log.firstSequence() ? await this.#events.at(sequence, signal) : undefined;
    return { ...standing, events: place?.events ?? [], commit: place?.commit };
  }

  async #build(to: number, target: number, tally: Tally, signal: AbortSignal | undefined): Promise<Standing<State>> {
    try {
      return await this.#builder.build(to, tally, signal);
    } catch (error) {
      if (to === target || !isRefoldError(error, 'HISTORY_GONE')) throw error;
      const snapshots = await usableAt(this.#parts.log(), this.#parts.fingerprint);
      const oldest = snapshots.findLast(({ sequence }) => sequence <= target)?.sequence ?? target;
      return this.#builder.build(oldest, tally, signal);
    }
  }

  /** Folds to the target from a state that belongs to the cursor, with checkpoints on the way for steps back. */
  async #fold(begin: Standing<State>, target: number, tally: Tally, signal?: AbortSignal): Promise<void> {
    let at = begin;
    let kept = begin.sequence;
    const pace = new Pace(MOVE_SLICE_MS);
    this.#keep(at);
    while (at.sequence < target) {
      at = await this.#next(at, tally, signal);
      if (at.sequence < target && at.sequence - kept >= this.#spacing(target - begin.sequence)) {
        this.#keep(at);
        kept = at.sequence;
      }
      if (pace.isOver) await pace.rest();
    }
    this.#stand(at);
  }

  /** How far checkpoints are apart on a stretch of so many events. */
  #spacing(events: number): number {
    const room = Math.max(1, this.#checkpoints.room(this.#entries));
    const even = Math.ceil(events / Math.min(CHECKPOINTS_OF_A_STRETCH, room));
    return Math.max(1, even, Math.floor(this.#entries / FORWARD_ENTRIES)); // a copy is not to cost more than the fold
  }

  #stand(at: Standing<State>): void {
    this.#at = at;
    this.#isStale = false;
    this.#sinceCheckpoint = 0;
  }

  /** Folds to the target from the state that is held. */
  async #forward(target: number, tally: Tally, signal?: AbortSignal): Promise<void> {
    const pace = new Pace(MOVE_SLICE_MS);
    const spacing = Math.max(FORWARD_EVENTS, Math.ceil(this.#entries / FORWARD_ENTRIES));
    while (this.standing.sequence < target) {
      const before = this.standing;
      if (this.#sinceCheckpoint >= spacing) {
        this.#sinceCheckpoint = 0;
        this.#keep(before);
      }
      this.#at = await this.#next(before, tally, signal);
      this.#sinceCheckpoint += 1;
      if (pace.isOver) await pace.rest();
    }
  }

  /** Folds the next event into the state. */
  async #next(before: Standing<State>, tally: Tally, signal?: AbortSignal): Promise<Standing<State>> {
    throwIfAborted(signal);
    const sequence = before.sequence + 1;
    const place = await this.#events.at(sequence, signal);
    const { events, commit, recordedAt } = place;
    try {
      // All of its events, or none: one that fails after another one leaves the state before as it is.
      const state = events.length > 1 ? new HeldState(before.state.now.keep().restore()) : before.state;
      const changes = this.#foldPlace(state.now, place.fresh());
      tally.events += 1;
      return { sequence, recordedAt, state, events, commit, changes };
    } catch (error) {
      if (!isRefoldError(error, 'REDUCER_FAILED')) throw error;
      return this.#refold(before, place, tally, signal);
    }
  }

  #foldPlace(state: NotingState<State>, events: readonly RecordedEvent[]): readonly StateChange[] {
    const { model, log } = this.#parts;
    const guard = guardOf(log());
    guard.enter();
    try {
      if (events.length === 1) return state.foldNoting(model.reducers, events[0]!);
      return events.flatMap((event) => state.foldNoting(model.reducers, event));
    } finally {
      guard.leave();
    }
  }

  /**
   * The atomic fold refuses what an older release has recorded, such as one value in two places. Then both states come from the
   * log, and a comparison says what changed. An event that no fold accepts fails here again.
   */
  async #refold(
    before: Standing<State>,
    place: EventPlace,
    tally: Tally,
    signal?: AbortSignal,
  ): Promise<Standing<State>> {
    const sequence = before.sequence + 1;
    const earlier = plain(before.state.now.value);
    const after = await this.#recover(sequence, sequence, tally, signal);
    const changes = diffStates(earlier, after.state.now.value, Number.POSITIVE_INFINITY).map(
      ({ path: _, ...change }) => change,
    );
    const { recordedAt, events, commit } = place;
    return { sequence, recordedAt, events, commit, state: after.state, changes };
  }

  #keep(standing: Standing<State>): void {
    if (this.#checkpoints.room(this.#entries) === 0) return;
    if (this.#checkpoints.before(standing.sequence)?.sequence === standing.sequence) return;
    const state = standing.state.now.keep();
    this.#entries = state.entries;
    this.#checkpoints.keep({ sequence: standing.sequence, held: { ...standing, state }, entries: state.entries });
  }

  /** What was read before a redaction must not be shown. */
  #forget(): void {
    this.#checkpoints.clear();
    this.#events.forget();
    this.#isStale = true;
  }
}

/** How many entries the Maps at the top level have: about what a checkpoint copies. */
function tableEntriesIn(state: object): number {
  return Object.values(state).reduce<number>((sum, value) => sum + (value instanceof Map ? value.size : 0), 0);
}
