/** Where a quantity stands on the legend, by its logarithm, and what a handle that is moved sets. Pure. */
import type { ColourRange } from './colours.ts';

/** The quantities of the legend: ten times less than the colours begin with, up to ten times more than they end with. */
export function domainOf({ floor, ceiling }: ColourRange): ColourRange {
  return { floor: floor / 10, ceiling: ceiling * 10 };
}

/** From 0 at the left to 1 at the right. */
export function shareOf(quantity: number, { floor, ceiling }: ColourRange): number {
  return Math.min(1, Math.max(0, Math.log(quantity / floor) / Math.log(ceiling / floor)));
}

/** The colours end at twice of where they begin, or more. */
const LEAST_RATIO = 2;

/** @param share where the handle is moved to */
export function moved(range: ColourRange, end: keyof ColourRange, share: number, domain: ColourRange): ColourRange {
  const within = Math.min(1, Math.max(0, share));
  const quantity = twoDigits(domain.floor * (domain.ceiling / domain.floor) ** within);
  return end === 'floor'
    ? { floor: Math.min(quantity, range.ceiling / LEAST_RATIO), ceiling: range.ceiling }
    : { floor: range.floor, ceiling: Math.max(quantity, range.floor * LEAST_RATIO) };
}

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}
