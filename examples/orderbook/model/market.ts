/** The commands of the operator: symbols, halts, the clock, hidden prints. */
import type { Rejection } from 'refold';
import type { BookEvent } from './events.ts';
import type { AdvanceClock, HaltMarket, ListSymbol, PrintHidden, ResumeMarket } from './inputs.ts';
import { cancelled } from './match.ts';
import { refuse } from './rejections.ts';
import { MAX_SYMBOLS, type ReadonlyBook, timeOfExpiryKey } from './state.ts';

type Decision = readonly BookEvent[] | Rejection;

export function listSymbol(book: ReadonlyBook, { symbol, tick, lot }: ListSymbol): Decision {
  if (book.symbols.has(symbol)) return refuse('SYMBOL_EXISTS', symbol);
  if (book.symbols.size >= MAX_SYMBOLS) return refuse('SYMBOL_LIMIT', symbol);
  return [{ type: 'SymbolListed', data: { symbol, tick, lot } }];
}

export function haltMarket(book: ReadonlyBook, { symbol, reason }: HaltMarket): Decision {
  const market = book.symbols.get(symbol);
  if (market === undefined) return refuse('UNKNOWN_SYMBOL', symbol);
  if (market.halted) return refuse('MARKET_HALTED', symbol);
  return [{ type: 'MarketHalted', data: reason === undefined ? { symbol } : { symbol, reason } }];
}

export function resumeMarket(book: ReadonlyBook, { symbol }: ResumeMarket): Decision {
  const market = book.symbols.get(symbol);
  if (market === undefined) return refuse('UNKNOWN_SYMBOL', symbol);
  if (!market.halted) return refuse('MARKET_NOT_HALTED', symbol);
  return [{ type: 'MarketResumed', data: { symbol } }];
}

/** Orders expire by time, then by age. The clock's own time again is accepted and changes nothing. */
export function advanceClock(book: ReadonlyBook, { now }: AdvanceClock): Decision {
  if (now < book.clock) return refuse('CLOCK_BACKWARDS', `from ${book.clock} to ${now}`);
  if (now === book.clock) return [];
  const events: BookEvent[] = [{ type: 'ClockAdvanced', data: { now } }];
  let next = book.expiries.first();
  while (next !== undefined && timeOfExpiryKey(next[0]) <= now) {
    const [key, orderId] = next;
    const order = book.orders.get(orderId)!;
    events.push(cancelled(orderId, order, order.quantity, 'expired'));
    next = book.expiries.nextAfter(key);
  }
  return events;
}

export function printHidden(book: ReadonlyBook, input: PrintHidden): Decision {
  const market = book.symbols.get(input.symbol);
  if (market === undefined) return refuse('UNKNOWN_SYMBOL', input.symbol);
  if (market.halted) return refuse('MARKET_HALTED', input.symbol);
  const hidden = market.hidden + input.quantity;
  if (!Number.isSafeInteger(hidden)) return refuse('QUANTITY_EXHAUSTED', input.symbol);
  const { symbol, price, quantity, side } = input;
  return [{ type: 'HiddenTradePrinted', data: { symbol, price, quantity, side } }];
}
