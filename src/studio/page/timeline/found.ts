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
  if (y < PICTURE.signs) return signAt(scale, log, x);
  return y < PICTURE.signs + PICTURE.bars ? lostAt(scale, log, x) : sealedAt(scale, log, x);
}

function signAt(scale: Scale, { snapshots, recovery, lastSequence }: LogAnswer, x: number): Found | undefined {
  const near = snapshots
    .map((snapshot) => ({ snapshot, distance: Math.abs(xOf(scale, snapshot.sequence) - x) }))
    .filter(({ distance }) => distance <= SIGN + 1)
    .sort((one, other) => one.distance - other.distance)[0];
  if (near !== undefined) return { is: 'snapshot', snapshot: near.snapshot };
  const isRecovered = recovery.events > 0 && xOf(scale, lastSequence - recovery.events + 1) <= x;
  return isRecovered && x <= xOf(scale, lastSequence) + 1 ? { is: 'recovery', recovery } : undefined;
}

/** Events that were dropped, or are in a damaged block. */
function lostAt(scale: Scale, { firstSequence, problems }: LogAnswer, x: number): Found | undefined {
  if (x < DROPPED_WIDTH && firstSequence > 1 && scale.span.lo <= firstSequence + 0.5)
    return { is: 'dropped', first: firstSequence };
  const problem = problems.find((one) => xOf(scale, one.sequence) <= x && x <= xOf(scale, one.lastSequence));
  return problem && { is: 'damaged', problem };
}

function sealedAt(scale: Scale, log: LogAnswer, x: number): Found | undefined {
  const span = sealedSpan(scale, log);
  if (span === undefined || x < span.left || x > span.right) return undefined;
  return { is: 'sealed', through: log.sealedThrough!, blocks: log.sealedBlocks, bytes: log.sealedBytes };
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
