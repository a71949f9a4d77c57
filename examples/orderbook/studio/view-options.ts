/**
 * What the two views share: how many levels are known, the words above the picture, the zone of its times, and the spread.
 *
 * A module gets options in its address: `book-view.ts?levels=10`.
 */
import type { EventMeta, Json } from 'refold';

/** Levels of each side that are drawn. */
export const DRAWN_LEVELS = 50;

interface Opening {
  /** The first event of the log. */
  readonly first: { readonly meta?: EventMeta | undefined } | undefined;
}

/** The parts of a view that the first event tells. @param address of the module of the view */
export function factsOf(address: string) {
  const option = levelsIn(address);
  const known = ({ first }: Opening): number | 'all' => knownLevels(first?.meta?.levels, option);
  return {
    title: (_state: unknown, { of, first }: Opening & { readonly of: string }): string => titleOf(of, known({ first })),
    zone: (_state: unknown, { first }: Opening): string | undefined => zoneOf(first?.meta?.zone),
    known,
  };
}

/** Below zero while a book is crossed. Null where a side is empty. */
export function spreadOf(bid: number | null, ask: number | null): number | null {
  return bid === null || ask === null ? null : ask - bid;
}

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
function titleOf(symbol: string, known: number | 'all'): string {
  if (known === 'all') return `${symbol}: best ${DRAWN_LEVELS} of all levels`;
  return `${symbol}: best ${Math.min(known, DRAWN_LEVELS)} of a ${known}-level feed`;
}

/** The zone of the market, from the meta of the first event. */
function zoneOf(told: Json | undefined): string | undefined {
  return typeof told === 'string' ? told : undefined;
}
