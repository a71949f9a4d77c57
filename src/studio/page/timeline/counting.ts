/**
 * Counts the log for the timeline: all of it, first coarsely where it is long, and what is shown more finely. New events are
 * added as they come. An end that is coarser than the rest is counted, and now and then all is counted again.
 */
import { batch, computed, effect, untracked } from '@preact/signals';
import type { LiveLine, TimelineAnswer } from '../../wire.ts';
import { getJson, isAbort } from '../base/api.ts';
import { takeTypeCounts } from '../moment/event-types.ts';
import { latest } from '../moment/live.ts';
import { generation, log, trouble } from '../moment/place.ts';
import { eventsOf, grownBy, grownEvents, type Layer, layerOf, planDetail, planEnd, typesOf, withEnd } from './layer.ts';
import type { TimelineBy } from './scale.ts';
import { by, detailLayer, scale, view, wholeLayer, width } from './view.ts';

/** A log of more events is sampled first. */
const SAMPLED_FROM = 400_000;
const FINEST_BUCKETS = 2_048;
/** So many more events, and this part more, and all is counted again. */
const RECOUNT = { events: 2_000, part: 0.2 };
/** Pauses before counting, in ms: after new events, while a person zooms, and while events come faster than that. */
const PAUSE = { grown: 1_000, zoomed: 60, coarse: 500 };

const layers = new Map<TimelineBy, Layer>();
let counting: { readonly controller: AbortController; readonly lines: LiveLine[] } | undefined;
let recounting: ReturnType<typeof setTimeout> | undefined;

/** Starts counting; gives what ends it. */
export function keepCounting(): () => void {
  const stops = [effect(countOnChange), effect(growOnNews), effect(sharpenOnZoom)];
  return () => {
    for (const stop of stops) stop();
    counting?.controller.abort();
  };
}

/** A bucket for two pixels; in steps, so that a small change of the width counts nothing. 0 before there is a width. */
const wantedBuckets = computed(() =>
  width.value <= 1 ? 0 : Math.min(FINEST_BUCKETS, Math.ceil(width.value / 256) * 128),
);

function countOnChange(): void {
  const [axis, buckets, now] = [by.value, wantedBuckets.value, generation.value];
  if (now === undefined || trouble.value !== undefined || buckets === 0) return;
  untracked(() => {
    if (layers.get(axis)?.generation !== now) layers.clear();
    const known = layers.get(axis);
    if (known !== undefined) batch(() => ([wholeLayer.value, detailLayer.value] = [known, undefined]));
    void countWhole(axis, buckets, now);
  });
}

async function countWhole(axis: TimelineBy, buckets: number, asOf: string): Promise<void> {
  counting?.controller.abort();
  clearTimeout(recounting);
  recounting = undefined;
  const mine = { controller: new AbortController(), lines: [] };
  counting = mine;
  const { signal } = mine.controller;
  const { firstSequence, lastSequence, events } = log.peek()!;
  const asked = { by: axis, from: firstSequence, to: lastSequence };
  try {
    if (events === 0) {
      take({ from: firstSequence, to: lastSequence, events, types: {}, buckets: [] }, axis, asOf, mine.lines);
      return;
    }
    if (events > SAMPLED_FROM && !layers.has(axis)) {
      take(await getJson<TimelineAnswer>('timeline', { ...asked, sample: 'yes' }, signal), axis, asOf, mine.lines);
    }
    const most = axis === 'sequence' ? Math.min(events, buckets) : buckets;
    const answer = await getJson<TimelineAnswer>('timeline', { ...asked, buckets: most }, signal);
    take(answer, axis, asOf, mine.lines);
  } catch (error) {
    // A dropped history or a server that ended is told elsewhere, and then all is counted again.
    if (!isAbort(error)) recountSoon();
  }
}

/** @param lines that came since the question was asked */
function take(answer: TimelineAnswer, axis: TimelineBy, asOf: string, lines: readonly LiveLine[]): void {
  if (generation.peek() !== asOf) return;
  const before = wholeLayer.peek();
  let layer = layerOf(answer, axis, asOf);
  for (const line of lines) layer = line.last <= layer.to ? layer : (grownBy(layer, line) ?? layer);
  layers.set(axis, layer);
  const isFirst = before === undefined || before.isSampled || before.generation !== asOf;
  batch(() => {
    wholeLayer.value = layer;
    if (before?.generation !== asOf) detailLayer.value = undefined;
    if (isFirst || !layer.isSampled) takeTypeCounts(typesOf(layer), isFirst);
  });
  if (isBehind(layer)) recountSoon();
}

