/**
 * Turns what venues say into messages of a feed: one message a level, and the book counts after the last one.
 *
 * It notices what contradicts the feed itself: a checksum that is not the book's (`checksum`), a message that does not
 * follow the one before it (`sequenceGap`), an update before there is a book (`withoutSnapshot`), and the removal of a
 * level that is not there (`unknownLevel`). All are counted, and none ends the reading.
 */
import type { Change, FeedMessage } from '../../../follow/messages.ts';
import type { Side } from '../../../model/events.ts';
import { nameOf } from '../../reading/csv.ts';
import { type ChecksumRule, checksumOf, type L2Side, tokenOf } from './book.ts';
import { type Scaled, scaled, scaledTrade } from './levels.ts';
import { type Market, newMarket, orderOf } from './market.ts';
import { type BookUpdate, type Level, MessageProblem, type TradePrint, type VenueMessage } from './messages.ts';
import type { ChecksumCount, L2Options } from './options.ts';
import { chooseDecimals, type Scale } from './scale.ts';

/** The longest symbol. */
const LONGEST_NAME = 64;
/** The symbol of a file that names none. */
const UNNAMED = 'BOOK';
/** Updates that wait for a snapshot. */
const MAX_EARLY = 100_000;

export class L2Books {
  readonly #options: L2Options;
  readonly #path: () => string;
  readonly #markets = new Map<string, Market>();
  /** Told beside the books. */
  readonly #scales = new Map<string, Scale>();
  readonly #depths = new Map<string, number>();
  /** A snapshot that names no symbol, until one is known. */
  #nameless: BookUpdate | undefined;
  /** The number of the last message of the connection, where they have one. */
  #number: number | undefined;
  #hasGap = false;
  /** Messages of books, and of their trades, so far. */
  told = 0;
  /** The symbols of those that were not asked for. */
  readonly others = new Set<string>();
  /** Some of them are of a source that is not one of the venues. */
  isPlain = false;
  checked = 0;
  failed = 0;
  absent = 0;
  first: ChecksumCount['first'] = null;

  constructor(options: L2Options, path: () => string) {
    this.#options = options;
    this.#path = path;
  }

