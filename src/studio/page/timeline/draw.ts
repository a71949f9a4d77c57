/** Draws the timeline: bars of events by type, what stands above them, and the labels below. */
import type { LogAnswer } from '../../wire.ts';
import { count, counted } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';
import { sealedSpan } from './found.ts';
import { isDrawn, type Layer, spanOfLayer } from './layer.ts';
import { type Bucket, bucketsWithin, type Scale, spanOfBucket, xOf, xOfValue } from './scale.ts';
import { CANVAS_HEIGHT, DROPPED_WIDTH, PICTURE, SEALED_HEIGHT, SIGN } from './sizes.ts';
import { ticksOf } from './ticks.ts';

export interface Colours {
  readonly ground: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly font: string;
  /** By the name of the token. */
  readonly ofToken: (token: string) => string;
}

export interface Picture {
  readonly scale: Scale;
  readonly whole: Layer | undefined;
  readonly detail: Layer | undefined;
  /** Types in the order in which they are stacked, and the token of each. */
  readonly hueOf: (type: string) => string;
  readonly typesInOrder: readonly string[];
  readonly log: LogAnswer;
  readonly marks: readonly number[];
  readonly zone: string;
}

export function drawTimeline(context: CanvasRenderingContext2D, picture: Picture, colours: Colours): void {
  const { scale } = picture;
  const layers = [picture.whole, picture.detail]
    .filter((layer) => layer !== undefined)
    .filter((layer) => isDrawn(scale, layer));
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, scale.width, CANVAS_HEIGHT);
  const most = mostIn(scale, layers);
  for (const layer of layers) drawLayer(context, picture, layer, most, colours);
  drawDropped(context, picture, colours);
  drawDamaged(context, picture, colours);
  drawLabels(context, picture, colours);
  if (scale.layers.length === 0 && scale.by === 'time') return; // where events lie in time is not known yet
  drawSealed(context, picture, colours);
  drawRecovery(context, picture, colours);
  drawSnapshots(context, picture, colours);
  drawMarks(context, picture, colours);
}

/** The most events in a unit of the axis: the height of the highest bar. */
function mostIn(scale: Scale, layers: readonly Layer[]): number {
  let most = 0;
  for (const { buckets } of layers) {
    for (const bucket of bucketsWithin(scale.by, buckets, scale.span)) most = Math.max(most, density(scale, bucket));
  }
  return most;
}

function density({ by }: Scale, bucket: Bucket): number {
  const { lo, hi } = spanOfBucket(by, bucket);
  return hi > lo ? bucket.events / (hi - lo) : 0;
}

function drawLayer(
  context: CanvasRenderingContext2D,
  { scale, hueOf, typesInOrder }: Picture,
  layer: Layer,
  most: number,
  colours: Colours,
): void {
  const { lo, hi } = spanOfLayer(layer);
  const [left, right] = [Math.max(0, xOfValue(scale, lo)), Math.min(scale.width, xOfValue(scale, hi))];
  context.fillStyle = colours.ground;
  context.fillRect(left, PICTURE.signs, right - left, PICTURE.bars);
  for (const bucket of bucketsWithin(scale.by, layer.buckets, scale.span)) {
    if (bucket.events === 0) continue;
    const span = spanOfBucket(scale.by, bucket);
    const [x, end] = [Math.round(xOfValue(scale, span.lo)), Math.round(xOfValue(scale, span.hi))];
    const height = Math.max(1, (density(scale, bucket) / most) * PICTURE.bars);
    let y = PICTURE.signs + PICTURE.bars;
    for (const type of typesInOrder) {
      const events = Object.hasOwn(bucket.types, type) ? bucket.types[type]! : 0;
      if (events === 0) continue;
      const part = (events / bucket.events) * height;
      context.fillStyle = colours.ofToken(hueOf(type));
      context.fillRect(x, y - part, Math.max(1, end - x), part);
      y -= part;
    }
  }
}

/** History before the first event was dropped: hatching at the left end. */
function drawDropped(context: CanvasRenderingContext2D, { scale, log }: Picture, colours: Colours): void {
  if (log.firstSequence <= 1 || scale.span.lo > log.firstSequence + 0.5) return;
  context.fillStyle = colours.ground;
  context.fillRect(0, PICTURE.signs, DROPPED_WIDTH, PICTURE.bars);
  hatch(context, 0, DROPPED_WIDTH, colours);
}

/** Damaged blocks hold events that cannot be counted: hatching where they would be. */
function drawDamaged(context: CanvasRenderingContext2D, { scale, log }: Picture, colours: Colours): void {
  for (const { sequence, lastSequence } of log.problems) {
    const [left, right] = [xOf(scale, sequence), xOf(scale, lastSequence)];
    if (right >= 0 && left <= scale.width) hatch(context, left, Math.max(right, left + 1), colours);
  }
}

