/**
 * The symbols of Databento's files: what each is called, which instrument of which publisher it names, and its best
 * levels where a publisher tells no others.
 */
import type { Change, FeedMessage } from '../../../follow/messages.ts';
import type { Side } from '../../../model/events.ts';
import { nameOf } from '../../reading/csv.ts';
import type { MboLayout, MboRow } from './rows.ts';

export const TOP_OF_BOOK = 64;
export const LEVEL = 16;

/** Where and when a message was: what all messages of a row share. */
export type RowPlace = Pick<FeedMessage, 'line' | 'time'>;

export interface MboSymbol {
  readonly symbol: string;
  readonly publisher: string;
  instrument: string;
  /** Instruments that the symbol named before. */
  readonly earlier: Set<string>;
  readonly tops: { buy?: number | undefined; sell?: number | undefined };
}

/** The symbols of one run, which may have several files. */
export class MboSymbols {
  readonly #known = new Map<string, MboSymbol>();
  readonly #tells = new Map<string, 'orders' | 'levels'>();

  /** Looks what the publishers of the next lines tell. */
  lookAhead(layout: MboLayout, lines: readonly string[]): void {
    try {
      for (const [index, text] of lines.entries()) {
        const row = layout.rowOf(text, index + 1);
        if (row !== undefined) this.tells(row);
      }
    } catch {
      // The line that cannot be read is reported in its turn.
    }
  }

  /**
   * What a publisher tells: what its first order or level was. A feed begins with a clear of its book, which does not
   * say. Undefined before it is known.
   */
  tells({ publisher, action, flags }: MboRow): 'orders' | 'levels' | undefined {
    const known = this.#tells.get(publisher);
    if (known !== undefined || (action !== 'A' && action !== 'M' && action !== 'C')) return known;
    const tells = (Number(flags) & (TOP_OF_BOOK | LEVEL)) === 0 ? 'orders' : 'levels';
    this.#tells.set(publisher, tells);
    return tells;
  }

  get(key: string): MboSymbol | undefined {
    return this.#known.get(key);
  }

  add(key: string, { publisher, instrument }: MboRow): MboSymbol {
    const added: MboSymbol = { symbol: nameOf(key), publisher, instrument, earlier: new Set(), tops: {} };
    this.#known.set(key, added);
    return added;
  }

  /** Whether a text is a symbol that came before, and not the beginning of another one. */
  isWhole(text: string): boolean {
    const like = [...this.#known.keys()].filter((key) => key.startsWith(text));
    return like.length === 1 && (like[0] === text || like[0]!.startsWith(`${text}@`));
  }
}

/** The symbol names another instrument from here on: its book is emptied. */
export function rollTo(known: MboSymbol, instrument: string, place: RowPlace): FeedMessage {
  known.earlier.add(known.instrument);
  known.instrument = instrument;
  forgetTops(known);
  return { symbol: known.symbol, ...place, more: true, change: { kind: 'clear' } };
}

/** What takes away the best level that a new one replaces; undefined if it stands at the same price, or the side was empty. */
export function replaceTop(
  { symbol, tops }: MboSymbol,
  { side, price, size }: Extract<Change, { kind: 'level' }>,
  place: RowPlace,
): FeedMessage | undefined {
  const before = tops[side];
  tops[side] = size === 0 ? undefined : price;
  if (before === undefined || before === price) return undefined;
  return { symbol, ...place, more: true, change: { kind: 'clear', side } };
}

export function forgetTops({ tops }: MboSymbol, side?: Side): void {
  if (side !== 'sell') tops.buy = undefined;
  if (side !== 'buy') tops.sell = undefined;
}
