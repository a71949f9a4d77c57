/**
 * Folds the redacted log beside the present state: the model's state, with its keyframes on the way, and the running projections.
 *
 * Nothing of it is visible until the redaction has taken effect. When a reducer throws, it is thrown away.
 */
import { isRefoldError, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LiveState } from '../../fold/live-state.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { Pace } from '../../threads/pace.ts';
import { guardOf } from '../calls/reentrancy.ts';
import { fingerprintFor, type ModelFingerprint } from '../folding/fingerprint.ts';
import { commitsAfter, presentEvents } from '../folding/recorded-commits.ts';
import type { FoldCursor } from '../folding/refold.ts';
import { type EncodedState, encodePaced, writeSnapshot } from '../folding/stored-snapshots.ts';
import { upcastRulesOf } from '../folding/upcast.ts';
import { type Projection, type RebuiltProjection, rebuildingOf } from '../past/projection.ts';
import { recover } from '../past/recovery.ts';

/** Called with the last sequence folded. It throws to stop the fold. */
type OnFolded = (sequence: number) => void;

/** The snapshots that are made on the way have at most so many bytes in all. */
const REMADE_BYTES = 64 * 1024 * 1024;
const REFOLDING_SLICE_MS = 10;

/** A snapshot that a redaction deletes, as it is made again. */
interface Remade {
  readonly info: SnapshotInfo;
  readonly encoded: EncodedState;
  readonly firstSeen: ReadonlyMap<string, number>;
}

export interface RefoldedModel<State> {
  readonly cursor: FoldCursor<State>;
  readonly remade: readonly Remade[];
}

/** What is folded. */
export interface RefoldingParts<State extends object> {
  readonly model: Model<State>;
  readonly fingerprint: ModelFingerprint;
  /** The log as the redaction leaves it. */
  readonly redacted: LogStore;
}

/**
 * @param deleted snapshots of the model that the redaction deletes
 * @throws RefoldError `HISTORY_GONE` when no state from before the redacted events is left; `REDUCER_FAILED` with the sequence
 */
export async function refoldModel<State extends object>(
  { model, fingerprint, redacted }: RefoldingParts<State>,
  { to, deleted, onFolded }: { to: number; deleted: readonly SnapshotInfo[]; onFolded: OnFolded },
): Promise<RefoldedModel<State>> {
  const pace = new Pace(REFOLDING_SLICE_MS);
  const wanted = new Map(deleted.map((info) => [info.sequence, info]));
  const remade: Remade[] = [];
  let bytes = 0;
  const onBlock = async ({ sequence, state, firstSeen }: FoldCursor<object>): Promise<void> => {
    const info = wanted.get(sequence);
    if (info === undefined || bytes + info.bytes > REMADE_BYTES) return;
    const encoded = await encodePaced(state, pace, model.comparators);
    bytes += encoded.bytes;
    remade.push({ info, encoded, firstSeen: new Map(firstSeen) });
  };
  try {
    const { cursor } = await recover(model, redacted, fingerprint, { to, onProgress: onFolded, onBlock, pace });
    return { cursor, remade };
  } catch (error) {
    throw explained(error, redacted.path);
  }
}

/** Stores the snapshots that were made on the way. */
export async function writeRemade(
  log: LogStore,
  fingerprint: ModelFingerprint,
  remade: readonly Remade[],
): Promise<void> {
  for (const { info, encoded, firstSeen } of remade) {
    await writeSnapshot(log, '', encoded, info, fingerprintFor(fingerprint, firstSeen));
  }
}

/** A state that is live beside the present one, on its way to the end of the log. */
export class LiveBeside<State extends object> {
  readonly live: LiveState<State>;
  readonly #parts: RefoldingParts<State>;
  #sequence: number;

  constructor(parts: RefoldingParts<State>, live: LiveState<State>, sequence: number) {
    this.#parts = parts;
    this.live = live;
    this.#sequence = sequence;
  }

