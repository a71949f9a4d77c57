/** The questions that are answered with one report: order, queue, diff. */
import { RefoldError } from 'refold';
import { parseInteger } from '../feeds/reading/csv.ts';
import type { Moment } from '../market-time.ts';
import type { Side } from '../model/index.ts';
import { counted } from '../text.ts';
import { type Amount, Scale } from './amounts.ts';
import { askMoment, type QuestionOptions, symbolOf } from './asking.ts';
import { BookFile } from './books/book-file.ts';
import type { BookKind, OrderId } from './books/book-kind.ts';
import { type Change, livesOf, type OrderLife } from './order-life.ts';
import { aligned, present } from './output.ts';
import { type QueueAt, queuesAt } from './queue.ts';

/** The life of one order: all lives of its id, or one of them. */
export async function order(path: string, id: string, options: QuestionOptions & { life?: number }): Promise<void> {
  await using book = await BookFile.open(path);
  const range = await book.range(options);
  const endState = await book.stateAt(range.to);
  const symbol = options.symbol === undefined ? undefined : book.symbolIn(endState, options.symbol);
  const orderId = orderIdOf(book.kind, id);
  const all = await livesOf(book, range, { orderId, symbol });
  const lives = options.life === undefined ? all : all.filter(({ life }) => life === options.life);
  if (lives.length === 0) throw noSuchLife(orderId, options.life!, all.length);
  const teller = new LifeTeller(book, endState, options);
  const { from, to } = range;
  const head = { book: path, kind: book.kind.name, from, to, orderId, times: all.length };
  present({ ...head, lives: lives.map((life) => teller.report(life)) }, options.json, () =>
    lives.flatMap((life) => teller.tell(orderId, life, all.length)),
  );
}

/** The orders in line at a price, and what is ahead of each. */
export function queue(path: string, price: string, options: QuestionOptions & { side?: Side }): Promise<void> {
  return askMoment(path, options, async (asking) => {
    const { symbol, scale, head } = symbolOf(asking, options);
    const wanted = scale.parsePrice(price);
    if (wanted === undefined) throw notAPrice(price);
    const shown = (value: number): string => String(scale.price(value));
    const queues = queuesAt(asking.book, asking.state, { symbol, price: wanted, side: options.side, shown });
    const report = { ...head, queues: queues.map((one) => shownQueue(one, scale)) };
    present(report, options.json, () =>
      queues.flatMap((one) => [
        `${one.side} ${symbol} at ${shown(one.price)} after event ${asking.range.to}: ${counted(one.orders.length, 'order')}, ${scale.size(one.quantity)}`,
        ...aligned([
          ['place', 'order', 'quantity', 'ahead', 'account', 'since event'],
          ...one.orders.map(({ place, orderId, quantity, ahead, account, since }) =>
            [place, orderId, scale.size(quantity), scale.size(ahead), account ?? '-', since].map(String),
          ),
        ]),
      ]),
    );
  });
}

function shownQueue({ side, price, quantity, orders }: QueueAt, scale: Scale): object {
  return {
    ...{ side, price: scale.price(price), quantity: scale.size(quantity) },
    orders: orders.map((one) => ({ ...one, quantity: scale.size(one.quantity), ahead: scale.size(one.ahead) })),
  };
}

/** Says a life in words and in JSON. */
class LifeTeller {
  readonly #book: BookFile;
  readonly #options: QuestionOptions;
  readonly #endState: any;

  constructor(book: BookFile, endState: any, options: QuestionOptions) {
    this.#book = book;
    this.#endState = endState;
    this.#options = options;
  }

