/** Which model a log belongs to, and whether the log is complete. Checked whenever a model opens a log. */
import { RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { OutcomeBounds } from '../../log/outcomes.ts';
import { isOpenLog, type LogOptions } from './log-options.ts';
import { openLogOf } from './open-log.ts';

/** The name of the model is kept under this key. */
const MODEL_KEY = 'model';

/**
 * A log belongs to the model that wrote it first.
 *
 * @throws RefoldError `MODEL_MISMATCH`
 */
export async function requireSameModel(log: LogStore, model: Model): Promise<void> {
  const owner = await log.getMeta(MODEL_KEY);
  if (owner === undefined && !log.readOnly) await log.putMeta(MODEL_KEY, model.name);
  if (owner === undefined || owner === model.name) return;
  throw new RefoldError(
    'MODEL_MISMATCH',
    `Cannot open ${log.path} as ${model.name}: it is a log of the model ${owner}`,
    {
      path: log.path,
      type: owner,
      hint: `Open it with the model ${owner}, or choose another path`,
    },
  );
}

/** The name of the model that a log belongs to; undefined for a log that no model has opened yet. */
export function modelNameOf(log: LogStore): Promise<string | undefined> {
  return log.getMeta(MODEL_KEY);
}

/**
 * Reads an open log as it is given. Otherwise opens the log of the path or the source, and closes it afterwards.
 *
 * @throws RefoldError as `openStore` does for a file that cannot be read or does not fit the model
 */
export async function withLogOf<T>(model: Model, options: LogOptions, read: (log: LogStore) => Promise<T>): Promise<T> {
  const log = await openLogOf(options, { readOnly: true });
  try {
    await requireSameModel(log, model);
    return await read(log);
  } finally {
    if (!isOpenLog(options.log)) await log.close();
  }
}

/**
 * A snapshot beyond the log's end proves that the log has lost events that were once durable.
 *
 * @throws RefoldError `LOG_CORRUPT`
 */
export async function refuseLostTail(log: LogStore): Promise<void> {
  const newest = (await log.snapshots(''))[0]?.sequence ?? 0;
  const head = log.head().sequence;
  if (newest <= head) return;
  throw new RefoldError(
    'LOG_CORRUPT',
    `Cannot open ${log.path}: the log ends at ${head}, before its snapshot at ${newest}`,
    {
      path: log.path,
      sequence: head + 1,
      hint: 'Look for the -wal file that belongs beside it, or restore a backup; to go on without what is lost, run refold repair --accept-loss',
    },
  );
}

/** @throws RefoldError `INVALID_OPTION` when the source of the log did not honour the option `remember` */
export function requireRemembered(log: LogStore, bounds: OutcomeBounds | undefined): void {
  if (bounds === undefined) return;
  if (log.remembers?.outcomes === bounds.outcomes && log.remembers.age === bounds.age) return;
  throw new RefoldError('INVALID_OPTION', `Cannot open ${log.path} with remember: its log cannot be told how long`, {
    path: log.path,
    type: 'remember',
    hint: 'Leave remember out, or let the open of the log source honour it and the log report it as remembers',
  });
}
