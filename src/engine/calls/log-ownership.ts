/** Which model a log belongs to, and whether the log is complete. Checked whenever a model opens a log. */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import { isFenced } from '../../log/log-errors.ts';
import type { LogStore } from '../../log/log-store.ts';
import type { OutcomeBounds } from '../../log/outcomes.ts';
import { pause, performance } from '../../threads/timers.ts';
import { isOpenLog, type LogOptions } from './log-options.ts';
import { openLogOf } from './open-log.ts';

/** The name of the model is kept under this key. */
const MODEL_KEY = 'model';
/** The names that the model had before, as JSON, the latest last. */
const FORMER_NAMES_KEY = 'formerModels';

/** How long the keeper of a new log may take to name its model, in ms, and how often another member looks. */
const OWNED_WITHIN_MS = 60_000;
const OWNED_LOOK_MS = 25;

/** How the owner of a log is renamed before the next append: once, and only by a log that was opened for writing. */
interface Renaming {
  readonly model: Model;
  readonly owner: string;
  done: Promise<void> | undefined;
}

const renamings = new WeakMap<LogStore, Renaming>();

/**
 * A log belongs to the model that wrote it first, also under a later name of that model.
 *
 * @throws RefoldError `MODEL_MISMATCH`
 */
export async function requireSameModel(log: LogStore, model: Model): Promise<void> {
  const owner = await ownerOf(log, model);
  if (owner === undefined || owner === model.name) return;
  if (model.formerly?.includes(owner) === true) {
    if (!log.readOnly) renamings.set(log, { model, owner, done: undefined });
    return;
  }
  const wasRenamed = (await formerNamesOf(log)).includes(model.name);
  const problem = wasRenamed ? `its model was renamed to ${owner}` : `it is a log of the model ${owner}`;
  throw new RefoldError('MODEL_MISMATCH', `Cannot open ${log.path} as ${model.name}: ${problem}`, {
    path: log.path,
    type: owner,
    hint: wasRenamed
      ? `Run the release whose model is ${owner}: it has written to this log. To go back, name the older model ${owner}`
      : `Open it with the model ${owner}, add ${owner} to formerly if the model was renamed, or choose another path`,
  });
}

/** The name of the model that the log belongs to. A writer gives a new log its own. */
async function ownerOf(log: LogStore, model: Model): Promise<string | undefined> {
  const deadline = performance.now() + OWNED_WITHIN_MS;
  for (;;) {
    const owner = await log.getMeta(MODEL_KEY);
    if (owner !== undefined || log.readOnly) return owner;
    try {
      await log.putMeta(MODEL_KEY, model.name);
      return undefined;
    } catch (error) {
      // This one is not the keeper, who names a new log.
      if (log.keeping === undefined || !isFenced(error) || performance.now() > deadline) throw error;
    }
    await pause(OWNED_LOOK_MS);
  }
}

/**
 * Call this before each append, and wait for it: before the first one of a renamed model, the log gets its new name. Undefined
 * if there is nothing to wait for.
 */
export function renameOwner(log: LogStore): Promise<void> | undefined {
  const renaming = renamings.get(log);
  if (renaming === undefined) return undefined;
  // Kept when it is done, so that appends which wait for it stay in their order.
  renaming.done ??= rename(log, renaming);
  return renaming.done;
}

async function rename(log: LogStore, { model, owner }: Renaming): Promise<void> {
  const former = (await formerNamesOf(log)).filter((name) => name !== owner && name !== model.name);
  await log.putMeta(FORMER_NAMES_KEY, JSON.stringify([...former, owner]));
  await log.putMeta(MODEL_KEY, model.name);
}

/** The names that the model of a log had before. Empty for a damaged entry. */
async function formerNamesOf(log: LogStore): Promise<readonly string[]> {
  const text = await log.getMeta(FORMER_NAMES_KEY);
  try {
    const names: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
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
    `Cannot open ${log.path}: the log ends at ${grouped(head)}, before its snapshot at ${grouped(newest)}`,
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
