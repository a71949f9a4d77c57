/**
 * How NASDAQ TotalView-ITCH 5.0 lays out its messages.
 *
 * From "Nasdaq TotalView-ITCH 5.0", the interface specification of The Nasdaq Stock Market
 * (nasdaqtrader.com, Technical Support, Specifications, `NQTVITCHSpecification.pdf`). Numbers are unsigned and
 * big-endian. Texts are ASCII, with spaces behind them. A price has four bytes and four decimals; only V, the levels of
 * the market-wide circuit breaker, has prices of eight bytes and eight decimals. Each message begins alike:
 *
 *     0  type, 1 byte     1  stock locate, 2     3  tracking number, 2     5  ns since midnight in New York, 6
 *
 * and goes on at byte 11:
 *
 *     S  event, 1
 *     R  stock, 8 · facts about the stock, 20
 *     H  stock, 8 · state, 1 · reserved, 1 · reason, 4
 *     A  order, 8 · side, 1 · shares, 4 · stock, 8 · price, 4
 *     F  as A · attribution, 4
 *     E  order, 8 · shares, 4 · match, 8
 *     C  order, 8 · shares, 4 · match, 8 · printable, 1 · price, 4
 *     X  order, 8 · shares, 4
 *     D  order, 8
 *     U  order, 8 · new order, 8 · shares, 4 · price, 4
 *     P  order, 8 · side, 1 · shares, 4 · stock, 8 · price, 4 · match, 8
 *     Q  shares, 8 · stock, 8 · price, 4 · match, 8 · cross type, 1
 *     B  match, 8
 *
 * NASDAQ's daily files put the length of each message before it, in two bytes (its protocol BinaryFILE). A length of 0
 * ends the session.
 */

/** Where the fields are that every message has. */
export const LOCATE_AT = 1;
export const TIME_AT = 5;
/** Where the fields of the type begin. */
export const BODY_AT = 11;

/** Prices of orders and trades; sizes are whole shares. */
export const ITCH_PRICE_DECIMALS = 4;

interface Layout {
  readonly name: string;
  readonly bytes: number;
  /** Where the name of the stock is, in messages that have it. */
  readonly stockAt?: number;
}

/** Every type of message of version 5.0. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  S: { name: 'system event', bytes: 12 },
  R: { name: 'stock directory', bytes: 39, stockAt: 11 },
  H: { name: 'trading action', bytes: 25, stockAt: 11 },
  Y: { name: 'short sale restriction', bytes: 20, stockAt: 11 },
  L: { name: 'market participant position', bytes: 26, stockAt: 15 },
  V: { name: 'circuit breaker levels', bytes: 35 },
  W: { name: 'circuit breaker status', bytes: 12 },
  K: { name: 'IPO quotation period', bytes: 28, stockAt: 11 },
  J: { name: 'auction collar', bytes: 35, stockAt: 11 },
  h: { name: 'operational halt', bytes: 21, stockAt: 11 },
  A: { name: 'add order', bytes: 36, stockAt: 24 },
  F: { name: 'add order with attribution', bytes: 40, stockAt: 24 },
  E: { name: 'order executed', bytes: 31 },
  C: { name: 'order executed with price', bytes: 36 },
  X: { name: 'order cancel', bytes: 23 },
  D: { name: 'order delete', bytes: 19 },
  U: { name: 'order replace', bytes: 35 },
  P: { name: 'trade', bytes: 44, stockAt: 24 },
  Q: { name: 'cross trade', bytes: 40, stockAt: 19 },
  B: { name: 'broken trade', bytes: 19 },
  I: { name: 'net order imbalance', bytes: 50, stockAt: 28 },
  N: { name: 'retail interest', bytes: 20, stockAt: 11 },
  O: { name: 'direct listing price discovery', bytes: 48, stockAt: 11 },
};

/** The types that concern the market as a whole: their stock locate says nothing. */
export const MARKET_WIDE_TYPES: ReadonlySet<string> = new Set(['S', 'V', 'W']);

/** What a system event says. */
export const SYSTEM_EVENTS: Readonly<Record<string, string>> = {
  O: 'start of messages',
  S: 'start of system hours',
  Q: 'start of market hours',
  M: 'end of market hours',
  E: 'end of system hours',
  C: 'end of messages',
};

/** What a trading action says. */
export const TRADING_STATES: Readonly<Record<string, string>> = {
  H: 'halted',
  P: 'paused',
  Q: 'quotation only',
  T: 'trading',
};
