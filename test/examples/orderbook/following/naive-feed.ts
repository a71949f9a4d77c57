/** A second, plain book of a feed: an array of orders in the order of arrival. And made-up feeds, from a seed. */
import type { Change, FeedMessage, FeedOrderId } from '../../../../examples/orderbook/follow/index.ts';
import type { Side } from '../../../../examples/orderbook/model/index.ts';

interface NaiveOrder {
  readonly id: FeedOrderId;
  readonly side: Side;
  readonly price: number;
  size: number;
}

interface NaiveSymbol {
  readonly scale: string;
  readonly levelsOnly: boolean;
  orders: NaiveOrder[];
  levels: { side: Side; price: number; size: number; count: number }[];
  unfinished: boolean;
  status: string | null;
  /** Newest last. */
  trades: string[];
}

/** What a naive book shows of one symbol. */
export interface NaiveView {
  readonly bids: readonly string[];
  readonly asks: readonly string[];
  readonly status: string | null;
  readonly unfinished: boolean;
  readonly trades: readonly string[];
}

export class NaiveFeedBook {
  readonly symbols = new Map<string, NaiveSymbol>();
  readonly mismatches = new Map<string, { count: number; line: number }>();

  apply(message: FeedMessage): void {
    const book = this.symbols.get(message.symbol);
    const changes = hasEffect(book, message.change);
    const problem = book === undefined ? this.#first(message) : this.#change(book, message.change);
    if (problem !== undefined) {
      const known = this.mismatches.get(problem);
      if (known === undefined) this.mismatches.set(problem, { count: 1, line: message.line });
      else known.count++;
    }
    const after = this.symbols.get(message.symbol);
    if (after === undefined) return;
    // A message without effect cannot make the book wait; one that ends a change of several ends it with or without effect.
    if (message.more !== true) after.unfinished = false;
    else if (problem !== undefined || changes) after.unfinished = true;
  }

  view(symbol: string): NaiveView {
    const book = this.symbols.get(symbol)!;
    const { status, unfinished, trades } = book;
    return { bids: levels(book, 'buy'), asks: levels(book, 'sell'), status, unfinished, trades: trades.slice(-50) };
  }

  #first({ symbol, change }: FeedMessage): string | undefined {
    if (change.kind === 'ignored') return undefined;
    if (change.kind === 'mismatch') return change.mismatch;
    if (change.kind !== 'list') return 'unknownSymbol';
    const levelsOnly = change.levelsOnly === true;
    const scale = `${change.priceDecimals} ${change.sizeDecimals} ${levelsOnly}`;
    const empty = { orders: [], levels: [], trades: [], unfinished: false, status: null };
    this.symbols.set(symbol, { scale, levelsOnly, ...empty });
    return undefined;
  }

  #change(book: NaiveSymbol, change: Change): string | undefined {
    if (change.kind === 'ignored') return undefined;
    if (change.kind === 'mismatch') return change.mismatch;
    if (change.kind === 'list') {
      const scale = `${change.priceDecimals} ${change.sizeDecimals} ${change.levelsOnly === true}`;
      return scale === book.scale ? undefined : 'listedOtherwise';
    }
    if (change.kind === 'status') book.status = change.status;
    else if (change.kind === 'trade') {
      book.trades.push(`${change.price} ${change.size} ${change.side ?? null} null ${change.hidden === true}`);
    } else if (change.kind === 'clear') {
      const stays = (of: { side: Side }): boolean => change.side !== undefined && of.side !== change.side;
      book.orders = book.orders.filter(stays);
      book.levels = book.levels.filter(stays);
    } else if (change.kind === 'level') {
      if (!book.levelsOnly) return 'otherKindOfFeed';
      book.levels = book.levels.filter(({ side, price }) => side !== change.side || price !== change.price);
      const { side, price, size, count = 0 } = change;
      if (size > 0) book.levels.push({ side, price, size, count });
    } else return book.levelsOnly ? 'otherKindOfFeed' : changeOrder(book, change);
    return undefined;
  }
}

function hasEffect(book: NaiveSymbol | undefined, change: Change): boolean {
  if (change.kind === 'ignored') return false;
  if (change.kind === 'list') return book === undefined;
  if (change.kind !== 'level' || change.size > 0) return true;
  return book?.levels.some(({ side, price }) => side === change.side && price === change.price) ?? false;
}

