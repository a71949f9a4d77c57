/**
 * Compaction: drop what the retention no longer wants, seal, give the space back.
 *
 * How far is a pure function's decision (`compaction-policy.ts`). Nothing goes that recovery, the older of two snapshots
 * or a projection still needs, and both of these snapshots are read through before anything goes.
 */
import { createHash } from 'node:crypto';
import { RefoldError } from '../../core/errors.ts';
import type { BlockHeader, LogStore, SealReport, SnapshotInfo } from '../../log/log-store.ts';
import { type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import { reclaimLog, sealLog, sizeOf } from '../calls/log-care.ts';
import type { History } from '../calls/options.ts';
import type { Progress } from '../calls/progress.ts';
import { headersAfter, planRetention, type RetentionPlan, sealsFirst, sumBytes } from './compaction-policy.ts';

export interface CompactOptions {
  /**
   * Only say what would be done. All of it is tried for that, packing included, and takes as long; the report is that of
   * the compaction that follows, if nothing is appended in between.
   */
  readonly dryRun?: boolean | undefined;
}

export const COMPACT_CHECKS: OptionChecks<CompactOptions> = { dryRun: TRUE_OR_FALSE };

/** What compaction did, or would do. Bytes are of block payload unless they say `file`. */
export interface CompactionReport {
  readonly dryRun: boolean;
  /** `events` that were open until now; `blocks`, small sealed ones among them, of `bytes`, that became `bytesAfter`. */
  readonly sealed: {
    readonly events: number;
    readonly blocks: number;
    readonly bytes: number;
    readonly bytesAfter: number;
  };
  readonly dropped: { readonly throughSequence: number; readonly events: number; readonly bytes: number };
  /**
   * Size on disk before and after, the write-ahead log included. A dry run gives the same for both: how far the file
   * shrinks depends on where its pages lie, and is not foretold.
   */
  readonly fileBytesBefore: number;
  readonly fileBytesAfter: number;
  /** What the retention could not drop, and why, in a sentence; absent when it could. */
  readonly heldBack?: string;
}

export interface CompactionContext {
  readonly log: LogStore;
  readonly history: History;
  /** Snapshots that the model can use, newest first: asked for anew, since more may be taken and old ones go meanwhile. */
  readonly usableSnapshots: () => Promise<readonly SnapshotInfo[]>;
  readonly now: number;
  readonly onProgress: (progress: Progress) => void;
}

/** Carries compaction out, or says what it would do. Appends go on meanwhile. */
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

/** What both steps came to; `headers` are those that the dropping was decided on. */
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
 * Seals from snapshot to snapshot: a sealed block that spans none lets history go exactly up to one, and keeps the chain
 * comparable there.
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
 * Drops what the history lets go, and the snapshots that nothing can be replayed from then; in a dry run only tries
 * whether it could.
 *
 * @param headers all there are
 * @throws RefoldError `LOG_CORRUPT` when a snapshot that recovery would need cannot be read; nothing was dropped
 */
export async function dropHistory(
  context: CompactionContext,
  headers: readonly BlockHeader[],
  dryRun = false,
): Promise<RetentionPlan> {
  const { log, history, usableSnapshots, now, onProgress } = context;
  const kept = await log.checkpoints();
  const checkpoints = kept.map(({ sequence }) => sequence);
  const projections = kept.map(({ projection }) => projection);
  const usable = (await usableSnapshots()).map(({ sequence }) => sequence);
  const plan = planRetention({ headers, usableSnapshots: usable, checkpoints, projections, history, now });
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

/**
 * Reads the newest two through. Those that newer ones have replaced meanwhile are no loss: the newer ones are read
 * instead, and they reach at least as far.
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

/** Reads a snapshot through: history must not go on the word of one that cannot be loaded. */
async function requireReadable(log: LogStore, info: SnapshotInfo): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of log.readSnapshot(info)) hash.update(chunk);
  if (hash.digest('hex') === info.stateHash) return;
  throw new RefoldError('LOG_CORRUPT', `Cannot compact: the snapshot at ${info.sequence} is not what was written`, {
    path: log.path,
    sequence: info.sequence,
    hint: 'Take a new snapshot, then compact again; no event was dropped',
  });
}

function describeDrop(headers: readonly BlockHeader[], through: number): CompactionReport['dropped'] {
  const gone = headers.filter(({ lastSequence }) => lastSequence <= through);
  return { throughSequence: through, events: countEvents(gone), bytes: sumBytes(gone) };
}

/** All there are, or those that begin at `from` or later. */
export async function collectHeaders(log: LogStore, from?: number): Promise<BlockHeader[]> {
  return Array.fromAsync(log.headers(from));
}

function countEvents(headers: readonly BlockHeader[]): number {
  return headers.reduce((sum, { firstSequence, lastSequence }) => sum + lastSequence - firstSequence + 1, 0);
}
