/** When history is sealed, dropped and its space returned, and how far: pure decisions from facts to a plan. */
import { grouped } from '../../core/errors.ts';
import type { BlockHeader } from '../../log/log-store.ts';
import type { History } from '../calls/options.ts';

/** The facts for the decision on retention. */
export interface RetentionFacts {
  /** In order. */
  readonly headers: readonly BlockHeader[];
  /** Sequences of the snapshots that this model can use, newest first. */
  readonly usableSnapshots: readonly number[];
  /** What needs events besides recovery. */
  readonly holders: readonly Holder[];
  readonly history: History;
  /** ms since the epoch. */
  readonly now: number;
}

/** A projection or a reactor, and the last event that it does not need. */
export interface Holder {
  readonly kind: 'projection' | 'reactor';
  readonly name: string;
  readonly sequence: number;
}

export interface RetentionPlan {
  /** The last sequence to drop: 0 for nothing. Whole blocks only. */
  readonly dropThrough: number;
  /** What could not be dropped, and why, in a sentence; absent if everything could be dropped. */
  readonly heldBack?: string;
  /** More could be dropped with two younger snapshots … */
  readonly waitsForSnapshot: boolean;
  /** … or if the projections and reactors had reached the older one. */
  readonly waitsForProjection: boolean;
}

/** Decides how much history may be dropped. */
export function planRetention(facts: RetentionFacts): RetentionPlan {
  const wanted = wantedBound(facts);
  // Keep two snapshots: if the newest is unreadable, recovery starts from the one before it, and then needs every event
  // since. So the older of the two sets the bound, not the newer.
  const older = facts.usableSnapshots[1] ?? 0;
  const safe = Math.min(older, ...facts.holders.map(({ sequence }) => sequence));
  const dropThrough = lastBlockEnd(facts.headers, Math.min(wanted, safe));
  const waits = { waitsForSnapshot: older < wanted, waitsForProjection: safe < Math.min(older, wanted) };
  if (safe >= wanted) return { dropThrough, ...waits };
  const why = holdersOf(facts, older, wanted).join('; ');
  const heldBack = `Events up to ${wanted} exceed the history, but only those up to ${dropThrough} may be dropped: ${why}`;
  return { dropThrough, heldBack, ...waits };
}

/** What still needs events beyond the budget: recovery, and each holder that needs more than recovery does. */
function holdersOf(facts: RetentionFacts, older: number, wanted: number): string[] {
  const { usableSnapshots } = facts;
  const holders: string[] = [];
  if (usableSnapshots.length < 2) holders.push('two snapshots are kept, and there are not two yet');
  const needsMore = usableSnapshots.length < 2 ? wanted : Math.min(older, wanted);
  for (const { kind, name, sequence } of facts.holders) {
    if (sequence >= needsMore) continue;
    const forget = kind === 'projection' ? 'forgetProjection' : 'forgetReactor';
    holders.push(
      `the ${kind} ${name} needs what follows ${grouped(sequence)} (${forget} removes one that is not used any more)`,
    );
  }
  return holders.length > 0 ? holders : [`recovery needs what follows ${grouped(older)}, the older of two snapshots`];
}

/** What the option `history` alone would drop. */
function wantedBound({ headers, history, now }: RetentionFacts): number {
  const head = headers.at(-1)?.lastSequence ?? 0;
  if (history === 'keep') return 0;
  if (history === 'discard') return head;
  let bytesAfter = sumBytes(headers);
  let bound = 0;
  for (const [index, { lastSequence, bytes }] of headers.entries()) {
    const tooOld = history.maxAge !== undefined && youngestOf(headers, index) <= now - history.maxAge;
    const tooMany = history.maxEvents !== undefined && head - lastSequence >= history.maxEvents;
    const tooBig = history.maxBytes !== undefined && bytesAfter > history.maxBytes;
    if (!tooOld && !tooMany && !tooBig) break;
    bound = lastSequence;
    bytesAfter -= bytes;
  }
  return bound;
}

