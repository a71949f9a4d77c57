/** The options that say which log is meant: the same wherever a model is opened or a log is read. */
import { RefoldError } from '../../core/errors.ts';
import { isParts } from '../../core/parts.ts';
import type { LogSource, LogThread } from '../../log/log-source.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { OptionCheck } from './call-options.ts';

export interface LogOptions {
  /** The log's file. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log, or a source that opens it. */
  readonly log?: LogStore | LogSource | undefined;
}

/** A NUL would end a path early, and the system replaces a lone surrogate: either way two texts would name one file. */
export const A_PATH: OptionCheck = [
  "a file's path or ':memory:'",
  (value) =>
    typeof value === 'string' && value !== '' && !value.includes('\0') && value.isWellFormed() && !isLogUrl(value),
  undefined,
  (value) => (isLogUrl(value) ? HINT_URL : undefined),
];

const HINT_URL =
  'Give log: postgresLog(url, { name }) in place of path: a log in PostgreSQL has no file. The command line takes the URL itself';

/** Whether a text names a log in PostgreSQL. It may hold a password, so no message repeats it. */
export function isLogUrl(value: unknown): boolean {
  return typeof value === 'string' && /^\s*postgres(ql)?:/i.test(value);
}

/** How long a call may wait for something, in ms. */
export const A_WAIT: OptionCheck = [
  'a number of milliseconds from 0 to 2147483647',
  (value) => typeof value === 'number' && value >= 0 && value <= 2 ** 31 - 1,
];

/** Recognised by its methods: it may be an implementation outside refold. */
export const A_LOG: OptionCheck = [
  'an open LogStore or a log source { name, open, thread? }',
  (value) => isOpenLog(value) || isSource(value),
  copyOfSource,
];

/** Only a source: the call closes the log that it opens. */
export const A_SOURCE: OptionCheck = ['a log source { name, open, thread? }', isSource, copyOfSource];

/** True for an open log: it can append. A source cannot append: it opens a log. */
export function isOpenLog(value: unknown): value is LogStore {
  return can(value, 'append') && ['head', 'read', 'snapshots', 'close'].every((method) => can(value, method));
}

function isSource(value: unknown): value is LogSource {
  if (!isParts(value) || can(value, 'append') || !can(value, 'open')) return false;
  const { name, thread, fill } = value as Partial<Record<keyof LogSource, unknown>>;
  if (typeof name !== 'string' || name === '' || !(fill === undefined || typeof fill === 'function')) return false;
  return thread === undefined || isThread(thread);
}

function isThread(value: unknown): value is LogThread {
  if (!isParts(value)) return false;
  const { module, export: name, options } = value as Partial<Record<keyof LogThread, unknown>>;
  if (typeof module !== 'string' || !URL.canParse(module) || typeof name !== 'string' || name === '') return false;
  structuredClone(options); // throws if it cannot be sent to a thread
  return true;
}

/** The members of a source are read once. An open log is used as it is. */
function copyOfSource(value: unknown): unknown {
  if (!isParts(value) || can(value, 'append') || !can(value, 'open')) return value;
  const { name, thread, fill } = value as unknown as LogSource;
  const open: LogSource['open'] = (options) => (value as unknown as LogSource).open(options);
  const source = {
    name,
    open,
    ...(fill !== undefined && { fill: typeof fill === 'function' ? fill.bind(value) : fill }),
  };
  if (thread === undefined || !isParts(thread)) return { ...source, thread };
  const { module, export: exported, options } = thread as unknown as LogThread;
  return { ...source, thread: { module, export: exported, options } };
}

function can(value: unknown, method: string): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function'
  );
}

/** @throws RefoldError `INVALID_OPTION` unless there is either a path or a log */
export function requireOneLog(action: string, { path, log }: LogOptions): void {
  if ((path === undefined) !== (log === undefined)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot ${action}: it needs either path or log`, {
    type: 'path',
    hint: "Give a file's path or ':memory:', or an open LogStore or a log source, not both",
  });
}

/**
 * Only a writer waits for the lock, and only while it opens the log.
 *
 * @throws RefoldError `INVALID_OPTION` when `waitForLock` would have no effect
 */
export function requireWaitHonoured(
  action: string,
  {
    log,
    readOnly,
    waitForLock,
  }: LogOptions & { readonly readOnly?: boolean | undefined; readonly waitForLock?: number | undefined },
): void {
  if (waitForLock === undefined || (!isOpenLog(log) && readOnly !== true)) return;
  const why = isOpenLog(log) ? 'its log is open' : 'a reader needs no lock';
  throw new RefoldError('INVALID_OPTION', `Cannot ${action} with waitForLock: ${why}`, {
    type: 'waitForLock',
    hint: 'Leave waitForLock out, or give a path or a log source, and open it for writing',
  });
}
