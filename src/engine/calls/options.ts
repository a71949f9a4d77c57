/** The options of `openStore`, each with what it does, its default and its cost; and their checks. */
import { grouped, RefoldError } from '../../core/errors.ts';
import { isParts } from '../../core/parts.ts';
import type { LogSource } from '../../log/log-source.ts';
import type { Durability, LogStore } from '../../log/log-store.ts';
import { DEFAULT_BOUNDS, type OutcomeBounds } from '../../log/outcomes.ts';
import { A_FUNCTION, checkOptions, DURABILITY, type OptionChecks, TRUE_OR_FALSE } from './call-options.ts';
import { A_LOG, A_PATH, A_WAIT, isOpenLog, requireOneLog, requireWaitHonoured } from './log-options.ts';
import { harmless, type Progress } from './progress.ts';
import { type StoreWarning, warnTo } from './warn.ts';

/**
 * Redis's save rule: a snapshot once `changes` events have come and `seconds` of the machine's time have passed since the last
 * one.
 */
export interface SaveRule {
  readonly seconds: number;
  readonly changes: number;
}

/** What compaction may drop: nothing, everything that recovery does not need, or what exceeds one of the bounds. */
export type History = 'keep' | 'discard' | HistoryBudget;

export interface HistoryBudget {
  /** Keep events younger than this, in ms. */
  readonly maxAge?: number | undefined;
  /** Keep at most this many events. */
  readonly maxEvents?: number | undefined;
  /** Keep at most this many bytes of block payload. */
  readonly maxBytes?: number | undefined;
}

export interface StoreOptions {
  /** The log's file, created if it does not exist, or `':memory:'`. Required unless `log` is given. */
  readonly path?: string | undefined;
  /**
   * When an append counts as done. `always` (default): once it would survive power loss, with one sync per group of commits.
   * `everysec`: at once, synced at most a second later; power loss may take that second. `os`: at once, synced when the
   * system decides. All three survive the death of the process. Refused beside an open `log`, which has its own durability.
   */
  readonly durability?: Durability | undefined;
  /**
   * How long an open may take, in ms; default 1,000. The store takes snapshots early enough to keep this promise. A smaller
   * value means more snapshots, and each one is a pass over the state.
   */
  readonly recoverWithin?: number | undefined;
  /** Further occasions for a snapshot, on top of `recoverWithin`; default none. */
  readonly save?: readonly SaveRule[] | undefined;
  /**
   * What automatic compaction drops; default `keep`. It never drops what recovery or a projection still needs. A budget
   * costs a snapshot each time the tail is as large as the state, and at least 12 MiB. With `discard` the file stays within
   * six times the encoded state plus 64 MiB, plus what is written while a snapshot is taken.
   */
  readonly history?: History | undefined;
  /**
   * How live commits are folded. `atomic` (default): a reducer that throws leaves no trace, and values read from the
   * state are frozen. `direct`: faster (docs/BENCHMARKS.md), but a reducer that throws fails the store.
   */
  readonly fold?: 'atomic' | 'direct' | undefined;
  /**
   * For development and tests; default false. The store folds each commit a second time, with the other fold, on a state that
   * was decoded from its encoding, and compares both. If a reducer depends on more than its three arguments, the event is
   * refused with the place, both values and the likely reason. Costs two folds and a comparison per event (docs/BENCHMARKS.md).
   * `false` in words, beside `fold: 'direct'`, says that the reducers are known to keep its rules: then it does not warn.
   */
  readonly strict?: boolean | undefined;
  /** Opens without the writer's lock, beside a writer. Appends are refused. Without `live` the state stays as of the open. */
  readonly readOnly?: boolean | undefined;
  /**
   * With `readOnly`, makes the store a replica: it follows the log, and its state stays current while another process writes.
   * Default false. Costs one look at the file every 25 ms, and the folding of new events.
   */
  readonly live?: boolean | undefined;
  /**
   * Lets the store wait as a live replica while another one is the writer, and take over when the log is free: when its writer
   * has closed or died. If the log is free at the open, the store opens as the writer. Default false. It opens the log twice, to
   * read and to write, and costs what a live replica costs. `store.role` says what it is, and `store.onRole` when that changes.
   * While it is a replica, writes are `NOT_WRITER`. With `waitForLock` the open waits so long for the log before it goes on as a
   * replica; by default it does not wait. Refused with `readOnly`, `live` and beside an open `log`.
   */
  readonly standby?: boolean | undefined;
  /** Called when long work that the application asked for starts, and now and then while it runs. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Called with each warning: a problem that harms nothing acknowledged. Its `name` says which kind it is (docs/ERRORS.md has
   * all). Default: a process warning, `process.on('warning', …)`.
   */
  readonly onWarning?: ((warning: StoreWarning) => unknown) | undefined;
  /**
   * Called once, when the store fails: with the `STORE_FAILED` that every later call throws, or with `NOT_WRITER` when another
   * writer has taken over and the store is not a standby. It is called before any promise rejects because of the failure, and
   * while the failing call still runs. Default: not told; `store.failure` says it too.
   */
  readonly onFailure?: ((failure: RefoldError) => unknown) | undefined;
  /**
   * Gives milliseconds since the epoch; default `Date.now`. If it steps back, the last recorded time is used. It decides what
   * `recordedAt` is, and with that what is too old for `history.maxAge` and `remember.age`. Save rules, measured rates and pacing
   * use the machine's time.
   */
  readonly clock?: (() => number) | undefined;
  /**
   * How long the outcomes of calls with a `commandId` are remembered, until the first bound is met. Default: `outcomes`
   * 100,000, `age` 604,800,000 ms (seven days of recorded time). At most 16,000,000 outcomes. A million outcomes take up to
   * 20 MB of memory and 100 to 150 MB of disk (docs/guide/commands-and-retries.md). If the bounds are lower than what the log
   * holds, it forgets the oldest outcomes, two for each new one. Without effect on a reader. Refused beside an open `log`, which has its own bounds.
   */
  readonly remember?: RememberOptions | undefined;
  /**
   * How long the open waits for another writer that has the log open, in ms; default 200. Then it is `LOG_LOCKED`. A standby
   * goes on as a replica then, and its default is 0. For rolling restarts and hot reload. The event loop is free meanwhile. Refused with `readOnly` and beside an open `log`.
   */
  readonly waitForLock?: number | undefined;
  /**
   * Another log, in place of `path`: an open log, or a source `{ name, open, thread? }` that opens it with this store's
   * `durability` and `readOnly`. The store closes either. If the source has a `thread`, snapshots are made and checked in
   * another thread; otherwise in short slices beside the writing.
   */
  readonly log?: LogStore | LogSource | undefined;
}

