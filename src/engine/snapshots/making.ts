/**
 * How a snapshot is made from the log alone: recover the state at a sequence, and encode it.
 *
 * The same in a thread of its own and, in slices, on the thread that writes. On the way, where the stretch since the last
 * snapshot is long, further states are encoded: the keyframes of time travel, which so cost no second fold.
 */
import type { Model } from '../../core/model.ts';
import type { LogHead, LogStore } from '../../log/log-store.ts';
import type { Pace } from '../../threads/pace.ts';
import { type Fingerprint, fingerprintFor, type ModelFingerprint } from '../folding/fingerprint.ts';
import type { FoldCursor } from '../folding/refold.ts';
import { type EncodedState, encodePaced } from '../folding/stored-snapshots.ts';
import { recover } from '../past/recovery.ts';

/** What a recovery measured; rates are learnt from it. */
export interface Measured {
  readonly eventsReplayed: number;
  readonly foldMilliseconds: number;
  readonly bytesLoaded: number;
  readonly loadMilliseconds: number;
}

export interface MadeSnapshot {
  readonly encoded: EncodedState;
  readonly measured: Measured;
}

/** A state on the way. */
export interface Keyframe {
  readonly head: LogHead;
  readonly encoded: EncodedState;
  readonly fingerprint: Fingerprint;
}

export interface MakingOptions {
  readonly pace: Pace;
  /** Snapshots after this one are not believed; default: all are. */
  readonly base?: number | undefined;
  /** Events from one keyframe to the next; infinite for none. */
  readonly keyframeEvents: number;
  readonly onKeyframe: (keyframe: Keyframe) => void;
}

/**
 * Makes a snapshot of the state at `to`.
 *
 * @throws RefoldError what recovery throws
 */
export async function makeSnapshot(
  model: Model,
  log: LogStore,
  fingerprint: ModelFingerprint,
  to: number,
  { pace, base, keyframeEvents, onKeyframe }: MakingOptions,
): Promise<MadeSnapshot> {
  let last: number | undefined;
  let encodeMs = 0;
  const onBlock = async (cursor: FoldCursor<object>): Promise<void> => {
    last ??= cursor.sequence;
    // One close before the end would be in the way of the snapshot itself.
    if (cursor.sequence - last < keyframeEvents || to - cursor.sequence < keyframeEvents / 2) return;
    last = cursor.sequence;
    const start = pace.workClock;
    onKeyframe(await keyframeAt(cursor, fingerprint, pace));
    encodeMs += pace.workClock - start;
  };
  const { cursor, snapshot, ...recovered } = await recover(model, log, fingerprint, { to, base, pace, onBlock });
  const measured = {
    ...recovered,
    foldMilliseconds: recovered.foldMilliseconds - encodeMs,
    bytesLoaded: snapshot?.bytes ?? 0,
  };
  return { encoded: await encodePaced(cursor.state, pace), measured };
}

async function keyframeAt(cursor: FoldCursor<object>, fingerprint: ModelFingerprint, pace: Pace): Promise<Keyframe> {
  const { sequence, recordedAt, chain, state, firstSeen } = cursor;
  return {
    head: { sequence, recordedAt, chain },
    encoded: await encodePaced(state, pace),
    fingerprint: fingerprintFor(fingerprint, firstSeen),
  };
}
