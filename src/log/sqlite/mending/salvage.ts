/**
 * Decides what can be kept of a damaged log.
 *
 * The rule is simple: events before the first damaged block are kept. That block and everything after it are dropped.
 * The damaged file is only read; `rebuild.ts` copies what is kept into a fresh one.
 */
import { grouped, isRefoldError, RefoldError } from '../../../core/errors.ts';
import { nextTurn } from '../../../threads/timers.ts';
import { decodeBlock } from '../../blocks/block.ts';
import { EMPTY_CHAIN, type StoredBlock, verifyBlock } from '../../blocks/chain.ts';
import { eventsMissing } from '../../log-errors.ts';
import type { LogHead, StoredOutcome } from '../../log-store.ts';
import { checksumOfOutcome } from '../../outcomes.ts';
import type { Testimony } from '../../witness/witness-file.ts';
import {
  BLOCK_COLUMNS,
  type BlockRow,
  chainAt,
  type LogState,
  readBlocks,
  readStateRow,
  toBlock,
} from '../file/block-rows.ts';
import type { Connection } from '../file/driver.ts';
import { invalidPath, withoutLog } from '../file/files.ts';
import { hasOwnTables, identify } from '../file/schema.ts';
import type { SnapshotRow } from '../file/snapshot-rows.ts';
import { requireWitnessed } from '../file/witness.ts';
import {
  allOutcomes,
  asDamage,
  claimedBySnapshots,
  damagedPages,
  damagedRedactions,
  damagedSnapshots,
  endLost,
  MOST_FINDINGS,
  snapshotRows,
} from './structure.ts';
import { damagedTagLists } from './tag-lists.ts';

/** The findings, and what is kept. */
export interface Salvage {
  /** In the order of discovery; empty for a sound log. */
  readonly damage: readonly RefoldError[];
  readonly state: LogState;
  /** The last sequence that the log is known to have had: by its rows, its snapshots, or its witness. */
  readonly claimedThrough: number;
  /** True when something acknowledged cannot be kept, as far as is known. */
  readonly losesAcknowledged: boolean;
  readonly snapshots: readonly SnapshotRow[];
  readonly droppedSnapshots: readonly SnapshotRow[];
  /** Reads the outcomes that are kept. There may be millions, so no list holds them. */
  readonly outcomes: () => Iterable<StoredOutcome>;
  readonly forgottenOutcomes: number;
}

/** True when an outcome still holds in a log that ends at a sequence. */
export type OutcomeFilter = (outcome: StoredOutcome, lastSequence: number) => boolean;

