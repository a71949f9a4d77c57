/**
 * Where the bytes of a snapshot come from: four sources with one signature, asked in the order that `planSource` gives.
 *
 * Two encode the state of the moment itself, *at once* or in *slices*. The other two, *thread* and *log*, fold the same
 * state again from the log. On the way they make keyframes for time travel, which then need no further fold.
 */
import { assert } from '../../core/assert.ts';
import type { Model } from '../../core/model.ts';
import type { LiveState } from '../../fold/live-state.ts';
import type { LogHead, LogStore } from '../../log/log-store.ts';
import type { Pace } from '../../threads/pace.ts';
import { performance } from '../../threads/timers.ts';
import { type Fingerprint, fingerprintFor, type ModelFingerprint } from '../folding/fingerprint.ts';
import type { FoldCursor } from '../folding/refold.ts';
import { type EncodedState, encodePaced, encodeUpTo, writeSnapshot } from '../folding/stored-snapshots.ts';
import { recover } from '../past/recovery.ts';
import type { SourceName } from './policy.ts';
import type { Measured } from './rates.ts';
import type { SnapshotThread } from './thread.ts';

/** The state between two commits as one value: what to encode, and the sequence that it belongs to. */
export interface Moment {
  /** For the encoder only. Unless the moment `isHeld`, it may be read only until the next event is folded. */
  readonly state: object;
  readonly isHeld: boolean;
  /** The sequence of the last event in the state. */
  readonly sequence: number;
  /** The first sequence of each event type up to it. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** Resolves with the log's head at `sequence` once that is durable; rejects when the log fails before. */
  readonly durable: Promise<LogHead>;
  /** Ends the moment. Until then a held state costs memory for each entry that commits change. */
  readonly release: () => void;
}

/** What a moment is captured from. */
export interface Captured {
  readonly live: LiveState<object>;
  readonly sequence: number;
  readonly firstSeen: ReadonlyMap<string, number>;
  readonly queue: { fence(): Promise<LogHead> };
}

/**
 * Captures the state of this very moment, in one synchronous turn.
 *
 * @param hold keep the state as it is while commits continue, if the fold can do so. Costs O(keys of its Maps)
 */
export function capture(from: Captured, hold: boolean): Moment {
  const { live, sequence, firstSeen } = from;
  const held = hold ? live.capture() : undefined;
  const durable = from.queue.fence().then((head) => {
    assert(head.sequence === sequence, 'the fence ends at the sequence whose state was captured');
    return head;
  });
  durable.catch(() => {}); // the snapshotter awaits it as well, unless encoding fails before
  return {
    get state() {
      assert(held !== undefined || from.sequence === sequence, 'a state that is not held is read before it changes');
      return held?.state ?? live.value;
    },
    isHeld: held !== undefined,
    sequence,
    firstSeen: new Map(firstSeen),
    durable,
    release: () => held?.release(),
  };
}

export interface Made {
  readonly encoded: EncodedState;
  /** How long it took to fold the state again. Absent if the live state was encoded. */
  readonly measured?: Measured;
  /** How long the work took, without waits and rests, in ms. */
  readonly workMs: number;
}

/** What a source is asked for. */
export interface SourceRequest {
  readonly moment: Moment;
  /** A larger state is not encoded at once. */
  readonly atOnceBytes: number;
  /** For work on the thread that writes. */
  readonly pace: Pace;
  /** Takes the keyframes that are made on the way. */
  readonly keyframes: KeyframeSink;
}

/** Gives the encoded state of a moment. If it cannot, it gives undefined, and the next source is asked. */
export type Source = (request: SourceRequest) => Promise<Made | undefined>;

