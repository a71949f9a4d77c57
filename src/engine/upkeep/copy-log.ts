/**
 * `copyLog`: copies a whole log to a new place, from a file to PostgreSQL or any other way.
 *
 * The log may be written meanwhile: the copy is as of one sequence. A copy that was interrupted goes on where it stopped.
 */
import { RefoldError } from '../../core/errors.ts';
import type { LogFilling } from '../../log/copying/log-copying.ts';
import type { LogSource } from '../../log/log-source.ts';
import type { LogStore } from '../../log/log-store.ts';
import { A_FUNCTION, A_SIGNAL, checkOptions, type OptionChecks } from '../calls/call-options.ts';
import { A_LOG, A_PATH, A_SOURCE, A_WAIT, isOpenLog, type LogOptions, requireOneLog } from '../calls/log-options.ts';
import { IN_MEMORY, openLogOf, requireNode, sourceAt } from '../calls/open-log.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import { type Copied, fillWith } from './filling.ts';

/** Where a copy goes. */
export interface CopyTarget {
  /** A new file, or one with an unfinished copy of the same log. Required unless `log` is given. */
  readonly path?: string | undefined;
  /** A source whose log is new, or an unfinished copy of the same log. */
  readonly log?: LogSource | undefined;
}

export interface CopyOptions {
  /** How long to wait for another process that has the new log open, in ms; default 200. */
  readonly waitForLock?: number | undefined;
  /** Ends the copying: it rejects with the signal's reason. The same copy goes on later. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What was copied. */
export interface CopyReport {
  /** The log that was copied, and the copy. */
  readonly from: string;
  readonly to: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** When the last event was recorded, in ms since the epoch; 0 for an empty log. */
  readonly recordedAt: number;
  /** Hash over all blocks, hex: the same in both logs. */
  readonly chain: string;
  /** The epoch of the copy: higher than that of the log. */
  readonly epoch: number;
  readonly snapshots: number;
  readonly outcomes: number;
  /** Where an earlier call had stopped; absent when the copy began again. */
  readonly wentOnFrom?: number;
}

const FROM_CHECKS: OptionChecks<LogOptions> = { path: A_PATH, log: A_LOG };
const TO_CHECKS: OptionChecks<CopyTarget> = { path: A_PATH, log: A_SOURCE };
const COPY_CHECKS: OptionChecks<CopyOptions> = { waitForLock: A_WAIT, signal: A_SIGNAL, onProgress: A_FUNCTION };

/**
 * Copies a log: blocks, outcomes, snapshots, checkpoints, tags, redactions and meta as they are. The copy has the same chain, its
 * own id and a higher epoch. It holds what the log held at one sequence, whatever is appended meanwhile.
 *
 * Until everything is there, no store opens the copy: `LOG_CORRUPT`. After a failure or an abort, the same call goes on.
 *
 * @param from the log; an open one stays open
 * @param to where there is no log yet
 * @throws RefoldError `INVALID_OPTION` when there is a log already, or one of the logs cannot be copied; `LOG_LOCKED`;
 * `LOG_CORRUPT` when the log is damaged, or is itself an unfinished copy; `LOG_FULL`; the reason of the signal
 */
export async function copyLog(from: LogOptions, to: CopyTarget, options: CopyOptions = {}): Promise<CopyReport> {
  const [source, target] = [checkOptions(COPY, FROM_CHECKS, from), checkOptions(COPY, TO_CHECKS, to)];
  const { waitForLock, signal, onProgress } = checkOptions(COPY, COPY_CHECKS, options);
  for (const one of [source, target]) requireOneLog(COPY, one);
  requireNode(process.versions.node);
  const tell = harmless(onProgress);
  const log = await openLogOf(source, { readOnly: true });
  try {
    const filling = await openTarget(target, log, { waitForLock, signal });
    return await copyInto(log, filling, tell, signal);
  } finally {
    if (!isOpenLog(source.log)) await log.close();
  }
}

const COPY = 'copy the log';

function openTarget(
  { path, log: given }: CopyTarget,
  log: LogStore,
  how: Pick<CopyOptions, 'waitForLock' | 'signal'>,
): Promise<LogFilling> {
  const target = given ?? sourceAt(path!);
  if (target.fill === undefined || path === IN_MEMORY) throw noTarget(target.name);
  if (log.care?.contents === undefined) throw noSource(log.path);
  return target.fill({ of: log.care.id?.() ?? log.path, format: log.care.format?.(), ...how });
}

/** Fills what was opened, and closes it. */
export async function copyInto(
  log: LogStore,
  filling: LogFilling,
  tell: (progress: Progress) => void,
  signal: AbortSignal | undefined,
): Promise<CopyReport> {
  try {
    const copied = await fillWith(log, filling, tell, signal);
    return reportOf(log, filling, copied);
  } finally {
    await filling.close();
  }
}

function reportOf(log: LogStore, filling: LogFilling, { wentOnFrom, ...copied }: Copied): CopyReport {
  return { from: log.path, to: filling.path, ...copied, ...(wentOnFrom !== undefined && { wentOnFrom }) };
}

function noTarget(name: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot copy to ${name}: no log can be copied there`, {
    path: name,
    type: 'to',
    hint: 'Give a file, or a log source with fill, such as postgresLog',
  });
}

function noSource(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot copy ${path}: this log does not tell its contents`, {
    path,
    type: 'from',
    hint: 'Export its events and import them, or give the log care.contents',
  });
}
