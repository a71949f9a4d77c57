/**
 * Moments of a log: one state that moves to where a page asks, and answers what is in sight there.
 *
 * Questions are answered one after the other. A question whose asker has gone is not answered, also while it waits.
 */
import {
  type Commit,
  formatPath,
  hashState,
  type Past,
  type PastCursor,
  type PastPosition,
  type RecordedEvent,
} from '../../index.ts';
import type { Change, Look, Moment, MomentCost, WireEvent } from '../wire.ts';
import { lookAt, showValue } from './look.ts';

export interface MomentQuestion {
  readonly at: PastPosition;
  readonly looks: readonly Look[];
  /** Whether to say the hash of the state, which costs a walk through all of it. */
  readonly hash?: boolean;
}

/** For steps back and for drags: the states that are kept in memory may take so much. */
const DRAG_BYTES = 64 * 2 ** 20;
/** An event that changes more places than a person can read tells the first of them. */
const SHOWN_CHANGES_OF_AN_EVENT = 500;

export class Moments {
  readonly #past: Past;
  #cursor: PastCursor | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(past: Past) {
    this.#past = past;
  }

  /** Whether a state is held already. */
  get isWarm(): boolean {
    return this.#cursor !== undefined;
  }

  /** @throws RefoldError as `past.at` does; the signal's reason when the asker has gone */
  ask(question: MomentQuestion, signal: AbortSignal): Promise<Moment> {
    const answer = this.#last.then(() => this.#answer(question, signal));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #answer({ at, looks, hash = false }: MomentQuestion, signal: AbortSignal): Promise<Moment> {
    signal.throwIfAborted();
    const cursor = await this.#cursorAt(at, signal);
    const { changes } = cursor;
    // From here on nothing waits: the tables of the state move with the cursor.
    return {
      sequence: cursor.sequence,
      recordedAt: cursor.recordedAt,
      ...(cursor.event !== undefined && { event: wireEvent(cursor.event) }),
      ...(cursor.commit !== undefined && { commit: wireCommit(cursor.commit) }),
      changes: changes.slice(0, SHOWN_CHANGES_OF_AN_EVENT).map(wireChange),
      changesInAll: changes.length,
      cost: costOf(cursor),
      ...(hash && { hash: hashState(cursor.state) }),
      look: lookAt(cursor.state, looks),
    };
  }

  async #cursorAt(at: PastPosition, signal: AbortSignal): Promise<PastCursor> {
    if (this.#cursor === undefined) {
      this.#cursor = await this.#past.cursor(at, { checkpointBytes: DRAG_BYTES, signal });
    } else {
      await this.#cursor.to(at, { signal });
    }
    return this.#cursor;
  }
}

export function wireEvent(event: RecordedEvent): WireEvent {
  const { sequence, recordedAt, type, version, data, meta, commandId } = event;
  return {
    ...{ sequence, recordedAt, type, version, data },
    ...(meta !== undefined && { meta }),
    ...(commandId !== undefined && { commandId }),
  };
}

function wireCommit({ firstSequence, lastSequence }: Commit): NonNullable<Moment['commit']> {
  return { first: firstSequence, last: lastSequence };
}

function wireChange({ parts, ...values }: PastCursor['changes'][number]): Change {
  return {
    path: formatPath(parts),
    // A value that is not there is absent; undefined that is there is tagged.
    ...('before' in values && { before: showValue(values.before) }),
    ...('after' in values && { after: showValue(values.after) }),
  };
}

function costOf({ cost }: PastCursor): MomentCost {
  const { keyframe, checkpoint, events, milliseconds } = cost;
  return {
    ...(keyframe !== undefined && { keyframe }),
    ...(checkpoint !== undefined && { checkpoint }),
    eventsFolded: events,
    ms: milliseconds,
  };
}
