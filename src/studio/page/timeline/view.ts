/** What the timeline shows: which part of the log, along which axis, and how wide it is. The scrubber follows it. */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals';
import { at, firstSequence, lastSequence, log, range, shown, timelineBy, wanted } from '../moment/place.ts';
import type { Layer } from './layer.ts';
import { axisValueOf, rangeOf, type Scale, type Span, spanOfRange, type TimelineBy, xOf, xOfValue } from './scale.ts';
import { fitted, panned, showing, zoomed } from './zoom.ts';

export const by: Signal<TimelineBy> = timelineBy;
/** In CSS pixels. */
export const width: Signal<number> = signal(1);
/** The part of the axis that is shown; undefined for all. */
export const view: Signal<Span | undefined> = signal(undefined);
/** The whole log, counted; undefined until the first picture. */
export const wholeLayer: Signal<Layer | undefined> = signal(undefined);
/** What is shown, counted more finely. */
export const detailLayer: Signal<Layer | undefined> = signal(undefined);

/** All of the axis. */
const wholeSpan: ReadonlySignal<Span> = computed(() => {
  if (by.value === 'sequence')
    return { lo: firstSequence.value, hi: Math.max(firstSequence.value, lastSequence.value) + 1 };
  const { firstRecordedAt = 0, lastRecordedAt = firstRecordedAt } = log.value ?? {};
  return { lo: firstRecordedAt, hi: lastRecordedAt + 1 };
});

/** Where events lie: the same for timeline and scrubber. */
export const scale: ReadonlySignal<Scale> = computed(() => ({
  ...{ by: by.value, span: view.value ?? wholeSpan.value, width: width.value },
  ...{ first: firstSequence.value, last: lastSequence.value },
  layers: [detailLayer.value, wholeLayer.value].flatMap((layer) => (layer?.by === by.value ? [layer.buckets] : [])),
}));

/** The wanted sequence; the one that is shown where the wish is still a text. */
export const nowSequence: ReadonlySignal<number> = computed(() =>
  typeof wanted.value === 'number' ? wanted.value : at.value,
);

const HALF_MS = 0.5;

/**
 * Where the wanted moment lies, in CSS pixels; outside of the width where it is out of sight. By time the time of the moment that
 * is shown is known exactly.
 */
export const nowX: ReadonlySignal<number> = computed(() => {
  const sequence = nowSequence.value;
  const moment = shown.value;
  if (by.value === 'time' && moment?.sequence === sequence && sequence > 0)
    return xOfValue(scale.value, moment.recordedAt + HALF_MS);
  return xOf(scale.value, Math.max(sequence, firstSequence.value));
});

let written: typeof range.value;

/** Shows a part of the axis, as far as it fits. The link says it as sequences. */
function show(span: Span | undefined): void {
  batch(() => {
    view.value = span && fitted(span, wholeSpan.value);
    written = view.value && rangeOf(scale.value);
    range.value = written;
  });
}

export function showAll(): void {
  show(undefined);
}

export function showSpan(span: Span): void {
  show(span);
}

/** @param anchor the value that stays where it is */
export function zoomBy(factor: number, anchor: number): void {
  show(zoomed(scale.value.span, anchor, factor));
}

/** Zooms around the current moment, if it is in sight; else around the middle. */
export function zoomHere(factor: number): void {
  const { lo, hi } = scale.value.span;
  const here = axisValueOf(scale.value, at.value);
  zoomBy(factor, isWithin({ lo, hi }, here) ? here : (lo + hi) / 2);
}

export function panBy(values: number): void {
  if (view.value !== undefined) show(panned(view.value, values));
}

/** Shows the same events along the other axis, however it was chosen: what is shown is in values of the axis. */
function followAxis(): () => void {
  let before = by.peek();
  return () => {
    if (by.value === before) return;
    before = by.value;
    untracked(() => {
      written = undefined;
      readRange();
    });
  };
}

/** A link may say a range before anything is counted: by time it is read once there are times. */
function readRange(): void {
  const wanted = range.peek();
  if (!isCounted()) {
    view.value = undefined;
    return;
  }
  const span = wanted && spanOfRange(scale.peek(), wanted.from, wanted.to);
  view.value = span && fitted(span, wholeSpan.peek());
  written = wanted;
}

function isCounted(): boolean {
  return by.value === 'sequence' || wholeLayer.value?.by === 'time';
}

/** Keeps what is shown in step with the link, with the log's bounds, and with the moment when it leaves what is shown. */
export function keepView(): () => void {
  const stops = [
    effect(followAxis()),
    effect(() => {
      if (log.value !== undefined && isCounted() && range.value !== written) untracked(readRange);
    }),
    effect(() => {
      const { lo } = wholeSpan.value;
      if (view.peek() !== undefined && view.peek()!.lo < lo) untracked(() => show(view.peek()));
    }),
    effect(followMoment()),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** A moment that leaves what is shown takes the view along. One that was outside before does not. */
function followMoment(): () => void {
  let before = 0;
  return () => {
    const now = at.value;
    untracked(() => {
      const span = view.value;
      if (span !== undefined && isWithin(span, axisValueOf(scale.value, before))) {
        const next = showing(span, axisValueOf(scale.value, now));
        if (next !== span) show(next);
      }
    });
    before = now;
  };
}

function isWithin({ lo, hi }: Span, value: number): boolean {
  return value >= lo && value < hi;
}
