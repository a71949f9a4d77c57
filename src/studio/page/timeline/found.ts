/** What lies at a place of the timeline. Pure. */
import type { LogAnswer } from '../../wire.ts';
import { type Layer, spanOfLayer } from './layer.ts';
import { type Bucket, indexWhere, type Scale, spanOfBucket, valueAt, xOf } from './scale.ts';
import { DROPPED_WIDTH, PICTURE, SIGN } from './sizes.ts';

export type Found =
  | { readonly is: 'snapshot'; readonly snapshot: LogAnswer['snapshots'][number] }
  | { readonly is: 'recovery'; readonly recovery: LogAnswer['recovery'] }
  | { readonly is: 'damaged'; readonly problem: LogAnswer['problems'][number] }
  | { readonly is: 'sealed'; readonly through: number; readonly blocks: number; readonly bytes: number }
  | { readonly is: 'dropped'; readonly first: number };

/** A sign at a place, if it has one. Snapshots and the line of recovery lie above the bars. */
export function foundAt(scale: Scale, log: LogAnswer, x: number, y: number): Found | undefined {
  if (y < PICTURE.signs) {
    const near = log.snapshots
      .map((snapshot) => ({ snapshot, distance: Math.abs(xOf(scale, snapshot.sequence) - x) }))
      .filter(({ distance }) => distance <= SIGN + 1)
      .sort((one, other) => one.distance - other.distance)[0];
    if (near !== undefined) return { is: 'snapshot', snapshot: near.snapshot };
    const { recovery, lastSequence } = log;
    const isRecovered = recovery.events > 0 && xOf(scale, lastSequence - recovery.events + 1) <= x;
    if (isRecovered && x <= xOf(scale, lastSequence) + 1) return { is: 'recovery', recovery };
  } else if (y >= PICTURE.signs + PICTURE.bars) {
    const span = sealedSpan(scale, log);
    if (span !== undefined && x >= span.left && x <= span.right)
      return { is: 'sealed', through: log.sealedThrough!, blocks: log.sealedBlocks, bytes: log.sealedBytes };
  } else if (x < DROPPED_WIDTH && log.firstSequence > 1 && scale.span.lo <= log.firstSequence + 0.5) {
    return { is: 'dropped', first: log.firstSequence };
  }
  const problem = log.problems.find((one) => xOf(scale, one.sequence) <= x && x <= xOf(scale, one.lastSequence));
  return y < PICTURE.signs || problem === undefined ? undefined : { is: 'damaged', problem };
}

/** Where the line of what is sealed lies, in CSS pixels; undefined where none of it is in sight. */
export function sealedSpan(
  scale: Scale,
  { firstSequence, sealedThrough }: LogAnswer,
): { readonly left: number; readonly right: number } | undefined {
  if (sealedThrough === undefined) return undefined;
  const left = Math.max(0, Math.round(xOf(scale, firstSequence)));
  const right = Math.min(scale.width, Math.round(xOf(scale, sealedThrough)) + 1);
  return left < right ? { left, right } : undefined;
}

/** The bucket at a place, of the finest layer that reaches there. */
export function bucketUnder(scale: Scale, layers: readonly (Layer | undefined)[], x: number): Bucket | undefined {
  const value = valueAt(scale, x);
  for (const layer of layers) {
    if (layer?.by !== scale.by) continue;
    const { lo, hi } = spanOfLayer(layer);
    if (value < lo || value >= hi) continue;
    return layer.buckets[indexWhere(layer.buckets, (bucket) => spanOfBucket(scale.by, bucket).hi > value)];
  }
  return undefined;
}