/** How long outcomes are remembered. */
export interface RememberOptions {
  /** The most outcomes: a whole number up to 16,000,000. */
  readonly outcomes?: number | undefined;
  /** How long each, in ms of recorded time. */
  readonly age?: number | undefined;
}

/** `StoreOptions` with every default in place. */
export interface Settings {
  readonly path: string | undefined;
  readonly durability: Durability;
  readonly recoverWithin: number;
  readonly save: readonly SaveRule[];
  readonly history: History;
  readonly fold: 'atomic' | 'direct';
  readonly strict: boolean;
  /** Whether the caller has said what `strict` is. */
  readonly saysStrict: boolean;
  readonly readOnly: boolean;
  readonly live: boolean;
  readonly standby: boolean;
  readonly onProgress: (progress: Progress) => void;
  readonly onWarning: ((warning: StoreWarning) => unknown) | undefined;
  readonly onFailure: ((failure: RefoldError) => unknown) | undefined;
  readonly clock: () => number;
  /** Undefined: as the log does by itself. */
  readonly remember: OutcomeBounds | undefined;
  readonly waitForLock: number | undefined;
  readonly log: LogStore | LogSource | undefined;
}

/** The most outcomes that a store can be asked to remember. */
const MOST_OUTCOMES = 16_000_000;

/** What each option must be. */
export const STORE_CHECKS: OptionChecks<StoreOptions> = {
  path: A_PATH,
  durability: DURABILITY,
  recoverWithin: ['a positive number of milliseconds', isPositive],
  save: ['an array of { seconds, changes }, both positive', isSaveRules, copyRules],
  history: ["'keep', 'discard' or { maxAge?, maxEvents?, maxBytes? }, each positive", isHistory, copyHistory],
  fold: ["'atomic' or 'direct'", oneOf('atomic', 'direct')],
  strict: TRUE_OR_FALSE,
  readOnly: TRUE_OR_FALSE,
  live: TRUE_OR_FALSE,
  standby: TRUE_OR_FALSE,
  onProgress: A_FUNCTION,
  onWarning: A_FUNCTION,
  onFailure: A_FUNCTION,
  clock: ['a function that gives milliseconds since the epoch', (value) => typeof value === 'function'],
  remember: [
    `{ outcomes?, age? }, with a whole number of outcomes up to ${grouped(MOST_OUTCOMES)} and an age in milliseconds`,
    isRemember,
    (value) => (isParts(value) ? { ...value } : value),
  ],
  waitForLock: A_WAIT,
  log: A_LOG,
};

/**
 * Fills in the defaults.
 *
 * @throws RefoldError `INVALID_OPTION`, naming the option
 */