/** The latest time at which the last event of a block can have been recorded: the time of the next block. */
export function youngestOf(headers: readonly BlockHeader[], index: number): number {
  return headers[index + 1]?.recordedAt ?? Number.POSITIVE_INFINITY;
}

function lastBlockEnd(headers: readonly BlockHeader[], bound: number): number {
  return headers.slice(0, -1).findLast(({ lastSequence }) => lastSequence <= bound)?.lastSequence ?? 0;
}

/** The headers after the sealed blocks have replaced open ones. Both lists are in order. */
export function headersAfter(headers: readonly BlockHeader[], sealed: readonly BlockHeader[]): BlockHeader[] {
  const result: BlockHeader[] = [];
  let next = 0;
  for (const header of headers) {
    const block = sealed[next];
    if (block === undefined || header.lastSequence < block.firstSequence) result.push(header);
    else if (header.lastSequence >= block.lastSequence) {
      result.push(block);
      next += 1;
    }
  }
  return result;
}

/** More open text than this is sealed automatically … */
const SEAL_AT_BYTES = 32 * 1024 * 1024;
/** … except the newest, so that any SQL tool can read recent events through the view `events`. */
const OPEN_KEPT_BYTES = 4 * 1024 * 1024;
const KEPT_SHARE = 1 / 8;
/** With a small budget text is sealed earlier, but never less than this. */
const SEAL_AT_LEAST_BYTES = 2 * 1024 * 1024;
/** If retention waits for a snapshot, one is taken once the tail is as large as the state, and at least this. */
const TAIL_BYTES = 12 * 1024 * 1024;
/** After a snapshot, history up to the one before it can be dropped. With less new text than this it waits. */
const WORTH_A_LOOK_BYTES = 1024 * 1024;
/** The next look at a bounded history comes at the latest after this much new text, or this share of `maxAge`. */
const LOOK_AGAIN_BYTES = 16 * 1024 * 1024;
const LOOK_AGAIN_SHARE_OF_AGE = 1 / 16;
/** Free pages are returned when they are this share of the file, and at least `FREE_BYTES`. */
const FREE_SHARE = 1 / 4;
const FREE_BYTES = 1024 * 1024;

/** What is known after a commit, in O(1). Text counts as the space of its blocks in the file, estimated from recent ones. */
export interface UpkeepFacts {
  readonly history: History;
  /** Text in open blocks. */
  readonly openBytes: number;
  /** Text since the newest snapshot. */
  readonly tailBytes: number;
  /** Size of the newest snapshot. */
  readonly stateBytes: number;
  /** Events in the log. */
  readonly events: number;
  /** Payload of all blocks. */
  readonly bytes: number;
  /** When the last event of the oldest block was recorded, in ms since the epoch. */
  readonly oldestAt: number;
  /** ms since the epoch. */
  readonly now: number;
  /** Since history was last looked at: a snapshot was taken … */
  readonly newSnapshot: boolean;
  /** … this much text has come … */
  readonly newBytes: number;
  /** … and this many ms have passed. */
  readonly sinceMs: number;
  /** At that look, more could have been dropped with younger snapshots … */
  readonly waitsForSnapshot: boolean;
  /** … or if the projections had reached the older one. */
  readonly waitsForProjection: boolean;
}

/** One step of upkeep. A `snapshot` allows dropping the history up to the one before it. */
export type UpkeepStep = 'snapshot' | 'seal' | 'drop';