export interface SalvageOptions {
  readonly testimonies: readonly Testimony[];
  readonly keepsOutcome: OutcomeFilter;
  /** Gets the number of sequences read so far, and the last sequence that the log seems to have. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads a whole log without changing it.
 *
 * @throws RefoldError when it is not a log, or too damaged to find where it begins
 */
export async function examine(connection: Connection, path: string, options: SalvageOptions): Promise<Salvage> {
  const damage: RefoldError[] = [];
  const note = (error: unknown, sequence?: number): void => void damage.push(asDamage(error, path, sequence));
  requireLog(connection, path, note);
  const findings = attempt(() => damagedPages(connection, path), note);
  damage.push(...(findings ?? []));
  const start = startOf(connection, path, note);
  const rowsEnd = attempt(() => endOfRows(connection), note) ?? 0;
  const head = await readThrough(connection, path, start, note, (done) => options.onProgress?.(done, rowsEnd));
  const state: LogState = { ...start, head };
  const witness = options.testimonies.find(({ logId }) => logId === start.logId);
  const isContradicted = isBehindWitness(connection, path, state, options.testimonies, note);
  const snapshots = sortSnapshots(connection, path, state, note);
  // Without a witness nothing else says that the end is lost. A store refuses such a log.
  if (damage.length === 0 && snapshots.claimedThrough > head.sequence) {
    note(endLost(path, head.sequence, snapshots.claimedThrough), head.sequence + 1);
  }
  damage.push(...(attempt(() => damagedRedactions(connection, path), note) ?? []));
  const outcomes = sortOutcomes(connection, head.sequence, options.keepsOutcome, note);
  damage.push(...(attempt(() => damagedTagLists(connection, path, MOST_FINDINGS), note) ?? []));
  const claimedThrough = Math.max(head.sequence, rowsEnd, witness?.sequence ?? 0, snapshots.claimedThrough);
  return {
    damage,
    state,
    claimedThrough,
    losesAcknowledged: claimedThrough > head.sequence || isContradicted || outcomes.damaged > 0,
    snapshots: snapshots.kept,
    droppedSnapshots: snapshots.dropped,
    outcomes: () => keptOutcomes(connection, head.sequence, options.keepsOutcome),
    forgottenOutcomes: outcomes.forgotten,
  };
}

type Note = (error: unknown, sequence?: number) => void;

/** Refuses a file that is not a log or that cannot be read. A changed schema is repaired. */
function requireLog(connection: Connection, path: string, note: Note): void {
  try {
    const identity = identify(connection, path);
    if (identity === 'empty') throw withoutLog(path);
    if (identity === 'older') throw invalidPath(path, 'it has an older format: open it once for writing first');
  } catch (error) {
    if (!isRefoldError(error, 'LOG_CORRUPT') || !hasOwnTables(connection)) throw error;
    note(error);
  }
}

function attempt<T>(work: () => T, note: Note): T | undefined {
  try {
    return work();
  } catch (error) {
    note(error);
    return undefined;
  }
}

/** Where the last block ends according to its content: a damaged row may say anything. */
function endOfRows(connection: Connection): number {
  const row = connection
    .prepare(`select ${BLOCK_COLUMNS} from blocks order by first_sequence desc limit 1`)
    .raw()
    .get() as BlockRow | undefined;
  if (row === undefined) return 0;
  const block = toBlock(row);
  try {
    return decodeBlock(block).events.at(-1)!.sequence;
  } catch {
    return block.firstSequence;
  }
}

type Start = Omit<LogState, 'head'>;

/** Where the log begins. If the row that says it is lost: at 1, when there are such events. */
function startOf(connection: Connection, path: string, note: Note): Start {
  try {
    return readStateRow(connection, path);
  } catch (error) {
    note(error);
    const first = attempt(() => connection.prepare('select min(first_sequence) from blocks').pluck().get(), note);
    if (first !== 1) throw beyondRepair(path, error);
    return { logId: '', epoch: 0, generation: 0, trimmed: { through: 0, recordedAt: 0, chain: EMPTY_CHAIN } };
  }
}

/** The end of the sound part. */
async function readThrough(
  connection: Connection,
  path: string,
  { trimmed }: Start,
  note: Note,
  onProgress: (done: number) => void,
): Promise<LogHead> {
  let head: LogHead = { sequence: trimmed.through, recordedAt: trimmed.recordedAt, chain: trimmed.chain };
  try {
    for (;;) {
      const page = readBlocks(connection, head.sequence + 1);
      if (page.length === 0) return head;
      for (const block of page) head = headAfter(block, head, path);
      onProgress(head.sequence);
      await nextTurn();
    }
  } catch (error) {
    note(error, head.sequence + 1);
    return head;
  }
}

function headAfter(block: StoredBlock, { sequence, chain }: LogHead, path: string): LogHead {
  if (block.firstSequence !== sequence + 1) throw eventsMissing(path, sequence + 1);
  verifyBlock(block, chain, path);
  const { recordedAt } = decodeBlock(block).events.at(-1)!;
  return { sequence: block.lastSequence, recordedAt, chain: block.chain };
}

function isBehindWitness(
  connection: Connection,
  path: string,
  state: LogState,
  testimonies: readonly Testimony[],
  note: Note,
): boolean {
  try {
    requireWitnessed(path, state, testimonies, (sequence) => chainAt(connection, sequence));
    return false;
  } catch (error) {
    note(error);
    return true;
  }
}

interface SortedSnapshots {
  readonly kept: SnapshotRow[];
  readonly dropped: SnapshotRow[];
  readonly claimedThrough: number;
}

function sortSnapshots(connection: Connection, path: string, { head, trimmed }: LogState, note: Note): SortedSnapshots {
  const sorted: SortedSnapshots = { kept: [], dropped: [], claimedThrough: 0 };
  const damaged = attempt(() => damagedSnapshots(connection, path), note);
  if (damaged === undefined) return sorted;
  for (const { error } of damaged) note(error);
  const rows = snapshotRows(connection);
  const chunksLost = new Set(damaged.map(({ row }) => row.id));
  for (const row of rows) {
    const isOfThisHistory = row.owner !== '' || isOnChain(connection, row, trimmed.through);
    const isKept = !chunksLost.has(row.id) && row.sequence <= head.sequence && isOfThisHistory;
    (isKept ? sorted.kept : sorted.dropped).push(row);
  }
  return { ...sorted, claimedThrough: claimedBySnapshots(rows) };
}

function isOnChain(connection: Connection, { sequence, chain }: SnapshotRow, trimmedThrough: number): boolean {
  if (sequence <= trimmedThrough) return true;
  const found = chainAt(connection, sequence);
  return found === undefined || found === chain;
}

interface SortedOutcomes {
  readonly forgotten: number;
  readonly damaged: number;
}

/** Counts the outcomes that are not kept. */
function sortOutcomes(connection: Connection, lastSequence: number, keeps: OutcomeFilter, note: Note): SortedOutcomes {
  let forgotten = 0;
  let damaged = 0;
  const isRead = attempt(() => {
    for (const { checksum, ...stored } of allOutcomes(connection)) {
      if (checksumOfOutcome(stored) !== checksum) damaged += 1;
      else if (!keeps(stored, lastSequence)) forgotten += 1;
    }
    return true;
  }, note);
  if (isRead === undefined) damaged += 1;
  if (damaged > 0 && isRead) note(outcomesDamaged(damaged));
  return { forgotten: forgotten + damaged, damaged };
}

/**
 * Outcomes that are still true: the outcome of a dropped commit would promise events that are missing. Where the table cannot
 * be read further, they end.
 */
function* keptOutcomes(
  connection: Connection,
  lastSequence: number,
  keeps: OutcomeFilter,
): Generator<StoredOutcome, void> {
  try {
    for (const { checksum, ...stored } of allOutcomes(connection)) {
      if (checksumOfOutcome(stored) === checksum && keeps(stored, lastSequence)) yield stored;
    }
  } catch {
    // `examine` has reported the damage.
  }
}

function outcomesDamaged(count: number): RefoldError {
  return new RefoldError('LOG_CORRUPT', `The remembered outcomes of ${grouped(count)} commands are damaged`, {
    hint: 'They will be forgotten: a retry of these commands decides again',
  });
}

function beyondRepair(path: string, cause: unknown): RefoldError {
  return new RefoldError('LOG_CORRUPT', `Cannot repair ${path}: nothing in it says where the log begins`, {
    path,
    hint: 'Restore a backup',
    cause,
  });
}
