/** Finds the members of a sorted set within a shape, by the cells of a grid that cover it. */
import { membersBetween, rankOfScore } from '../../model/sorted-sets.ts';
import type { SortedSet } from '../../model/values.ts';
import { areaOf, type Cell, cellOf, FINEST_STEP, neighborOf, type Place, placeOfScore, scoresOf } from './geohash.ts';
import { boundsOfShape, distanceWithin, reachOf, type Shape } from './shapes.ts';

export interface Found {
  readonly member: string;
  readonly score: number;
  readonly place: Place;
  /** From the centre, in metres. */
  readonly distance: number;
}

/**
 * The members within a shape, cell by cell, in the order of their scores within each.
 *
 * @param limit ends the search after so many; undefined finds all
 */
export function search(set: SortedSet, shape: Shape, limit: number | undefined): Found[] {
  const found: Found[] = [];
  for (const cell of cellsOf(shape)) {
    const { min, max } = scoresOf(cell);
    const [start, end] = [rankOfScore(set, min, false), rankOfScore(set, max, false)];
    if (start >= end) continue;
    for (const { member, score } of membersBetween(set, start, end)) {
      const place = placeOfScore(score);
      const distance = distanceWithin(shape, place);
      if (distance === undefined) continue;
      found.push({ member, score, place, distance });
      if (found.length === limit) return found;
    }
  }
  return found;
}

/** The cell with the centre, then those beside it that the shape may reach: east and north of it, in this order. */
const DIRECTIONS = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

function cellsOf(shape: Shape): Cell[] {
  const bounds = boundsOfShape(shape);
  let center = cellOf(shape.center, stepFor(reachOf(shape), shape.center.latitude));
  if (center.step > 1 && isTooSmall(center, bounds)) center = cellOf(shape.center, center.step - 1);
  const area = areaOf(center);
  const cells: Cell[] = [];
  for (const [at, [east, north]] of DIRECTIONS.entries()) {
    const isUseless =
      (east > 0 && area.east > bounds.east) ||
      (east < 0 && area.west < bounds.west) ||
      (north > 0 && area.north > bounds.north) ||
      (north < 0 && area.south < bounds.south);
    if (center.step >= 2 && isUseless) continue;
    const cell = neighborOf(center, east, north);
    // In a coarse grid, neighbours on both sides are the same cell.
    if (at > 1 && cells.length > 1 && isSame(cell, cells.at(-1)!)) continue;
    cells.push(cell);
  }
  return cells;
}

/** Half the way around the equator of a web map, in metres. */
const MERCATOR_MAX = 20037726.37;

/** The finest grid in which a cell and its neighbours cover a circle of this radius, in most cases. */
function stepFor(radius: number, latitude: number): number {
  if (radius === 0) return FINEST_STEP;
  let step = -1;
  for (let reached = radius; reached < MERCATOR_MAX; reached *= 2) step++;
  // Cells are narrower towards the poles.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.max(1, Math.min(FINEST_STEP, step));
}

function isTooSmall(center: Cell, bounds: ReturnType<typeof areaOf>): boolean {
  return (
    areaOf(neighborOf(center, 0, 1)).north < bounds.north ||
    areaOf(neighborOf(center, 0, -1)).south > bounds.south ||
    areaOf(neighborOf(center, 1, 0)).east < bounds.east ||
    areaOf(neighborOf(center, -1, 0)).west > bounds.west
  );
}

function isSame(a: Cell, b: Cell): boolean {
  return a.column === b.column && a.row === b.row;
}