  /** The last event that it has. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Folds commit by commit, as the writer does. @throws RefoldError `REDUCER_FAILED` with the sequence */
  async advance(to: number, onFolded: OnFolded): Promise<void> {
    if (this.#sequence >= to) return;
    const { model, redacted } = this.#parts;
    const pace = new Pace(REFOLDING_SLICE_MS);
    const guard = guardOf(redacted);
    const rules = await upcastRulesOf(model, redacted);
    for await (const block of redacted.read({ from: this.#sequence + 1, to })) {
      for (const commit of commitsAfter(block, this.#sequence)) {
        try {
          guard.run(() => this.live.fold(model.reducers, presentEvents(model, commit, rules)));
        } catch (error) {
          throw explained(error, redacted.path);
        }
        this.#sequence = commit.last;
        if (pace.isOver) await pace.rest();
      }
      onFolded(this.#sequence);
    }
  }
}

/** The running projections on the redacted log. */
export class ProjectionsBeside {
  readonly #redacted: LogStore;
  readonly #rebuilt: (readonly [Projection, RebuiltProjection<any>])[] = [];

  constructor(redacted: LogStore) {
    this.#redacted = redacted;
  }

  /** The names of those that were rebuilt, each with the sequence of the snapshot that it began with. */
  get bases(): ReadonlyMap<string, number> {
    return new Map(this.#rebuilt.map(([{ name }, { savedAt }]) => [name, savedAt]));
  }

  async rebuild(running: readonly Projection[], to: number, onFolded: OnFolded): Promise<void> {
    try {
      for (const projection of running) {
        this.#rebuilt.push([projection, await rebuildingOf(projection).rebuild(this.#redacted)]);
      }
    } catch (error) {
      throw explained(error, this.#redacted.path);
    }
    await this.advance(to, onFolded);
  }

  async advance(to: number, onFolded: OnFolded): Promise<void> {
    try {
      for (const [projection, rebuilt] of this.#rebuilt) {
        await rebuildingOf(projection).advance(rebuilt, this.#redacted, { to, onProgress: onFolded });
      }
    } catch (error) {
      throw explained(error, this.#redacted.path);
    }
  }

  /** Until what it gives is called, nothing is saved of them. What was encoded before must not be written after. */
  async holdSaves(): Promise<() => void> {
    const releases = await Promise.all(this.#rebuilt.map(([projection]) => rebuildingOf(projection).holdSaves()));
    return () => {
      for (const release of releases) release();
    };
  }

  /** Lets the projections continue from what was rebuilt. */
  async replace(): Promise<void> {
    for (const [projection, rebuilt] of this.#rebuilt) await rebuildingOf(projection).replace(rebuilt);
  }

  async save(): Promise<void> {
    for (const [projection] of this.#rebuilt) await projection.save();
  }
}

/** What dropped history means for a redaction. */
export function historyUnderSnapshot(
  path: string,
  problem: string,
  details: { readonly sequence: number; readonly type?: string; readonly cause?: unknown },
  otherwise: string,
): RefoldError {
  return new RefoldError('HISTORY_GONE', `Cannot redact ${path}: ${problem}`, {
    path,
    ...details,
    hint: `Append an event that erases it, then compact; ${otherwise}`,
  });
}

function explained(error: unknown, path: string): unknown {
  if (isRefoldError(error, 'REDUCER_FAILED')) return notFoldable(error, path);
  if (!isRefoldError(error, 'HISTORY_GONE')) return error;
  const { sequence = 1, type } = error;
  const problem = `a snapshot may hold it, and history under the snapshot was dropped: ${error.message}`;
  const details = { sequence, ...(type !== undefined && { type }), cause: error };
  return historyUnderSnapshot(
    path,
    problem,
    details,
    'events after the oldest snapshot can be redacted by { sequences }',
  );
}

function notFoldable(error: RefoldError, path: string): RefoldError {
  const { sequence, type, at } = error;
  return new RefoldError(
    'REDUCER_FAILED',
    `Cannot redact ${path}: the redacted log cannot be folded. ${error.message}`,
    {
      path,
      ...(sequence !== undefined && { sequence }),
      ...(type !== undefined && { type }),
      ...(at !== undefined && { at }),
      cause: error,
      hint: 'Correct the reducer, or redact of the types: the reducers must accept what redact gives; nothing was changed',
    },
  );
}
