/**
 * Which tiles a picture needs, and which it can be drawn from meanwhile. Pure.
 *
 * Tiles lie on a fixed grid: those of power p have columns of 2^p ms, and tile n begins n tiles after the epoch. So a tile that was
 * fetched once fits again after every pan and zoom, here and on the server.
 */
import type { Span } from '../framing.ts';

export interface TilePlace {
  readonly power: number;
  readonly index: number;
}

export const TILE_COLUMNS = 256;
/** Columns of an eighth of a ms up to a day and a half. */
const LEAST_POWER = -3;
const MOST_POWER = 27;
/** How many powers away another tile may be and still stand in for one that is not there. */
const COARSER = 12;
const FINER = 3;

export function tileName({ power, index }: TilePlace): string {
  return `${power}:${index}`;
}

/** The time of a tile, in ms since the epoch. */
export function spanOf({ power, index }: TilePlace): Span {
  const length = TILE_COLUMNS * 2 ** power;
  return { from: index * length, to: (index + 1) * length };
}

/** The power whose columns are at least a pixel wide, and less than two. Adding 0 makes -0 of it 0. */
export function powerFor(msPerPixel: number): number {
  return Math.min(MOST_POWER, Math.max(LEAST_POWER, Math.ceil(Math.log2(msPerPixel) - 1e-9) + 0));
}

/** The tiles of a power in a span of time, from left to right. */
export function tilesIn(power: number, { from, to }: Span): readonly TilePlace[] {
  const length = TILE_COLUMNS * 2 ** power;
  const first = Math.floor(from / length);
  const last = Math.ceil(to / length) - 1;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => ({ power, index: first + n }));
}

/** The tiles that a picture needs of what the log holds, those nearest to `focus` first. */
export function tilesToFetch(power: number, shown: Span, log: Span, focus: number): readonly TilePlace[] {
  // The last event is inside of the log.
  const needed = { from: Math.max(shown.from, log.from), to: Math.min(shown.to, log.to + 2 ** power) };
  if (needed.from >= needed.to) return [];
  const distance = (place: TilePlace): number => {
    const { from, to } = spanOf(place);
    return Math.max(from - focus, focus - to, 0);
  };
  return tilesIn(power, needed).toSorted((one, other) => distance(one) - distance(other));
}

/** A tile, and the part of time that is drawn from it. */
export interface Drawn {
  readonly place: TilePlace;
  readonly span: Span;
}

/** What to draw, in order: each wanted tile, or what stands in for it: a coarser one, stretched, and finer ones over it. */
export function tilesToDraw(power: number, shown: Span, has: (place: TilePlace) => boolean): readonly Drawn[] {
  return tilesIn(power, shown).flatMap((place) => {
    const span = spanOf(place);
    return has(place) ? [{ place, span }] : [...coarserFor(place, span, has), ...finerFor(place, span, has)];
  });
}

function coarserFor({ power, index }: TilePlace, span: Span, has: (place: TilePlace) => boolean): readonly Drawn[] {
  for (let up = 1; up <= COARSER; up++) {
    const place = { power: power + up, index: Math.floor(index / 2 ** up) };
    if (has(place)) return [{ place, span }];
  }
  return [];
}

function finerFor({ power }: TilePlace, span: Span, has: (place: TilePlace) => boolean): readonly Drawn[] {
  return Array.from({ length: FINER }, (_, n) => power - FINER + n)
    .flatMap((finer) => tilesIn(finer, span))
    .filter(has)
    .map((place) => ({ place, span: spanOf(place) }));
}
