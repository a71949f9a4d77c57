/** The options that say which log is meant: the same wherever a model is opened or a log is read. */
import { RefoldError } from '../../core/errors.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { OptionCheck } from './call-options.ts';

export interface LogOptions {
  /** The log's file. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** An open log. */
  readonly log?: LogStore | undefined;
}

/** A NUL would end a path early, and the system would replace a lone surrogate: two texts would name one file. */
export const A_PATH: OptionCheck = [
  "a file's path or ':memory:'",
  (value) => typeof value === 'string' && value !== '' && !value.includes('\0') && value.isWellFormed(),
];

/** By what it can do: it may be another program's implementation. */
export const A_LOG: OptionCheck = [
  'an open LogStore',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    ['append', 'head', 'read', 'snapshots', 'close'].every(
      (method) => typeof (value as Record<string, unknown>)[method] === 'function',
    ),
];

/** @throws RefoldError `INVALID_OPTION` unless there is either a path or a log */
export function requireOneLog(action: string, { path, log }: LogOptions): void {
  if ((path === undefined) !== (log === undefined)) return;
  throw new RefoldError('INVALID_OPTION', `Cannot ${action}: it needs either path or log`, {
    type: 'path',
    hint: "Give a file's path or ':memory:', or an open LogStore, not both",
  });
}