/** The four sources of a store. */
export function sourcesOf(folding: Folding, thread: SnapshotThread | undefined): Readonly<Record<SourceName, Source>> {
  const { comparators } = folding.model;
  return {
    'at once': async ({ moment, atOnceBytes }) => {
      const start = performance.now();
      const encoded = encodeUpTo(moment.state, atOnceBytes, comparators);
      return encoded && { encoded, workMs: performance.now() - start };
    },
    slices: async ({ moment, pace }) => {
      const start = pace.workClock;
      const encoded = await encodePaced(moment.state, pace, comparators);
      return { encoded, workMs: pace.workClock - start };
    },
    thread: async ({ moment, keyframes }) => {
      const order = await orderOf(moment, keyframes);
      // A thread whose reducers have another source text must not speak for the live state.
      return (await thread?.isSame()) ? thread?.make(order, keyframes.take) : undefined;
    },
    log: async ({ moment, pace, keyframes }) =>
      makeFromLog(folding, await orderOf(moment, keyframes), pace, keyframes.take),
  };
}

/** Resolves once the log holds everything up to the moment. */
async function orderOf({ sequence, durable }: Moment, { keyframeEvents }: KeyframeSink): Promise<MakeOrder> {
  await durable;
  return { to: sequence, base: sequence, keyframeEvents };
}

/** A state on the way to the one that was asked for. */
export interface Keyframe {
  readonly head: LogHead;
  readonly encoded: EncodedState;
  readonly fingerprint: Fingerprint;
}

/** Takes all keyframes: each is written as it comes, and `written` waits for them. */
export class KeyframeSink {
  /** Events from one to the next; infinite for none. */
  readonly keyframeEvents: number;
  readonly #log: LogStore;
  readonly #writes: Promise<unknown>[] = [];

  constructor(log: LogStore, keyframeEvents: number) {
    this.#log = log;
    this.keyframeEvents = keyframeEvents;
  }

  readonly take = ({ head, encoded, fingerprint }: Keyframe): void => {
    const write = writeSnapshot(this.#log, '', encoded, head, fingerprint);
    write.catch(() => {}); // `written` awaits it as well
    this.#writes.push(write);
  };

  /** Resolves when all that were taken are written. */
  async written(): Promise<void> {
    await Promise.all(this.#writes);
  }
}

/** What a log is folded with. */
export interface Folding {
  readonly model: Model;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
}

/** Which state to make from the log. Snapshots after `base` are not used. */
export interface MakeOrder {
  readonly to: number;
  readonly base: number;
  readonly keyframeEvents: number;
}

/**
 * Recovers the state at `to` from the log and encodes it: the log's source, and the work of the thread.
 *
 * @throws RefoldError what recovery throws
 */
export async function makeFromLog(
  { model, log, fingerprint }: Folding,
  { to, base, keyframeEvents }: MakeOrder,
  pace: Pace,
  onKeyframe: (keyframe: Keyframe) => void,
): Promise<Made> {
  const begun = pace.workClock;
  let last: number | undefined;
  let encodeMs = 0;
  const onBlock = async (cursor: FoldCursor<object>): Promise<void> => {
    last ??= cursor.sequence;
    // A keyframe close to the end would add little beside the snapshot itself.
    if (cursor.sequence - last < keyframeEvents || to - cursor.sequence < keyframeEvents / 2) return;
    const { recordedAt, chain, state, firstSeen } = cursor;
    last = cursor.sequence;
    const start = pace.workClock;
    const encoded = await encodePaced(state, pace, model.comparators);
    const head = { sequence: last, recordedAt, chain };
    onKeyframe({ head, encoded, fingerprint: fingerprintFor(fingerprint, firstSeen) });
    encodeMs += pace.workClock - start;
  };
  const { cursor, eventsReplayed, foldMilliseconds } = await recover(model, log, fingerprint, {
    to,
    base,
    pace,
    onBlock,
  });
  const encoded = await encodePaced(cursor.state, pace, model.comparators);
  const measured = { eventsReplayed, foldMilliseconds: foldMilliseconds - encodeMs };
  return { encoded, measured, workMs: pace.workClock - begun };
}
