/**
 * Compaction: plan, seal, drop what the retention no longer wants, give the space back.
 *
 * The bound is a pure function. Nothing goes that recovery, the older of two snapshots or a projection still needs, and
 * both of these snapshots are read through before anything goes.
 */
import { createHash } from 'node:crypto';
import { RefoldError } from '../core/errors.ts';
import type { BlockHeader, LogStore, SealReport, SnapshotInfo } from '../log/log-store.ts';
import type { History, Progress } from './options.ts';

/** What retention is decided from. */
export interface RetentionFacts {
  /** In order. */
  readonly headers: readonly BlockHeader[];
  /** Sequences of the snapshots that this model can use, newest first. */
  readonly usableSnapshots: readonly number[];
  /** How far each projection has come. */
  readonly checkpoints: readonly number[];
  readonly history: History;
  /** ms since the epoch. */
  readonly now: number;
}

export interface CompactOptions {
  /** Only say what would be done. */
  readonly dryRun?: boolean | undefined;
}

/** What compaction did, or would do. Bytes are of block payload unless they say `file`. */
export interface CompactionReport {
  readonly dryRun: boolean;
  readonly sealed: {
    readonly events: number;
    readonly blocks: number;
    readonly bytes: number;
    readonly bytesAfter?: number;
  };
  readonly dropped: { readonly throughSequence: number; readonly events: number; readonly bytes: number };
  /** Size on disk before and after, the write-ahead log included; the same in a dry run. */
  readonly fileBytesBefore: number;
  readonly fileBytesAfter: number;
  /** What the retention could not drop, and why, in a sentence; absent when it could. */
  readonly heldBack?: string;
}

/** The last sequence that may go: 0 for nothing. Whole blocks only. */
export function planRetention(facts: RetentionFacts): { dropThrough: number; heldBack?: string } {
  const wanted = wantedBound(facts);
  if (wanted === 0) return { dropThrough: 0 };
  // Keep two snapshots: should the newest prove unreadable, recovery starts from the one before it, and then needs
  // every event since. So the older of the two sets the bound, not the newer.
  const safe = Math.min(facts.usableSnapshots[1] ?? 0, ...facts.checkpoints);
  const dropThrough = lastBlockEnd(facts.headers, Math.min(wanted, safe));
  if (safe >= wanted) return { dropThrough };
  const why =
    facts.usableSnapshots.length < 2
      ? 'two snapshots are kept, and there are not two yet'
      : `recovery or a projection needs what follows ${safe}`;
  return {
    dropThrough,
    heldBack: `Events up to ${wanted} exceed the history, but only those up to ${dropThrough} may go: ${why}`,
  };
}

/** What the history alone would let go. */
function wantedBound({ headers, history, now }: RetentionFacts): number {
  const head = headers.at(-1)?.lastSequence ?? 0;
  if (history === 'keep') return 0;
  if (history === 'discard') return head;
  let bytesAfter = headers.reduce((sum, { bytes }) => sum + bytes, 0);
  let bound = 0;
  for (const [index, { lastSequence, bytes }] of headers.entries()) {
    // The next block begins no earlier than this one's last event.
    const youngest = headers[index + 1]?.recordedAt ?? Number.POSITIVE_INFINITY;
    const tooOld = history.maxAge !== undefined && youngest <= now - history.maxAge;
    const tooMany = history.maxEvents !== undefined && head - lastSequence >= history.maxEvents;
    const tooBig = history.maxBytes !== undefined && bytesAfter > history.maxBytes;
    if (!tooOld && !tooMany && !tooBig) break;
    bound = lastSequence;
    bytesAfter -= bytes;
  }
  return bound;
}

function lastBlockEnd(headers: readonly BlockHeader[], bound: number): number {
  return headers.slice(0, -1).findLast(({ lastSequence }) => lastSequence <= bound)?.lastSequence ?? 0;
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
  const { log } = context;
  const fileBytesBefore = diskBytes(log);
  const before = await collectHeaders(log);
  const open = before.filter(({ encoding }) => encoding === 'open');
  if (dryRun) {
    const sealed = { events: countEvents(open), blocks: open.length, bytes: sumBytes(open) };
    const { dropThrough, ...held } = planRetention(await retentionFacts(context, before));
    return {
      dryRun,
      sealed,
      dropped: describeDrop(before, dropThrough),
      fileBytesBefore,
      fileBytesAfter: fileBytesBefore,
      ...held,
    };
  }
  const report = await sealLog(context, before.at(-1)?.lastSequence ?? 0);
  const headers = await collectHeaders(log);
  const { dropThrough, ...held } = planRetention(await retentionFacts(context, headers));
  if (dropThrough > 0) await dropHistory(context, dropThrough);
  await log.reclaim();
  const sealed = {
    events: report.sealedEvents,
    blocks: report.blocksBefore,
    bytes: report.bytesBefore,
    bytesAfter: report.bytesAfter,
  };
  const fileBytesAfter = diskBytes(log);
  return { dryRun, sealed, dropped: describeDrop(headers, dropThrough), fileBytesBefore, fileBytesAfter, ...held };
}

function diskBytes(log: LogStore): number {
  const { fileBytes, walBytes } = log.size();
  return fileBytes + walBytes;
}

/**
 * Seals from snapshot to snapshot: a sealed block that spans none lets history go exactly up to one, and keeps the chain
 * comparable there.
 */
async function sealLog({ log, onProgress }: CompactionContext, head: number): Promise<SealReport> {
  const borders = (await log.snapshots('')).map(({ sequence }) => sequence).filter((sequence) => sequence < head);
  const report = { sealedEvents: 0, blocksBefore: 0, blocksAfter: 0, bytesBefore: 0, bytesAfter: 0 };
  let from = 1;
  for (const through of [...borders.reverse(), head]) {
    const onSealed = (done: number): void => onProgress({ phase: 'seal', done, total: head });
    const stretch = await log.seal({ from, through, onProgress: onSealed });
    for (const key of Object.keys(report) as (keyof SealReport)[]) report[key] += stretch[key];
    from = through + 1;
  }
  return report;
}

async function dropHistory({ log, usableSnapshots, onProgress }: CompactionContext, through: number): Promise<void> {
  const snapshots = await requireTwoReadable(log, usableSnapshots);
  onProgress({ phase: 'drop', done: 0, total: through });
  await log.dropThrough(through);
  const useless = snapshots.filter(({ sequence }) => sequence < through).map(({ sequence }) => sequence);
  if (useless.length > 0) await log.dropSnapshots('', useless);
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

async function retentionFacts(
  { log, history, usableSnapshots, now }: CompactionContext,
  headers: readonly BlockHeader[],
): Promise<RetentionFacts> {
  const checkpoints = (await log.checkpoints()).map(({ sequence }) => sequence);
  const usable = (await usableSnapshots()).map(({ sequence }) => sequence);
  return { headers, usableSnapshots: usable, checkpoints, history, now };
}

function describeDrop(headers: readonly BlockHeader[], through: number): CompactionReport['dropped'] {
  const gone = headers.filter(({ lastSequence }) => lastSequence <= through);
  return { throughSequence: through, events: countEvents(gone), bytes: sumBytes(gone) };
}

async function collectHeaders(log: LogStore): Promise<BlockHeader[]> {
  return Array.fromAsync(log.headers());
}

function countEvents(headers: readonly BlockHeader[]): number {
  return headers.reduce((sum, { firstSequence, lastSequence }) => sum + lastSequence - firstSequence + 1, 0);
}

function sumBytes(headers: readonly BlockHeader[]): number {
  return headers.reduce((sum, { bytes }) => sum + bytes, 0);
}
