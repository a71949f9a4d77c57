/** What a change of a collection changed inside: the first places, and how many. Pure. */
import { diffStates, formatPath, type Path } from '../../index.ts';
import type { Change } from '../wire.ts';
import { kindOf, showValue, sizeOf } from './show-value.ts';

/** What stood at a place and what stands there. A side is absent where nothing stood. */
export interface Sides {
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Differences inside that are told, and that are counted. */
const MOST_INSIDE = { told: 8, counted: 1_000 };
const LONGEST_INSIDE = 256;

/**
 * The first differences inside a place where collections of one kind stand on both sides.
 *
 * @param largest entries of a collection beyond which it is not compared: that would take longer than the answer
 */
export function insideOf(sides: Sides, path: Path, largest: number = Number.POSITIVE_INFINITY): InsideAnswer {
  const { before, after } = sides;
  if (!mayCompare(before, largest) || kindOf(before) !== kindOf(after) || !mayCompare(after, largest)) return {};
  const all = diffStates(before, after, MOST_INSIDE.counted);
  if (all.length === 0 || all[0]!.parts.length === 0) return {};
  const inside = all.slice(0, MOST_INSIDE.told).map((place): Change => {
    const { parts } = place;
    return {
      path: formatPath([...path, ...parts]),
      ...('before' in place && { before: showValue(place.before, LONGEST_INSIDE) }),
      ...('after' in place && { after: showValue(place.after, LONGEST_INSIDE) }),
    };
  });
  return { inside, insideInAll: all.length };
}

type InsideAnswer = Pick<Change, 'inside' | 'insideInAll'>;

function mayCompare(value: unknown, largest: number): boolean {
  return typeof value === 'object' && value !== null && kindOf(value) !== 'value' && kindOf(value) !== 'bytes'
    ? sizeOf(value) <= largest
    : false;
}