function hatch(context: CanvasRenderingContext2D, left: number, right: number, colours: Colours): void {
  const { signs: top, bars: height } = PICTURE;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, height);
  context.clip();
  context.strokeStyle = colours.muted;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left - height; x < right; x += HATCH_EVERY) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

const HATCH_EVERY = 6;

function drawLabels(context: CanvasRenderingContext2D, { scale, zone }: Picture, colours: Colours): void {
  const top = PICTURE.signs + PICTURE.bars;
  context.fillStyle = colours.line;
  context.fillRect(0, top, scale.width, 1);
  context.font = colours.font;
  context.textBaseline = 'middle';
  if (scale.last < scale.first) return;
  for (const { value, label } of ticksOf(scale.by, scale.span, scale.width / LABEL_EVERY, zone)) {
    const x = Math.round(xOfValue(scale, value));
    context.fillStyle = colours.line;
    context.fillRect(x, top, 1, 4);
    const { width } = context.measureText(label);
    if (x + 4 + width > scale.width) continue;
    context.fillStyle = colours.muted;
    context.fillText(label, x + 4, top + PICTURE.labels / 2 + 1);
  }
}

const LABEL_EVERY = 112;

/** How far compaction has come: a line below the bars, from the first event to the last that is sealed. */
function drawSealed(context: CanvasRenderingContext2D, { scale, log }: Picture, colours: Colours): void {
  const span = sealedSpan(scale, log);
  if (span === undefined) return;
  context.fillStyle = colours.muted;
  context.fillRect(span.left, PICTURE.signs + PICTURE.bars, span.right - span.left, SEALED_HEIGHT);
  context.fillRect(span.right - 1, PICTURE.signs + PICTURE.bars, 1, 2 * SEALED_HEIGHT);
}

/** What the next open would fold: a line above the bars, from the snapshot to the end. */
function drawRecovery(context: CanvasRenderingContext2D, { scale, log }: Picture, colours: Colours): void {
  const { events } = log.recovery;
  if (events === 0) return;
  const from = Math.max(0, xOf(scale, Math.max(log.firstSequence, log.lastSequence - events + 1)));
  const to = Math.min(scale.width, xOf(scale, log.lastSequence) + 1);
  context.fillStyle = colours.muted;
  if (to > from) context.fillRect(from, PICTURE.signs - 2, Math.max(1, to - from), 1);
}

/** A usable snapshot is a filled triangle, a stale one an empty square. */
function drawSnapshots(context: CanvasRenderingContext2D, { scale, log }: Picture, colours: Colours): void {
  context.strokeStyle = colours.muted;
  context.fillStyle = colours.muted;
  context.lineWidth = 1;
  for (const { sequence, isUsable } of log.snapshots) {
    const x = Math.round(xOf(scale, sequence));
    if (x < -SIGN || x > scale.width + SIGN) continue;
    if (isUsable === false) context.strokeRect(x - 2.5, 2.5, 5, 5);
    else drawTriangle(context, x);
  }
}

function drawTriangle(context: CanvasRenderingContext2D, x: number): void {
  context.beginPath();
  context.moveTo(x - SIGN, 2);
  context.lineTo(x + SIGN, 2);
  context.lineTo(x, 8);
  context.fill();
}

/** A mark is a line through the bars with a flag. */
function drawMarks(context: CanvasRenderingContext2D, { scale, marks }: Picture, colours: Colours): void {
  context.fillStyle = colours.text;
  for (const sequence of marks) {
    const x = Math.round(xOf(scale, sequence));
    if (x < 0 || x > scale.width) continue;
    context.fillRect(x, 1, 1, PICTURE.signs + PICTURE.bars - 1);
    context.fillRect(x, 1, 6, 4);
  }
}

/** What the picture shows, for those who do not see it. */
export function described(
  { events, snapshots, firstSequence, sealedThrough }: LogAnswer,
  types: ReadonlyMap<string, number>,
): string {
  const frequent = [...types].sort(([, one], [, other]) => other - one).slice(0, 3);
  const most = frequent.map(([type, number]) => `${safeLine(type)} ${count(number)}`);
  const parts = [
    `Timeline of ${counted(events, 'event')}`,
    ...(most.length > 0 ? [`most of them ${most.join(', ')}`] : []),
  ];
  if (firstSequence > 1) parts.push(`events before ${count(firstSequence)} were dropped`);
  if (snapshots.length > 0) parts.push(counted(snapshots.length, 'snapshot'));
  if (sealedThrough !== undefined) parts.push(`sealed up to ${count(sealedThrough)}`);
  return parts.join('; ');
}
