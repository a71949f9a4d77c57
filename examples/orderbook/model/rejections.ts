/**
 * The closed set of reasons for which a command is refused.
 *
 * A rejection is an answer, not an event: the log and the state stay as they were. (A stop order that fails when it
 * triggers is another matter: it was accepted once, so its end is recorded as `OrderRejected`.)
 */
import { type Rejection, reject } from 'refold';

/** Each code with what it means. */
export const REJECTIONS = {
  UNKNOWN_SYMBOL: 'no such symbol is listed',
  SYMBOL_EXISTS: 'the symbol is listed already',
  SYMBOL_LIMIT: 'the book cannot hold more than 8,192 symbols',
  DUPLICATE_ORDER_ID: 'an open order has this id; ids are unique in the whole book, not in each symbol',
  UNKNOWN_ORDER: 'no open order has this id: never placed, filled, or cancelled',
  NOT_OWNER: 'the order belongs to another account',
  INVALID_INPUT: 'the command is not of the shape that its schema describes',
  INVALID_TERMS: 'the terms contradict each other',
  PRICE_OUT_OF_RANGE: 'prices are whole numbers from 1 to 2^40 - 1: shift negative prices, and scale larger ones',
  PRICE_OFF_TICK: 'the price is not a multiple of the tick',
  QUANTITY_OFF_LOT: 'the quantity is not a multiple of the lot',
  QUANTITY_ABOVE_MAXIMUM: 'the quantity is above the largest that an order of the symbol may have',
  QUANTITY_TOO_LARGE: 'the order cannot shrink by more than is open',
  FOK_UNFILLABLE: 'a fill-or-kill order finds too little quantity within its limit',
  POST_ONLY_WOULD_TAKE: 'a post-only order would trade at once',
  STOP_WOULD_TRIGGER: 'the last trade has reached the stop price already',
  STOP_WAITING: 'a stop order that waits for its price cannot be replaced',
  EXPIRED_ON_ARRIVAL: 'the market clock has reached expiresAt already',
  MARKET_HALTED: 'the market is halted',
  MARKET_NOT_HALTED: 'the market is not halted',
  CLOCK_BACKWARDS: 'the market clock never goes back',
} as const;

export type RejectionCode = keyof typeof REJECTIONS;

export const REJECTION_CODES = Object.keys(REJECTIONS) as readonly RejectionCode[];

/** Refuses with one of the codes. `detail` names the particulars, such as the order id. */
export function refuse(code: RejectionCode, detail: string): Rejection {
  return reject(code, `${REJECTIONS[code]} (${detail})`);
}