  /** The symbols that were asked for and that no message has named. */
  get missing(): string[] {
    return (this.#options.symbols ?? []).filter((symbol) => !this.#markets.has(symbol));
  }

  /** Whether there is a book that no message has named. */
  get isNameless(): boolean {
    return this.#nameless !== undefined;
  }

  /** The largest depth that a book is cut to. */
  get depth(): number | undefined {
    const depths = [...this.#markets.values()].flatMap(({ depth }) => depth ?? []);
    return depths.length === 0 ? undefined : Math.max(...depths);
  }

  /**
   * Adds what a message says to `out`.
   *
   * @throws MessageProblem before anything is added
   */
  apply(message: VenueMessage, line: number, out: FeedMessage[]): void {
    switch (message.kind) {
      case 'book':
        this.#book(message, line, out);
        return;
      case 'trade':
        this.#trade(message, line, out);
        return;
      case 'scale':
        this.#scales.set(message.symbol, { price: message.price, size: message.size });
        return;
      case 'depth':
        this.#depths.set(message.symbol, message.depth);
        return;
      case 'number':
        // A new connection counts from 0 again.
        if (this.#number !== undefined && message.value !== 0 && message.value !== this.#number + 1)
          this.#hasGap = true;
        this.#number = message.value;
        return;
      case 'ignored':
        out.push({ symbol: '', time: undefined, line, change: { kind: 'ignored', name: message.name } });
    }
  }

  #book(update: BookUpdate, line: number, out: FeedMessage[]): void {
    this.told++;
    if (update.habits.needsNoSnapshot === true) this.isPlain = true;
    const symbol = update.symbol === undefined ? this.#onlySymbol(update) : nameOf(update.symbol);
    if (symbol === undefined) {
      this.#nameless = update;
      return;
    }
    if (!this.#isWanted(symbol)) return;
    const market = this.#market(symbol);
    market.channel ??= update.channel;
    if (market.channel !== update.channel) {
      out.push(ignored(symbol, line, update.channel));
      return;
    }
    const nameless = this.#nameless;
    this.#nameless = undefined;
    if (nameless !== undefined) this.#enter(market, nameless, line, out);
    this.#enter(market, update, line, out);
  }

  /** A message of a market: now, or after the snapshot that it came before. */
  #enter(market: Market, update: BookUpdate, line: number, out: FeedMessage[]): void {
    if (!market.isOpen && !update.isSnapshot && update.habits.needsNoSnapshot !== true) {
      if (update.habits.keepsEarlyUpdates === true && market.early.length < MAX_EARLY) {
        market.early.push(update);
        out.push(ignored(market.symbol, line, 'update before the snapshot'));
      } else {
        out.push(mismatched(market.symbol, update, line, 'withoutSnapshot'));
      }
      return;
    }
    this.#settle(market, update, line, out);
    if (!update.isSnapshot || market.early.length === 0) return;
    const early = market.early;
    market.early = [];
    for (const one of early) this.#settle(market, one, line, out);
  }

  #settle(market: Market, update: BookUpdate, line: number, out: FeedMessage[]): void {
    const { symbol } = market;
    const order = orderOf(market, update);
    if (order === 'stale') {
      out.push(ignored(symbol, line, 'update that the snapshot covers'));
      return;
    }
    if (market.scale === undefined && !update.levels.some(({ size }) => /[1-9]/.test(size))) {
      this.#waitForLevels(market, update, line, out);
      return;
    }
    const scale = this.#scaleOf(market, update);
    const levels = update.levels.map((level) => scaled(level, scale));
    const changes: Change[] = [];
    const unknown = this.#setLevels(market, update, levels, changes);
    if (market.scale === undefined) {
      market.scale = scale;
      const change: Change = { kind: 'list', priceDecimals: scale.price, sizeDecimals: scale.size, levelsOnly: true };
      out.push({ symbol, time: update.time, line, change });
    }
    if (order === 'gap' || this.#hasGap) out.push(mismatched(symbol, update, line, 'sequenceGap'));
    this.#hasGap = false;
    market.isOpen = true;
    market.isFirstAfterSnapshot = update.isSnapshot;
    if (update.sequence !== undefined) market.sequence = update.sequence;
    // The book counts again after the last one, also where a message changes nothing.
    if (changes.length === 0 && update.goesOn !== true) out.push(ignored(symbol, line, 'no change'));
    const last = update.goesOn === true ? changes.length : changes.length - 1;
    for (let index = 0; index < changes.length; index++) {
      const change = changes[index]!;
      if (index < last) out.push({ symbol, time: update.time, line, more: true, change });
      else out.push({ symbol, time: update.time, line, change });
    }
    for (let count = 0; count < unknown; count++) out.push(mismatched(symbol, update, line, 'unknownLevel'));
    if (update.checksum !== undefined) this.#check(market, update, update.checksum, line, out);
  }

  /** Only a level that is set tells the scale: before it there is nothing to list. */
  #waitForLevels(market: Market, update: BookUpdate, line: number, out: FeedMessage[]): void {
    const { symbol } = market;
    if (update.isSnapshot) market.isOpen = true;
    if (update.sequence !== undefined) market.sequence = update.sequence;
    const removes = update.levels.length > 0 && !update.isSnapshot && update.habits.removesUnknown !== true;
    out.push(removes ? mismatched(symbol, update, line, 'unknownLevel') : ignored(symbol, line, 'no change'));
  }

  /** Sets the levels, and adds what changes. Returns how many levels were to be removed that are not there. */
  #setLevels(market: Market, update: BookUpdate, levels: readonly Scaled[], changes: Change[]): number {
    const { bids, asks, digits } = market;
    const rule = update.habits.checksum;
    if (update.isSnapshot) {
      bids.clear();
      asks.clear();
      changes.push({ kind: 'clear' });
    }
    let unknown = 0;
    for (let index = 0; index < levels.length; index++) {
      const { price, size, count } = levels[index]!;
      const { side, price: priceText, size: sizeText } = update.levels[index]!;
      const levelsOfSide = side === 'buy' ? bids : asks;
      if (size > 0) {
        levelsOfSide.set(price, tokenOf(rule, priceText, sizeText, digits));
      } else if (!levelsOfSide.remove(price)) {
        if (update.habits.removesUnknown !== true && !update.isSnapshot && update.goesOn !== true) unknown++;
        continue;
      }
      if (count === undefined) changes.push({ kind: 'level', side, price, size });
      else changes.push({ kind: 'level', side, price, size, count });
    }
    if (market.depth !== undefined) {
      dropBeyond(market.depth, bids, 'buy', changes);
      dropBeyond(market.depth, asks, 'sell', changes);
    }
    return unknown;
  }

