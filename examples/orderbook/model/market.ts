/** The commands of the operator: symbols, halts, the clock, hidden prints. */
import type { Rejection } from 'refold';
import { type BookEvent, type EventData, MAX_QUANTITY } from './events.ts';
import type { AdvanceClock, HaltMarket, ListSymbol, PrintHidden, ResumeMarket } from './inputs.ts';
import { cancelled } from './match.ts';
import { refuse } from './rejections.ts';
import { isClosed, MAX_SYMBOLS, type ReadonlyBook, timeOfExpiryKey } from './state.ts';

type Decision = readonly BookEvent[] | Rejection;

export function listSymbol(book: ReadonlyBook, { symbol, tick, lot, maxQuantity }: ListSymbol): Decision {
  if (book.symbols.has(symbol)) return refuse('SYMBOL_EXISTS', symbol);
  if (book.symbols.size >= MAX_SYMBOLS) return refuse('SYMBOL_LIMIT', symbol);
  if (maxQuantity < lot)
    return refuse('INVALID_TERMS', `${symbol}: maxQuantity ${maxQuantity} is below its lot ${lot}`);
  const rules = { symbol, tick, lot };
  return [{ type: 'SymbolListed', data: maxQuantity === MAX_QUANTITY ? rules : { ...rules, maxQuantity } }];
}

export function haltMarket(book: ReadonlyBook, { symbol, reason, entries }: HaltMarket): Decision {
  const market = book.symbols.get(symbol);
  if (market === undefined) return refuse('UNKNOWN_SYMBOL', symbol);
  if (market.halted) return refuse('MARKET_HALTED', symbol);
  const data: EventData<'MarketHalted'> = { symbol };
  if (reason !== undefined) data.reason = reason;
  if (entries === 'queue') data.entries = entries;
  return [{ type: 'MarketHalted', data }];
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
  if (isClosed(market)) return refuse('MARKET_HALTED', input.symbol);
  const { symbol, price, quantity, side } = input;
  return [{ type: 'HiddenTradePrinted', data: { symbol, price, quantity, side } }];
}
