/**
 * Follows LOBSTER's messages and the rows of its order-book file side by side.
 *
 * What the messages cannot know comes from the rows: see `lobster.ts`.
 */
import { basename } from 'node:path';
import {
  type Change,
  type FeedMessage,
  type FeedOrderId,
  orderAt,
  queueAt,
  type ReadonlyFeedBook,
  type ReadonlyFeedOrder,
  topLevels,
} from '../../follow/index.ts';
import type { Moment } from '../../market-time.ts';
import { minus, opposite, type Side, type Sum } from '../../model/index.ts';
import type { Outlook } from '../matching/lobster-outlook.ts';
import { type BookLine, type BookRow, findDifferenceOf, type Levels, SIDES, textOfTop } from '../reading/book-rows.ts';
import { beforeMessage, findCorrections, isWithin, type Window, windowOf } from '../reading/book-window.ts';
import { LOBSTER_PRICE_DECIMALS, type Message } from '../reading/lobster-messages.ts';
import type { OracleReport } from './feed-kind.ts';

export const LISTING: Change = { kind: 'list', priceDecimals: LOBSTER_PRICE_DECIMALS, sizeDecimals: 0 };

/** What a halt's price means. */
const STATUS: Readonly<Record<number, string>> = { '-1': 'halted', 0: 'quoting', 1: 'trading' };

/** What a message says, taken by its word. */
export function changeOf({ type, orderId: id, side, price, quantity: size }: Message): Change {
  switch (type) {
    case 1:
      return { kind: 'add', id, side, price, size };
    case 2:
      return { kind: 'reduce', id, size };
    case 3:
      return { kind: 'delete', id, size };
    case 4:
      return { kind: 'execute', id, size, price };
    case 5:
      return { kind: 'trade', price, size, side: opposite(side), hidden: true };
    case 6:
      return { kind: 'trade', price, size };
    case 7:
      return { kind: 'status', status: STATUS[price]! };
  }
}

/** Volume that an order gives. */
interface Taken {
  readonly id: FeedOrderId;
  readonly size: number;
}

/** Follows messages and rows side by side. */
export class Follower {
  seeded = 0;
  seededByName = 0;
  /** Corrections of levels that were in the window already. Unless this is 0, book and file disagree. */
  resyncsInsideWindow = 0;
  readonly #book: ReadonlyFeedBook;
  readonly #symbol: string;
  readonly #outlook: Outlook;
  readonly #file: string;
  readonly #levels: Levels;
  #place: Omit<FeedMessage, 'change'>;
  #window: Window = { buy: Number.POSITIVE_INFINITY, sell: Number.NEGATIVE_INFINITY };
  /** Orders whose size is a guess, because volume was given to them or taken from them. */
  readonly #guessed = new Set<FeedOrderId>();
  /** Orders whose owner has left: they stand for volume of others. */
  readonly #orphans = new Set<FeedOrderId>();
  #largestId = Number.NEGATIVE_INFINITY;
  #seeds = 0;
  #checked = 0;
  #wrong = 0;
  #lastWrong = 0;
  #first: OracleReport['first'] = null;

  constructor(book: ReadonlyFeedBook, symbol: string, outlook: Outlook, file: string) {
    this.#book = book;
    this.#symbol = symbol;
    this.#outlook = outlook;
    this.#file = basename(file);
    this.#levels = (side, depth) => topLevels(book, symbol, side, depth);
    this.#place = { symbol, time: undefined, line: 0 };
  }

