/**
 * All background work of a store: snapshots, compaction, and the runner that starts each when it is due.
 *
 * A call waits for it only if it asks for a snapshot or a compaction, or closes the store.
 */
import { isRefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LiveState } from '../../fold/live-state.ts';
import type { LogThread } from '../../log/log-source.ts';
import type { LogStore, SnapshotInfo } from '../../log/log-store.ts';
import type { StoreFailure } from '../calls/failure.ts';
import type { Settings } from '../calls/options.ts';
import { COMPACTION_TRACE, traced } from '../calls/traces.ts';
import { warnOf } from '../calls/warn.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { countUntagged, taggersOf } from '../folding/taggers.ts';
import { usableSnapshots } from '../folding/usable-snapshots.ts';
import type { Divergence } from '../past/divergence.ts';
import type { Rates } from '../snapshots/rates.ts';
import { type SnapshotReport, Snapshotter, type SnapshotterParts } from '../snapshots/snapshotter.ts';
import type { WritePath } from '../writing/write-path.ts';
import { AutomaticCompaction } from './automatic-compaction.ts';
import { type CompactionReport, type CompactOptions, compactLog } from './compaction.ts';
import { type RetagOptions, type RetagReport, retagLog } from './retag.ts';
import { TaskRunner } from './tasks.ts';

export interface UpkeepSource {
  readonly model: Model;
  readonly log: LogStore;
  /** How a thread opens the log; undefined if only this thread can have it. */
  readonly logThread: LogThread | undefined;
  readonly settings: Settings;
  readonly fingerprint: ModelFingerprint;
  readonly live: LiveState<object>;
  readonly firstSeen: ReadonlyMap<string, number>;
  /** The snapshot that the state was recovered from. */
  readonly snapshot: SnapshotInfo | undefined;
  /** Whether that snapshot's fingerprint says less than today's. */
  readonly isBelieved: boolean;
  readonly rates: Rates;
  readonly writes: WritePath;
  /** Background work notices when the log fails. */
  readonly failure: StoreFailure;
  /** Saves the running projections: events that they have not folded must stay. */
  readonly saveProjections: () => Promise<void>;
}

export interface UpkeepStats {
  /** The sequence of the newest snapshot; 0 without a snapshot. */
  readonly snapshotSequence: number;
  /** How long an open would take now, in ms, by the rates measured so far. */
  readonly estimatedRecoveryMs: number;
  /** Where the live state differs from a replay, once a snapshot has found that. */
  readonly divergence: Divergence | undefined;
}

export class Upkeep {
  readonly #source: UpkeepSource;
  readonly #snapshotter: Snapshotter;
  readonly #compaction: AutomaticCompaction;
  readonly #tasks: TaskRunner;
  #untaggedEvents: number | undefined;

  /** Starts upkeep. A task that is already due begins at once, such as a snapshot after a long recovery. */
  static open(source: UpkeepSource): Upkeep {
    const upkeep = new Upkeep(source);
    void upkeep.#countUntagged();
    if (!source.settings.readOnly) upkeep.#tasks.wake();
    return upkeep;
  }

