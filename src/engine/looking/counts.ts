/** How many events of each type a log has: in all, and in buckets by sequence or by time. Data is not decoded. */
import { isRefoldError } from '../../core/errors.ts';
import { decodeKinds, type EventKinds } from '../../log/blocks/block.ts';
import type { LogStore } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { checkOptions } from '../calls/call-options.ts';
import { harmless } from '../calls/progress.ts';
import { despiteDrops } from '../past/history.ts';
import { COUNT_CHECKS, type CountOptions, tellOf } from './past-options.ts';
import { endOf, startingAt } from './position.ts';
import { type OnDamage, soundBlocks } from './sound-blocks.ts';

/** Numbers of events by type, the most frequent first. */
export type TypeCounts = Readonly<Record<string, number>>;

/** The events of a part of the range. */
export interface CountBucket {
  /** Its first and last sequence; the last one is before the first when it has no event. */
  readonly first: number;
  readonly last: number;
  /** For buckets by time: where it begins, and where it ends, which is where the next one begins. In ms since the epoch. */
  readonly start?: number;
  readonly end?: number;
  readonly events: number;
  readonly types: TypeCounts;
}

/** What `counts` gives. Types are as they were recorded. */
export interface EventCounts {
  /** The first and the last sequence that was counted. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly types: TypeCounts;
  readonly buckets: readonly CountBucket[];
}

/** What is counted, and how. */
export interface Counting {
  readonly from: number;
  readonly to: number;
  readonly by: 'sequence' | 'time';
  readonly buckets: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((sequence: number) => void) | undefined;
  readonly onDamage?: OnDamage | undefined;
}

/** A bucket that is being filled. */
interface Filling {
  first: number;
  last: number;
  readonly types: Map<string, number>;
}

/** How long counting may keep the event loop to itself, in ms. */
const COUNT_SLICE_MS = 20;

/** Checks a call, and counts. @throws RefoldError `INVALID_OPTION`, `LOG_CORRUPT`, `HISTORY_GONE` */
export async function countsOf(log: LogStore, options: CountOptions | undefined): Promise<EventCounts> {
  const checked = checkOptions('count events', COUNT_CHECKS, options);
  const { by = 'sequence', buckets = 1, from, to, signal } = checked;
  const last = await endOf(log, to);
  const given = from === undefined ? undefined : Math.max(1, await startingAt(log, from));
  const onProgress = tellOf(checked, last);
  const onDamage = checked.onDamage && harmless(checked.onDamage);
  return despiteDrops(log, () =>
    countEvents(log, { from: given ?? log.firstSequence(), to: last, by, buckets, signal, onProgress, onDamage }),
  );
}

/** @throws RefoldError `LOG_CORRUPT`, `HISTORY_GONE` */
export async function countEvents(log: LogStore, counting: Counting): Promise<EventCounts> {
  const { from, to, by, signal, onProgress, onDamage } = counting;
  const edges = by === 'time' ? await timeEdges(log, counting) : sequenceEdges(counting);
  const fillings = Array.from({ length: edges.length - 1 }, (): Filling => ({ first: 0, last: -1, types: new Map() }));
  const pace = new Pace(COUNT_SLICE_MS);
  throwIfAborted(signal);
  if (from <= to) {
    const blocks = onDamage === undefined ? log.read({ from, to }) : soundBlocks(log, { from, to }, onDamage);
    for await (const block of blocks) {
      const { firstSequence } = block;
      const kinds = decodeKinds(block);
      for (const { begin, end, bucket } of runsOf(kinds, { firstSequence, from, to, edges, by })) {
        fill(fillings[bucket]!, kinds, begin, end, firstSequence);
      }
      onProgress?.(Math.min(block.lastSequence, to));
      if (pace.isOver) await pace.rest();
      throwIfAborted(signal);
    }
  }
  return report(counting, edges, fillings);
}

/** Where buckets begin, and where the last one ends: equal shares of the sequences. */
function sequenceEdges({ from, to, buckets }: Counting): number[] {
  const count = Math.max(0, to - from + 1);
  return Array.from({ length: buckets + 1 }, (_, index) => from + Math.floor((index * count) / buckets));
}

/** The same for times: equal shares of the time from the first event to the last one, in whole ms. */
async function timeEdges(log: LogStore, { from, to, buckets, onDamage }: Counting): Promise<number[]> {
  const start = from > to ? 0 : await timeNear(log, from, onDamage);
  const end = from > to ? 0 : (await timeNear(log, to, onDamage)) + 1;
  return Array.from({ length: buckets + 1 }, (_, index) => start + Math.floor((index * (end - start)) / buckets));
}

/** In a damaged block, about when: its header says when it begins. */
async function timeNear(log: LogStore, sequence: number, onDamage: OnDamage | undefined): Promise<number> {
  try {
    return await timeAt(log, sequence);
  } catch (error) {
    if (onDamage === undefined || !isRefoldError(error, 'LOG_CORRUPT')) throw error;
    for await (const { recordedAt } of log.headers(error.sequence)) return recordedAt;
    return 0;
  }
}

async function timeAt(log: LogStore, sequence: number): Promise<number> {
  for await (const block of log.read({ from: sequence, to: sequence })) {
    const { commitSizes, commitTimes } = decodeKinds(block);
    let end = block.firstSequence;
    for (const [commit, size] of commitSizes.entries()) {
      end += size;
      if (sequence < end) return commitTimes[commit]!;
    }
  }
  return 0;
}

interface Run {
  /** Places in the block, `end` exclusive. */
  readonly begin: number;
  readonly end: number;
  readonly bucket: number;
}

interface Cutting {
  readonly firstSequence: number;
  readonly from: number;
  readonly to: number;
  readonly edges: readonly number[];
  readonly by: Counting['by'];
}

/** Cuts the wanted events of a block into runs that lie in one bucket each. */
function* runsOf(kinds: EventKinds, cutting: Cutting): Generator<Run> {
  const { firstSequence, from, to, edges } = cutting;
  const first = Math.max(0, from - firstSequence);
  const last = Math.min(kinds.typeOf.length, to - firstSequence + 1);
  if (cutting.by === 'sequence') {
    for (let begin = first; begin < last; ) {
      const bucket = bucketOf(edges, firstSequence + begin);
      const end = Math.min(last, edges[bucket + 1]! - firstSequence);
      yield { begin, end, bucket };
      begin = end;
    }
    return;
  }
  let begin = 0;
  for (const [commit, size] of kinds.commitSizes.entries()) {
    const end = begin + size;
    const [inside, outside] = [Math.max(begin, first), Math.min(end, last)];
    if (inside < outside) yield { begin: inside, end: outside, bucket: bucketOf(edges, kinds.commitTimes[commit]!) };
    begin = end;
  }
}

/** The last bucket that begins at or before a value. */
function bucketOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function fill(
  filling: Filling,
  { types, typeOf }: EventKinds,
  begin: number,
  end: number,
  firstSequence: number,
): void {
  const numbers = new Uint32Array(types.length);
  for (let at = begin; at < end; at++) numbers[typeOf[at]!]! += 1;
  for (const [kind, number] of numbers.entries()) {
    if (number > 0) filling.types.set(types[kind]!, (filling.types.get(types[kind]!) ?? 0) + number);
  }
  if (filling.last < filling.first) filling.first = firstSequence + begin;
  filling.last = firstSequence + end - 1;
}

function report({ from, to, by }: Counting, edges: readonly number[], fillings: readonly Filling[]): EventCounts {
  const total = new Map<string, number>();
  let next = from;
  const buckets = fillings.map(({ first, last, types }, index): CountBucket => {
    for (const [type, number] of types) total.set(type, (total.get(type) ?? 0) + number);
    const isEmpty = types.size === 0;
    const bounds = isEmpty ? { first: next, last: next - 1 } : { first, last };
    next = bounds.last + 1;
    const times = by === 'time' ? { start: edges[index]!, end: edges[index + 1]! } : {};
    return { ...bounds, ...times, events: sumOf(types), types: sorted(types) };
  });
  return { from, to, events: sumOf(total), types: sorted(total), buckets };
}

function sumOf(types: ReadonlyMap<string, number>): number {
  return types.values().reduce((sum, number) => sum + number, 0);
}

function sorted(types: ReadonlyMap<string, number>): TypeCounts {
  return Object.fromEntries([...types].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)));
}