  get oracle(): OracleReport {
    return { of: 'order-book rows', checked: this.#checked, wrong: this.#wrong, first: this.#first };
  }

  moveTo({ line }: Message, time: Moment): void {
    this.#place = { symbol: this.#symbol, time, line };
  }

  /** The listing, and the volume that stood there before the first message. */
  open(message: Message, row: BookRow): readonly FeedMessage[] {
    this.#window = windowOf(row);
    const top = beforeMessage(row, message);
    const seeds = SIDES.flatMap((side) =>
      top[side].flatMap(({ price, quantity }) => this.#seed(side, price, quantity)),
    );
    return [LISTING, ...seeds].map((change) => this.#message(change));
  }

  changesOf(message: Message): readonly FeedMessage[] {
    const { type, orderId, side, price } = message;
    if (type === 1) this.#largestId = Math.max(this.#largestId, orderId);
    if (type !== 2 && type !== 3 && type !== 4) return [this.#message(changeOf(message))];
    const order = orderAt(this.#book, this.#symbol, orderId);
    if (order === undefined) this.#outlook.pass(message);
    if (order === undefined || this.#guessed.has(orderId)) return this.#leaveGuessed(message, order);
    const change = this.#message(changeOf(message));
    if (order.side === side && order.price === price) return [change];
    return [this.#message({ kind: 'mismatch', mismatch: 'otherPlace' }), change];
  }

  /** Compares the book with a row. Returns what has to be done about levels that it cannot know, or that are wrong. */
  check(line: BookLine): readonly FeedMessage[] {
    this.#checked++;
    const { levels } = line;
    const [buy, sell] = [this.#levels('buy', levels), this.#levels('sell', levels)];
    if (textOfTop(buy, sell, levels) === line.text) {
      this.#window = windowOf({ buy, sell, levels });
      return [];
    }
    const row = line.row();
    const difference = findDifferenceOf(this.#levels, row, row.levels);
    const before = this.#window;
    this.#window = windowOf(row);
    if (difference === undefined) return [];
    const corrections = SIDES.flatMap((side) => findCorrections(this.#levels, side, row[side], this.#window[side]));
    const inside = corrections.filter(({ side, price }) => isWithin(side, price, before[side])).length;
    this.resyncsInsideWindow += inside;
    if (inside > 0) this.#noteWrong(difference);
    return corrections
      .flatMap(({ side, price, missing }) => {
        return missing < 0 ? this.#surplus(side, price, minus(0, missing)) : this.#seed(side, price, Number(missing));
      })
      .map((change) => this.#message(change));
  }

  /** After the corrections, the row must be right. */
  checkAgain(row: BookRow): void {
    const difference = findDifferenceOf(this.#levels, row, row.levels);
    if (difference !== undefined) this.#noteWrong(difference);
  }

  #noteWrong(difference: string): void {
    const { line } = this.#place;
    if (this.#lastWrong === line) return;
    this.#lastWrong = line;
    this.#wrong++;
    this.#first ??= { file: this.#file, line, difference };
  }

  #message(change: Change): FeedMessage {
    return { ...this.#place, change };
  }

  /** Volume that is missing at a price: orders that the file names later, and an anonymous one for the rest. */
  #seed(side: Side, price: number, missing: number): Change[] {
    this.seeded++;
    const changes: Change[] = [];
    let rest = missing;
    for (const { orderId, quantity } of this.#outlook.settle(side, price, missing, this.#largestId)) {
      if (orderAt(this.#book, this.#symbol, orderId) !== undefined) continue;
      this.seededByName++;
      this.#guessed.add(orderId);
      changes.push({ kind: 'add', id: orderId, side, price, size: quantity });
      rest -= quantity;
    }
    if (rest > 0) changes.push({ kind: 'add', id: `seed ${++this.#seeds}`, side, price, size: rest });
    return changes;
  }

  /**
   * A message of an order that did not enter in the file, or whose size is a guess. What it does not have comes from the
   * others at its price. What they do not have is a mismatch.
   */
  #leaveGuessed(message: Message, order: ReadonlyFeedOrder | undefined): readonly FeedMessage[] {
    const { type, orderId, side, price, quantity } = message;
    const isThere = order?.side === side && order.price === price;
    const own = isThere ? Math.min(order.quantity, quantity) : 0;
    const taken: Taken[] = own === 0 ? [] : [{ id: orderId, size: own }];
    // Its owner has left. The rest is volume of another order.
    if (type === 3 && isThere && own < order.quantity) this.#orphans.add(orderId);
    taken.push(...this.#others(side, price, quantity - own, orderId));
    const rest = taken.reduce((sum, { size }) => sum - size, quantity);
    const changes = taken.map(({ id, size }): Change => {
      return type === 4 ? { kind: 'execute', id, size, price } : { kind: 'reduce', id, size };
    });
    if (rest > 0) changes.push(changeOf({ ...message, quantity: rest }));
    return changes.map((change) => this.#message(change));
  }

  /** Takes volume out of a level. */
  #surplus(side: Side, price: number, quantity: Sum): Change[] {
    return this.#others(side, price, quantity).map(({ id, size }) => ({ kind: 'reduce', id, size }));
  }

  /** Orders that give volume at a price: anonymous ones first, then those that the file never ends, then the youngest. */
  #others(side: Side, price: number, quantity: Sum, except?: FeedOrderId): Taken[] {
    if (quantity === 0) return [];
    const queue = queueAt(this.#book, this.#symbol, side, price).filter((id) => id !== except);
    const isAnonymous = (id: FeedOrderId): boolean => typeof id === 'string' || this.#orphans.has(id);
    const anonymous = queue.filter((id) => isAnonymous(id));
    const named = queue.filter((id) => !isAnonymous(id)).toReversed();
    const unfinished = named.filter((id) => this.#outlook.isUnfinished(id as number));
    const others = named.filter((id) => !this.#outlook.isUnfinished(id as number));
    const taken: Taken[] = [];
    let rest = quantity;
    for (const id of [...anonymous, ...unfinished, ...others]) {
      if (rest === 0) break;
      const { quantity: open } = orderAt(this.#book, this.#symbol, id)!;
      const size = open < rest ? open : Number(rest);
      rest = minus(rest, size);
      this.#guessed.add(id);
      taken.push({ id, size });
    }
    return taken;
  }
}
