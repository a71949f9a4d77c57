/**
 * One symbol's channels: which levels its events touched, and what is said of them when its book counts again.
 *
 * It keeps what the touched levels were before, and asks the book for what they are after. So a commit costs what it
 * touches. With a depth it also keeps what was shown, and compares that with the new top when a change reaches it.
 */
import type { Moment } from '../market-time.ts';
import type { LevelView, Side, Sum } from '../model/index.ts';
import type { Decimals } from '../questions/books/book-kind.ts';
import type { Best, Channel, MarketMessage, MarketSnapshot, SnapshotReason } from './messages.ts';
import type { PublishedBook, PublishedTrade, Touched } from './published-book.ts';

/** What stands at a price. */
interface Totals {
  readonly quantity: Sum;
  readonly count: number;
}

const NOTHING: Totals = { quantity: 0, count: 0 };
const SIDES = ['buy', 'sell'] as const;

/** One value for each side. */
type Sides<Value> = { readonly [side in Side]: Value };

/** The last change of a symbol that counts. */
interface Settled {
  readonly sequence: number;
  readonly time: Moment;
}

export interface SymbolFeedParts<State extends object> {
  readonly book: PublishedBook<State>;
  readonly symbol: string;
  /** Levels of each side; infinite for all. */
  readonly depth: number;
  readonly channels: ReadonlySet<Channel>;
}

export class SymbolFeed<State extends object> {
  readonly symbol: string;
  readonly #parts: SymbolFeedParts<State>;
  /** What the levels that were touched since the last message were before, by price. */
  readonly #before: Sides<Map<number, Totals>> = { buy: new Map(), sell: new Map() };
  #trades: PublishedTrade[] = [];
  /** The sequence of the last message of each channel. */
  readonly #previous: Record<Channel, number>;
  /** What was shown, with a depth; without one nothing is kept. */
  #shown: { buy: readonly LevelView[]; sell: readonly LevelView[] } = { buy: [], sell: [] };
  #bid: Best | null = null;
  #ask: Best | null = null;

  /** @param begin where publishing begins: `state` is as of that sequence */
  constructor(parts: SymbolFeedParts<State>, state: State, begin: number) {
    this.#parts = parts;
    this.symbol = parts.symbol;
    this.#previous = { l2: begin, trades: begin, bbo: begin };
    this.#look(state);
  }

