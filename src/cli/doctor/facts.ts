/** What `refold doctor` looks at: a log, its files, and the disk. It changes nothing. */
import { existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  isRefoldError,
  type Keyframe,
  type LogInfo,
  type Model,
  openLog,
  openPast,
  type Progress,
  type RepairReport,
  repairLog,
  type SerializedError,
} from '../../index.ts';
import { type ExaminedLog, examineLog } from '../../postgres.ts';
import { urlOf, whereIs } from '../logs.ts';

/** What was found out about a log. */
export interface Facts {
  readonly path: string;
  /** The damage that keeps the log from being opened; then nothing else is known. */
  readonly refusal?: SerializedError;
  /** What a repair would do about the damage. Absent without damage, and when a repair cannot read the file either. */
  readonly repair?: RepairPlan;
  readonly info?: LogInfo;
  /** What a quick check of structure, witness and checksums found. */
  readonly problems: readonly SerializedError[];
  /** Undefined without a model. */
  readonly model?: ModelFacts;
  /** Free bytes of the file system, for this user. */
  readonly freeBytes: number;
  /** What older commands left beside the log. */
  readonly leftovers: readonly Leftover[];
  /** ms since the epoch by this machine. */
  readonly now: number;
  /** The server of a log in PostgreSQL; undefined for a file. */
  readonly server?: ExaminedLog;
}

export type RepairPlan = Pick<RepairReport, 'sound' | 'lostEvents' | 'needsAcceptLoss'>;

export interface Leftover {
  readonly path: string;
  /** Whether a command may still be writing it: it was changed a short time ago. */
  readonly isFresh: boolean;
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
  const outer = await aroundLog(path);
  try {
    await using log = await openLog(whereIs(path));
    const info = await log.info();
    const { problems } = await log.verify({ quick: true, onProgress });
    const repair = problems.length === 0 ? undefined : await planRepair(path, onProgress);
    const asked = choice && { model: await askModel(path, choice) };
    return { ...outer, info, problems, ...(repair && { repair }), ...asked };
  } catch (error) {
    const refusal = damageOf(error);
    const repair = await planRepair(path, onProgress);
    return { ...outer, refusal, problems: [], ...(repair && { repair }) };
  }
}

/** What is around the log: its disk and its folder, or its server. */
async function aroundLog(path: string): Promise<Omit<Facts, 'problems'>> {
  const now = Date.now();
  const found = urlOf(path);
  if (found === undefined) {
    return { path, freeBytes: await freeBytesAt(path), leftovers: await leftoversOf(path), now };
  }
  const { url, name, schema } = found;
  const server = await examineLog(url, {
    ...(name !== undefined && { name }),
    ...(schema !== undefined && { schema }),
  });
  return { path, freeBytes: 0, leftovers: [], now, server };
}

async function planRepair(path: string, onProgress: (progress: Progress) => void): Promise<RepairPlan | undefined> {
  if (urlOf(path) !== undefined) return undefined;
  try {
    return await repairLog(path, { plan: true, onProgress });
  } catch {
    return undefined;
  }
}

async function askModel(path: string, { specifier, model }: ModelChoice): Promise<ModelFacts> {
  try {
    await using past = await openPast(model, whereIs(path));
    return { specifier, keyframes: await past.keyframes() };
  } catch (error) {
    return { specifier, refusal: refusalOf(error), keyframes: [] };
  }
}

/**
 * Damage of a log is a finding. A file that does not begin like a log (`type` is `path`) was never one, and that is an error,
 * unless the witness of a log is beside it.
 */
function damageOf(error: unknown): SerializedError {
  if (!isRefoldError(error, 'LOG_CORRUPT')) throw error;
  if (error.type === 'path' && !existsSync(`${error.path}-witness`)) throw error;
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
async function leftoversOf(path: string): Promise<Leftover[]> {
  const folder = dirname(resolve(path));
  const name = basename(path);
  const found = await readdir(folder).catch(() => []);
  const isLeft = (entry: string): boolean =>
    entry.startsWith('.refold-') ||
    ['.damaged-', '.replaced-'].some((part) => entry.startsWith(name + part)) ||
    entry === `${name}-repair`;
  const left = found.filter(isLeft).map((entry) => join(folder, entry));
  return Promise.all(left.map(async (one) => ({ path: one, isFresh: isTemporary(one) && (await isFresh(one)) })));
}

/** The folder of a command that is writing, or was killed. */
function isTemporary(path: string): boolean {
  return basename(path).startsWith('.refold-');
}

/** A command that writes changes its files more often, in ms. */
const LEFT_ALONE_MS = 10 * 60_000;

async function isFresh(folder: string): Promise<boolean> {
  const inside = await readdir(folder).catch(() => []);
  const times = [folder, ...inside.map((entry) => join(folder, entry))].map(async (path) => (await stat(path)).mtimeMs);
  const changed = await Promise.all(times.map((one) => one.catch(() => 0)));
  return Date.now() - Math.max(...changed) < LEFT_ALONE_MS;
}
