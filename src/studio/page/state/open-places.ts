/** Which places of the state are open, and which is shown as a table. It outlives moves, and the pane. */
import { type Signal, signal } from '@preact/signals';
import { selectedPath } from '../moment/place.ts';
import { stepsTo } from './parts/path-text.ts';
import { FIRST_ROWS, MOST_OPEN_PLACES, type Open } from './tree-lines.ts';

/** Members of the state itself that are shown at first. */
const FIRST_MEMBERS = 200;

export const open: Signal<Open> = signal(new Map([['', FIRST_MEMBERS]]));

/** The place that is shown as a table; undefined for the tree. */
export const tablePath: Signal<string | undefined> = signal(undefined);

export function openPlaces(paths: readonly string[]): void {
  const others = paths.filter((path) => !open.value.has(path));
  if (others.length > 0)
    open.value = bounded(new Map([...open.value, ...others.map((path) => [path, FIRST_ROWS] as const)]));
}

/** The place that was opened first is closed when there are too many. */
function bounded(all: Open): Open {
  const [root, ...rest] = all;
  return new Map([root!, ...rest.slice(Math.max(0, rest.length + 1 - MOST_OPEN_PLACES))]);
}

export function closePlace(path: string): void {
  const rest = new Map(open.value);
  rest.delete(path);
  open.value = rest;
}

/** Shows more rows of an open place. */
export function showMore(path: string): void {
  open.value = new Map([...open.value, [path, (open.value.get(path) ?? 0) + 2 * FIRST_ROWS]]);
}

/** Shows a place as a table: in place of the tree. */
export function showTable(path: string): void {
  tablePath.value = path;
  selectedPath.value = path;
}

/** Selects a place, and opens all that it stands in. */
export function reveal(path: string): void {
  selectedPath.value = path;
  openPlaces(
    stepsTo(path)
      .slice(0, -1)
      .map((step) => step.path),
  );
}
