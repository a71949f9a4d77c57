/**
 * Repair: makes a sound log from a damaged one, and never changes the damaged one.
 *
 * A fresh file is built beside the log from what can be kept. Then it replaces the log, under the writer's lock
 * (`replacing.ts`). If the process dies after that began, the next repair finishes it.
 */
import { RefoldError } from '../../../core/errors.ts';
import { HINT_CORRUPT } from '../../blocks/chain.ts';
import { type Connection, type Driver, isFull, loadDriver, openConnection, readFailure } from '../file/driver.ts';
import {
  canonicalPath,
  createFile,
  fileKind,
  isUsablePath,
  removeDatabase,
  repairPath,
  requireNoRepair,
  requireOwnFiles,
  syncFile,
  unusablePath,
  withoutLog,
} from '../file/files.ts';
import { acquireLock, lockPath } from '../file/lock.ts';
import { readWitness } from '../file/witness.ts';
import { type MetaFilter, rebuild } from './rebuild.ts';
import { finishInterrupted, replaceLog } from './replacing.ts';
import { examine, type OutcomeFilter, type Salvage } from './salvage.ts';
import { asDamage } from './structure.ts';

export type { OutcomeFilter, Salvage } from './salvage.ts';

export interface SqliteRepairOptions {
  readonly keepsOutcome: OutcomeFilter;
  /** What a key of `meta` says in a log that ends at a sequence. */
  readonly metaUpTo: MetaFilter;
  /** Only examine the log. */
  readonly plan: boolean;
  /** Gets the findings and decides whether to continue. May refuse by throwing. */
  readonly mayRepair: (salvage: Salvage) => boolean;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** How long to wait for the writer's lock, in ms. */
  readonly waitForLock?: number | undefined;
}

/** The findings of a repair, and what it did. */
export interface SqliteRepair {
  readonly path: string;
  readonly salvage: Salvage;
  /** Where the damaged file is kept; undefined when nothing was changed. */
  readonly backup: string | undefined;
}

/**
 * Examines the log at `path`, and repairs it if `mayRepair` says so.
 *
 * @throws RefoldError what `mayRepair` throws; `LOG_LOCKED`; `LOG_CORRUPT` when it is beyond repair; `LOG_FULL`;
 * `INVALID_OPTION` when there is no log
 */
export async function repairSqliteLog(givenPath: string, options: SqliteRepairOptions): Promise<SqliteRepair> {
  if (!isUsablePath(givenPath)) throw unusablePath(givenPath);
  const path = canonicalPath(givenPath);
  requireOwnFiles(path);
  if (fileKind(path) !== 'filled') throw withoutLog(path, 'there is no log');
  const driver = await loadDriver();
  if (options.plan) return { path, salvage: await plan(driver, path, options), backup: undefined };
  createFile(lockPath(path));
  const lock = await acquireLock(driver, path, options.waitForLock);
  try {
    const finished = finishInterrupted(path);
    const repair = await repairUnderLock(driver, path, options);
    return { ...repair, backup: repair.backup ?? finished };
  } catch (error) {
    throw beyondRepair(error, path);
  } finally {
    lock.close();
  }
}

/** An interrupted repair is a finding too. */
async function plan(driver: Driver, path: string, options: SqliteRepairOptions): Promise<Salvage> {
  const salvage = await look(driver, path, options);
  try {
    requireNoRepair(path);
    return salvage;
  } catch (error) {
    return { ...salvage, damage: [asDamage(error, path), ...salvage.damage] };
  }
}

async function look(driver: Driver, path: string, options: SqliteRepairOptions): Promise<Salvage> {
  const testimonies = readWitness(path);
  let connection: Connection | undefined;
  try {
    connection = openConnection(driver, path, { readOnly: true });
    return await examine(connection, path, { ...options, testimonies });
  } catch (error) {
    throw beyondRepair(error, path);
  } finally {
    connection?.close();
  }
}

/** The hint for damage names the repair, which has just failed. */
function beyondRepair(error: unknown, path: string): RefoldError {
  const known = readFailure(error, 'repair', path);
  if (known.hint !== HINT_CORRUPT) return known;
  const { code, message, cause } = known;
  return new RefoldError(code, message, { ...known.toJSON(), cause, hint: HINT_BEYOND_REPAIR });
}

const HINT_BEYOND_REPAIR = 'Restore a backup: too little of the file can be read for a repair';

/** The lock keeps writers away, so the findings still hold when the repair acts on them. */
async function repairUnderLock(driver: Driver, path: string, options: SqliteRepairOptions): Promise<SqliteRepair> {
  const testimonies = readWitness(path);
  const source = openConnection(driver, path, { readOnly: true });
  let salvage: Salvage;
  const partial = `${repairPath(path)}.partial`;
  try {
    salvage = await examine(source, path, { ...options, testimonies });
    if (!options.mayRepair(salvage)) return { path, salvage, backup: undefined };
    await build(driver, source, partial, salvage, options);
  } catch (error) {
    removeDatabase(partial);
    throw isFull(error) ? noRoom(path, error) : error;
  } finally {
    source.close();
  }
  return { path, salvage, backup: replaceLog(path, partial, 'damaged') };
}

/** Builds the fresh file, then examines it completely. Throws when there is a finding. */
async function build(
  driver: Driver,
  source: Connection,
  partial: string,
  salvage: Salvage,
  { keepsOutcome, metaUpTo, onProgress }: SqliteRepairOptions,
): Promise<void> {
  removeDatabase(partial);
  createFile(partial);
  const target = openConnection(driver, partial, { readOnly: false });
  const { sequence } = salvage.state.head;
  try {
    await rebuild(source, target, { salvage, metaUpTo }, (done) => onProgress?.(done, sequence));
    const { damage } = await examine(target, partial, { keepsOutcome, testimonies: [] });
    if (damage[0] !== undefined) throw damage[0];
  } finally {
    target.close();
  }
  syncFile(partial);
}

function noRoom(path: string, cause: unknown): RefoldError {
  return new RefoldError('LOG_FULL', `Cannot repair ${path}: the disk has no room for a second file`, {
    path,
    hint: 'Free some space, or copy the log with its -wal and -witness to a larger disk; nothing was changed',
    cause,
  });
}
