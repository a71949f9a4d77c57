/**
 * A cursor: a state that is held, and moves through the log in both directions, one move at a time. This file checks the calls
 * and says what each move cost. `moving-state.ts` moves the state.
 */
import type { Commit, DeepReadonly, RecordedEvent } from '../../core/event.ts';
import type { StateChange } from '../../fold/live-state.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Mutex } from '../../threads/mutex.ts';
import { performance } from '../../threads/timers.ts';
import { A_SIGNAL, checkOptions, checkValue, type OptionCheck, type OptionChecks } from '../calls/call-options.ts';
import { locate } from '../past/history.ts';
import { MovingState } from './moving/moving-state.ts';
import type { Standing } from './moving/standing.ts';
import type { CursorParts, Tally } from './moving/state-builder.ts';
import { type PastPosition, readPosition } from './position.ts';

export interface CursorOptions {
  /** How many bytes the checkpoints may take, for steps back; default 128 MiB. With 0 each step back reads the log. */
  readonly checkpointBytes?: number | undefined;
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a move takes. */
export interface MoveOptions {
  /** Ends the move at the next event: it rejects with the signal's reason, and the cursor stands where it had come. */
  readonly signal?: AbortSignal | undefined;
}

/** What a move cost. */
export interface MoveCost {
  /** The checkpoint in memory that the state was folded from; absent when the state was held, or came from the log. */
  readonly checkpoint?: number;
  /** Whether the state was built from the log, as `at` builds it. */
  readonly isRebuilt: boolean;
  /** The snapshot that it was then built from; absent when it was built from the first event. */
  readonly keyframe?: number;
  /** Events folded. */
  readonly events: number;
  readonly milliseconds: number;
}

export const CURSOR_CHECKS: OptionChecks<CursorOptions> = {
  checkpointBytes: ['a number of bytes from 0 on', (value) => typeof value === 'number' && value >= 0],
  signal: A_SIGNAL,
};

const MOVE_CHECKS: OptionChecks<MoveOptions> = { signal: A_SIGNAL };
const A_STEP: OptionCheck = ['a whole number, negative to go back', Number.isSafeInteger];

/** A place in the log with its state. Made by `past.cursor`. */
export class PastCursor<State extends object = any, Event extends RecordedEvent = RecordedEvent> {
  readonly #parts: CursorParts<State>;
  readonly #moving: MovingState<State>;
  readonly #moves = new Mutex();
  #cost: MoveCost = { isRebuilt: false, events: 0, milliseconds: 0 };

  /** Use `past.cursor`. */
  constructor(parts: CursorParts<State>) {
    this.#parts = parts;
    this.#moving = new MovingState(parts);
  }

  /** Where it stands: 0 is before the first event. */
  get sequence(): number {
    return this.#standing.sequence;
  }

  /** When the event was recorded, in ms since the epoch; 0 at sequence 0. */
  get recordedAt(): number {
    return this.#standing.recordedAt;
  }

  /**
   * The state after the event. It is frozen. Its Maps, and its OrderedMaps at the top level, show every later move; all other values
   * stay as they were, so they may be kept.
   */
  get state(): DeepReadonly<State> {
    return this.#standing.state.now.value as DeepReadonly<State>;
  }

  /** The event at `sequence`, in the model's version; undefined at 0, and where the model drops it. */
  get event(): Event | undefined {
    return this.#standing.events[0] as Event | undefined;
  }

  /** All events that the recorded event became by the `from` of their types: usually one. */
  get events(): readonly Event[] {
    return this.#standing.events as readonly Event[];
  }

  /** The commit that the event belongs to; undefined at 0. */
  get commit(): Commit | undefined {
    return this.#standing.commit;
  }

  /**
   * What the event changed, from the state before it to this state, wherever the cursor came from. Empty also where the state
   * before it cannot be built: at the oldest keyframe of a log whose history was dropped.
   */
  get changes(): readonly StateChange[] {
    return this.#standing.changes;
  }

  /** What the last move cost. */
  get cost(): MoveCost {
    return this.#cost;
  }

  /**
   * Moves by so many events, back if it is negative, at most to the ends of the log as it is now. Gives by how many it moved.
   *
   * @throws RefoldError as `store.at` does. The cursor then stands at the last event that it could fold, or where it was
   */
  async step(events = 1, options?: MoveOptions): Promise<number> {
    const by = checkValue('step', 'events', A_STEP, events) as number;
    const { signal } = checkOptions('step', MOVE_CHECKS, options);
    return this.#moves.run(async () => {
      const from = this.#standing.sequence;
      const last = this.#parts.log().head().sequence;
      const target = Math.min(Math.max(from + by, await this.#moving.earliest(from + by)), Math.max(last, from));
      await this.#move(target, signal);
      return target - from;
    });
  }

  /** Moves to a position. @throws RefoldError as `step` does; `INVALID_OPTION` for one that is not in the log */
  async to(position: PastPosition, options?: MoveOptions): Promise<void> {
    const { signal } = checkOptions('go there', MOVE_CHECKS, options);
    const checked = readPosition(this.#parts.log(), position); // read now: the caller may change it
    await this.#moves.run(async () => this.#move(await locate(this.#parts.log(), checked), signal));
  }

  /**
   * Keeps one more state in memory, from which later moves to far places begin: call it while nothing else is to do. It takes at most
   * half of `checkpointBytes`. Gives false when nothing more is worth keeping, or fits; after the log has grown, was redacted or has
   * lost history, there may be more again.
   *
   * @throws RefoldError as `step` does, and the signal's reason; the cursor stays where it is
   */
  async warm(options?: MoveOptions): Promise<boolean> {
    const { signal } = checkOptions('keep a state', MOVE_CHECKS, options);
    return this.#moves.run(() => this.#moving.warm(signal));
  }

  async #move(target: number, signal: AbortSignal | undefined): Promise<void> {
    const start = performance.now();
    const tally: Tally = { isRebuilt: false, events: 0 };
    throwIfAborted(signal);
    try {
      await this.#moving.arrive(target, tally, signal);
    } finally {
      this.#cost = { ...tally, milliseconds: performance.now() - start };
    }
  }

  get #standing(): Standing<State> {
    return this.#moving.standing;
  }
}

/** Opens a cursor at a position; default the end of the log. */
export async function openCursor<State extends object>(
  parts: CursorParts<State>,
  position: PastPosition | undefined,
  signal: AbortSignal | undefined,
): Promise<PastCursor<State>> {
  const cursor = new PastCursor(parts);
  await cursor.to(position ?? parts.log().head().sequence, { signal });
  return cursor;
}
