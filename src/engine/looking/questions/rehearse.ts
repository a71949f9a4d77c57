/**
 * A rehearsal: folds a real log under two models in one pass, and says where they part. For a change of a reducer, before it is
 * deployed.
 *
 * The two states are compared at ends of blocks, as often as that stays under half of the folding time. Once they differ, what each
 * event changes under either model is compared from the last place where they were the same: so the first difference is exact.
 */
import { grouped, isRefoldError, RefoldError } from '../../../core/errors.ts';
import type { RecordedEvent } from '../../../core/event.ts';
import type { Model } from '../../../core/model.ts';
import { foldDirect, type NotingState, openNotingState } from '../../../fold/live-state.ts';
import { decodeBlock } from '../../../log/blocks/block.ts';
import { historyGone } from '../../../log/log-errors.ts';
import type { Block, LogStore, SnapshotInfo } from '../../../log/log-store.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { Pace } from '../../../threads/pace.ts';
import { performance } from '../../../threads/timers.ts';
import { guardOf } from '../../calls/reentrancy.ts';
import type { ModelFingerprint } from '../../folding/fingerprint.ts';
import { formersOf } from '../../folding/formers.ts';
import { beginningOf, freshState } from '../../folding/initial-state.ts';
import { type FoldingRules, foldingRulesOf, presentToFold, recordedIn } from '../../folding/refold.ts';
import { loadSnapshot } from '../../folding/stored-snapshots.ts';
import { despiteDrops } from '../../past/history.ts';
import { countEvents } from '../counts.ts';
import { usableAt } from '../keyframes.ts';
import {
  describeSide,
  differencesOf,
  type FirstDifference,
  firstDifferenceOf,
  type RehearsalReport,
  type RehearsedSide,
} from './rehearsal-report.ts';
import { sameValue } from './watched-place.ts';

/** What is rehearsed, checked. */
export interface Rehearsing {
  readonly model: Model;
  readonly next: Model;
  readonly log: LogStore;
  readonly fingerprint: ModelFingerprint;
  readonly to: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
}

/**
 * Begins again when the writer has dropped what it was reading.
 *
 * @throws RefoldError what the present model and the log throw; `HISTORY_GONE` when there is no state to begin with
 */
export async function rehearseLog(rehearsing: Rehearsing): Promise<RehearsalReport> {
  throwIfAborted(rehearsing.signal);
  return despiteDrops(rehearsing.log, () => new Rehearsal(rehearsing).run());
}

/** Comparing takes at most this share of the folding time. */
const COMPARING_SHARE = 0.3;
const REHEARSAL_SLICE_MS = 40;

/** One of the two folds. */
interface Side extends RehearsedSide {
  readonly rules: FoldingRules;
  foldMs: number;
  failure: RehearsedSide['failure'];
}

class Rehearsal {
  readonly #rehearsing: Rehearsing;
  #grid = 0;
  #comparedMs = 0;

  constructor(rehearsing: Rehearsing) {
    this.#rehearsing = rehearsing;
  }

  async run(): Promise<RehearsalReport> {
    const { model, next, to } = this.#rehearsing;
    const snapshot = await this.#start();
    const from = snapshot?.sequence ?? 0;
    const now = await this.#side(model, snapshot);
    const later = await this.#side(next, snapshot);
    const atStart = firstDifferenceOf(now.state, later.state, from, undefined);
    const { alike, turned } = await this.#foldBoth(now, later, from, atStart === undefined);
    const { failure } = later;
    const end = turned ?? (failure === undefined ? alike : failure.sequence - 1);
    const first = atStart ?? (end > alike ? await this.#locate(snapshot, alike, end) : undefined);
    const differences = failure === undefined ? differencesOf(now.state, later.state) : [];
    const events = Math.max(0, to - from);
    return {
      equal: failure === undefined && first === undefined && differences.length === 0,
      ...{ events, from, sequence: from + events },
      now: describeSide(now, events),
      next: describeSide(later, failure === undefined ? events : failure.sequence - from - 1),
      ...(first !== undefined && { firstDifference: first }),
      ...{ differences, unknownTypes: await this.#unknownTypes(), grid: this.#grid },
    };
  }

  /** Folds all of the log. Gives the last place where the two were the same, and where they were found to differ. */
  async #foldBoth(now: Side, later: Side, from: number, areAlike: boolean): Promise<Comparison> {
    const { log, to, signal, onProgress } = this.#rehearsing;
    const pace = new Pace(REHEARSAL_SLICE_MS);
    let [alike, reached] = [from, from];
    let turned = areAlike ? undefined : from;
    if (from >= to) return { alike, turned };
    for await (const block of log.read({ from: from + 1, to })) {
      this.#foldBlock(now, block, reached);
      if (later.failure === undefined) this.#foldNext(later, block, reached);
      reached = Math.min(block.lastSequence, to);
      if (turned === undefined && later.failure === undefined && this.#isDue(now, later, reached)) {
        if (this.#areSame(now, later)) {
          this.#grid = Math.max(this.#grid, reached - alike);
          alike = reached;
        } else turned = reached;
      }
      onProgress(reached);
      if (pace.isOver) await pace.rest();
      throwIfAborted(signal);
    }
    return { alike, turned };
  }

  #isDue(now: Side, later: Side, reached: number): boolean {
    return reached === this.#rehearsing.to || this.#comparedMs < COMPARING_SHARE * (now.foldMs + later.foldMs);
  }

