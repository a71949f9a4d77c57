/**
 * Which part of time and price the heatmap shows: how it opens, follows the moment, zooms and pans. Pure.
 *
 * It follows calmly: the picture stands still as long as the moment and the best prices are well inside of it.
 */
import type { Frame } from './pixels.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export const SHORTEST_SPAN = 1_000;
const USUAL_SPAN = 30 * 60_000;
/** Spans that a short log opens with, in ms. */
const SHORT_SPANS = [10_000, 30_000, 60_000, 120_000, 300_000, 600_000];
/** Where the moment stands after the picture moved, and how near to an edge it may come before. */
const AT = 0.85;
const EDGE = 0.04;
/** Free room beside a whole log that is in sight. */
const ROOM = 0.03;

/** A span that was a difference of times is not exact. */
const ROUNDING = 1 + 1e-9;

/** How much time is shown until a person zooms: 30 minutes, or less of a log that is shorter. */
export function usualSpan({ from, to }: Span): number {
  return SHORT_SPANS.find((span) => (to - from) * (1 + 2 * ROOM) <= span) ?? USUAL_SPAN;
}

/** The most time that can be shown: the whole log with some room, and a day of a log that is longer. */
export function mostSpan({ from, to }: Span): number {
  return Math.max(2 * SHORTEST_SPAN, usualSpan({ from, to }), (to - from) * (1 + 2 * ROOM));
}

/** Moves a span of time so that the moment is well inside. It stays where it is if that is so already. */
export function followedTime(shown: Span | undefined, span: number, moment: number, all: Span): Span {
  const isInside =
    shown !== undefined &&
    Math.abs(shown.to - shown.from - span) < 1e-6 * span &&
    moment >= shown.from + EDGE * span * (shown.from <= all.from ? 0 : 1) &&
    moment <= shown.to - EDGE * span;
  if (isInside) return shown;
  if ((all.to - all.from) * (1 + 2 * ROOM) <= span * ROUNDING)
    return { from: all.from - ROOM * span, to: all.from + (1 - ROOM) * span };
  const isBefore = shown !== undefined && moment < shown.from + EDGE * span;
  const from = Math.max(all.from - ROOM * span, moment - span * (isBefore ? 1 - AT : AT));
  return { from, to: from + span };
}

/** Zooms time around a place that stays where it is. A factor above 1 shows more; a log that fits is in the middle. */
export function zoomedTime<Shown extends Span>(shown: Shown, around: number, factor: number, all: Span): Shown {
  const span = Math.min(mostSpan(all), Math.max(SHORTEST_SPAN, (shown.to - shown.from) * factor));
  const free = span - (all.to - all.from);
  if (free >= 0 && factor > 1) return { ...shown, from: all.from - free / 2, to: all.to + free / 2 };
  const share = (around - shown.from) / (shown.to - shown.from);
  return withinLog({ ...shown, from: around - share * span, to: around + (1 - share) * span }, all);
}

/** Moves the picture by ms and by prices. */
export function panned(shown: Frame, time: number, price: number, all: Span): Frame {
  const { from, to, low, high } = shown;
  return withinLog({ from: from + time, to: to + time, low: low + price, high: high + price }, all);
}

/** A piece of the log is always in sight. */
function withinLog<Shown extends Span>(shown: Shown, all: Span): Shown {
  const room = (shown.to - shown.from) * 0.9;
  const by = Math.max(0, all.from - room - shown.from) - Math.max(0, shown.to - all.to - room);
  return by === 0 ? shown : { ...shown, from: shown.from + by, to: shown.to + by };
}

/** The fewest ticks, and the most, that a picture is high. */
const FEWEST_TICKS = 8;
const MOST_TICKS = 200_000;

/** Zooms the price around a place that stays where it is. */
export function zoomedPrice(shown: Frame, around: number, factor: number, tick: number): Frame {
  const before = shown.high - shown.low;
  const after = Math.min(MOST_TICKS * tick, Math.max(FEWEST_TICKS * tick, before * factor));
  const share = (around - shown.low) / before;
  return { ...shown, low: around - share * after, high: around + (1 - share) * after };
}

export interface Prices {
  readonly low: number;
  readonly high: number;
}

/** Room above and below what is to be seen. */
const PRICE_MARGIN = 0.08;

/** Prices that show all of `seen`: those of before, if they show it and are not much too wide for it. */
export function followedPrices(shown: Prices | undefined, seen: Prices, tick: number): Prices {
  const height = Math.max(seen.high - seen.low, FEWEST_TICKS * tick);
  const middle = (seen.high + seen.low) / 2;
  const isFitting =
    shown !== undefined && shown.low <= seen.low && shown.high >= seen.high && shown.high - shown.low <= 2 * height;
  if (isFitting) return shown;
  const half = height * (0.5 + PRICE_MARGIN);
  return { low: middle - half, high: middle + half };
}

/** What is to be seen of the lowest and highest prices of some columns: nearly all of them, but not the farthest. */
export function pricesToSee(lows: number[], highs: number[], bests: readonly number[]): Prices | undefined {
  if (bests.length === 0) return undefined;
  lows.sort((a, b) => a - b);
  highs.sort((a, b) => a - b);
  const low = lows[Math.floor((lows.length - 1) * 0.1)] ?? Number.POSITIVE_INFINITY;
  const high = highs[Math.ceil((highs.length - 1) * 0.9)] ?? Number.NEGATIVE_INFINITY;
  return { low: Math.min(low, ...bests), high: Math.max(high, ...bests) };
}
