/**
 * Where a long list of equal rows is scrolled to. Pure.
 *
 * Browsers bound the height of an element, to about 1.6 million rows in Chromium. A taller list gets an element of bounded height
 * whose scrollbar spans all rows: a jump of the scrollbar is a fraction of the list, a short move is so many pixels of it.
 */

/** The height of a row in px: `--row`. */
export const ROW_HEIGHT = 20;
/** The height that the element of a list has at most, in px. */
export const TALLEST = 8_000_000;
/** A move of the scrollbar by more viewports than this is a jump. */
const FURTHEST_MOVE = 4;

export interface ListScroll {
  readonly rows: number;
  /** The height of what is seen, in px. */
  readonly viewport: number;
  /** How many px of the list are above what is seen. */
  readonly top: number;
}

/** Rows in sight: `first` up to and without `end`. `offset` is where the first one begins, in px: 0 or less. */
export interface Sighted {
  readonly first: number;
  readonly end: number;
  readonly offset: number;
}

export function sightedRows({ rows, viewport, top }: ListScroll): Sighted {
  const first = Math.min(rows, Math.floor(top / ROW_HEIGHT));
  const end = Math.min(rows, Math.ceil((top + viewport) / ROW_HEIGHT));
  return { first, end: Math.max(first, end), offset: first * ROW_HEIGHT - top };
}

/** How far the list can be scrolled, in px. */
export function lowestTop({ rows, viewport }: Omit<ListScroll, 'top'>): number {
  return Math.max(0, rows * ROW_HEIGHT - viewport);
}

/** The height of the element. */
export function elementHeight(rows: number): number {
  return Math.min(rows * ROW_HEIGHT, TALLEST);
}

/** Whether a px of the scrollbar is more than a px of the list. */
export function isCondensed(rows: number): boolean {
  return rows * ROW_HEIGHT > TALLEST;
}

/** Where the element is scrolled to when the list is. */
export function scrollTopOf(scroll: ListScroll): number {
  if (!isCondensed(scroll.rows)) return scroll.top;
  return (scroll.top / lowestTop(scroll)) * lowestElementTop(scroll);
}

/** Where the list is after the element was scrolled from one place to another. */
export function afterScroll(scroll: ListScroll, from: number, to: number): number {
  if (!isCondensed(scroll.rows)) return within(scroll, to);
  if (Math.abs(to - from) <= FURTHEST_MOVE * scroll.viewport) return within(scroll, scroll.top + to - from);
  return within(scroll, (to / lowestElementTop(scroll)) * lowestTop(scroll));
}

function lowestElementTop({ rows, viewport }: ListScroll): number {
  return Math.max(1, elementHeight(rows) - viewport);
}

export function within(scroll: Omit<ListScroll, 'top'>, top: number): number {
  return Math.min(Math.max(0, top), lowestTop(scroll));
}

/** The row that a key moves to; undefined where it is not a move. A page up or down leaves a row of what was seen. */
export function rowAfterKey(key: string, row: number, { rows, viewport }: Omit<ListScroll, 'top'>): number | undefined {
  const page = Math.max(1, Math.floor(viewport / ROW_HEIGHT) - 1);
  const moves: Readonly<Record<string, number>> = {
    ...{ ArrowUp: row - 1, ArrowDown: row + 1, PageUp: row - page, PageDown: row + page, Home: 0, End: rows - 1 },
  };
  const to = moves[key];
  return to === undefined ? undefined : Math.max(0, Math.min(rows - 1, to));
}

/** Rows that stay between the edge and a row that was moved to. */
const SHOWN_MARGIN = 2;

/** Where the list is when a row is to be seen: where it was if it is seen already, near the edge if it is close, else in the middle. */
export function topShowing(scroll: ListScroll, row: number): number {
  const { viewport, top } = scroll;
  const start = row * ROW_HEIGHT;
  const margin = Math.min(SHOWN_MARGIN * ROW_HEIGHT, Math.max(0, Math.floor((viewport - ROW_HEIGHT) / 2)));
  const highest = start + ROW_HEIGHT + margin - viewport;
  const lowest = start - margin;
  if (top >= highest && top <= lowest) return top;
  const isClose = Math.abs(top - lowest) < viewport || Math.abs(top - highest) < viewport;
  if (isClose) return within(scroll, top > lowest ? lowest : highest);
  const third = Math.round((start - viewport / 3) / ROW_HEIGHT) * ROW_HEIGHT;
  return within(scroll, Math.min(lowest, Math.max(highest, third)));
}
