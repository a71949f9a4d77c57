/**
 * A log without a model: everything that works with the file alone.
 *
 * The command line uses it: `info`, `events`, `verify`, `backup`, `export` and `import` need no reducer. Sealing also works
 * without one. Dropping history needs a model, because only a model can tell which snapshots are usable.
 */
import { isRefoldError, RefoldError, type SerializedError } from '../core/errors.ts';
import type { Commit, RecordedEvent } from '../core/event.ts';
import { decodeBlock } from '../log/blocks/block.ts';
import { requireReadable } from '../log/blocks/block-rules.ts';
import type { LogSource } from '../log/log-source.ts';
import type { BlockHeader, LogStore, QueuedCommit } from '../log/log-store.ts';
import { throwIfAborted } from '../threads/aborted.ts';
import {
  A_FUNCTION,
  A_SIGNAL,
  AN_ITERABLE,
  checkOptions,
  checkValue,
  type OptionChecks,
  TRUE_OR_FALSE,
} from './calls/call-options.ts';
import { checkStructure } from './calls/log-care.ts';
import { A_LOG, A_PATH, A_WAIT, isOpenLog, requireOneLog, requireWaitHonoured } from './calls/log-options.ts';
import { openLogOf } from './calls/open-log.ts';
import { harmless, type Progress } from './calls/progress.ts';
import { warnOf } from './calls/warn.ts';
import type { EventBatch } from './following/selection.ts';
import { type ClampReport, Clamps, clampWarning } from './importing/clamps.ts';
import { admitImported, type ImportedEvent } from './importing/imported-event.ts';
import { describeLog, type LogInfo } from './log-info.ts';
import { countsOf, type EventCounts } from './looking/counts.ts';
import { headersIn } from './looking/keyframes.ts';
import type { BlocksOptions, CountOptions } from './looking/past-options.ts';
import { type CommitRange, listCommits } from './past/commits.ts';
import { readBatches } from './past/event-batches.ts';
import { AS_RECORDED, type EventRange, readRecorded, storedTagging } from './past/events.ts';
import { checkFollowing, type FollowOptions, followLog } from './past/follow-log.ts';
import { locate, type Position, READ_ATTEMPTS } from './past/history.ts';
import { type BackupOptions, type BackupReport, backUpLog } from './upkeep/backup.ts';
import { COMPACT_CHECKS, type CompactionReport, type CompactOptions, compactLog } from './upkeep/compaction.ts';

