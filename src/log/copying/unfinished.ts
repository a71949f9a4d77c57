/** The mark of a log that is being filled: a row of its meta, which a finished log does not have. */
import { RefoldError } from '../../core/errors.ts';
import type { LogStore } from '../log-store.ts';
import type { CopyMark } from './log-copying.ts';

/** The key of the mark. */
export const UNFINISHED_KEY = 'unfinishedCopy';

export function encodeMark({ of, state }: CopyMark): string {
  return JSON.stringify([of, state]);
}

/** Undefined without a mark. One that cannot be read is a mark of no log. */
export function decodeMark(text: string | undefined): CopyMark | undefined {
  if (text === undefined) return undefined;
  try {
    const [of, state] = JSON.parse(text) as readonly unknown[];
    if (typeof of === 'string' && typeof state === 'string') return { of, state };
  } catch {
    // not ours
  }
  return { of: '', state: '' };
}

/** @throws RefoldError `LOG_CORRUPT` when a log is the unfinished copy of another one */
export async function requireFinished(log: LogStore): Promise<void> {
  const mark = decodeMark(await log.getMeta(UNFINISHED_KEY));
  if (mark === undefined) return;
  throw new RefoldError('LOG_CORRUPT', `Cannot open ${log.path}: it is an unfinished copy of ${mark.of}`, {
    path: log.path,
    hint: 'Copy the same log to it again: the copy goes on where it stopped. Or delete it (in PostgreSQL as the guide says)',
  });
}

/**
 * The refusal of a place that holds something else than an unfinished copy of the same log.
 *
 * @param mark the mark there; undefined where there is a whole log
 * @param holds what is there
 */
export function placeTaken(path: string, mark: CopyMark | undefined, holds = 'a log'): RefoldError {
  const what = mark === undefined ? `there is ${holds} already` : `it is an unfinished copy of ${mark.of}`;
  return new RefoldError('INVALID_OPTION', `Cannot copy to ${path}: ${what}`, {
    path,
    type: 'to',
    hint: 'Choose a new place; nothing there was changed',
  });
}

/** The place of a copy has no room left. */
export function copyFull(path: string, cause: unknown): RefoldError {
  return new RefoldError('LOG_FULL', `Cannot copy to ${path}: the disk is full`, {
    path,
    hint: 'Free some space, then copy the same log again: the copy goes on where it stopped',
    cause,
  });
}