  /** Call it before the fold of an event that may change these levels. */
  touch(state: State, levels: Touched): void {
    if (levels !== 'all') for (const { side, price } of levels) this.#note(state, side, price);
    else {
      for (const side of SIDES)
        for (const { price } of this.#levels(state, side, Number.POSITIVE_INFINITY)) this.#note(state, side, price);
    }
  }

  trade(trade: PublishedTrade): void {
    this.#trades.push(trade);
  }

  /** Adds the messages of what has happened since the last time. Call it after a commit, when the book counts. */
  tell(state: State, at: Settled, messages: MarketMessage[]): void {
    const { symbol, channels } = this.#parts;
    const { sequence, time } = at;
    const decimals = this.#decimals(state);
    const told = { symbol, sequence, time, decimals } as const;
    if (this.#trades.length > 0 && channels.has('trades')) {
      messages.push({
        channel: 'trades',
        kind: 'trades',
        ...told,
        previous: this.#next('trades', sequence),
        trades: this.#trades,
      });
    }
    this.#trades = [];
    const isTouched = this.#before.buy.size > 0 || this.#before.sell.size > 0;
    if (!isTouched) return;
    const [bids, asks] = [this.#changed(state, 'buy'), this.#changed(state, 'sell')];
    this.#before.buy.clear();
    this.#before.sell.clear();
    if (bids.length + asks.length === 0) return;
    if (channels.has('l2')) {
      messages.push({ channel: 'l2', kind: 'diff', ...told, previous: this.#next('l2', sequence), bids, asks });
    }
    if (channels.has('bbo') && this.#moveBest(state)) {
      const previous = this.#next('bbo', sequence);
      messages.push({ channel: 'bbo', kind: 'bbo', ...told, previous, bid: this.#bid, ask: this.#ask });
    }
  }

  /** How a channel is, as of the last change that counts. */
  snapshot(state: State, channel: Channel, at: Settled, reason: SnapshotReason): MarketSnapshot {
    const { symbol, depth } = this.#parts;
    const told = { kind: 'snapshot', symbol, ...at, decimals: this.#decimals(state), reason } as const;
    if (channel === 'trades') return { channel, ...told };
    const [bids, asks] = [this.#settled(state, 'buy', depth), this.#settled(state, 'sell', depth)];
    if (channel === 'l2') return { channel, ...told, bids, asks };
    return { channel, ...told, bid: bestOf(bids), ask: bestOf(asks) };
  }

  #decimals(state: State): Decimals | undefined {
    return this.#parts.book.decimals(state, this.symbol);
  }

  #levels(state: State, side: Side, depth: number): LevelView[] {
    return this.#parts.book.topLevels(state, this.symbol, side, depth);
  }

  #level(state: State, side: Side, price: number): Totals {
    return this.#parts.book.level(state, this.symbol, side, price) ?? NOTHING;
  }

  #note(state: State, side: Side, price: number): void {
    const before = this.#before[side];
    if (before.has(price)) return;
    const { quantity, count } = this.#level(state, side, price);
    before.set(price, { quantity, count });
  }

  #next(channel: Channel, sequence: number): number {
    const previous = this.#previous[channel];
    this.#previous[channel] = sequence;
    return previous;
  }

  /** Looks at what is shown, at the beginning. */
  #look(state: State): void {
    const { depth } = this.#parts;
    if (depth !== Number.POSITIVE_INFINITY) {
      this.#shown = { buy: this.#levels(state, 'buy', depth), sell: this.#levels(state, 'sell', depth) };
    }
    this.#moveBest(state);
  }

  /** The levels of a side that are not as they were told, best first. */
  #changed(state: State, side: Side): LevelView[] {
    const before = this.#before[side];
    if (before.size === 0) return [];
    const { depth } = this.#parts;
    if (depth !== Number.POSITIVE_INFINITY) return this.#changedTop(state, side, depth);
    const changed: LevelView[] = [];
    for (const [price, was] of before) {
      const { quantity, count } = this.#level(state, side, price);
      if (quantity !== was.quantity || count !== was.count) changed.push({ price, quantity, count });
    }
    return changed.length > 1 ? changed.sort((a, b) => compare(side, a.price, b.price)) : changed;
  }

  #changedTop(state: State, side: Side, depth: number): LevelView[] {
    const shown = this.#shown[side];
    const worst = shown.length < depth ? undefined : shown.at(-1)!.price;
    const isBeyond = (price: number): boolean => worst !== undefined && compare(side, price, worst) > 0;
    if (this.#before[side].keys().every(isBeyond)) return [];
    const top = this.#levels(state, side, depth);
    this.#shown[side] = top;
    return changesOf(shown, top, side);
  }

  /** Whether the best bid or ask is another one. */
  #moveBest(state: State): boolean {
    const [bid, ask] = [bestOf(this.#levels(state, 'buy', 1)), bestOf(this.#levels(state, 'sell', 1))];
    const isSame = sameBest(bid, this.#bid) && sameBest(ask, this.#ask);
    this.#bid = bid;
    this.#ask = ask;
    return !isSame;
  }

  /** The levels of a side as of the last change that counts: those touched since are as they were before. */
  #settled(state: State, side: Side, depth: number): readonly LevelView[] {
    const before = this.#before[side];
    if (before.size === 0) return this.#levels(state, side, depth);
    const levels = new Map(this.#levels(state, side, Number.POSITIVE_INFINITY).map((level) => [level.price, level]));
    for (const [price, was] of before) {
      if (was.count === 0 && was.quantity === 0) levels.delete(price);
      else levels.set(price, { price, ...was });
    }
    return [...levels.values()].sort((a, b) => compare(side, a.price, b.price)).slice(0, depth);
  }
}

/** What turns one list of levels, best first, into another. */
function changesOf(before: readonly LevelView[], after: readonly LevelView[], side: Side): LevelView[] {
  const changes: LevelView[] = [];
  let [old, next] = [0, 0];
  while (old < before.length || next < after.length) {
    const [was, is] = [before[old], after[next]];
    const order = was === undefined ? 1 : is === undefined ? -1 : compare(side, was.price, is.price);
    if (order < 0) changes.push({ price: was!.price, quantity: 0, count: 0 });
    else if (order > 0 || was!.quantity !== is!.quantity || was!.count !== is!.count) changes.push(is!);
    if (order <= 0) old++;
    if (order >= 0) next++;
  }
  return changes;
}

/** Below 0 if the first price is the better one. */
function compare(side: Side, a: number, b: number): number {
  return side === 'buy' ? b - a : a - b;
}

function bestOf([level]: readonly LevelView[]): Best | null {
  return level === undefined ? null : { price: level.price, quantity: level.quantity };
}

function sameBest(a: Best | null, b: Best | null): boolean {
  return a === b || (a !== null && b !== null && a.price === b.price && a.quantity === b.quantity);
}
