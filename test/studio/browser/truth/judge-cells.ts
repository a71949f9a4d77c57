/** Compares cells of the heatmap with the history of the book, and their pixels with the colours of the legend. */
import { expect } from 'vitest';
import type { Random } from '../../../../examples/orderbook/demo/random.ts';
import { colourOf, inksOf } from '../../../../src/studio/page/book/heatmap/colours/colours.ts';
import { paletteOf } from '../../../../src/studio/page/book/heatmap/colours/palette.ts';
import type { BookHistory, Side } from './book-history.ts';
import { type HeatmapHand, type Plot, priceAt, type Reading, timeAt, xOf, yOf } from './heatmap-hand.ts';

/** A heatmap as it stands, and what is true of its book. */
export interface Seen {
  readonly hand: HeatmapHand;
  readonly plot: Plot;
  readonly history: BookHistory;
  /** Chooses the places that are looked at. */
  readonly random: Random;
}

/** How near to a line a pixel may have its colour, and how high marks without a price are. */
const LINE_REACH = 4;
const MARK_HEIGHT = 16;

/** Whether a line of best prices, or a mark, may be drawn at a pixel. */
function isUnderLines(plot: Plot, history: BookHistory, { y, from, to }: Reading): boolean {
  const beside = 2 * Math.max(to - from, (plot.to - plot.from) / plot.width);
  const isNear = (prices: readonly number[]): boolean => {
    const ys = prices.map((price) => yOf(plot, price));
    return y >= Math.min(...ys) - LINE_REACH && y <= Math.max(...ys) + LINE_REACH;
  };
  return y >= plot.height - MARK_HEIGHT || history.bests(from - beside, to + beside).some(isNear);
}

/** The grip of the splitter at the left lies over so many pixels of the plot. */
const SPLITTER_REACH = 6;

/** A pixel where something rests, as the library has it; or any pixel. */
function pixelIn({ plot, history, random }: Seen, isResting: boolean, after: number): readonly [x: number, y: number] {
  const left = Math.max(SPLITTER_REACH, Math.ceil(xOf(plot, after)));
  const right = Math.min(plot.width, Math.ceil(xOf(plot, history.last.time)) + 1);
  const [x, y] = [left + random.below(right - left), random.below(plot.height)];
  const rows = history.at(timeAt(plot, x))?.rows;
  if (!isResting || rows === undefined) return [x, y];
  const row = random.pick(rows);
  const price = row[random.pick([0, 2] as const)];
  const line = price === null ? y : Math.floor(yOf(plot, price));
  return [x, line >= 0 && line < plot.height ? line : y];
}

/** What the crosshair says is there is what the events say. */
export function judgeReading(plot: Plot, history: BookHistory, reading: Reading): void {
  const { x, y, price, from, to, quantity = 0, side } = reading;
  const column = (plot.to - plot.from) / plot.width;
  expect(Math.max(from - timeAt(plot, x), timeAt(plot, x) - to)).toBeLessThanOrEqual(column);
  expect(Math.abs(price - priceAt(plot, y))).toBeLessThanOrEqual(
    Math.max(history.tick, (plot.high - plot.low) / plot.height),
  );
  const sides: readonly Side[] = side === undefined ? ['buy', 'sell'] : [side];
  const expected = sides.reduce((sum, one) => sum + history.mean(one, price, from, to), 0);
  expect(Math.abs(quantity - expected), JSON.stringify({ ...reading, expected })).toBeLessThanOrEqual(1e-4 * expected);
}

/** Reads cells until so many with a quantity were judged, and their pixels. @param after only cells after this time are read */
export async function judgeCells(
  seen: Seen,
  count: number,
  after: number = seen.history.first.time,
): Promise<Reading[]> {
  const { hand, plot, history } = seen;
  const judged: Reading[] = [];
  const legend = hand.page.page.locator('[data-floor]');
  const [floor, ceiling] = [await legend.getAttribute('data-floor'), await legend.getAttribute('data-ceiling')];
  const theme = await hand.page.page.locator('html').getAttribute('data-theme');
  const inks = inksOf(paletteOf(theme as 'dark' | 'light', 'usual'), {
    floor: Number(floor),
    ceiling: Number(ceiling),
  });
  for (let tries = 0; judged.length < count; tries++) {
    if (tries > 20 * count) throw new Error(`only ${judged.length} of ${tries} places had a cell without a line`);
    const reading = await hand.read(...pixelIn(seen, tries % 4 !== 0, after));
    judgeReading(plot, history, reading);
    if (reading.quantity === undefined || reading.trade !== undefined || isUnderLines(plot, history, reading)) continue;
    expect(reading.pixel, JSON.stringify(reading)).toBe(colourOf(reading.quantity, inks));
    judged.push(reading);
  }
  return judged;
}
