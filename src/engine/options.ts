/** The options of `openStore`: each a dial with what it does, its default and its cost; and their checking. */
import { RefoldError } from '../core/errors.ts';
import type { Durability, LogStore } from '../log/log-store.ts';
import { harmless } from './telling.ts';

/** Redis's save rule: a snapshot once `changes` events have come and `seconds` have passed since the last one. */
export interface SaveRule {
  readonly seconds: number;
  readonly changes: number;
}

/** What compaction may drop: nothing, everything that recovery does not need, or what exceeds any of the bounds. */
export type History = 'keep' | 'discard' | HistoryBudget;

export interface HistoryBudget {
  /** Keep events younger than this, in ms. */
  readonly maxAge?: number | undefined;
  /** Keep at most this many events. */
  readonly maxEvents?: number | undefined;
  /** Keep at most this many bytes of block payload. */
  readonly maxBytes?: number | undefined;
}

export interface Progress {
  readonly phase: 'load' | 'replay' | 'verify' | 'seal' | 'drop' | 'backup';
  /** Done so far, in events (in fractions of 1 for `backup`). */
  readonly done: number;
  readonly total: number;
}

export interface StoreOptions {
  /** The log's file, made when missing, or `':memory:'`. Required unless `log` is given. */
  readonly path?: string | undefined;
  /**
   * When an append counts as done. `always` (default): once it would survive power loss; one sync per group of commits.
   * `everysec`: at once, synced at most a second later; power loss may take that second. `os`: at once, synced when the
   * system likes. All three survive the death of the process.
   */
  readonly durability?: Durability | undefined;
  /**
   * The promise how long an open may take, in ms; default 1,000. A snapshot is taken in time to keep it: smaller means
   * more snapshots, each a pass over the state.
   */
  readonly recoverWithin?: number | undefined;
  /** Further occasions for a snapshot, on top of `recoverWithin`; default none. */
  readonly save?: readonly SaveRule[] | undefined;
  /**
   * What compaction, which runs by itself, drops; default `keep`. Nothing that recovery or a projection still needs is ever
   * dropped. A budget costs a snapshot whenever the tail has grown as large as the state and 12 MiB. With `discard` the file
   * stays within six times the encoded state and 64 MiB, and what is written while a snapshot is taken.
   */
  readonly history?: History | undefined;
  /**
   * How live commits are folded. `atomic` (default): a reducer that throws leaves no trace, and values read from the
   * state are frozen. `direct`: faster (docs/BENCHMARKS.md), but a reducer that throws fails the store.
   */
  readonly fold?: 'atomic' | 'direct' | undefined;
  /** Opens without the writer's lock, beside a writer; state is as of the open, and nothing can be appended. */
  readonly readOnly?: boolean | undefined;
  /** Called now and then during long work that was asked for, first when it starts. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Milliseconds since the epoch; default `Date.now`. One that steps back is clamped to the last recorded time. */
  readonly clock?: (() => number) | undefined;
  /** Another implementation of the log, in place of `path`. The store closes it. */
  readonly log?: LogStore | undefined;
}

/** `StoreOptions` with every default in place. */
export interface Settings {
  readonly path: string | undefined;
  readonly durability: Durability;
  readonly recoverWithin: number;
  readonly save: readonly SaveRule[];
  readonly history: History;
  readonly fold: 'atomic' | 'direct';
  readonly readOnly: boolean;
  readonly onProgress: (progress: Progress) => void;
  readonly clock: () => number;
  readonly log: LogStore | undefined;
}

/** What each option must be, in words for the message, and the test for it. */
const CHECKS: { readonly [Option in keyof Required<StoreOptions>]: readonly [string, (value: unknown) => boolean] } = {
  path: ["a file's path or ':memory:'", (value) => typeof value === 'string' && value !== '' && !value.includes('\0')],
  durability: ["'always', 'everysec' or 'os'", oneOf('always', 'everysec', 'os')],
  recoverWithin: ['a positive number of milliseconds', isPositive],
  save: ['an array of { seconds, changes }, both positive', isSaveRules],
  history: ["'keep', 'discard' or { maxAge?, maxEvents?, maxBytes? }, each positive", isHistory],
  fold: ["'atomic' or 'direct'", oneOf('atomic', 'direct')],
  readOnly: ['true or false', (value) => typeof value === 'boolean'],
  onProgress: ['a function', (value) => typeof value === 'function'],
  clock: ['a function that gives milliseconds since the epoch', (value) => typeof value === 'function'],
  log: ['an open LogStore', (value) => typeof value === 'object' && value !== null && 'append' in value],
};

/**
 * Fills in the defaults.
 *
 * @throws RefoldError `INVALID_OPTION`, naming the option
 */
export function settingsOf(options: StoreOptions): Settings {
  if (typeof options !== 'object' || options === null) throw invalid('options', "an object such as { path: 'app.db' }");
  for (const [option, value] of Object.entries(options)) checkOption(option, value);
  if ((options.path === undefined) === (options.log === undefined)) {
    const hint = "Give a file's path or ':memory:', or an open LogStore, not both";
    throw new RefoldError('INVALID_OPTION', 'Cannot open the store: it needs either path or log', {
      type: 'path',
      hint,
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
    readOnly: options.readOnly ?? options.log?.readOnly ?? false,
    onProgress: harmless(options.onProgress, 'RefoldProgressWarning'),
    clock: options.clock ?? Date.now,
  };
}

function checkOption(option: string, value: unknown): void {
  const check = Object.hasOwn(CHECKS, option) ? CHECKS[option as keyof StoreOptions] : undefined;
  if (check === undefined) {
    const hint = `The options are ${Object.keys(CHECKS).join(', ')}`;
    throw new RefoldError('INVALID_OPTION', `Cannot open the store: there is no option ${option}`, {
      type: option,
      hint,
    });
  }
  if (value !== undefined && !check[1](value)) throw invalid(option, check[0]);
}

function invalid(option: string, expected: string): RefoldError {
  const message = `Cannot open the store: the option ${option} is not ${expected}`;
  return new RefoldError('INVALID_OPTION', message, { type: option, hint: `Give ${expected}` });
}

function oneOf(...values: readonly string[]): (value: unknown) => boolean {
  return (value) => values.includes(value as string);
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

function isSaveRules(value: unknown): boolean {
  return Array.isArray(value) && value.every((rule) => isPositive(rule?.seconds) && isPositive(rule?.changes));
}

function isHistory(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === 'keep' || value === 'discard';
  const bounds = ['maxAge', 'maxEvents', 'maxBytes'];
  return Object.entries(value).every(
    ([bound, amount]) => bounds.includes(bound) && (amount === undefined || isPositive(amount)),
  );
}
