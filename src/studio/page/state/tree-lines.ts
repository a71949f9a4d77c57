/**
 * The tree of a state as lines: what is open shows a window of its rows, and behind them how many there are more, and what the event
 * changed outside of the window. Pure.
 */
import type { Change, Look, Looked, Member, Row, Shown } from '../../wire.ts';
import { isInside, stepInside, stepsTo } from './parts/path-text.ts';
import { opensAt } from './parts/value-text.ts';

/** Places that are open at once, the state itself included. */
export const MOST_OPEN_PLACES = 60;
/** Rows that a place shows when it is opened. */
export const FIRST_ROWS = 50;
/** Rows that all open places show together. */
const MOST_TREE_ROWS = 1_500;
/** Rows that each place shows when as many as can be are open. */
export const LEAST_WINDOW: number = Math.floor(MOST_TREE_ROWS / MOST_OPEN_PLACES);
/** Members in the line of what is closed. */
const PREVIEWED = 4;
/** Changes outside of the window of a place that are listed there. */
const MOST_OUTSIDE = 8;

/** Open places, and how many rows each shows. */
export type Open = ReadonlyMap<string, number>;

/** A row of the state. */
export interface RowLine {
  readonly kind: 'row';
  readonly path: string;
  readonly level: number;
  readonly key: unknown;
  /** What it stands in. */
  readonly container: Shown['kind'];
  readonly shown: Shown;
  readonly members?: readonly Member[];
  readonly opens: boolean;
  readonly isOpen: boolean;
  /** What the event changed there. */
  readonly change?: Change;
  /** What it changed inside, where those places are not shown. */
  readonly inside?: Inside;
  readonly position: number;
  readonly total: number;
}

/** A place that the event changed, outside of the rows that are shown. */
export interface ChangeLine {
  readonly kind: 'change';
  readonly path: string;
  readonly level: number;
  /** From the place that is open: `[723].quantity`. */
  readonly text: string;
  readonly change: Change;
}

/** Rows that are not shown, or not there yet. */
export interface MoreLine {
  readonly kind: 'more';
  /** The place that is open. */
  readonly path: string;
  readonly level: number;
  readonly rows: number;
  readonly changes: number;
  readonly isLoading: boolean;
}

export type TreeLine = RowLine | ChangeLine | MoreLine;

/** The first of them, and how many there are. */
export interface Inside {
  readonly first: Change;
  readonly total: number;
}

/** What the open places ask for: the more of them, the fewer rows each. What stands in a closed place is not asked for. */
export function looksOf(open: Open): Look[] {
  const isShown = (path: string): boolean =>
    stepsTo(path)
      .slice(0, -1)
      .every((step) => open.has(step.path));
  const all = [...open].filter(([path]) => isShown(path)).slice(0, MOST_OPEN_PLACES);
  let left = MOST_TREE_ROWS;
  const byRows = all.toSorted(([, a], [, b]) => a - b);
  const counts = new Map<string, number>();
  for (const [index, [path, rows]] of byRows.entries()) {
    const count = Math.min(rows, Math.floor(left / (byRows.length - index)));
    counts.set(path, count);
    left -= count;
  }
  return all.map(([path]) => ({ path, from: 0, count: counts.get(path)!, members: PREVIEWED }));
}

/** The lines of the state, from what was looked at and what the event changed. */
export function treeLines(looked: readonly Looked[], open: Open, changes: readonly Change[]): TreeLine[] {
  const places = new Map(looked.filter((place) => isWindowOf(place, open)).map((place) => [place.path, place]));
  const lines: TreeLine[] = [];
  addInside('', 1, { places, open, lines }, withInside(changes, places));
  return lines;
}

/** Each change, and what it changed inside where that is shown: a place that was replaced tells where it is different. */
function withInside(changes: readonly Change[], places: ReadonlyMap<string, Looked>): readonly Change[] {
  return changes.flatMap((change) => [change, ...(places.has(change.path) ? (change.inside ?? []) : [])]);
}

/** Whether the rows are those of an open place: other panes may look at a few of the same. */
function isWindowOf({ path, from, rows, shown }: Looked, open: Open): boolean {
  const wanted = open.get(path);
  if (wanted === undefined || rows === undefined || from !== 0) return false;
  return rows.length >= Math.min(shown?.total ?? 0, wanted, LEAST_WINDOW);
}

interface Growing {
  readonly places: ReadonlyMap<string, Looked>;
  readonly open: Open;
  readonly lines: TreeLine[];
}

/** @param changes those inside the place */
function addInside(path: string, level: number, tree: Growing, changes: readonly Change[]): void {
  const { rows = [], shown } = tree.places.get(path) ?? {};
  const byStep = Map.groupBy(changes, (change) => stepInside(change.path, path).path);
  const total = shown?.total ?? 0;
  for (const [index, row] of rows.entries()) {
    const within = byStep.get(row.path) ?? [];
    byStep.delete(row.path);
    addRow(row, { level, container: shown!.kind, position: index + 1, total }, tree, within);
  }
  const outside = [...byStep.values()].flat();
  for (const change of outside.slice(0, MOST_OUTSIDE)) {
    tree.lines.push({
      kind: 'change',
      path: change.path,
      level,
      text: change.path.slice(path.length).replace(/^\./, ''),
      change,
    });
  }
  const more = { rows: Math.max(0, total - rows.length), changes: Math.max(0, outside.length - MOST_OUTSIDE) };
  const isLoading = !tree.places.has(path);
  if (more.rows > 0 || more.changes > 0 || isLoading)
    tree.lines.push({ kind: 'more', path, level, ...more, isLoading });
}

function addRow(
  row: Row,
  where: Pick<RowLine, 'level' | 'container' | 'position' | 'total'>,
  tree: Growing,
  changes: readonly Change[],
): void {
  const { path, key, shown, members } = row;
  const change = changes.find((one) => one.path === path);
  const inside = changes.filter((one) => isInside(one.path, path));
  const opens = opensAt(row);
  const isOpen = opens && tree.open.has(path);
  tree.lines.push({
    ...{ kind: 'row', path, key, shown, opens, isOpen, ...where },
    ...(members !== undefined && { members }),
    ...(change !== undefined && { change }),
    ...(!isOpen && inside.length > 0 && { inside: { first: inside[0]!, total: inside.length } }),
  });
  if (isOpen) addInside(path, where.level + 1, tree, inside);
}
