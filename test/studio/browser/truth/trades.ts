/** The trades of a log, from its events: what a tape is to show. */
import type { Past } from 'refold';

export interface Trade {
  readonly sequence: number;
  readonly time: number;
  readonly price: number;
  readonly quantity: number;
  /** The side that took. */
  readonly side: string;
  readonly isHidden: boolean;
}

type Print = Omit<Trade, 'sequence' | 'time'>;
const OTHER: Readonly<Record<string, string>> = { buy: 'sell', sell: 'buy' };
/** What each type of event prints. */
const PRINTS: Readonly<Record<string, (data: any) => Print | undefined>> = {
  TradeExecuted: ({ price, quantity, takerSide: side }) => ({ price, quantity, side, isHidden: false }),
  HiddenTradePrinted: ({ price, quantity, side }) => ({ price, quantity, side: OTHER[side]!, isHidden: true }),
  OrderExecuted: ({ price, size: quantity, side, hidden, unprinted }) =>
    unprinted ? undefined : { price, quantity, side: OTHER[side]!, isHidden: hidden === true },
  TradePrinted: ({ price, size: quantity, side, hidden }) => ({ price, quantity, side, isHidden: hidden === true }),
};

/** In their order. */
export async function readTrades(past: Past, symbol: string): Promise<readonly Trade[]> {
  const trades: Trade[] = [];
  for await (const { sequence, type, data, recordedAt } of past.events()) {
    const print = (data as { readonly symbol?: unknown }).symbol === symbol ? PRINTS[type]?.(data) : undefined;
    if (print !== undefined) trades.push({ sequence, time: recordedAt, ...print });
  }
  return trades;
}
