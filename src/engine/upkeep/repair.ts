/**
 * Repair: makes a sound log from a damaged one. It can show a plan first, and it keeps a copy of the damaged file.
 *
 * Events before the first damaged block are kept; that block and all later ones are dropped. Damaged snapshots are dropped,
 * and the next close of a store takes new ones. Outcomes of commands are dropped with the events that they promise. Nothing
 * that was acknowledged is dropped without `acceptLoss`.
 */
import { grouped, RefoldError, type SerializedError } from '../../core/errors.ts';
import type { StoredOutcome } from '../../log/log-store.ts';
import type { Salvage } from '../../log/sqlite/mending/salvage.ts';
import { A_FUNCTION, checkOptions, checkValue, type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import { A_PATH, A_WAIT, requireWaitHonoured } from '../calls/log-options.ts';
import { IN_MEMORY, requireNode } from '../calls/open-log.ts';
import { harmless, type Progress } from '../calls/progress.ts';
import { parseOutcome } from '../writing/outcomes/outcome.ts';
import { metaUpTo } from './rows-up-to.ts';

export interface RepairOptions {
  /** Report what would be done, and change nothing; the log may be in use meanwhile. Default false. */
  readonly plan?: boolean | undefined;
  /** Agree that acknowledged events or outcomes of commands are lost for good. Default false: the repair is refused. */
  readonly acceptLoss?: boolean | undefined;
  /** How long to wait for a writer that has the log open, in ms; default 200. */
  readonly waitForLock?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const REPAIR_CHECKS: OptionChecks<RepairOptions> = {
  plan: TRUE_OR_FALSE,
  acceptLoss: TRUE_OR_FALSE,
  waitForLock: A_WAIT,
  onProgress: A_FUNCTION,
};

/** What repair found and did, or would do. */
export interface RepairReport {
  readonly path: string;
  /** True if nothing was changed: the caller asked for a plan, or the log is sound. */
  readonly plan: boolean;
  /** True if nothing was wrong. */
  readonly sound: boolean;
  /** What is damaged, in the order of discovery. */
  readonly damage: readonly SerializedError[];
  readonly firstSequence: number;
  /** The last event that is kept. */
  readonly keptThrough: number;
  /** The last sequence that the log once had, as its rows, snapshots and witness show. */
  readonly reachedThrough: number;
  /** How many events are lost: those between the two. */
  readonly lostEvents: number;
  /** True if something acknowledged is lost, events or not. Then `acceptLoss` is needed. */
  readonly needsAcceptLoss: boolean;
  readonly keptSnapshots: readonly number[];
  /** Snapshots of the model (`owner` is empty) and of projections. New ones are taken when a store is closed. */
  readonly droppedSnapshots: readonly { readonly owner: string; readonly sequence: number }[];
  /** How many remembered outcomes of commands are dropped: a retry of such a command decides again. */
  readonly forgottenOutcomes: number;
  /** Where the damaged file is kept, with its `-wal`; absent when nothing was changed. */
  readonly backup?: string;
}

/**
 * Finds out what is wrong with a log's file, and repairs it.
 *
 * The damaged file is kept beside the log under another name. A sound log is left as it is.
 *
 * @throws RefoldError `LOG_CORRUPT` when acknowledged events would be lost without `acceptLoss`, or when the file is beyond
 * repair; `LOG_LOCKED` while a store has it open for writing; `LOG_FULL` when there is not enough room for a second file;
 * `INVALID_OPTION` when there is no log
 */
export async function repairLog(path: string, options: RepairOptions = {}): Promise<RepairReport> {
  requireNode(process.versions.node);
  checkValue('repair', 'path', A_PATH, path);
  if (path === IN_MEMORY) throw notInMemory();
  const {
    plan = false,
    acceptLoss = false,
    waitForLock,
    onProgress,
  } = checkOptions('repair the log', REPAIR_CHECKS, options);
  requireWaitHonoured('plan the repair', { readOnly: plan, waitForLock });
  const tell = harmless(onProgress);
  const { repairSqliteLog } = await import('../../log/sqlite/mending/repair.ts');
  const repair = await repairSqliteLog(path, {
    plan,
    waitForLock,
    keepsOutcome: holdsUpTo,
    metaUpTo,
    mayRepair: (salvage) => mayRepair(salvage, acceptLoss, path),
    onProgress: (done, total) => tell({ phase: 'verify', done, total }),
  });
  return describe(repair.path, repair.salvage, repair.backup);
}

function mayRepair(salvage: Salvage, acceptLoss: boolean, path: string): boolean {
  if (salvage.damage.length === 0) return false;
  if (salvage.losesAcknowledged && !acceptLoss) throw lossNotAccepted(salvage, path);
  return true;
}

/** An outcome is kept if it can be read, and its commit is not beyond the end: it must not promise missing events. */
function holdsUpTo(outcome: StoredOutcome, lastSequence: number): boolean {
  try {
    const parsed = parseOutcome(outcome);
    return parsed.status === 'rejected' || (parsed.commit?.lastSequence ?? 0) <= lastSequence;
  } catch {
    return false;
  }
}

function describe(path: string, salvage: Salvage, backup: string | undefined): RepairReport {
  const { damage, state, claimedThrough, losesAcknowledged, snapshots, droppedSnapshots } = salvage;
  return {
    path,
    plan: backup === undefined,
    sound: damage.length === 0,
    damage: damage.map((error) => error.toJSON()),
    firstSequence: state.trimmed.through + 1,
    keptThrough: state.head.sequence,
    reachedThrough: claimedThrough,
    lostEvents: claimedThrough - state.head.sequence,
    needsAcceptLoss: losesAcknowledged,
    keptSnapshots: snapshots.filter(({ owner }) => owner === '').map(({ sequence }) => sequence),
    droppedSnapshots: droppedSnapshots.map(({ owner, sequence }) => ({ owner, sequence })),
    forgottenOutcomes: salvage.forgottenOutcomes,
    ...(backup === undefined ? {} : { backup }),
  };
}

function lossNotAccepted({ state, claimedThrough, damage }: Salvage, path: string): RefoldError {
  const first = state.head.sequence + 1;
  const events = claimedThrough - state.head.sequence;
  const what =
    events === 0
      ? 'something that was acknowledged'
      : `${grouped(events)} acknowledged events, from ${grouped(first)} on`;
  return new RefoldError('LOG_CORRUPT', `Cannot repair ${path} without losing ${what}`, {
    path,
    sequence: first,
    hint: 'Look at the plan (refold repair --plan); restore a backup, or accept the loss (--accept-loss): the damaged file is kept',
    cause: damage[0],
  });
}

function notInMemory(): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot repair a log in memory: it has no file', {
    type: 'path',
    hint: "Give the path of a log's file",
  });
}
