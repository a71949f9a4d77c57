/**
 * Geohashes: a place as one number, which interleaves the bits of latitude and longitude.
 *
 * GEOADD stores 52 bits as the score of a member. Places that are close share their leading bits, so a cell of the grid is a
 * range of scores.
 */

/** In degrees. */
export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** A cell of the grid with `2 ** step` columns and rows. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  readonly step: number;
}

/** The borders of a cell, in degrees. */
export interface Area {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** The finest grid. */
export const FINEST_STEP = 26;
const LONGITUDE_MAX = 180;
/** Web maps end here: the world is then a square. */
const LATITUDE_MAX = 85.05112878;
/** GEOHASH prints the geohash of the whole world. */
const POLE_LATITUDE = 90;

export function isPlace({ longitude, latitude }: Place): boolean {
  return Math.abs(longitude) <= LONGITUDE_MAX && Math.abs(latitude) <= LATITUDE_MAX;
}

/** The cell in which a place lies. At the eastern and northern edge it is the one beyond the last. */
export function cellOf({ longitude, latitude }: Place, step: number, latitudeMax: number = LATITUDE_MAX): Cell {
  const indexOf = (degrees: number, max: number) => Math.floor(((degrees + max) / (max + max)) * 2 ** step);
  return { column: indexOf(longitude, LONGITUDE_MAX), row: indexOf(latitude, latitudeMax), step };
}

export function areaOf({ column, row, step }: Cell): Area {
  const borderAt = (index: number, max: number) => -max + (index / 2 ** step) * (max + max);
  return {
    west: borderAt(column, LONGITUDE_MAX),
    east: borderAt(column + 1, LONGITUDE_MAX),
    south: borderAt(row, LATITUDE_MAX),
    north: borderAt(row + 1, LATITUDE_MAX),
  };
}

/** The cell so many columns to the east and rows to the north. The grid has no edges. */
export function neighborOf({ column, row, step }: Cell, east: number, north: number): Cell {
  const cells = 2 ** step;
  return {
    column: east === 0 ? column : (column + east + cells) % cells,
    row: north === 0 ? row : (row + north + cells) % cells,
    step,
  };
}

/** The scores of the places in a cell: from `min` up to `max`, which is not included. */
export function scoresOf({ column, row, step }: Cell): { readonly min: number; readonly max: number } {
  const unit = 4 ** (FINEST_STEP - step);
  const bits = interleaved(row, column);
  return { min: bits * unit, max: (bits + 1) * unit };
}

export function scoreOfPlace(place: Place): number {
  return scoresOf(cellOf(place, FINEST_STEP)).min;
}

/** The middle of the cell that a score means. A score that is not a geohash gives a place at the edge, as in Redis. */
export function placeOfScore(score: number): Place {
  const { west, east, south, north } = areaOf(cellOfScore(score));
  return {
    longitude: clamped((west + east) / 2, LONGITUDE_MAX),
    latitude: clamped((south + north) / 2, LATITUDE_MAX),
  };
}

const GEOHASH_LETTERS = '0123456789bcdefghjkmnpqrstuvwxyz';

/** The standard geohash as text of 11 letters. 52 bits are 10 of them and a bit: the last letter is always 0. */
export function geohashText(place: Place): string {
  const { column, row } = cellOf(place, FINEST_STEP, POLE_LATITUDE);
  const bits = BigInt(interleaved(row, column));
  const letters = Array.from({ length: 10 }, (_, at) => GEOHASH_LETTERS[Number((bits >> BigInt(47 - 5 * at)) & 31n)]);
  return `${letters.join('')}0`;
}

function cellOfScore(score: number): Cell {
  const step = FINEST_STEP;
  if (score >= 0 && score < 2 ** 52) {
    const [high, low] = [Math.floor(score / 2 ** 26), score % 2 ** 26];
    return {
      column: gathered(high >>> 1) * 2 ** 13 + gathered(low >>> 1),
      row: gathered(high) * 2 ** 13 + gathered(low),
      step,
    };
  }
  const bits = BigInt.asUintN(64, bitsOfScore(score));
  const [high, low] = [Number(bits >> 32n), Number(bits & 0xffffffffn)];
  return {
    column: gathered(high >>> 1) * 2 ** 16 + gathered(low >>> 1),
    row: gathered(high) * 2 ** 16 + gathered(low),
    step,
  };
}

/** As a 64-bit processor converts it. */
function bitsOfScore(score: number): bigint {
  if (score >= 2 ** 64) return 0n;
  return score < -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(score));
}

/** The bits of `even` at the even positions, those of `odd` at the odd ones. Both have up to 27 bits. */
function interleaved(even: number, odd: number): number {
  const [evenHigh, oddHigh] = [even >>> 13, odd >>> 13];
  const high = spread(evenHigh) + 2 * spread(oddHigh);
  return high * 2 ** 26 + spread(even & 0x1fff) + 2 * spread(odd & 0x1fff);
}

/** Moves each of 16 bits to twice its position. */
function spread(bits: number): number {
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** Takes the bits at even positions together. */
function gathered(bits: number): number {
  bits &= 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}

function clamped(degrees: number, max: number): number {
  return Math.max(-max, Math.min(max, degrees));
}
