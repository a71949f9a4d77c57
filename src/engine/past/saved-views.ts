/** What the log keeps of a projection: its saved states, and the checkpoint that says how far they reach. */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { LogHead, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { Pace } from '../../threads/pace.ts';
import { noteBeliefs } from '../folding/beliefs.ts';
import { type Fingerprint, fingerprintFor, type ModelFingerprint } from '../folding/fingerprint.ts';
import { type BeginsWith, beginningOf } from '../folding/initial-state.ts';
import type { FoldCursor } from '../folding/refold.ts';
import { type EncodedState, encodePaced, writeSnapshot } from '../folding/stored-snapshots.ts';
import { groupReasons, notePassedOver, type PassedOver } from '../folding/undecodable.ts';
import {
  type Loading,
  loadFirst,
  planRecovery,
  type RecoveryPlan,
  snapshotFacts,
} from '../folding/usable-snapshots.ts';
import { vouchingHint } from './recovery.ts';

/**
 * How long the encoding and the decoding of a state may hold the event loop, and the pause after that, in ms. A projection
 * folds nothing while it is encoded, so its slices are longer than those of the model's snapshots.
 */
const CODEC_SLICE_MS = 1;
const CODEC_REST_MS = 1;

function newPace(): Pace {
  return new Pace(CODEC_SLICE_MS, CODEC_REST_MS);
}

/** A state on its way into the log. */
export interface EncodedView {
  readonly encoded: EncodedState;
  readonly head: LogHead;
  readonly fingerprint: Fingerprint;
}

/** The newest saved state that can be used, if there is one, and why others cannot. */
interface LoadedView<State> extends Loading<State> {
  readonly plan: RecoveryPlan;
}

export class SavedViews<State extends object> {
  readonly #name: string;
  readonly #beginning: BeginsWith<State>;
  readonly #fingerprint: ModelFingerprint;

  constructor(name: string, beginning: BeginsWith<State>, fingerprint: ModelFingerprint) {
    this.#name = name;
    this.#beginning = beginning;
    this.#fingerprint = fingerprint;
  }

  async load(log: LogStore): Promise<LoadedView<State>> {
    const facts = await snapshotFacts(log, this.#name, this.#fingerprint);
    const plan = planRecovery({ ...facts, head: log.head().sequence, firstSequence: log.firstSequence() });
    const loading = await loadFirst(log, plan.candidates, () => beginningOf(this.#beginning), { pace: newPace() });
    return { ...loading, plan };
  }

  /** Notes what the saved states stand for. Call this after they were loaded, for writing. */
  async noteBeliefs(log: LogStore): Promise<void> {
    await noteBeliefs(log, this.#name, this.#fingerprint);
  }

  /** The state of a cursor as bytes. Nothing may be folded into it meanwhile; other work runs between the slices. */
  async encode({ sequence, recordedAt, state, firstSeen }: FoldCursor<State>): Promise<EncodedView> {
    const encoded = await encodePaced(state, newPace(), this.#beginning.comparators);
    // The hash is enough to check a projection's snapshot; only the model's snapshots have the log's chain.
    const head = { sequence, recordedAt, chain: '' };
    return { encoded, head, fingerprint: fingerprintFor(this.#fingerprint, firstSeen) };
  }

  /** Makes state and checkpoint durable. Then deletes all but the newest two. */
  async write(log: LogStore, { encoded, head, fingerprint }: EncodedView): Promise<void> {
    await writeSnapshot(log, this.#name, encoded, head, fingerprint);
    await log.putCheckpoint({ projection: this.#name, sequence: head.sequence });
    const older = (await log.snapshots(this.#name)).slice(2).map(({ sequence }) => sequence);
    if (older.length > 0) await log.dropSnapshots(this.#name, older);
  }

  /** The error for a projection that can start neither from what was loaded nor from the log's beginning. */
  async historyGone(log: LogStore, { plan, unusable }: LoadedView<State>): Promise<RefoldError> {
    const passedOver = unusable.map(({ info, error }) => notePassedOver(log, info, error));
    const stale = plan.passedOver.find(({ isStale }) => isStale === true);
    const snapshots = await log.snapshots(this.#name);
    const info = snapshots.find(({ sequence }) => sequence === stale?.sequence);
    return historyGone(this.#name, log, [...plan.passedOver, ...passedOver], unusable[0]?.error, info);
  }
}

function historyGone(
  name: string,
  log: LogStore,
  passedOver: readonly PassedOver[],
  cause: RefoldError | undefined,
  stale: SnapshotInfo | undefined,
): RefoldError {
  const first = log.firstSequence();
  const others = 'restore a backup, or go back to the definition that it was saved with';
  const why = ['', ...groupReasons(passedOver)].join('; ');
  return new RefoldError(
    'HISTORY_GONE',
    `Cannot start the projection ${name}: the log begins at ${grouped(first)}${why}`,
    {
      path: log.path,
      type: name,
      sequence: first,
      cause,
      hint: stale === undefined ? `R${others.slice(1)}` : `${vouchingHint(stale)}. Otherwise ${others}`,
    },
  );
}
