/** Differences of states as a page shows them: values by their kind and beginning, entries counted by property. Pure. */
import { byProperty, countEntries, isOrder } from '../../guests/state-changes.ts';
import { formatPath, type Path, type PlaceChange, type StateDifference } from '../../index.ts';
import { insideOf, type Sides } from '../moments/inside.ts';
import { showValue } from '../moments/show-value.ts';
import type { Change, DiffAnswer, DiffTable, WhyLine } from '../wire.ts';

/** A text in a list of changes is a line of a pane: only its beginning is shown. */
const LONGEST_SHOWN = 1_024;
/** Differences that are counted at most. */
export const MOST_COUNTED = 100_000;

/** A change of a place: where a collection stands on both sides, it tells the first differences inside. */
export function shownChange(change: PlaceChange, path: Path): WhyLine {
  const { sequence, recordedAt, type } = change;
  return { sequence, recordedAt, type, ...sidesOf(change), ...insideOf(change, path) };
}

/**
 * The first differences, and how many there are.
 *
 * @param all one more than `MOST_COUNTED` where they were not counted to the end
 */
export function shownDifferences(
  all: readonly StateDifference[],
  limit: number,
): Pick<DiffAnswer, 'tables' | 'changes' | 'changesInAll' | 'complete'> {
  return {
    tables: tablesOf(all),
    changes: all.slice(0, limit).map(shownDifference),
    changesInAll: Math.min(all.length, MOST_COUNTED),
    complete: all.length <= MOST_COUNTED,
  };
}

function shownDifference(place: StateDifference): DiffAnswer['changes'][number] {
  return { path: formatPath(place.parts), ...sidesOf(place), ...(isOrder(place) && { isOrder: true }) };
}

/** A side is absent where nothing stood. */
function sidesOf(change: Sides): Omit<Change, 'path'> {
  return {
    ...('before' in change && { before: showValue(change.before, LONGEST_SHOWN) }),
    ...('after' in change && { after: showValue(change.after, LONGEST_SHOWN) }),
  };
}

/** Each property of the state with differences, and how many of its entries they are. */
function tablesOf(changes: readonly StateDifference[]): DiffTable[] {
  return Array.from(byProperty(changes), ([path, places]) => {
    const { isReordered, ...counts } = countEntries(places);
    return { path, ...counts, ...(isReordered && { isReordered }) };
  });
}