export interface VerifyOptions {
  /** Check only the checksums, and decode nothing. */
  readonly quick?: boolean | undefined;
  /** Ends the work at the next block: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What reading every block found. */
export interface BlocksReport {
  readonly ok: boolean;
  readonly events: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly problems: readonly SerializedError[];
}

/** What `EventLog.import` did. */
export interface LogImportReport extends ClampReport {
  /** Events imported. */
  readonly events: number;
  /** Where the log ends now. */
  readonly lastSequence: number;
}

export interface OpenEventLogOptions {
  /** The log's file. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** In place of `path`. An open log: it is used as it is, and stays open. Or a source: its log is closed with the `EventLog`. */
  readonly log?: LogStore | LogSource | undefined;
  /** Default true: read the log beside its writer, and change nothing. Refused beside an open log. */
  readonly readOnly?: boolean | undefined;
  /** With `readOnly: false`: how long to wait for another writer that has the log open, in ms; default 200. */
  readonly waitForLock?: number | undefined;
}

/** Opens a log without a model, read-only by default. @throws RefoldError as `openStore` does */
export async function openLog(options: OpenEventLogOptions): Promise<EventLog> {
  const { readOnly, waitForLock, ...which } = checkOptions('open the log', OPEN_CHECKS, options);
  requireOneLog('open the log', which);
  const isOpen = isOpenLog(which.log);
  if (isOpenLog(which.log) && readOnly !== undefined) throw alreadyOpen(which.log.path);
  const how = { readOnly: readOnly ?? true, ...(waitForLock !== undefined && { waitForLock }) };
  requireWaitHonoured('open the log', { ...which, ...how });
  return new EventLog(await openLogOf(which, how), isOpen);
}

const OPEN_CHECKS: OptionChecks<OpenEventLogOptions> = {
  path: A_PATH,
  log: A_LOG,
  readOnly: TRUE_OR_FALSE,
  waitForLock: A_WAIT,
};

function alreadyOpen(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open ${path} with readOnly: its log is open`, {
    path,
    type: 'readOnly',
    hint: 'Leave readOnly out, or give a path or a log source',
  });
}

const VERIFY_CHECKS: OptionChecks<VerifyOptions> = { quick: TRUE_OR_FALSE, signal: A_SIGNAL, onProgress: A_FUNCTION };

/** The options of `EventLog.compact`. It takes `onProgress` here, because there is no store that has one. */
export interface CompactLogOptions extends CompactOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const COMPACT_LOG_CHECKS: OptionChecks<CompactLogOptions> = { ...COMPACT_CHECKS, onProgress: A_FUNCTION };

/** Commits of an import become durable in groups of this many events, or of a block's size. */
const IMPORT_EVENTS = 5_000;

export class EventLog implements AsyncDisposable {
  readonly #log: LogStore;
  /** The caller has opened the log, and closes it. */
  readonly #isCallers: boolean;

  /** Use `openLog`. */
  constructor(log: LogStore, isCallers = false) {
    this.#log = log;
    this.#isCallers = isCallers;
  }

  get path(): string {
    return this.#log.path;
  }

  /** Stays the same as long as the log lives; a backup has another one. Undefined for a log in memory. */
  get id(): string | undefined {
    return this.#log.care?.id?.();
  }

  info(): Promise<LogInfo> {
    return describeLog(this.#log);
  }

  /**
   * Recorded events in order or in reverse, as they were written: no upcasting. With `tag`, only stored tags count.
   *
   * @throws RefoldError `INVALID_OPTION` at the first event whose tags are not stored: `refold retag` stores them
   */
  events(range: EventRange = {}): AsyncGenerator<RecordedEvent, void> {
    return readRecorded(this.#log, range);
  }

  /**
   * The same in lists: one for each block of the log that has such events. It takes a third of the time, but keeps the event loop
   * for the whole of a block: for programs that only read.
   *
   * @throws RefoldError as `events` does
   */
  batches(range: EventRange = {}): AsyncGenerator<readonly RecordedEvent[], void> {
    return readBatches(this.#log, range);
  }

  /**
   * Where the commits of a range begin and end, in order: which events were recorded together. The first commit may begin before
   * `from`, and the last one may end after `to`.
   *
   * @throws RefoldError as `events` does
   */
  commits(range: CommitRange = {}): AsyncGenerator<Commit, void> {
    return listCommits(this.#log, range);
  }

  /**
   * How many events of each type a range has, in all and in buckets. Data is not decoded.
   *
   * @throws RefoldError `LOG_CORRUPT`; `HISTORY_GONE` when `from` was dropped
   */
  counts(options?: CountOptions): Promise<EventCounts> {
    return countsOf(this.#log, options);
  }

  /** The blocks of the log in order, by their headers. Payloads are not read. */
  async *blocks(options?: BlocksOptions): AsyncGenerator<BlockHeader, void> {
    yield* headersIn(this.#log, options);
  }

  /** Events from `from` on (default: the first in the log), then new ones, until the signal aborts. */
  follow(options: FollowOptions & { readonly batches: true }): AsyncGenerator<EventBatch, void>;
  follow(options?: FollowOptions): AsyncGenerator<RecordedEvent, void>;
  async *follow(options: FollowOptions = {}): AsyncGenerator<RecordedEvent | EventBatch, void> {
    const checked = checkFollowing(options);
    const tagging = await storedTagging(this.#log, checked);
    yield* followLog(this.#log, checked, { ...AS_RECORDED, tagging });
  }

  /** The sequence of a position. @throws RefoldError `INVALID_OPTION`, `HISTORY_GONE` */
  locate(position: Position): Promise<number> {
    return locate(this.#log, position);
  }

  /**
   * Checks the file's structure, snapshots, outcomes and witness, then every block: checksum, chain, gaps, and without `quick`
   * also whether it decodes. It cannot check states: that needs a model.
   */
  async verify(options: VerifyOptions = {}): Promise<BlocksReport> {
    const { quick = false, signal, onProgress } = checkOptions('verify the log', VERIFY_CHECKS, options);
    throwIfAborted(signal);
    const tell = harmless(onProgress);
    const structure = await checkStructure(this.#log);
    for (let round = 1; ; round++) {
      const report = await this.#readThrough(quick, tell, signal);
      // Compaction may have dropped blocks while they were read: then the blocks that are left are read.
      if (report.ok || round === READ_ATTEMPTS || this.#log.firstSequence() === report.firstSequence) {
        const problems = [...structure, ...report.problems];
        return { ...report, ok: problems.length === 0, problems };
      }
    }
  }

  async #readThrough(
    quick: boolean,
    tell: (progress: Progress) => void,
    signal: AbortSignal | undefined,
  ): Promise<BlocksReport> {
    const log = this.#log;
    const firstSequence = log.firstSequence();
    const { sequence: lastSequence } = log.head();
    const problems: SerializedError[] = [];
    let reached = firstSequence - 1;
    try {
      if (firstSequence <= lastSequence) {
        for await (const block of log.read({ from: firstSequence, to: lastSequence })) {
          throwIfAborted(signal);
          if (!quick) decodeBlock(block);
          reached = block.lastSequence;
          tell({ phase: 'verify', done: reached, total: lastSequence });
        }
      }
    } catch (error) {
      throwIfAborted(signal); // its reason may be an error of any kind
      if (!isRefoldError(error)) throw error;
      problems.push(error.toJSON());
    }
    return { ok: problems.length === 0, events: reached - firstSequence + 1, firstSequence, lastSequence, problems };
  }

  /** Seals open blocks and returns free space, as far as the log can. Drops nothing. */
  async compact(options: CompactLogOptions = {}): Promise<CompactionReport> {
    const { dryRun, onProgress } = checkOptions('compact', COMPACT_LOG_CHECKS, options);
    const tell = harmless(onProgress);
    return compactLog(
      { log: this.#log, history: 'keep', usableSnapshots: async () => [], now: Date.now(), onProgress: tell },
      { dryRun },
    );
  }

  /**
   * Writes a consistent copy to a new file, up to `to` if it is given.
   *
   * @param options or a function that gets fractions from 0 to 1
   * @throws RefoldError as `Store.backup` does
   */
  async backup(path: string, options?: BackupOptions | ((fraction: number) => void)): Promise<BackupReport> {
    if (typeof options !== 'function') return backUpLog(this.#log, path, options);
    const tell = harmless(options);
    return backUpLog(this.#log, path, undefined, ({ done }) => tell(done));
  }

  /**
   * Appends events from elsewhere, one commit each, in groups. Every payload passes the guard; schemas are not checked. A time
   * before the last one becomes the last one: the report counts them. An event without a time gets the present time.
   *
   * @throws RefoldError `EVENT_REJECTED`, naming the sequence that the event would have had. Earlier groups stay in the log, so
   * import into a file that can be deleted in this case
   */
  async import(events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>): Promise<LogImportReport> {
    checkValue('import', 'events', AN_ITERABLE, events);
    const clamps = new Clamps();
    try {
      const taken = await this.#importAll(events, clamps);
      return { ...taken, ...clamps.report };
    } catch (error) {
      const warning = clampWarning(this.#log.path, clamps.report);
      if (warning !== undefined) warnOf(this.#log, 'RefoldImportWarning', warning);
      throw error;
    }
  }

  async #importAll(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    clamps: Clamps,
  ): Promise<{ readonly events: number; readonly lastSequence: number }> {
    const { sequence: before, recordedAt } = this.#log.head();
    let group: QueuedCommit[] = [];
    let size = 0;
    let last = recordedAt;
    for await (const event of events) {
      const sequence = this.#log.head().sequence + group.length + 1;
      const { commit, given } = admitImported(event, sequence, last);
      last = commit.recordedAt;
      clamps.note({ index: sequence - before - 1, sequence, given, recordedAt: last });
      size += commit.json.length;
      if (group.push(commit) < IMPORT_EVENTS && size < this.#log.blockBytes) continue;
      await this.#append(group);
      group = [];
      size = 0;
    }
    if (group.length > 0) await this.#append(group);
    const { sequence } = this.#log.head();
    return { events: sequence - before, lastSequence: sequence };
  }

  async close(): Promise<void> {
    if (!this.#isCallers) await this.#log.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #append(commits: readonly QueuedCommit[]): Promise<void> {
    const { sequence: expectedSequence, recordedAt } = this.#log.head();
    requireReadable(commits, { sequence: expectedSequence, recordedAt }, this.#log.path);
    await this.#log.append({ expectedSequence, epoch: this.#log.epoch, commits, outcomes: [] });
  }
}