  private constructor(source: UpkeepSource) {
    const { log, settings, saveProjections } = source;
    this.#source = source;
    const { rates, snapshot, isBelieved } = source;
    const snapshotter = new Snapshotter(snapshotterParts(source), rates, snapshot, isBelieved);
    this.#snapshotter = snapshotter;
    this.#compaction = new AutomaticCompaction({
      log,
      settings,
      usableSnapshots: () => this.#usableSnapshots(),
      snapshots: snapshotter,
      saveProjections,
    });
    const snapshots = { isDue: () => snapshotter.due() !== undefined, run: () => snapshotter.take() };
    this.#tasks = new TaskRunner([snapshots, this.#compaction], source.log, source.failure);
  }

  /** Called after each durable block, with the size of its text. O(1), unless a task is due. */
  wake(bytes: number): void {
    this.#compaction.appended(bytes);
    this.#tasks.wake();
  }

  /** Takes a snapshot now, and compares it with a replay if that is possible. */
  snapshot(): Promise<SnapshotReport> {
    return this.#snapshotter.take(true);
  }

  /** Compacts now, never at the same time as an automatic compaction. */
  compact(options: CompactOptions): Promise<CompactionReport> {
    const { log, settings } = this.#source;
    const { history, clock, onProgress } = settings;
    const usable = (): Promise<SnapshotInfo[]> => this.#usableSnapshots();
    const context = { log, history, usableSnapshots: usable, now: clock(), onProgress };
    const { path } = this.#source.log;
    const compact = (): Promise<CompactionReport> => compactLog(context, options);
    return this.#compaction.alone(() => traced(COMPACTION_TRACE, () => ({ path, automatic: false }), compact));
  }

  /** Does work while nothing is compacted. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#compaction.alone(work);
  }

  /** Takes no snapshot until what it gives is called: see `Snapshotter.hold`. */
  holdSnapshots(): Promise<(redactedFrom?: number) => Promise<void>> {
    return this.#snapshotter.hold();
  }

  /** Takes a snapshot in place of those that a redaction has deleted. */
  async takeAgain(): Promise<void> {
    await this.#snapshotter.take();
  }

  /** Tags the log again, never at the same time as a compaction: that would replace or drop the blocks that it works on. */
  async retag(options: RetagOptions): Promise<RetagReport> {
    const { model, log, settings } = this.#source;
    const { onProgress } = settings;
    const report = await this.#compaction.alone(() => retagLog({ model, log, onProgress }, options));
    this.#untaggedEvents = report.untaggedEvents;
    return report;
  }

  /** Events that a query by tag must read because their tags are not stored. Undefined until they have been counted. */
  get untaggedEvents(): number | undefined {
    return this.#untaggedEvents;
  }

  /** What this store appends has its tags, so one count is enough. */
  async #countUntagged(): Promise<void> {
    const { model, log } = this.#source;
    try {
      const taggers = taggersOf(model);
      this.#untaggedEvents = taggers.size === 0 ? 0 : await countUntagged(log, taggers);
    } catch {
      // The store is closed, or a header is damaged: reading reports that.
    }
  }

  stats(): UpkeepStats {
    const { lastSequence, estimatedRecoveryMs, divergence } = this.#snapshotter;
    return { snapshotSequence: lastSequence, estimatedRecoveryMs, divergence };
  }

  /** Ends upkeep, and leaves as little work as possible for the next open. */
  async drain(): Promise<void> {
    const { writes, saveProjections, failure, log } = this.#source;
    await writes.drained();
    this.#compaction.stop();
    await this.#tasks.drained();
    try {
      await failure.fencing(log.path, async () => {
        await saveProjections();
        await this.#snapshotter.takeLast();
      });
    } catch (error) {
      // All of this only saves the next open some time. So a close does not fail because of a full disk, or because another
      // writer has replaced this one.
      if (!isRefoldError(error, 'LOG_FULL') && !isRefoldError(error, 'NOT_WRITER')) throw error;
      warnOf(log, 'RefoldHousekeepingWarning', error);
    }
  }

  /** Another writer has taken over: no more work begins, and what runs fails in silence. */
  stop(): void {
    this.#compaction.stop();
    this.#tasks.stop();
  }

  /** Ends the work in other threads. */
  close(): Promise<void> {
    return this.#snapshotter.close();
  }

  #usableSnapshots(): Promise<SnapshotInfo[]> {
    return usableSnapshots(this.#source.log, this.#source.fingerprint);
  }
}

function snapshotterParts({
  model,
  log,
  logThread,
  settings,
  fingerprint,
  live,
  firstSeen,
  writes,
}: UpkeepSource): SnapshotterParts {
  return {
    model,
    log,
    logThread,
    settings,
    fingerprint,
    live,
    firstSeen,
    queue: writes.queue,
    get sequence() {
      return writes.sequence;
    },
    get failure() {
      return writes.failure;
    },
  };
}