/** Decides which steps of upkeep are due, in their order. */
export function planUpkeep(facts: UpkeepFacts): readonly UpkeepStep[] {
  const seal: UpkeepStep[] = facts.openBytes >= sealAtBytes(facts) ? ['seal'] : [];
  if (!exceeds(facts)) return seal;
  const { history, waitsForSnapshot, tailBytes, stateBytes, newSnapshot, newBytes, sinceMs } = facts;
  const held = history === 'discard' || waitsForSnapshot;
  if (held && tailBytes >= tailLimit(stateBytes)) return ['snapshot', ...ordered(history, seal)];
  const maxAge = (typeof history === 'object' && history.maxAge) || Number.POSITIVE_INFINITY;
  const lookAgain = newBytes >= LOOK_AGAIN_BYTES || sinceMs >= maxAge * LOOK_AGAIN_SHARE_OF_AGE;
  const isDue = lookAgain || (newSnapshot && newBytes >= WORTH_A_LOOK_BYTES);
  return isDue ? ordered(history, seal) : seal;
}

function ordered(history: History, seal: readonly UpkeepStep[]): readonly UpkeepStep[] {
  return sealsFirst(history) ? [...seal, 'drop'] : ['drop', ...seal];
}

/**
 * Usually history is dropped first: dropped text need not be sealed, and small open blocks meet a budget more closely. A
 * budget in bytes is the exception: more events fit into it once they are sealed.
 */
export function sealsFirst(history: History): boolean {
  return typeof history === 'object' && history.maxBytes !== undefined;
}

function tailLimit(stateBytes: number): number {
  return Math.max(TAIL_BYTES, stateBytes);
}

/**
 * More open text than this is sealed. With `discard` nothing is sealed, unless a projection holds history back. With a budget
 * in bytes, sealing begins at half the budget.
 */
export function sealAtBytes({
  history,
  waitsForProjection,
}: Pick<UpkeepFacts, 'history' | 'waitsForProjection'>): number {
  if (history === 'discard') return waitsForProjection ? SEAL_AT_BYTES : Number.POSITIVE_INFINITY;
  const maxBytes = (typeof history === 'object' && history.maxBytes) || Number.POSITIVE_INFINITY;
  return Math.min(SEAL_AT_BYTES, Math.max(SEAL_AT_LEAST_BYTES, maxBytes / 2));
}

/** Whether the log, by these estimates, holds more history than it should. */
function exceeds({ history, events, bytes, oldestAt, now }: UpkeepFacts): boolean {
  if (history === 'keep') return false;
  if (history === 'discard') return events > 0;
  const { maxAge, maxEvents, maxBytes } = history;
  return (
    (maxEvents !== undefined && events > maxEvents) ||
    (maxBytes !== undefined && bytes > maxBytes) ||
    (maxAge !== undefined && oldestAt <= now - maxAge)
  );
}

/** The space of an open block on the disk, from the size of its text. The log supplies this function. */
export type StoredBytes = (textBytes: number) => number;

/** The last sequence to seal; 0 for nothing. The newest open text stays open. */
export function planSealing(headers: readonly BlockHeader[], sealAt: number, storedBytes: StoredBytes): number {
  if (totalOpenBytes(headers, storedBytes) < sealAt) return 0;
  const mayStay = Math.min(OPEN_KEPT_BYTES, sealAt * KEPT_SHARE);
  let kept = 0;
  const last = headers.findLast(({ bytes }) => {
    kept += storedBytes(bytes);
    return kept > mayStay;
  });
  return last?.lastSequence ?? 0;
}

/** The space of all open blocks on the disk. */
export function totalOpenBytes(headers: readonly BlockHeader[], storedBytes: StoredBytes): number {
  return headers.reduce((sum, { encoding, bytes }) => (encoding === 'open' ? sum + storedBytes(bytes) : sum), 0);
}

/** Whether free pages should be returned to the file system. */
export function planReclaim({
  fileBytes,
  freeBytes,
}: {
  readonly fileBytes: number;
  readonly freeBytes: number;
}): boolean {
  return freeBytes >= FREE_BYTES && freeBytes >= fileBytes * FREE_SHARE;
}

export function sumBytes(headers: readonly BlockHeader[]): number {
  return headers.reduce((sum, { bytes }) => sum + bytes, 0);
}