  #check(
    market: Market,
    update: BookUpdate,
    { rule, value }: { readonly rule: ChecksumRule; readonly value: number },
    line: number,
    out: FeedMessage[],
  ): void {
    if (rule === 'okx' && value === 0 && !market.hasChecksums) {
      this.absent++;
      return;
    }
    market.hasChecksums = true;
    this.checked++;
    const computed = checksumOf(rule, market.bids, market.asks);
    if (computed === value) return;
    this.failed++;
    this.first ??= { path: this.#path(), line, given: value, computed };
    out.push(mismatched(market.symbol, update, line, 'checksum'));
  }

  #trade(trade: TradePrint, line: number, out: FeedMessage[]): void {
    const symbol = nameOf(trade.symbol);
    if (!this.#isWanted(symbol)) return;
    const market = this.#market(symbol);
    market.tradeChannel ??= trade.channel;
    if (market.scale === undefined || market.tradeChannel !== trade.channel) {
      const name = market.scale === undefined ? 'trade before the book' : trade.channel;
      out.push(ignored(symbol, line, name));
      return;
    }
    out.push({ symbol, time: trade.time, line, change: scaledTrade(trade, market.scale) });
    this.told++;
  }

  #market(symbol: string): Market {
    const known = this.#markets.get(symbol);
    if (known !== undefined) return known;
    if (symbol === '' || symbol.length > LONGEST_NAME) {
      throw new MessageProblem(
        '',
        `names the symbol ${JSON.stringify(symbol)}`,
        `Symbols have 1 to ${LONGEST_NAME} characters`,
      );
    }
    const market = newMarket(symbol);
    this.#markets.set(symbol, market);
    return market;
  }

  /** The scale, which the first message tells. Each snapshot tells the depth, and the digits of the checksum. */
  #scaleOf(market: Market, update: BookUpdate): Scale {
    if (market.scale !== undefined && !update.isSnapshot) return market.scale;
    const { priceDecimals, sizeDecimals } = this.#options;
    const venue = this.#scales.get(market.symbol);
    const writesZeros = update.habits.writesZeros === true;
    const price = chooseDecimals({
      texts: update.levels.map((level) => level.price),
      writesZeros,
      option: priceDecimals,
      venue: venue?.price,
    });
    const size = chooseDecimals({
      // A removal may have the size 0 without decimals.
      texts: update.levels.map((level) => level.size).filter((text) => /[1-9]/.test(text)),
      writesZeros,
      option: sizeDecimals,
      venue: venue?.size,
    });
    market.digits = { price: price.digits, size: size.digits };
    const { depths = [] } = update.habits;
    const subscribed = this.#options.depth ?? update.depth ?? this.#depths.get(market.symbol);
    market.depth = subscribed ?? depthOf(update.levels, depths);
    return market.scale ?? { price: price.scale, size: size.scale };
  }

  #isWanted(symbol: string): boolean {
    const { symbols = [] } = this.#options;
    const isWanted = symbols.length === 0 || symbols.includes(symbol);
    if (!isWanted) this.others.add(symbol);
    return isWanted;
  }

  /** The symbol of a message without one; undefined if a later message tells it. */
  #onlySymbol({ habits }: BookUpdate): string | undefined {
    const { symbol, symbols = [] } = this.#options;
    if (symbol !== undefined) return symbol;
    if (symbols.length === 1) return symbols[0];
    if (this.#markets.size === 1) return this.#markets.values().next().value!.symbol;
    if (this.#markets.size === 0) return habits.needsNoSnapshot === true ? UNNAMED : undefined;
    throw new MessageProblem('symbol', 'is missing', 'Give --set symbol=NAME: the feed has several symbols');
  }
}

/** The depth that was subscribed to, as far as the first snapshot tells. */
function depthOf(levels: readonly Level[], depths: readonly number[]): number | undefined {
  const bids = levels.filter(({ side }) => side === 'buy').length;
  const most = Math.max(bids, levels.length - bids);
  return depths.find((depth) => depth >= most);
}

function dropBeyond(depth: number, levels: L2Side, side: Side, changes: Change[]): void {
  while (levels.size > depth) changes.push({ kind: 'level', side, price: levels.removeWorst(), size: 0 });
}

function mismatched(symbol: string, { time }: BookUpdate, line: number, mismatch: string): FeedMessage {
  return { symbol, time, line, change: { kind: 'mismatch', mismatch } };
}

function ignored(symbol: string, line: number, name: string): FeedMessage {
  return { symbol, time: undefined, line, change: { kind: 'ignored', name } };
}
