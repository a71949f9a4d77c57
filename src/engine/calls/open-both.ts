/**
 * Opens the logs of a store: one, or two for a standby, which reads in every role and writes when it is its turn.
 *
 * A standby becomes the writer at the open if the log is free. Otherwise it opens the log beside its writer.
 */
import { isRefoldError } from '../../core/errors.ts';
import type { LogSource, OpenLogOptions } from '../../log/log-source.ts';
import type { LogStore } from '../../log/log-store.ts';
import { pause } from '../../threads/timers.ts';
import { openLogOf, sourceAt } from './open-log.ts';
import type { Settings } from './options.ts';
import { shareGuard } from './reentrancy.ts';
import { warnThat, warnTo } from './warn.ts';

/** The logs of a store that opens. */
export interface OpenedLogs {
  /** The one of its first role. */
  readonly log: LogStore;
  /** The one that it reads in every role: the same, except for a standby. */
  readonly reading: LogStore;
  /** Opens the log again. */
  readonly source: Settings['log'];
}

/** A writer that has just begun may still be creating the log. Until then it is looked for so often, in ms, and so many times. */
const CREATION_LOOK_MS = 50;
const CREATION_LOOKS = 100;

/** @throws RefoldError as `openLogOf` does */
export async function openLogs(settings: Settings): Promise<OpenedLogs> {
  if (settings.standby) return openStandby(settings);
  const { path, log: given, readOnly, waitForLock } = settings;
  const how = { ...howOf(settings), readOnly, ...(waitForLock !== undefined && { waitForLock }) };
  const log = await openLogOf({ path, log: given }, how);
  hearOf(log, settings);
  return { log, reading: log, source: given };
}

async function openStandby(settings: Settings): Promise<OpenedLogs> {
  // Taken once: each log in memory is another one.
  const source = (settings.log ?? sourceAt(settings.path!)) as LogSource;
  const which = { path: undefined, log: source };
  for (let look = 1; ; look++) {
    const writer = await openIfFree(source, settings);
    try {
      const reading = await openLogOf(which, { readOnly: true });
      for (const log of [reading, writer]) if (log !== undefined) hearOf(log, settings);
      if (writer !== undefined) shareGuard(writer, reading);
      return { log: writer ?? reading, reading, source };
    } catch (error) {
      await writer?.close();
      if (writer !== undefined || look === CREATION_LOOKS || !isMissing(error)) throw error;
    }
    await pause(CREATION_LOOK_MS);
  }
}

/** The log, open for writing; undefined when another writer has it. */
async function openIfFree(source: LogSource, settings: Settings): Promise<LogStore | undefined> {
  try {
    return await openLogOf({ log: source }, { ...howOf(settings), waitForLock: settings.waitForLock ?? 0 });
  } catch (error) {
    if (isRefoldError(error, 'LOG_LOCKED')) return undefined;
    throw error;
  }
}

/** The lock is taken before there is a log. */
function isMissing(error: unknown): boolean {
  return isRefoldError(error, 'INVALID_OPTION') || isRefoldError(error, 'STORE_FAILED');
}

/**
 * Opens the log for writing, for a standby that takes over.
 *
 * @param check looks at the log, and prepares it. When it throws, the log is closed again
 * @throws RefoldError `LOG_LOCKED` when the time is over; what `check` throws; the reason of the signal
 */
export async function openAsOwner(
  source: Settings['log'],
  settings: Settings,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
  check: (log: LogStore) => Promise<void>,
): Promise<LogStore> {
  const log = await openLogOf({ log: source }, { ...howOf(settings), waitForLock: waitMs, signal });
  try {
    hearOf(log, settings);
    await check(log);
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** Warnings of the log go where the settings say, beginning with what its opening has found out. */
function hearOf(log: LogStore, { onWarning }: Settings): void {
  warnTo(log, onWarning);
  for (const { name, message, detail } of log.opening?.warnings ?? []) warnThat(log, name, message, detail);
}

/** Closes what was opened, the reader first. */
export async function closeBoth({ log, reading }: OpenedLogs): Promise<void> {
  try {
    if (reading !== log) await reading.close();
  } finally {
    await log.close();
  }
}

function howOf({ durability, readOnly, remember }: Settings): OpenLogOptions {
  return { durability, readOnly, ...(remember && !readOnly && { remember }) };
}
