/** What the steps of a redaction hand to each other. */
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { StoreFailure } from '../calls/failure.ts';
import type { Settings } from '../calls/options.ts';
import type { Progress } from '../calls/progress.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import type { ReplaceableState } from '../folding/replaceable-state.ts';
import type { Projections } from '../past/projections.ts';
import type { Reactors } from '../reacting/reactors.ts';
import type { Upkeep } from '../upkeep/upkeep.ts';
import type { WritePath } from '../writing/write-path.ts';
import type { Found } from './found.ts';
import type { Lowered } from './holders.ts';
import type { ProjectionsBeside, RefoldedModel } from './refolding.ts';
import type { RedactOptions } from './report.ts';
import type { Selector } from './selector.ts';

/** The state of a store whose log is written in turns. */
export interface SharedState {
  /** Folds what others have appended up to a sequence, while the store's own calls wait. */
  advance(to: number): Promise<void>;
  /** The state is that of the redacted log already. */
  passOver(): void;
}

/** What a redaction works on. */
export interface ErasureParts<State extends object> {
  readonly model: Model<State>;
  readonly log: LogStore;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  readonly live: ReplaceableState<State>;
  readonly writes: WritePath;
  readonly upkeep: Upkeep;
  readonly projections: Projections;
  readonly reactors: Reactors;
  readonly failure: StoreFailure;
  /** Set when the log is written in turns. */
  readonly shared: () => SharedState | undefined;
  /** Lets followers in this process read again what they have not given yet. */
  readonly renewFollowers: () => void;
}

/** A checked call. */
export interface Order extends RedactOptions {
  readonly selector: Selector;
  readonly tell: (progress: Progress) => void;
  /** Throws the signal's reason. */
  readonly check: () => void;
}

/** Everything that was found and made beside the log. */
export interface Prepared<State extends object> {
  readonly found: Found;
  readonly redacted: LogStore;
  readonly refolded: RefoldedModel<State>;
  readonly projections: ProjectionsBeside;
  readonly snapshots: number;
  readonly hasModelSnapshots: boolean;
  /** Checkpoints of projections that must be lower before their snapshots are deleted. */
  readonly lowered: readonly Lowered[];
}

/** Reports a fold of the redacted log, and stops it when the call was aborted. */
export function foldedTo({ tell, check }: Order, total: number): (done: number) => void {
  return (done) => {
    check();
    tell({ phase: 'replay', done, total });
  };
}
