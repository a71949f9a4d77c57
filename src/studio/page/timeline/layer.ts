/** Counted events of the log or a part of it, in buckets, and how such a layer grows at its end. Pure. */
import type { LiveLine, TimelineAnswer } from '../../wire.ts';
import { type Bucket, indexWhere, type Scale, type Span, spanOfBucket, type TimelineBy } from './scale.ts';

export interface Layer {
  readonly by: TimelineBy;
  readonly generation: string;
  readonly from: number;
  readonly to: number;
  readonly isSampled: boolean;
  readonly buckets: readonly Bucket[];
  /** How many of its buckets came with new events. */
  readonly grown: number;
}

/** A layer has so many new buckets at most; then neighbours become one. */
const MOST_GROWN = 256;

export function layerOf(answer: TimelineAnswer, by: TimelineBy, generation: string): Layer {
  const { from, to, buckets, sampled: isSampled = false } = answer;
  return { by, generation, from, to, isSampled, buckets, grown: 0 };
}

/** The layer with new events at its end; undefined where they do not follow on its last one. */
export function grownBy(layer: Layer, { last, events, types, recordedAt }: LiveLine): Layer | undefined {
  if (events === 0 || layer.to + events !== last) return undefined;
  const end = layer.buckets.at(-1)?.end;
  const start = end ?? recordedAt;
  const bucket: Bucket = {
    ...{ first: layer.to + 1, last, events, types },
    ...(layer.by === 'time' && { start: start ?? 0, end: Math.max(start ?? 0, (recordedAt ?? start ?? 0) + 1) }),
  };
  const grown = [...layer.buckets.slice(layer.buckets.length - layer.grown), bucket];
  const kept = layer.buckets.slice(0, layer.buckets.length - layer.grown);
  const shorter = grown.length > MOST_GROWN ? halved(grown) : grown;
  return { ...layer, to: last, buckets: [...kept, ...shorter], grown: shorter.length };
}

/**
 * Which of the events that came since the count are to be counted, and into how many buckets, for a picture as fine as the rest;
 * undefined where they are fine enough. Many events that came at once are a single wide bucket until then.
 *
 * @param wanted buckets of the whole layer
 */
export function planEnd(
  layer: Layer,
  wanted: number,
): { readonly from: number; readonly to: number; readonly buckets: number } | undefined {
  const { lo, hi } = spanOfLayer(layer);
  const step = Math.max(1, (hi - lo) / wanted);
  const grown = layer.buckets.slice(layer.buckets.length - layer.grown);
  const widthOf = (bucket: Bucket): number => spanOfBucket(layer.by, bucket).hi - spanOfBucket(layer.by, bucket).lo;
  if (grown.every((bucket) => widthOf(bucket) <= step * FINE_ENOUGH)) return undefined;
  const from = grown[0]!.first;
  const most = layer.by === 'sequence' ? layer.to - from + 1 : wanted;
  const buckets = Math.ceil((hi - spanOfBucket(layer.by, grown[0]!).lo) / step);
  return { from, to: layer.to, buckets: Math.min(most, Math.max(1, buckets)) };
}

/** The layer with its end as it was counted. Undefined where the count does not fit: events were put together meanwhile. */
export function withEnd(layer: Layer, { from, to, buckets }: TimelineAnswer): Layer | undefined {
  const kept = layer.buckets.slice(0, layer.buckets.length - layer.grown);
  const grown = layer.buckets.slice(kept.length);
  const later = grown.filter(({ first }) => first > to);
  const counted = grown[grown.length - later.length - 1];
  if (grown[0]?.first !== from || counted?.last !== to) return undefined;
  const idle = idleBetween(kept.at(-1), buckets[0]);
  return { ...layer, buckets: [...kept, ...idle, ...buckets, ...later], grown: later.length };
}

/** Time in which nothing was recorded, as a bucket. */
function idleBetween(before: Bucket | undefined, after: Bucket | undefined): readonly Bucket[] {
  const [start, end] = [before?.end, after?.start];
  if (before === undefined || start === undefined || end === undefined || end <= start) return [];
  return [{ first: before.last + 1, last: before.last, events: 0, types: {}, start, end }];
}

