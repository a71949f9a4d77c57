/**
 * Compaction: drops what retention no longer wants, seals, and returns the free space.
 *
 * Pure functions decide how far (`compaction-policy.ts`). Events that recovery from the older of two snapshots or a projection
 * still needs are never dropped. Both snapshots are read completely before anything is dropped.
 */
import { createHash } from 'node:crypto';
import { grouped, RefoldError } from '../../core/errors.ts';
import type { SealReport } from '../../log/log-care.ts';
import type { BlockHeader, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import { reclaimLog, sealLog, sizeOf } from '../calls/log-care.ts';
import type { History } from '../calls/options.ts';
import type { Progress } from '../calls/progress.ts';
import {
  type Holder,
  headersAfter,
  planRetention,
  type RetentionPlan,
  sealsFirst,
  sumBytes,
} from './compaction-policy.ts';

export interface CompactOptions {
  /**
   * Report what would be done, and change nothing. The work is done for that, packing included, and takes as long. If nothing
   * is appended in between, `compact()` then reports the same.
   */
  readonly dryRun?: boolean | undefined;
}

export const COMPACT_CHECKS: OptionChecks<CompactOptions> = { dryRun: TRUE_OR_FALSE };

/** What compaction did, or would do. Bytes count block payload, except where the name says `file`. */
export interface CompactionReport {
  readonly dryRun: boolean;
  /** `events` were open before. `blocks`, small sealed ones among them, had `bytes`, and now have `bytesAfter`. */
  readonly sealed: {
    readonly events: number;
    readonly blocks: number;
    readonly bytes: number;
    readonly bytesAfter: number;
  };
  readonly dropped: { readonly throughSequence: number; readonly events: number; readonly bytes: number };
  /**
   * Size on disk before and after, with the write-ahead log. A dry run gives the same number for both, because it cannot
   * predict the final file size.
   */
  readonly fileBytesBefore: number;
  readonly fileBytesAfter: number;
  /** What retention could not drop, and why, in a sentence; absent if it could drop everything. */
  readonly heldBack?: string;
}

export interface CompactionContext {
  readonly log: LogStore;
  readonly history: History;
  /** Snapshots that the model can use, newest first. Called again for each use: snapshots come and are deleted meanwhile. */
  readonly usableSnapshots: () => Promise<readonly SnapshotInfo[]>;
  readonly now: number;
  readonly onProgress: (progress: Progress) => void;
}

/** Compacts, or reports what compaction would do. Appends continue meanwhile. */
export async function compactLog(
  context: CompactionContext,
  { dryRun = false }: CompactOptions = {},
): Promise<CompactionReport> {
  const { log, history } = context;
  const fileBytesBefore = diskBytes(log);
  const { report, headers, plan } = sealsFirst(history)
    ? await sealThenDrop(context, dryRun)
    : await dropThenSeal(context, dryRun);
  if (!dryRun) await reclaimLog(log);
  const { heldBack } = plan;
  return {
    dryRun,
    sealed: {
      events: report.sealedEvents,
      blocks: report.blocksBefore,
      bytes: report.bytesBefore,
      bytesAfter: report.bytesAfter,
    },
    dropped: describeDrop(headers, plan.dropThrough),
    fileBytesBefore,
    fileBytesAfter: dryRun ? fileBytesBefore : diskBytes(log),
    ...(heldBack !== undefined && { heldBack }),
  };
}

/** The results of both steps. `headers` are those that the retention plan was made from. */
interface Steps {
  readonly report: SealReport;
  readonly headers: readonly BlockHeader[];
  readonly plan: RetentionPlan;
}

async function sealThenDrop(context: CompactionContext, dryRun: boolean): Promise<Steps> {
  const { log } = context;
  const report = await sealThrough(context, { from: 1, through: log.head().sequence, dryRun });
  const headers = headersAfter(await collectHeaders(log), dryRun ? report.made : []);
  return { report, headers, plan: await dropHistory(context, headers, dryRun) };
}

async function dropThenSeal(context: CompactionContext, dryRun: boolean): Promise<Steps> {
  const { log } = context;
  const headers = await collectHeaders(log);
  const plan = await dropHistory(context, headers, dryRun);
  const range = { from: plan.dropThrough + 1, through: log.head().sequence, dryRun };
  return { report: await sealThrough(context, range), headers, plan };
}

function diskBytes(log: LogStore): number {
  const { fileBytes, walBytes } = sizeOf(log);
  return fileBytes + walBytes;
}

interface SealRange {
  readonly from: number;
  readonly through: number;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Seals from snapshot to snapshot. No sealed block then spans a snapshot, so history can be dropped exactly up to one, and its
 * chain can be compared there.
 */
export async function sealThrough(
  { log, onProgress }: Pick<CompactionContext, 'log' | 'onProgress'>,
  range: SealRange,
): Promise<SealReport> {
  const total = log.head().sequence;
  const borders = (await log.snapshots('')).map(({ sequence }) => sequence);
  return sealLog(log, { ...range, borders, onProgress: (done) => onProgress({ phase: 'seal', done, total }) });
}

/**
 * Drops what `history` allows, and the snapshots from which a replay is then impossible. A dry run only checks whether it
 * could.
 *
 * @param headers of all blocks
 * @throws RefoldError `LOG_CORRUPT` when a snapshot that recovery would need cannot be read. Nothing was dropped then
 */
export async function dropHistory(
  context: CompactionContext,
  headers: readonly BlockHeader[],
  dryRun = false,
): Promise<RetentionPlan> {
  const { log, history, usableSnapshots, now, onProgress } = context;
  const holders = await holdersOf(log);
  const usable = (await usableSnapshots()).map(({ sequence }) => sequence);
  const plan = planRetention({ headers, usableSnapshots: usable, holders, history, now });
  const through = plan.dropThrough;
  if (through === 0) return plan;
  const snapshots = await requireTwoReadable(log, usableSnapshots);
  if (dryRun) return plan;
  onProgress({ phase: 'drop', done: 0, total: through });
  await log.dropThrough(through);
  const useless = snapshots.filter(({ sequence }) => sequence < through).map(({ sequence }) => sequence);
  if (useless.length > 0) await log.dropSnapshots('', useless);
  return plan;
}

/** Projections and reactors need events, also while they do not run. */
async function holdersOf(log: LogStore): Promise<Holder[]> {
  const projections = (await log.checkpoints()).map(({ projection, sequence }) => ({ name: projection, sequence }));
  const reactors = (await log.reactors()).map(({ reactor, sequence }) => ({ name: reactor, sequence }));
  return [
    ...projections.map((holder): Holder => ({ kind: 'projection', ...holder })),
    ...reactors.map((holder): Holder => ({ kind: 'reactor', ...holder })),
  ];
}

/**
 * Reads the newest two snapshots completely. If newer snapshots have replaced them meanwhile, it reads those instead: they
 * reach at least as far.
 */
async function requireTwoReadable(
  log: LogStore,
  usableSnapshots: CompactionContext['usableSnapshots'],
): Promise<readonly SnapshotInfo[]> {
  for (;;) {
    const snapshots = await usableSnapshots();
    try {
      for (const info of snapshots.slice(0, 2)) await requireReadable(log, info);
      return snapshots;
    } catch (error) {
      const [newest] = await usableSnapshots();
      if (newest === undefined || newest.sequence === snapshots[0]?.sequence) throw error;
    }
  }
}

/** Reads a snapshot completely: history must not be dropped because of a snapshot that cannot be loaded. */
async function requireReadable(log: LogStore, info: SnapshotInfo): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of log.readSnapshot(info)) hash.update(chunk);
  if (hash.digest('hex') === info.stateHash) return;
  throw new RefoldError(
    'LOG_CORRUPT',
    `Cannot compact: the snapshot at ${grouped(info.sequence)} is not what was written`,
    {
      path: log.path,
      sequence: info.sequence,
      hint: 'Take a new snapshot, then compact again; no event was dropped',
    },
  );
}

function describeDrop(headers: readonly BlockHeader[], through: number): CompactionReport['dropped'] {
  const gone = headers.filter(({ lastSequence }) => lastSequence <= through);
  return { throughSequence: through, events: countEvents(gone), bytes: sumBytes(gone) };
}

/** All headers, or those that begin at `from` or later. */
export async function collectHeaders(log: LogStore, from?: number): Promise<BlockHeader[]> {
  return Array.fromAsync(log.headers(from));
}

function countEvents(headers: readonly BlockHeader[]): number {
  return headers.reduce((sum, { firstSequence, lastSequence }) => sum + lastSequence - firstSequence + 1, 0);
}
