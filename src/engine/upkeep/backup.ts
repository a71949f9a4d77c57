/**
 * Copies of a log: complete, or up to an earlier position.
 *
 * The log copies and cuts itself. Here is decided what stays true at the end of a copy: which outcomes, how far reactors
 * have come, and what `meta` says.
 */
import type { CutEnd, CutRows, LogBackupOptions, LogCopy, LogCut } from '../../log/log-backup.ts';
import type { LogStore, ReactorRow } from '../../log/log-store.ts';
import { A_FUNCTION, A_SIGNAL, checkOptions, type OptionChecks, wrongKind } from '../calls/call-options.ts';
import { copyLogTo } from '../calls/log-care.ts';
import { isLogUrl } from '../calls/log-options.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import { UNCHECKED_KEY } from '../folding/upcast.ts';
import { A_POSITION, type Position } from '../past/history.ts';
import { parseProgress } from '../reacting/progress.ts';
import { parseOutcome } from '../writing/outcomes/outcome.ts';
import { SEALED_KEY } from './automatic-compaction.ts';

export interface BackupOptions {
  /**
   * Where the copy ends; default: with everything durable. A sequence must be the last of its commit. A time means the last
   * event at or before it.
   */
  readonly to?: Position | undefined;
  /** Ends the copying: it rejects with the signal's reason, and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export const BACKUP_CHECKS: OptionChecks<BackupOptions> = { to: A_POSITION, signal: A_SIGNAL, onProgress: A_FUNCTION };

/** What a copy holds. */
export interface BackupReport extends LogCopy {
  /** The file of the copy. */
  readonly path: string;
}

/**
 * Copies the log to a new file.
 *
 * @param tell also gets the progress; it does not throw
 * @throws RefoldError as `Store.backup` does
 */
export async function backUpLog(
  log: LogStore,
  path: string,
  given: BackupOptions | undefined,
  tell: (progress: Progress) => void = () => {},
): Promise<BackupReport> {
  const { onProgress, ...options } = checkOptions('back up', BACKUP_CHECKS, given);
  if (isLogUrl(path)) throw wrongKind('back up', 'path', 'the path of a file', undefined, HINT_COPY);
  const tellCaller = harmless(onProgress);
  const inner = copyOptions(options, (progress) => {
    tell(progress);
    tellCaller(progress);
  });
  const { firstSequence, lastSequence, recordedAt, bytes } = await copyLogTo(log, path, inner);
  return { path, firstSequence, lastSequence, recordedAt, bytes };
}

const HINT_COPY = 'Give the path of a new file; copyLog and refold copy also write to a log in PostgreSQL';

/** What a log is asked for. */
export function copyOptions(
  { to, signal }: Pick<BackupOptions, 'to' | 'signal'>,
  tell: (progress: Progress) => void,
): LogBackupOptions {
  return {
    onProgress: (done) => tell({ phase: 'backup', done, total: 1 }),
    signal,
    // `A_POSITION` has made the time a number.
    ...(to !== undefined && { cut: { to: to as LogCut['to'], keep: rowsUpTo } }),
  };
}

/** What is still true in a log that ends there. */
export function rowsUpTo(end: CutEnd): CutRows {
  return {
    outcome: outcomesUpTo(end),
    reactor: (row) => reactorUpTo(row, end.sequence),
    meta: (key, value) => metaUpTo(key, value, end.sequence),
  };
}

/**
 * Keeps the outcomes of commits up to the end.
 *
 * A rejection and a commit of nothing have no event. Outcomes are asked for in the order in which they were written, so
 * they come too late after the first outcome of a later commit, or if they were recorded after the next event.
 */
function outcomesUpTo({ sequence, nextRecordedAt = Number.POSITIVE_INFINITY }: CutEnd): CutRows['outcome'] {
  let isOver = false;
  return (outcome) => {
    const last = lastSequenceOf(outcome);
    if (last === 'unreadable') return false;
    if (last !== undefined && last > sequence) isOver = true;
    return last === undefined ? !isOver && outcome.recordedAt <= nextRecordedAt : last <= sequence;
  };
}

/** Undefined for an outcome without events. */
function lastSequenceOf(outcome: Parameters<CutRows['outcome']>[0]): number | 'unreadable' | undefined {
  try {
    const parsed = parseOutcome(outcome);
    return parsed.status === 'accepted' ? parsed.commit?.lastSequence : undefined;
  } catch {
    return 'unreadable';
  }
}

/**
 * A reactor keeps what it has finished up to the end. Later sequences will be given again, to other events, whose effects
 * must run.
 */
function reactorUpTo(row: ReactorRow, sequence: number): ReactorRow {
  const { reactor } = row;
  const kept = Math.min(row.sequence, sequence);
  const progress = parseProgress(row.progress);
  if (progress === undefined) return { reactor, sequence: kept, progress: '' };
  const cut = {
    sequence: Math.min(progress.sequence, sequence),
    finished: progress.finished.filter((finished) => finished <= sequence),
    parked: progress.parked.filter((parked) => parked.sequence <= sequence),
  };
  return { reactor, sequence: kept, progress: JSON.stringify(cut) };
}

/** Two keys hold sequences. What they say of later events would be taken for what comes next. */
export function metaUpTo(key: string, value: string, sequence: number): string {
  if (Number(value) <= sequence) return value;
  if (key === SEALED_KEY) return '0'; // a hint: the next compaction looks again
  return key === UNCHECKED_KEY ? String(sequence) : value;
}
