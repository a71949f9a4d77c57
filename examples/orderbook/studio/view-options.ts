/**
 * What the two views share: the levels of an older file, and the words above the picture.
 *
 * A module gets options in its address: `book-view.ts?levels=10`.
 */
import type { Json } from 'refold';

/** Levels of each side that are drawn. */
export const DRAWN_LEVELS = 50;

/** What `?levels=N` says: how many levels of each side the file knows, where its first event does not tell. */
export function levelsIn(address: string): number | undefined {
  const text = new URL(address).searchParams.get('levels') ?? '';
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

/** What the log says comes first. A book whose log says nothing has every level. */
export function knownLevels(told: Json | undefined, option: number | undefined): number | 'all' {
  return typeof told === 'number' || told === 'all' ? told : (option ?? 'all');
}

/** Such as `GOOG: best 10 of a 10-level feed`. */
export function titleOf(symbol: string, known: number | 'all'): string {
  if (known === 'all') return `${symbol}: best ${DRAWN_LEVELS} of all levels`;
  return `${symbol}: best ${Math.min(known, DRAWN_LEVELS)} of a ${known}-level feed`;
}

/** The zone of the market, from the meta of the first event. */
export function zoneOf(told: Json | undefined): string | undefined {
  return typeof told === 'string' ? told : undefined;
}