/** Whether there are events that no line told: the log was described again. */
function isBehind(layer: Layer): boolean {
  return layer.to !== log.peek()?.lastSequence;
}

let taken: LiveLine | undefined;

function growOnNews(): void {
  const line = latest.value;
  void log.value;
  untracked(() => {
    if (line !== undefined && line !== taken) {
      taken = line;
      counting?.lines.push(line);
      for (const [axis, layer] of layers) layers.set(axis, grownBy(layer, line) ?? layer);
    }
    const layer = layers.get(by.value);
    if (layer === undefined) return;
    if (layer !== wholeLayer.value) {
      batch(() => {
        wholeLayer.value = layer;
        takeTypeCounts(typesOf(layer));
      });
    }
    if (isOutgrown(layer) || planEnd(layer, wantedBuckets.value) !== undefined) recountSoon();
  });
}

/** Whether all is to be counted again. */
function isOutgrown(layer: Layer): boolean {
  const grown = grownEvents(layer);
  return isBehind(layer) || (grown > RECOUNT.events && grown > eventsOf(layer) * RECOUNT.part);
}

function recountSoon(): void {
  recounting ??= setTimeout(() => {
    recounting = undefined;
    const [now, layer] = [generation.value, layers.get(by.value)];
    if (now === undefined || trouble.value !== undefined || document.hidden) return;
    if (layer === undefined || isOutgrown(layer)) void countWhole(by.value, wantedBuckets.value, now);
    else void countEnd(layer);
  }, PAUSE.grown);
}

/** Counts the events that came since the count of a layer. While they are counted, more come. */
async function countEnd(layer: Layer): Promise<void> {
  const { by: axis, generation: asOf } = layer;
  const plan = planEnd(layer, wantedBuckets.value);
  if (plan === undefined) return;
  counting?.controller.abort();
  const mine = { controller: new AbortController(), lines: [] };
  counting = mine;
  try {
    const answer = await getJson<TimelineAnswer>('timeline', { by: axis, ...plan }, mine.controller.signal);
    const known = layers.get(axis);
    const finer = known?.generation === asOf ? withEnd(known, answer) : undefined;
    if (finer === undefined) return;
    layers.set(axis, finer);
    if (by.value === axis) wholeLayer.value = finer;
  } catch (error) {
    if (!isAbort(error)) recountSoon();
  }
}

let sharpening: { readonly key: string; readonly controller: AbortController } | undefined;
let sharpenTimer: ReturnType<typeof setTimeout> | undefined;

function sharpenOnZoom(): void {
  const now = scale.value;
  const [whole, detail, buckets] = [wholeLayer.value, detailLayer.value, wantedBuckets.value];
  clearTimeout(sharpenTimer);
  const isZoomed = view.value !== undefined && whole?.by === now.by;
  const plan = isZoomed ? planDetail(now, whole, detail?.by === now.by ? detail : undefined, buckets / 2) : undefined;
  coarseSince = plan && (coarseSince ?? performance.now());
  if (plan === undefined) return;
  // A log that grows changes the scale again and again.
  const pause = Math.min(PAUSE.zoomed, Math.max(0, coarseSince! + PAUSE.coarse - performance.now()));
  sharpenTimer = setTimeout(() => {
    coarseSince = undefined;
    void sharpen({ ...plan, by: now.by, buckets });
  }, pause);
}

/** Since when the picture is coarser than it should be. */
let coarseSince: number | undefined;

interface Part {
  readonly from: number;
  readonly to: number;
  readonly by: TimelineBy;
  readonly buckets: number;
}

async function sharpen({ from, to, by: axis, buckets }: Part): Promise<void> {
  const asOf = generation.value ?? '';
  const key = [axis, from, to, buckets, asOf].join();
  if (sharpening?.key === key) return;
  sharpening?.controller.abort();
  const mine = { key, controller: new AbortController() };
  sharpening = mine;
  try {
    const most = axis === 'sequence' ? Math.min(buckets, to - from + 1) : buckets;
    const asked = { by: axis, from, to, buckets: most };
    const answer = await getJson<TimelineAnswer>('timeline', asked, mine.controller.signal);
    if (generation.value === asOf && by.value === axis) detailLayer.value = layerOf(answer, axis, asOf);
  } catch {
    // The coarse picture stays.
  } finally {
    if (sharpening === mine) sharpening = undefined;
  }
}