function changeOrder(
  book: NaiveSymbol,
  change: Extract<Change, { kind: 'add' | 'execute' | 'reduce' | 'change' | 'replace' | 'delete' }>,
): string | undefined {
  const at = book.orders.findIndex(({ id }) => id === change.id);
  const order = book.orders[at];
  if (change.kind === 'add') {
    const { id, side, price, size } = change;
    if (order !== undefined) book.orders.splice(at, 1);
    book.orders.push({ id, side, price, size });
    return order === undefined ? undefined : 'enteredAgain';
  }
  if (order === undefined) return 'unknownOrder';
  const open = order.size;
  const taker = order.side === 'buy' ? 'sell' : 'buy';
  switch (change.kind) {
    case 'execute': {
      const size = Math.min(open, change.size);
      const isTooLarge = change.size > open;
      order.size -= size;
      if (order.size === 0) book.orders.splice(at, 1);
      const price = isTooLarge ? order.price : (change.price ?? order.price);
      const hidden = !isTooLarge && change.hidden === true;
      // A remedy is always on the tape.
      if (isTooLarge || change.unprinted !== true) book.trades.push(`${price} ${size} ${taker} ${change.id} ${hidden}`);
      return isTooLarge ? 'executedBeyondOpen' : undefined;
    }
    case 'reduce':
      order.size -= change.size;
      if (order.size <= 0) book.orders.splice(at, 1);
      return change.size > open ? 'reducedBeyondOpen' : undefined;
    case 'delete':
      book.orders.splice(at, 1);
      return (change.size ?? open) === open ? undefined : 'deletedOtherSize';
    case 'change': {
      const { id, price, size, side = order.side } = change;
      if (price === order.price && side === order.side && size <= open) order.size = size;
      else {
        book.orders.splice(at, 1);
        book.orders.push({ id, side, price, size });
      }
      return undefined;
    }
    case 'replace': {
      const { newId, price, size } = change;
      const isTaken = newId !== change.id && book.orders.some(({ id }) => id === newId);
      book.orders.splice(at, 1);
      if (!isTaken) book.orders.push({ id: newId, side: order.side, price, size });
      return isTaken ? 'enteredAgain' : undefined;
    }
  }
}

/** `price size count: ids`, best first. */
function levels(book: NaiveSymbol, side: Side): string[] {
  const sign = side === 'buy' ? -1 : 1;
  if (book.levelsOnly) {
    const own = book.levels.filter((level) => level.side === side).sort((a, b) => sign * (a.price - b.price));
    return own.map(({ price, size, count }) => `${price} ${size} ${count}: `);
  }
  const own = book.orders.filter((order) => order.side === side);
  const prices = [...new Set(own.map(({ price }) => price))].sort((a, b) => sign * (a - b));
  return prices.map((price) => {
    const queue = own.filter((order) => order.price === price);
    const size = queue.reduce((sum, order) => sum + order.size, 0);
    return `${price} ${size} ${queue.length}: ${queue.map(({ id }) => id).join(' ')}`;
  });
}

/** A random stream of messages: most fit the book, some do not. */
export function randomFeed(random: (below: number) => number, count: number): FeedMessage[] {
  const open = new Map<string, FeedOrderId[]>([
    ['A', []],
    ['B', []],
    ['L2', []],
  ]);
  const messages: FeedMessage[] = [...open.keys()].map((symbol, at) => ({
    symbol,
    time: { ms: 0, ns: at },
    line: at + 1,
    change: { kind: 'list', priceDecimals: 2, sizeDecimals: 0, ...(symbol === 'L2' && { levelsOnly: true }) },
  }));
  let ids = 0;
  const newId = (): FeedOrderId => (random(4) === 0 ? `order ${++ids}` : ++ids);
  while (messages.length < count) {
    const symbol = random(50) === 0 ? 'NEW' : ['A', 'B', 'L2'][random(3)]!;
    const known = open.get(symbol) ?? [];
    const change = randomChange(random, symbol === 'L2' ? random(100) >= 4 : random(100) < 2, known, newId);
    const line = messages.length + 1;
    messages.push({ symbol, time: { ms: line >> 2, ns: 0 }, line, change, ...(random(10) === 0 && { more: true }) });
    if (change.kind === 'add') known.push(change.id);
    if (change.kind === 'replace') known.push(change.newId);
    if (known.length > 40) known.splice(random(known.length), 1);
  }
  return messages;
}

function randomChange(
  random: (below: number) => number,
  levels: boolean,
  known: readonly FeedOrderId[],
  newId: () => FeedOrderId,
): Change {
  const side = random(2) === 0 ? 'buy' : 'sell';
  const price = random(8) - 3;
  const size = 1 + random(9);
  const id = known.length === 0 || random(30) === 0 ? newId() : known[random(known.length)]!;
  const dice = random(100);
  if (dice < 2) return { kind: 'clear', ...(random(2) === 0 && { side }) };
  if (dice < 4) return { kind: 'status', status: ['halted', 'trading'][random(2)]! };
  if (dice < 7)
    return { kind: 'trade', price, size, ...(random(2) === 0 && { side }), ...(random(2) === 0 && { hidden: true }) };
  if (dice < 8) return { kind: 'mismatch', mismatch: 'checksum' };
  if (dice < 10) return { kind: 'ignored', name: 'pulse' };
  if (dice < 11)
    return { kind: 'list', priceDecimals: random(2) + 1, sizeDecimals: 0, ...(levels && { levelsOnly: true }) };
  if (levels)
    return { kind: 'level', side, price, size: random(3) === 0 ? 0 : size, ...(random(2) === 0 && { count: size }) };
  if (dice < 50) return { kind: 'add', id: random(40) === 0 ? id : newId(), side, price, size };
  if (dice < 62)
    return {
      kind: 'execute',
      id,
      size,
      ...(random(3) === 0 && { price }),
      ...(random(9) === 0 && { hidden: true }),
      ...(random(9) === 0 && { unprinted: true }),
    };
  if (dice < 70) return { kind: 'reduce', id, size };
  if (dice < 80) return { kind: 'change', id, price, size, ...(random(2) === 0 && { side }) };
  if (dice < 88)
    return {
      kind: 'replace',
      id,
      newId: random(9) === 0 ? id : random(20) === 0 ? (known[0] ?? id) : newId(),
      price,
      size,
    };
  return { kind: 'delete', id, ...(random(3) === 0 && { size }) };
}