export function settingsOf(given: StoreOptions): Settings {
  const options = checkOptions('open the store', STORE_CHECKS, given);
  requireOneLog('open the store', options);
  requireWaitHonoured('open the store', options);
  warnTo(options, options.onWarning);
  if (options.standby === true) requireStandby(options);
  const openLog = isOpenLog(options.log) ? options.log : undefined;
  if (openLog !== undefined) requireHonoured(openLog, options);
  const readOnly = options.readOnly ?? openLog?.readOnly ?? false;
  if (options.live === true && !readOnly) {
    throw new RefoldError('INVALID_OPTION', 'Cannot open the store as a live replica: it would be the writer', {
      type: 'live',
      hint: 'Give readOnly: true as well, or leave live out: the state of a writer is always current',
    });
  }
  return {
    path: options.path,
    log: options.log,
    durability: options.durability ?? 'always',
    recoverWithin: options.recoverWithin ?? 1_000,
    save: options.save ?? [],
    history: options.history ?? 'keep',
    fold: options.fold ?? 'atomic',
    strict: options.strict ?? false,
    saysStrict: options.strict !== undefined,
    readOnly,
    live: options.live ?? false,
    standby: options.standby ?? false,
    onProgress: harmless(options.onProgress, options),
    onWarning: options.onWarning,
    onFailure: options.onFailure,
    clock: options.clock ?? Date.now,
    remember: options.remember && boundsOf(options.remember),
    waitForLock: options.waitForLock,
  };
}

/** A standby opens its log by itself, to read and again to write. */
function requireStandby({ log, readOnly, live }: StoreOptions): void {
  const why = isOpenLog(log)
    ? 'the log is open already, and a standby opens it twice'
    : readOnly === true
      ? 'a reader never becomes the writer'
      : live !== undefined
        ? 'a standby is live whenever it reads'
        : undefined;
  if (why === undefined) return;
  throw new RefoldError('INVALID_OPTION', `Cannot open the store as a standby: ${why}`, {
    type: 'standby',
    hint: 'Give a path or a log source, and leave readOnly and live out',
  });
}

/** Refuses options that were decided when the log was opened. */
function requireHonoured(log: LogStore, { durability, readOnly, remember }: StoreOptions): void {
  if (readOnly === false && log.readOnly) {
    throw new RefoldError('INVALID_OPTION', 'Cannot open the store for writing: its log was opened read-only', {
      path: log.path,
      type: 'readOnly',
      hint: 'Open the log for writing, or leave the option readOnly out',
    });
  }
  if (remember !== undefined) {
    throw new RefoldError('INVALID_OPTION', 'Cannot open the store with remember: its log is open', {
      path: log.path,
      type: 'remember',
      hint: 'Open the log with these bounds, or give a path or a log source instead of an open log',
    });
  }
  if (durability === undefined) return;
  throw new RefoldError('INVALID_OPTION', `Cannot open the store with durability ${durability}: its log is open`, {
    path: log.path,
    type: 'durability',
    hint: 'Open the log with this durability, or give a path or a log source instead of an open log',
  });
}

function oneOf(...values: readonly string[]): (value: unknown) => boolean {
  return (value) => values.includes(value as string);
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

function copyRules(rules: unknown): unknown {
  return Array.isArray(rules) ? Array.from(rules, (rule) => ({ ...rule })) : rules;
}

function isSaveRules(rules: unknown): boolean {
  return Array.isArray(rules) && rules.every((rule) => isPositive(rule.seconds) && isPositive(rule.changes));
}

function copyHistory(history: unknown): unknown {
  if (!isParts(history)) return history;
  const copy: Record<string, unknown> = {};
  for (const bound in history) copy[bound] = history[bound]; // inherited bounds count too
  return copy;
}

function isRemember(value: unknown): boolean {
  if (!isParts(value) || Object.keys(value).some((bound) => bound !== 'outcomes' && bound !== 'age')) return false;
  const { outcomes = 1, age = 1 } = value;
  return Number.isSafeInteger(outcomes) && isPositive(outcomes) && Number(outcomes) <= MOST_OUTCOMES && isPositive(age);
}

function boundsOf({ outcomes, age }: RememberOptions): OutcomeBounds {
  return { outcomes: outcomes ?? DEFAULT_BOUNDS.outcomes, age: age ?? DEFAULT_BOUNDS.age };
}

function isHistory(history: unknown): boolean {
  if (!isParts(history)) return history === 'keep' || history === 'discard';
  const bounds = ['maxAge', 'maxEvents', 'maxBytes'];
  return Object.entries(history).every(
    ([bound, amount]) => bounds.includes(bound) && (amount === undefined || isPositive(amount)),
  );
}