/** Each two neighbours become one bucket. */
function halved(buckets: readonly Bucket[]): Bucket[] {
  return Array.from({ length: Math.ceil(buckets.length / 2) }, (_, index) => {
    const [one, other] = [buckets[index * 2]!, buckets[index * 2 + 1]];
    return other === undefined ? one : joined(one, other);
  });
}

function joined(one: Bucket, other: Bucket): Bucket {
  return {
    ...{
      ...one,
      last: other.last,
      events: one.events + other.events,
      types: Object.fromEntries(sumOf([one.types, other.types])),
    },
    ...(other.end !== undefined && { end: other.end }),
  };
}

/** Counts by type, added. A map: a type may have any name. */
function sumOf(all: readonly Bucket['types'][]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const types of all) {
    for (const [type, count] of Object.entries(types)) sum.set(type, (sum.get(type) ?? 0) + count);
  }
  return sum;
}

/** All events of a layer, from its buckets. */
export function eventsOf({ buckets }: Layer): number {
  return buckets.reduce((sum, { events }) => sum + events, 0);
}

/** How many events came since the layer was counted. */
export function grownEvents({ buckets, grown }: Layer): number {
  return grown === 0 ? 0 : buckets.slice(-grown).reduce((sum, { events }) => sum + events, 0);
}

/** Counts by type of a whole layer. */
export function typesOf({ buckets }: Layer): ReadonlyMap<string, number> {
  return sumOf(buckets.map(({ types }) => types));
}

/** The part of the axis that a layer has counted. */
export function spanOfLayer({ by, buckets }: Layer): Span {
  if (buckets.length === 0) return { lo: 0, hi: 0 };
  return { lo: spanOfBucket(by, buckets[0]!).lo, hi: spanOfBucket(by, buckets.at(-1)!).hi };
}

/** Which events are to be counted for a finer picture of what is shown; undefined where the layers are fine enough. */
export function planDetail(
  scale: Scale,
  whole: Layer,
  detail: Layer | undefined,
  buckets: number,
): { readonly from: number; readonly to: number } | undefined {
  const step = Math.max(1, ((scale.span.hi - scale.span.lo) / buckets) * FINE_ENOUGH);
  if (!whole.isSampled && stepOf(whole) <= step) return undefined;
  const seen = sequencesOf(scale, scale.span);
  if (detail !== undefined && !detail.isSampled && stepOf(detail) <= step) {
    if (detail.from <= seen.from && seen.to <= detail.to) return undefined;
  }
  const half = (scale.span.hi - scale.span.lo) / 2;
  const wanted = sequencesOf(scale, { lo: scale.span.lo - half, hi: scale.span.hi + half });
  const isAsked = detail !== undefined && detail.from === wanted.from && detail.to === wanted.to;
  return isAsked && !detail.isSampled ? undefined : wanted;
}

/** Buckets may be so much larger than asked for. */
const FINE_ENOUGH = 1.5;

/** Whether a layer is to be drawn: bars that are much finer than pixels would look like peaks. */
export function isDrawn({ by, span, width }: Scale, layer: Layer): boolean {
  return layer.by === by && stepOf(layer) * 4 >= ((span.hi - span.lo) / width) * FINEST_BAR;
}

/** In CSS pixels. */
const FINEST_BAR = 2;

function stepOf(layer: Layer): number {
  const { lo, hi } = spanOfLayer(layer);
  return (hi - lo) / Math.max(1, layer.buckets.length - layer.grown);
}

/** All events that may lie in a span: by time those of the buckets that it touches. */
function sequencesOf({ by, layers, first, last }: Scale, { lo, hi }: Span): { from: number; to: number } {
  const within = (sequence: number): number => Math.min(last, Math.max(first, sequence));
  if (by === 'sequence') return { from: within(Math.floor(lo)), to: within(Math.ceil(hi) - 1) };
  const [from, to] = [touched(layers, lo), touched(layers, hi)];
  return { from: from === undefined ? first : within(from[0]), to: to === undefined ? last : within(to[1]) };
}

/** The first and the last event of the finest bucket at a time. An empty one stands for its neighbours. */
function touched(layers: Scale['layers'], time: number): readonly [number, number] | undefined {
  for (const buckets of layers) {
    const found = buckets[indexWhere(buckets, ({ end = 0 }) => end > time)];
    if (found === undefined || (found.start ?? 0) > time) continue;
    return [Math.min(found.first, found.last), Math.max(found.first, found.last)];
  }
  return undefined;
}
