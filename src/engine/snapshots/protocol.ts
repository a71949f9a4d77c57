/** What a store and its snapshot thread say to each other. */
import type { SerializedError } from '../../core/errors.ts';
import type { LogThread } from '../../log/log-source.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { FoundModel } from '../folding/model-module.ts';
import type { FoundDivergence } from '../past/divergence.ts';
import type { Keyframe, MadeSnapshot } from './making.ts';

/** Handed to the thread at its start. */
export interface SnapshotThreadOptions {
  /** Names the log in messages. */
  readonly path: string;
  /** How the thread opens the log. */
  readonly log: LogThread;
  /** URL of the model's module, and the model's name there. */
  readonly module: string;
  readonly name: string;
  readonly fingerprint: ModelFingerprint;
}

/**
 * Make a snapshot of the state at `to`; or say where a replay parts from `live`, the encoded state at `to`. Snapshots after
 * `base` are not believed.
 */
export type SnapshotOrder =
  | { readonly to: number; readonly base: number; readonly keyframeEvents: number }
  | { readonly to: number; readonly base: number; readonly live: readonly Uint8Array[] };

/** One order is under way at a time, so that no answer needs a number. The first answer is `ready`, or an error. */
export type SnapshotAnswer =
  | { readonly ready: Pick<FoundModel, 'isSame'> }
  | { readonly keyframe: Keyframe }
  | { readonly made: MadeSnapshot }
  | { readonly divergence: FoundDivergence }
  | { readonly error: SerializedError };
