/** The first picture of a timeline, made from samples; and when events were recorded, for playing them. */
import type { EventLog } from '../../index.ts';
import { readMoment } from '../server/positions.ts';
import { readChoice, readCount, readSequence, required } from '../server/query.ts';
import type { TimelineAnswer, TimesAnswer } from '../wire.ts';
import type { Listed } from './sound-events.ts';

/** Events of a bucket that are looked at */
const SAMPLED_EVENTS = 256;
const SAMPLES_LIMIT = 64;
/** Times that one answer tells at most. */
const MOST_TIMES = 10_000;

type Bucket = TimelineAnswer['buckets'][number];

/**
 * A timeline of equal buckets by sequence, of which only the first events are looked at. How many events a bucket has is exact, and
 * so is when it begins and ends, which is told by time only; how many of each type is estimated. It costs a few blocks for each
 * bucket, whatever the length of the log.
 *
 * @throws RefoldError what reading the log throws; the signal's reason
 */
export async function sampleTimeline(
  { log, troubles }: Listed,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<TimelineAnswer> {
  const onDamage = troubles.note;
  const { firstSequence, lastSequence } = await log.info();
  const from = Math.max(firstSequence, readSequence(query, 'from', 0));
  const to = Math.min(lastSequence, readSequence(query, 'to', lastSequence));
  const by = readChoice(query, 'by', ['sequence', 'time']);
  const wanted = Math.max(1, readCount(query, 'buckets', 16, SAMPLES_LIMIT));
  const events = Math.max(0, to - from + 1);
  const edges = sampleEdges(from, events, Math.min(wanted, events));
  const buckets: Bucket[] = [];
  for (const [index, first] of edges.slice(0, -1).entries()) {
    const last = edges[index + 1]! - 1;
    const sample = await log.counts({
      by,
      from: first,
      to: Math.min(last, first + SAMPLED_EVENTS - 1),
      signal,
      onDamage,
    });
    const { start } = sample.buckets[0]!;
    const types = scaled(sample.types, last - first + 1);
    buckets.push({ first, last, ...(start !== undefined && { start }), events: last - first + 1, types });
  }
  const whole = { from, to, events, sampled: true, types: sumOfTypes(buckets) };
  if (by === 'sequence' || events === 0) return { ...whole, buckets };
  const [end] = (await log.counts({ by, from: to, to, signal, onDamage })).buckets;
  return { ...whole, buckets: withEnds(buckets, end!.end!) };
}

function sampleEdges(from: number, events: number, buckets: number): number[] {
  return Array.from({ length: buckets + 1 }, (_, index) => from + Math.floor((index * events) / Math.max(1, buckets)));
}

/** Counts of a sample, as counts of so many events: whole numbers with the same sum. Pure. */
export function scaled(types: Readonly<Record<string, number>>, events: number): Record<string, number> {
  const all = Object.entries(types);
  const seen = all.reduce((sum, [, count]) => sum + count, 0);
  let [before, given] = [0, 0];
  return Object.fromEntries(
    all.map(([type, count]) => {
      before += count;
      const part = Math.round((before * events) / seen) - given;
      given += part;
      return [type, part];
    }),
  );
}

function sumOfTypes(buckets: readonly Bucket[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { types } of buckets) {
    for (const [type, count] of Object.entries(types)) sums.set(type, (sums.get(type) ?? 0) + count);
  }
  return Object.fromEntries([...sums].sort(([, one], [, other]) => other - one));
}

/** A bucket ends where the next one begins. */
function withEnds(buckets: readonly Bucket[], end: number): Bucket[] {
  return buckets.map((bucket, index) => ({ ...bucket, end: buckets[index + 1]?.start ?? end }));
}

/**
 * When events were recorded, from a place on, which may be written as on the command line. Neighbours with the same time are told
 * as one run.
 *
 * @throws RefoldError `INVALID_OPTION` for what is not a place in the log
 */
export async function listTimes(log: EventLog, query: URLSearchParams, signal: AbortSignal): Promise<TimesAnswer> {
  const from = await log.locate(required(await readMoment(query, 'from', log), 'from'));
  const count = readCount(query, 'count', 1_000, MOST_TIMES);
  const runs: [number, number][] = [];
  if (count === 0) return { from, runs };
  for await (const { recordedAt } of log.events({ from: Math.max(1, from), to: from + count - 1, signal })) {
    const run = runs.at(-1);
    if (run?.[1] === recordedAt) run[0]++;
    else runs.push([1, recordedAt]);
  }
  return { from, runs };
}
