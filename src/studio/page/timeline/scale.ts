/**
 * Where events lie on the timeline and the scrubber: between pixels, values of the axis, and sequences. Pure.
 *
 * By sequence an event takes the place from its sequence to the next one. By time it lies where its bucket says: buckets know
 * their first and last event and when they begin and end, and within a bucket events are spread evenly.
 */
import type { TimelineAnswer } from '../../wire.ts';

export type TimelineBy = 'sequence' | 'time';
export type Bucket = TimelineAnswer['buckets'][number];

/** A part of the axis: sequences, or ms since the epoch. `hi` is outside. */
export interface Span {
  readonly lo: number;
  readonly hi: number;
}

export interface Scale {
  readonly by: TimelineBy;
  /** What is shown. */
  readonly span: Span;
  /** In CSS pixels. */
  readonly width: number;
  /** The first and the last event in the log. */
  readonly first: number;
  readonly last: number;
  /** By time: buckets in order, the finest list first. */
  readonly layers: readonly (readonly Bucket[])[];
}

/** The pixel of an event: the middle of its place. It may lie outside. */
export function xOf(scale: Scale, sequence: number): number {
  return xOfValue(scale, axisValueOf(scale, sequence));
}

export function xOfValue({ span: { lo, hi }, width }: Scale, value: number): number {
  return ((value - lo) / (hi - lo)) * width;
}

export function valueAt({ span: { lo, hi }, width }: Scale, x: number): number {
  return lo + (x / Math.max(1, width)) * (hi - lo);
}

/** The event at a pixel; by time the last one that had been recorded then. */
export function sequenceAt(scale: Scale, x: number): number {
  const sequence = sequenceOf(scale, valueAt(scale, x));
  return Math.min(scale.last, Math.max(scale.first, sequence));
}

/** The value of the middle of an event's place. */
export function axisValueOf({ by, layers, span }: Scale, sequence: number): number {
  if (by === 'sequence') return sequence + 0.5;
  for (const buckets of layers) {
    const found = buckets[indexWhere(buckets, ({ last }) => last >= sequence)];
    if (found === undefined || found.first > sequence) continue;
    const { first, events, start = 0, end = 0 } = found;
    return start + ((sequence - first + 0.5) / events) * (end - start);
  }
  const [begin, end] = [layers.at(-1)?.[0], layers.at(-1)?.at(-1)];
  if (begin !== undefined && sequence < begin.first) return begin.start ?? span.lo;
  return end?.end ?? span.hi;
}

function sequenceOf({ by, layers, first }: Scale, value: number): number {
  if (by === 'sequence') return Math.floor(value);
  for (const buckets of layers) {
    const found = buckets[indexWhere(buckets, ({ end = 0 }) => end > value)];
    if (found === undefined || found.start === undefined || found.start > value) continue;
    if (found.events === 0) return found.last;
    const share = (value - found.start) / Math.max(1e-9, found.end! - found.start);
    return found.first + Math.min(found.events - 1, Math.floor(share * found.events));
  }
  const end = layers.at(-1)?.at(-1);
  return end !== undefined && value >= (end.end ?? 0) ? end.last : first;
}

/** The first index from which on something holds; the length where it never does. */
export function indexWhere<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A bucket's part of the axis. */
export function spanOfBucket(by: TimelineBy, { first, last, start = 0, end = 0 }: Bucket): Span {
  return by === 'sequence' ? { lo: first, hi: last + 1 } : { lo: start, hi: end };
}

/** The buckets that can be seen. */
export function bucketsWithin(by: TimelineBy, buckets: readonly Bucket[], { lo, hi }: Span): readonly Bucket[] {
  const begin = indexWhere(buckets, (bucket) => spanOfBucket(by, bucket).hi > lo);
  const end = indexWhere(buckets, (bucket) => spanOfBucket(by, bucket).lo >= hi);
  return buckets.slice(begin, Math.max(begin, end));
}

/** The events of what is shown, as sequences. */
export function rangeOf(scale: Scale): { readonly from: number; readonly to: number } {
  const { by, span } = scale;
  const clamped = (sequence: number): number => Math.min(scale.last, Math.max(scale.first, sequence));
  const from = clamped(sequenceOf(scale, span.lo));
  const to = by === 'sequence' ? Math.ceil(span.hi) - 1 : sequenceOf(scale, span.hi - 1e-6);
  return { from, to: Math.max(from, clamped(to)) };
}

/** Where a range of sequences lies. */
export function spanOfRange(scale: Scale, from: number, to: number): Span {
  if (scale.by === 'sequence') return { lo: from, hi: to + 1 };
  const [lo, hi] = [axisValueOf(scale, from), axisValueOf(scale, to)];
  return { lo, hi: Math.max(lo + 1, hi) };
}