  report(life: OrderLife): object {
    const scale = this.#scaleOf(life);
    const { symbol, side, account, entered, changes, aheadBy, traded, ended } = life;
    const { trades, cancels, moves } = aheadBy;
    return {
      ...{ life: life.life, symbol, side, account },
      entered: entered && this.#at(entered),
      changes: changes.map((change) => this.#change(change, scale)),
      queue: life.queue.map(({ by, quantity, ordersAhead, ahead, ...when }) => ({
        ...this.#at(when),
        ...{ by, quantity: scale.size(quantity), ordersAhead, ahead: scale.size(ahead) },
      })),
      aheadBy: { trades: scale.size(trades), cancels: scale.size(cancels), moves: scale.size(moves) },
      traded: {
        trades: traded.trades,
        quantity: scale.size(traded.quantity),
        notional: scale.notional(traded.notional),
      },
      ended: ended && { ...this.#at(ended), how: ended.how },
    };
  }

  tell(orderId: OrderId, life: OrderLife, times: number): string[] {
    const scale = this.#scaleOf(life);
    const { aheadBy, traded, account } = life;
    const which = times === 1 ? '' : `, life ${life.life} of ${times}`;
    const whose = account === null ? '' : ` of ${account}`;
    const ahead = (['trades', 'cancels', 'moves'] as const).map((by) => `${scale.size(aheadBy[by])} by ${by}`);
    return [
      `order ${orderId}${which}: ${life.side} ${life.symbol}${whose}`,
      ...aligned([
        ['event', 'time', 'what', 'quantity', 'price', 'open', 'orders ahead', 'ahead', 'with'],
        ...life.changes.map((change) => this.#line(change, scale)),
      ]),
      `traded ${scale.size(traded.quantity)} in ${counted(traded.trades, 'trade')}; the queue ahead became less: ${ahead.join(', ')}`,
      life.ended === null ? 'open at the end' : `ended at event ${life.ended.sequence}: ${life.ended.how}`,
      '',
    ];
  }

  #change({ sequence, moment, open, side, limit, place, ...deed }: Change, scale: Scale): object {
    const { quantity, price } = deed;
    return {
      ...this.#at({ sequence, moment }),
      ...deed,
      ...(quantity !== undefined && { quantity: scale.size(quantity) }),
      ...(price !== undefined && { price: scale.price(price) }),
      ...{ open: scale.size(open), side, limit: limit === null ? null : scale.price(limit) },
      place: place && {
        ...{ price: scale.price(place.price), ordersAhead: place.ordersAhead, ahead: scale.size(place.ahead) },
        ...{ levelOrders: place.levelOrders, level: scale.size(place.level) },
      },
    };
  }

  #line(change: Change, scale: Scale): string[] {
    const { sequence, moment, what, quantity, price, open, place, reason, role, with: other, replacedBy } = change;
    const told = [
      what,
      ...(role === undefined ? [] : [`as ${role}`]),
      ...(replacedBy === undefined ? [] : [`by ${replacedBy}`]),
      ...(reason === undefined ? [] : [`(${reason})`]),
    ];
    const cell = (value: Amount | undefined): string => (value === undefined ? '-' : String(value));
    return [
      ...[String(sequence), this.#book.calendar.format(moment, this.#options.time ?? 'iso'), told.join(' ')],
      ...[cell(quantity && scale.size(quantity)), cell(price && scale.price(price)), cell(scale.size(open))],
      ...[cell(place?.ordersAhead), cell(place?.ahead && scale.size(place.ahead))],
      other?.orderId == null ? '-' : `${other.orderId}${other.account === null ? '' : ` of ${other.account}`}`,
    ];
  }

  #at({ sequence, moment }: { readonly sequence: number; readonly moment: Moment }) {
    return { sequence, time: this.#book.calendar.format(moment, this.#options.time ?? 'iso') };
  }

  #scaleOf({ symbol }: OrderLife): Scale {
    return new Scale(this.#book.kind.decimals(this.#endState, symbol), this.#options.raw);
  }
}

/** The matching book numbers its orders. A feed gives its ids: numbers where they are whole ones, otherwise text. */
function orderIdOf({ name }: BookKind<any>, text: string): OrderId {
  const whole = parseInteger(text);
  if (whole !== undefined && (name === 'matching' || String(whole) === text)) return whole;
  if (name === 'feed') return text;
  throw new RefoldError('INVALID_OPTION', `Cannot tell the life of order ${JSON.stringify(text)}: it is not a number`, {
    type: 'ID',
    hint: 'Give the id of an order: a whole number',
  });
}

function noSuchLife(orderId: OrderId, life: number, times: number): RefoldError {
  const entered = times === 1 ? 'once' : `${times} times`;
  return new RefoldError('INVALID_OPTION', `Cannot tell life ${life} of order ${orderId}: it enters ${entered}`, {
    type: '--life',
    hint: times === 1 ? 'Leave out --life' : `Give a number from 1 to ${times}`,
  });
}

function notAPrice(text: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot show the queue at ${JSON.stringify(text)}: it is not a price`, {
    type: 'PRICE',
    hint: 'Give a price as the other questions show it; with --raw, a whole number',
  });
}