  #areSame(now: Side, later: Side): boolean {
    const start = performance.now();
    const same = sameValue(now.state, later.state);
    this.#comparedMs += performance.now() - start;
    return same;
  }

  /** Undefined: from the first event. */
  async #start(): Promise<SnapshotInfo | undefined> {
    const { log, fingerprint, to, model } = this.#rehearsing;
    const first = log.firstSequence();
    if (first === 1) return undefined;
    const oldest = (await usableAt(log, fingerprint)).findLast(({ sequence }) => sequence <= to);
    if (oldest !== undefined) return oldest;
    throw new RefoldError(
      'HISTORY_GONE',
      `Cannot rehearse: the log begins at ${grouped(first)}, and ${model.name} has no snapshot`,
      {
        path: log.path,
        sequence: first,
        hint: 'Rehearse on a backup that has the history, or with the model that the snapshots were taken with',
      },
    );
  }

  async #side(model: Model, snapshot: SnapshotInfo | undefined): Promise<Side> {
    const rules = await foldingRulesOf(model, this.#rehearsing.log);
    const state = snapshot === undefined ? freshState(model) : await this.#load(model, snapshot);
    return { model, state, rules, foldMs: 0, failure: undefined };
  }

  /** One that the writer has dropped since it was chosen is not damaged. */
  async #load(model: Model, snapshot: SnapshotInfo): Promise<object> {
    const { log } = this.#rehearsing;
    try {
      return await loadSnapshot(log, snapshot, beginningOf(model));
    } catch (error) {
      const isThere = (await log.snapshots('')).some(({ sequence }) => sequence === snapshot.sequence);
      throw isThere ? error : historyGone(log.path, snapshot.sequence, log.firstSequence());
    }
  }

  #foldBlock(side: Side, block: Block, after: number): void {
    const start = performance.now();
    const { log, to } = this.#rehearsing;
    const { model, state, rules } = side;
    const recorded = recordedIn(block, after, to);
    guardOf(log).run(() => foldDirect(model.reducers, state, presentToFold(model, recorded, rules), rules.leniency));
    side.foldMs += performance.now() - start;
  }

  /** The next model may fail at an event: then it is not folded any further. */
  #foldNext(side: Side, block: Block, after: number): void {
    try {
      this.#foldBlock(side, block, after);
    } catch (error) {
      if (!isRefoldError(error)) throw error;
      const sequence = error.sequence ?? after + 1;
      const event = decodeBlock(block).events.find((candidate) => candidate.sequence === sequence);
      side.failure = { sequence, type: error.type ?? event?.type ?? '', error: error.toJSON() };
    }
  }

  /** The first difference after a place where the two were the same: folds both again up to there, then compares each event. */
  async #locate(snapshot: SnapshotInfo | undefined, alike: number, end: number): Promise<FirstDifference | undefined> {
    try {
      return await this.#locateClosely(snapshot, alike, end);
    } catch (error) {
      throwIfAborted(this.#rehearsing.signal);
      // The atomic fold refuses what an older release has recorded, or what the next model does only under the direct fold.
      if (isRefoldError(error, 'REDUCER_FAILED')) return undefined;
      throw error;
    }
  }

  async #locateClosely(
    snapshot: SnapshotInfo | undefined,
    alike: number,
    end: number,
  ): Promise<FirstDifference | undefined> {
    const { model, next, log, signal } = this.#rehearsing;
    const sides = [await this.#side(model, snapshot), await this.#side(next, snapshot)] as const;
    const guard = guardOf(log);
    let after = snapshot?.sequence ?? 0;
    let noting: readonly [NotingState<object>, NotingState<object>] | undefined;
    for await (const block of log.read({ from: after + 1, to: end })) {
      throwIfAborted(signal);
      const [one, other] = sides.map((side) =>
        guard.run(() => presentToFold(side.model, recordedIn(block, after, end), side.rules)),
      ) as [RecordedEvent[], RecordedEvent[]];
      if (block.lastSequence <= alike) {
        for (const [side, events] of [
          [sides[0], one],
          [sides[1], other],
        ] as const) {
          guard.run(() => foldDirect(side.model.reducers, side.state, events, side.rules.leniency));
        }
      } else {
        noting ??= [
          openNotingState(sides[0].state, model.comparators),
          openNotingState(sides[1].state, next.comparators),
        ];
        const found = this.#compareEach(noting, one, other);
        if (found !== undefined) return found;
      }
      after = block.lastSequence;
    }
    return undefined;
  }

  /** Where two states were the same, they still are if an event changes the same in both. */
  #compareEach(
    [now, later]: readonly [NotingState<object>, NotingState<object>],
    one: readonly RecordedEvent[],
    other: readonly RecordedEvent[],
  ): FirstDifference | undefined {
    const { model, next, log } = this.#rehearsing;
    const guard = guardOf(log);
    const [ours, theirs] = [one, other].map((events) => Map.groupBy(events, ({ sequence }) => sequence));
    for (const sequence of [...new Set([...ours!.keys(), ...theirs!.keys()])].sort((a, b) => a - b)) {
      const present = ours!.get(sequence) ?? [];
      const coming = theirs!.get(sequence) ?? [];
      const type = (present[0] ?? coming[0])?.type;
      const changes = present.flatMap((event) => guard.run(() => now.foldNoting(model.reducers, event)));
      const others = coming.flatMap((event) => guard.run(() => later.foldNoting(next.reducers, event)));
      if (sameValue(changes, others)) continue;
      const found = firstDifferenceOf(now.value, later.value, sequence, type);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #unknownTypes(): Promise<string[]> {
    const { next, log, to, signal } = this.#rehearsing;
    const from = log.firstSequence();
    const { types } = await countEvents(log, { from, to, by: 'sequence', buckets: 1, signal });
    const formers = formersOf(next);
    return Object.keys(types).filter((type) => !next.types.has(type) && formers?.has(type) !== true);
  }
}

/** Where two folds were the same last, and where they were found to differ. */
interface Comparison {
  readonly alike: number;
  readonly turned: number | undefined;
}
