/**
 * Walks through a stretch of the log, block by block, with the state in hand: for questions about what came between two events.
 *
 * A walk folds directly, and asks for the next block only after the one before: it is as fast as a replay. What it gives is
 * the state itself, which changes with each event.
 */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { DeepReadonly, RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { foldDirect, foldOneDirect } from '../../fold/live-state.ts';
import type { LogStore } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { type FoldCursor, type FoldingRules, foldingRulesOf, presentToFold, recordedIn } from '../folding/refold.ts';
import { recoverDespiteDrops } from '../past/history.ts';

/** Some events in a row, as the log keeps them together, and the state on its way through them. */
export interface WalkedBlock<State = any, Event extends RecordedEvent = RecordedEvent> extends Iterable<Event> {
  /** The first and the last sequence of the block, within what is walked. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /**
   * All its events, in the model's versions; a recorded event may have become several, or none. Read them before they are
   * folded, or copy what you keep: a reducer may put an event's data into the state, and change it there.
   */
  readonly events: readonly Event[];
  /**
   * The state after what was folded of the block: before its first event at the beginning. Later events change it, so copy what
   * you keep, and change nothing in it.
   */
  readonly state: DeepReadonly<State>;
  /** Folds the next event and gives it; undefined once all of them are folded. @throws RefoldError `REDUCER_FAILED` */
  fold(): Event | undefined;
  /**
   * Folds event by event: the state has the event that the loop is given. A loop that ends early leaves the others to be folded
   * when the next block is asked for.
   */
  [Symbol.iterator](): Iterator<Event, undefined>;
}

/** A stretch of the log. @property from the first sequence @property to the last one */
export interface WalkedStretch {
  readonly from: number;
  readonly to: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((sequence: number) => void) | undefined;
}

/** What is walked, and with what. */
export interface WalkParts<State extends object> {
  readonly model: Model<State>;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
}

/** How long a walk may keep the event loop to itself, in ms: as the fold of a replay. */
const WALK_SLICE_MS = 40;

/**
 * The blocks of a stretch. @throws RefoldError what building the state before it throws, `LOG_CORRUPT`, `REDUCER_FAILED`,
 * `HISTORY_GONE` also when the log was redacted meanwhile
 */
export async function* walkBlocks<State extends object>(
  { model, log, fingerprint }: WalkParts<State>,
  stretch: WalkedStretch,
): AsyncGenerator<Walking<State>, void> {
  const { from, to, signal, onProgress } = stretch;
  throwIfAborted(signal);
  if (from > to) return;
  const generation = log.generation?.();
  const { cursor } = await recoverDespiteDrops(model, log, fingerprint, { to: from - 1, signal });
  yield* walkFrom({ model, log }, cursor, { from, to, signal, onProgress }, generation);
}

/** The same from a state that is there. */
export async function* walkFrom<State extends object>(
  { model, log }: Pick<WalkParts<State>, 'model' | 'log'>,
  cursor: FoldCursor<State>,
  { to, signal, onProgress }: WalkedStretch,
  generation: number | undefined,
): AsyncGenerator<Walking<State>, void> {
  const rules = await foldingRulesOf(model, log);
  const guard = guardOf(log);
  const pace = new Pace(WALK_SLICE_MS);
  let looked = cursor.sequence;
  for await (const block of log.read({ from: cursor.sequence + 1, to })) {
    const after = cursor.sequence;
    const last = Math.min(block.lastSequence, to);
    const recorded = recordedIn(block, after, to);
    const recordedAt = recorded.at(-1)?.recordedAt ?? cursor.recordedAt;
    const events = guard.run(() => presentToFold(model, recorded, rules));
    const walking = new Walking<State>({ model, cursor, events, rules, guard, first: after + 1, last });
    yield walking;
    walking.finish();
    cursor.recordedAt = recordedAt;
    cursor.chain = block.chain;
    // To look costs more than a small block, so not after each.
    if (cursor.sequence - looked >= REDACTION_LOOK_EVENTS || cursor.sequence >= to) {
      if (log.generation?.() !== generation) throw redactedMeanwhile(log, cursor.sequence);
      looked = cursor.sequence;
    }
    onProgress?.(cursor.sequence);
    if (pace.isOver) await pace.rest();
    throwIfAborted(signal);
  }
}

/** Looks for redactions after so many events. */
const REDACTION_LOOK_EVENTS = 1_000;

interface WalkingParts<State extends object> {
  readonly model: Model<State>;
  readonly cursor: FoldCursor<State>;
  readonly events: readonly RecordedEvent[];
  readonly rules: FoldingRules;
  readonly guard: Reentrancy;
  readonly first: number;
  readonly last: number;
}

/** A block that is being walked. */
export class Walking<State extends object> implements WalkedBlock<State> {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly events: readonly RecordedEvent[];
  readonly #parts: WalkingParts<State>;
  #next = 0;

  constructor(parts: WalkingParts<State>) {
    this.#parts = parts;
    this.firstSequence = parts.first;
    this.lastSequence = parts.last;
    this.events = parts.events;
  }

  get state(): DeepReadonly<State> {
    return this.#parts.cursor.state as DeepReadonly<State>;
  }

  fold(): RecordedEvent | undefined {
    const event = this.events[this.#next];
    if (event === undefined) return undefined;
    const { model, cursor, rules, guard } = this.#parts;
    const { sequence, recordedAt } = event; // a reducer may change them
    guard.enter();
    try {
      foldOneDirect(model.reducers, cursor.state, event, rules.leniency);
    } finally {
      guard.leave();
    }
    this.#next += 1;
    cursor.sequence = sequence;
    cursor.recordedAt = recordedAt;
    return event;
  }

  *[Symbol.iterator](): Generator<RecordedEvent, undefined> {
    for (let event = this.fold(); event !== undefined; event = this.fold()) yield event;
    return undefined;
  }

  /** Folds what is left. */
  finish(): void {
    const { model, cursor, events, rules, guard, last } = this.#parts;
    const rest = this.#next === 0 ? events : events.slice(this.#next);
    this.#next = events.length;
    guard.enter();
    try {
      foldDirect(model.reducers, cursor.state, rest, rules.leniency);
    } finally {
      guard.leave();
    }
    cursor.sequence = last;
  }
}

function redactedMeanwhile({ path }: LogStore, sequence: number): RefoldError {
  return new RefoldError('HISTORY_GONE', `Cannot walk on after ${grouped(sequence)}: the log was redacted meanwhile`, {
    path,
    sequence,
    hint: 'Walk again: the state and the events are those of the redacted log then',
  });
}
