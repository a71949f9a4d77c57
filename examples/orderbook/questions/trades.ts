/** Trades, and what is made of them: bars, and the fills of one account. */
import type { Moment } from '../market-time.ts';
import { minus, plus, type Side, type Sum } from '../model/index.ts';
import { opposite } from '../model/state.ts';
import type { BookFile, Range } from './books/book-file.ts';
import type { Trade } from './books/book-kind.ts';
import { type Interval, marketMoment } from './books/market-calendar.ts';

export interface TradeRow {
  readonly sequence: number;
  /** The feed's own time. */
  readonly moment: Moment;
  /** The log's time in ms, which does not go back. */
  readonly recordedAt: number;
  readonly trade: Trade;
}

/** Every trade of a range, hidden prints too. @param symbol only of this one; undefined for all */
export async function* tradesOf(
  book: BookFile,
  range: Range,
  symbol: string | undefined,
): AsyncGenerator<TradeRow, void> {
  const { kind } = book;
  for await (const places of book.walk(range)) {
    for (const { state, event } of places) {
      const trade = event && kind.tradeOf(state, event);
      if (trade === undefined || (symbol !== undefined && trade.symbol !== symbol)) continue;
      const { sequence, recordedAt } = event!;
      yield { sequence, moment: marketMoment(event!), recordedAt, trade };
    }
  }
}

/** The trades of an interval. Prices are null where all trades were hidden ones. */
export interface Bar extends Interval {
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  readonly trades: number;
  readonly volume: Sum;
  /** The sum of price times size, exactly. */
  readonly notional: bigint;
  readonly hiddenTrades: number;
  readonly hiddenVolume: Sum;
  readonly hiddenNotional: bigint;
}

/**
 * Bars of a length. A trade is in the interval of the log's time. Intervals without trades are left out.
 *
 * @param fill also gives the intervals without trades between two bars; their prices are the last close
 */
export async function* barsOf(
  book: BookFile,
  trades: AsyncIterable<TradeRow>,
  { lengthMs, fill = false }: { readonly lengthMs: number; readonly fill?: boolean },
): AsyncGenerator<Bar, void> {
  const { calendar } = book;
  let bar: MutableBar | undefined;
  let close: number | null = null;
  for await (const { recordedAt, trade } of trades) {
    while (bar !== undefined && recordedAt >= bar.end) {
      yield bar;
      close = bar.close ?? close;
      const next = calendar.intervalAt(bar.end, lengthMs);
      bar = fill && recordedAt >= next.end ? emptyBar(next, close) : undefined;
    }
    bar ??= emptyBar(calendar.intervalAt(recordedAt, lengthMs), fill ? close : null);
    count(bar, trade);
  }
  if (bar !== undefined) yield bar;
}

type MutableBar = { -readonly [Name in keyof Bar]: Bar[Name] };

function emptyBar(interval: Interval, price: number | null): MutableBar {
  return {
    ...interval,
    open: price,
    high: price,
    low: price,
    close: price,
    trades: 0,
    volume: 0,
    notional: 0n,
    hiddenTrades: 0,
    hiddenVolume: 0,
    hiddenNotional: 0n,
  };
}

function count(bar: MutableBar, { price, quantity, hidden }: Trade): void {
  const notional = BigInt(price) * BigInt(quantity);
  if (hidden) {
    bar.hiddenTrades++;
    bar.hiddenVolume = plus(bar.hiddenVolume, quantity);
    bar.hiddenNotional += notional;
    return;
  }
  if (bar.trades === 0) bar.open = bar.high = bar.low = price;
  bar.high = Math.max(bar.high!, price);
  bar.low = Math.min(bar.low!, price);
  bar.close = price;
  bar.trades++;
  bar.volume = plus(bar.volume, quantity);
  bar.notional += notional;
}

/** A trade of an account, from its side. */
export interface Fill {
  readonly row: TradeRow;
  readonly role: 'maker' | 'taker';
  readonly side: Side;
  /** What the account has of the symbol after it, counted from the begin of the range: below 0 is short. */
  readonly position: Sum;
  /** Price times size of what it sold, less that of what it bought, from the begin of the range. */
  readonly cash: bigint;
}

/** The fills of an account. A trade with itself is two fills. */
export async function* fillsOf(trades: AsyncIterable<TradeRow>, account: string): AsyncGenerator<Fill, void> {
  const holdings = new Map<string, { position: Sum; cash: bigint }>();
  for await (const row of trades) {
    const { symbol, price, quantity, takerSide, maker, taker } = row.trade;
    for (const role of ['maker', 'taker'] as const) {
      if (takerSide === null || (role === 'maker' ? maker : taker).account !== account) continue;
      const side = role === 'taker' ? takerSide : opposite(takerSide);
      let holding = holdings.get(symbol);
      if (holding === undefined) holdings.set(symbol, (holding = { position: 0, cash: 0n }));
      const notional = BigInt(price) * BigInt(quantity);
      holding.position = side === 'buy' ? plus(holding.position, quantity) : minus(holding.position, quantity);
      holding.cash += side === 'buy' ? -notional : notional;
      yield { row, role, side, ...holding };
    }
  }
}
