/** What a log offers to those who look back: where it begins and ends, and the snapshots that a past state is built from. */
import type { BlockHeader, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { checkOptions } from '../calls/call-options.ts';
import type { ModelFingerprint } from '../folding/fingerprint.ts';
import { whyPassedOver } from '../folding/undecodable.ts';
import { planRecovery, snapshotFacts } from '../folding/usable-snapshots.ts';
import { BLOCKS_CHECKS, type BlocksOptions } from './past-options.ts';
import { sequenceOf, startingAt } from './position.ts';

/** Where a log begins and ends, at the moment of the call. */
export interface PastRange {
  /** The first event that is still in the log: 1 until history was dropped. Beyond `last` in an empty log. */
  readonly first: number;
  /** The last durable event; 0 in an empty log. */
  readonly last: number;
  /**
   * The earliest sequence whose state can be built: 0 while the log has its first event, otherwise that of the oldest usable
   * snapshot. Absent when no snapshot is usable: then no state can be built with this model.
   */
  readonly earliest?: number;
  /** ms since the epoch; absent in an empty log. */
  readonly firstRecordedAt?: number;
  readonly lastRecordedAt?: number;
}

/** A snapshot, as a place from which a past state can be built. */
export interface Keyframe {
  readonly sequence: number;
  /** ms since the epoch of the event at `sequence`. */
  readonly recordedAt: number;
  /** Size of the state as bytes, before compression. */
  readonly bytes: number;
  /** Whether a state may be built from it, as far as is known without reading its bytes. */
  readonly isUsable: boolean;
  /** Why it cannot be used. */
  readonly reason?: string;
}

/** The headers of blocks in order. @throws RefoldError `INVALID_OPTION` */
export async function* headersIn(log: LogStore, options: BlocksOptions | undefined): AsyncGenerator<BlockHeader, void> {
  const { from, to } = checkOptions('list the blocks', BLOCKS_CHECKS, options);
  const first = from === undefined ? 0 : await startingAt(log, from);
  const last = to === undefined ? Number.POSITIVE_INFINITY : await sequenceOf(log, to);
  for await (const header of log.headers()) {
    if (header.firstSequence > last) return;
    if (header.lastSequence >= first) yield header;
  }
}

export async function rangeOf(log: LogStore, fingerprint: ModelFingerprint): Promise<PastRange> {
  const first = log.firstSequence();
  const { sequence: last, recordedAt: lastRecordedAt } = log.head();
  const earliest = first === 1 ? 0 : (await usableAt(log, fingerprint)).at(-1)?.sequence;
  const firstRecordedAt = first > last ? undefined : await firstTimeIn(log);
  return {
    first,
    last,
    ...(earliest !== undefined && { earliest }),
    ...(firstRecordedAt !== undefined && { firstRecordedAt, lastRecordedAt }),
  };
}

/** Newest first. */
export async function keyframesOf(log: LogStore, fingerprint: ModelFingerprint): Promise<Keyframe[]> {
  const first = log.firstSequence();
  const facts = await snapshotFacts(log, '', fingerprint);
  const plan = planRecovery({ ...facts, head: log.head().sequence, firstSequence: first });
  const reasons = new Map(plan.passedOver.map(({ sequence, reason }) => [sequence, reason]));
  return facts.snapshots.map((info) => describeKeyframe(info, reasons.get(info.sequence) ?? whyPassedOver(log, info)));
}

function describeKeyframe({ sequence, recordedAt, bytes }: SnapshotInfo, reason: string | undefined): Keyframe {
  return { sequence, recordedAt, bytes, isUsable: reason === undefined, ...(reason !== undefined && { reason }) };
}

/** The snapshots that a state can be built from, newest first. */
export async function usableAt(log: LogStore, fingerprint: ModelFingerprint): Promise<SnapshotInfo[]> {
  const facts = await snapshotFacts(log, '', fingerprint);
  const { candidates } = planRecovery({ ...facts, head: Number.POSITIVE_INFINITY, firstSequence: log.firstSequence() });
  return candidates.filter((info) => whyPassedOver(log, info) === undefined);
}

async function firstTimeIn(log: LogStore): Promise<number | undefined> {
  for await (const { recordedAt } of log.headers()) return recordedAt;
  return undefined;
}
