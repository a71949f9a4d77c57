/** What `refold doctor` looks at: a log, its files, and the disk. It changes nothing. */
import { readdir, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  isRefoldError,
  type Keyframe,
  type LogInfo,
  type Model,
  openLog,
  openPast,
  type Progress,
  repairLog,
  type SerializedError,
} from '../../index.ts';

/** What was found out about a log. */
export interface Facts {
  readonly path: string;
  /** The damage that keeps the log from being opened; then nothing else is known. */
  readonly refusal?: SerializedError;
  /** Whether a repair of what is refused would succeed. */
  readonly isRepairable?: boolean;
  readonly info?: LogInfo;
  /** What a quick check of structure, witness and checksums found. */
  readonly problems: readonly SerializedError[];
  /** Undefined without a model. */
  readonly model?: ModelFacts;
  /** Free bytes of the file system, for this user. */
  readonly freeBytes: number;
  /** What older commands left beside the log. */
  readonly leftovers: readonly string[];
  /** ms since the epoch by this machine. */
  readonly now: number;
}

export interface ModelFacts {
  readonly specifier: string;
  /** Why the model cannot open the log. */
  readonly refusal?: SerializedError;
  /** Newest first. */
  readonly keyframes: readonly Keyframe[];
}

export interface ModelChoice {
  readonly specifier: string;
  readonly model: Model;
}

/** @throws RefoldError for a file that is not a log, or of a newer format, and for one that cannot be read */
export async function gatherFacts(
  path: string,
  choice: ModelChoice | undefined,
  onProgress: (progress: Progress) => void,
): Promise<Facts> {
  const outer = { path, freeBytes: await freeBytesAt(path), leftovers: await leftoversOf(path), now: Date.now() };
  try {
    await using log = await openLog({ path });
    const info = await log.info();
    const { problems } = await log.verify({ quick: true, onProgress });
    return { ...outer, info, problems, ...(choice && { model: await askModel(path, choice) }) };
  } catch (error) {
    return { ...outer, refusal: damageOf(error), isRepairable: await isRepairable(path), problems: [] };
  }
}

async function isRepairable(path: string): Promise<boolean> {
  try {
    await repairLog(path, { plan: true });
    return true;
  } catch {
    return false;
  }
}

async function askModel(path: string, { specifier, model }: ModelChoice): Promise<ModelFacts> {
  try {
    await using past = await openPast(model, { path });
    return { specifier, keyframes: await past.keyframes() };
  } catch (error) {
    return { specifier, refusal: refusalOf(error), keyframes: [] };
  }
}

/**
 * Damage that a repair may mend is a finding. A file that was never a log is an error. The code is the same for both: the library
 * offers the repair only where one could help.
 */
function damageOf(error: unknown): SerializedError {
  if (!isRefoldError(error, 'LOG_CORRUPT') || error.hint?.includes('refold repair') !== true) throw error;
  return error.toJSON();
}

function refusalOf(error: unknown): SerializedError {
  if (!isRefoldError(error)) throw error;
  return error.toJSON();
}

async function freeBytesAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(resolve(path)));
  return bavail * bsize;
}

/** Folders of commands that were killed, logs that a repair or a restoration replaced, and a repair that did not end. */
async function leftoversOf(path: string): Promise<string[]> {
  const folder = dirname(resolve(path));
  const name = basename(path);
  const found = await readdir(folder);
  const isLeft = (entry: string): boolean =>
    entry.startsWith('.refold-') ||
    ['.damaged-', '.replaced-'].some((part) => entry.startsWith(name + part)) ||
    entry === `${name}-repair`;
  return found.filter(isLeft).map((entry) => join(folder, entry));
}
