/** What a rehearsal reports, and how it is put together. */
import type { SerializedError } from '../../../core/errors.ts';
import type { Model } from '../../../core/model.ts';
import { diffStates, type StateDifference } from '../../../fold/diff.ts';
import { hashStateOf } from '../../../fold/encoding/state-codec.ts';
import { plain } from '../../../fold/own-copy.ts';
import { formatPath, type Path } from '../../../fold/path.ts';
import { whyBroken } from '../../past/verify.ts';

/** What one of the two models makes of the log. */
export interface RehearsedModel {
  readonly name: string;
  /** The hash of the state at the end; absent where a reducer or an upcaster threw. */
  readonly stateHash?: string;
  /** Invariants that do not hold at the end. */
  readonly brokenInvariants: readonly string[];
  readonly eventsPerSecond: number;
  /** The first event that it cannot fold, and why. Only the next model may have one. */
  readonly failure?: { readonly sequence: number; readonly type: string; readonly error: SerializedError };
}

/** The first event after which the two states differ, and the first place where they do. */
export interface FirstDifference {
  /** 0 if the initial states differ. */
  readonly sequence: number;
  /** Absent at 0. */
  readonly type?: string;
  /** The place, `orders[17].price` style, and step by step. */
  readonly path: string;
  readonly parts: Path;
  /** What stands there under either model; absent where nothing does. */
  readonly now?: unknown;
  readonly next?: unknown;
}

/** Places that differ at the end, in one property of the state. */
export interface DifferentTable {
  readonly table: string;
  readonly places: number;
  /** Some of them: `before` is under the present model, `after` under the next one. */
  readonly first: readonly StateDifference[];
}

/** What a rehearsal found. */
export interface RehearsalReport {
  /** Whether both models give the same state at the end, and no difference was seen on the way. */
  readonly equal: boolean;
  /** Events folded, after `from`: 0, or the oldest snapshot that both models can load if history was dropped. */
  readonly events: number;
  readonly from: number;
  readonly sequence: number;
  readonly now: RehearsedModel;
  readonly next: RehearsedModel;
  readonly firstDifference?: FirstDifference;
  /** Places that differ at the end, by property; at most 10,000 places are counted. */
  readonly differences: readonly DifferentTable[];
  /** Types in the log, as they were recorded, that the next model does not know. */
  readonly unknownTypes: readonly string[];
  /** The most events between two comparisons. What differed only between two of them was not seen. */
  readonly grid: number;
}

/** One of the two folds, at its end. */
export interface RehearsedSide {
  readonly model: Model;
  readonly state: object;
  readonly foldMs: number;
  readonly failure: RehearsedModel['failure'];
}

const MOST_PLACES = 10_000;
const PLACES_SHOWN = 5;

/** @param events that were folded */
export function describeSide({ model, state, foldMs, failure }: RehearsedSide, events: number): RehearsedModel {
  const eventsPerSecond = foldMs > 0 ? Math.round((events / foldMs) * 1_000) : 0;
  if (failure !== undefined) return { name: model.name, brokenInvariants: [], eventsPerSecond, failure };
  const invariants = Object.entries<(state: never) => unknown>(model.invariants ?? {});
  const brokenInvariants = invariants
    .filter(([, holds]) => whyBroken(holds, state) !== undefined)
    .map(([name]) => name);
  return { name: model.name, stateHash: hashStateOf(state, model.comparators), brokenInvariants, eventsPerSecond };
}

/** The places where two states differ, by property. */
export function differencesOf(now: object, next: object): DifferentTable[] {
  const byTable = Map.groupBy(diffStates(now, next, MOST_PLACES), ({ parts }) => formatPath(parts.slice(0, 1)));
  return [...byTable].map(([table, places]) => ({
    ...{ table, places: places.length },
    first: places.slice(0, PLACES_SHOWN).map((place) => ({
      ...place,
      ...('before' in place && { before: plain(place.before) }),
      ...('after' in place && { after: plain(place.after) }),
    })),
  }));
}

/** The first place where two states differ; undefined if they are the same. */
export function firstDifferenceOf(
  now: object,
  next: object,
  sequence: number,
  type: string | undefined,
): FirstDifference | undefined {
  const [difference] = diffStates(now, next, 1);
  if (difference === undefined) return undefined;
  const { path, parts } = difference;
  return {
    sequence,
    ...(type !== undefined && { type }),
    ...{ path, parts },
    ...('before' in difference && { now: plain(difference.before) }),
    ...('after' in difference && { next: plain(difference.after) }),
  };
}
