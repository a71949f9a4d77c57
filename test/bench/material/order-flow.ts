/**
 * The events that every library is given: an endless, seeded stream in the sizes and proportions of a real order book.
 *
 * Of twenty events nine accept an order, nine cancel the oldest one, one trades and one reduces. Once `resting` orders
 * have been accepted their number stays, so that a state folded from the stream is as large at the end as in the middle.
 * Making an event is cheap, and is part of every figure alike.
 */
import { Random } from '../../../examples/orderbook/demo/random.ts';

export type Side = 'buy' | 'sell';

export interface EventData {
  readonly OrderAccepted: {
    readonly orderId: number;
    readonly symbol: string;
    readonly side: Side;
    readonly price: number;
    readonly quantity: number;
  };
  readonly OrderCancelled: {
    readonly orderId: number;
    readonly side: Side;
    readonly price: number;
    readonly quantity: number;
    readonly reason: string;
  };
  readonly OrderReduced: { readonly orderId: number; readonly quantity: number; readonly reason: string };
  readonly TradeExecuted: {
    readonly tradeId: number;
    readonly price: number;
    readonly quantity: number;
    readonly makerId: number;
    readonly takerId: number;
  };
}

export type OrderEvent = {
  [Type in keyof EventData]: { readonly type: Type; readonly data: EventData[Type] };
}[keyof EventData];

const SEED = 20_120_621;

/** Orders that rest in the state of most workloads. */
export const RESTING = 10_000;

export class OrderFlow {
  readonly #random = new Random(SEED);
  readonly #resting: number;
  #accepted = 0;
  #trades = 0;
  #step = 0;

  constructor(resting: number = RESTING) {
    this.#resting = resting;
  }

  next(): OrderEvent {
    if (this.#accepted < this.#resting) return this.#accept();
    const step = this.#step;
    this.#step = step === 19 ? 0 : step + 1;
    if (step === 18) return this.#trade();
    if (step === 19) return this.#reduce();
    return step % 2 === 0 ? this.#accept() : this.#cancel();
  }

  /** The next `count` events. */
  take(count: number): OrderEvent[] {
    const events = new Array<OrderEvent>(count);
    for (let index = 0; index < count; index++) events[index] = this.next();
    return events;
  }

  #accept(): OrderEvent {
    const orderId = ++this.#accepted;
    return {
      type: 'OrderAccepted',
      data: {
        orderId,
        symbol: 'GOOG',
        side: sideOf(orderId),
        price: priceOf(orderId),
        quantity: 100,
      },
    };
  }

  #cancel(): OrderEvent {
    const orderId = this.#accepted - this.#resting;
    const data = { orderId, side: sideOf(orderId), price: priceOf(orderId), quantity: 100, reason: 'user' };
    return { type: 'OrderCancelled', data };
  }

  #trade(): OrderEvent {
    const makerId = this.#someOrder();
    const data = {
      tradeId: ++this.#trades,
      price: priceOf(makerId),
      quantity: 1,
      makerId,
      takerId: 900_000_000 + this.#trades,
    };
    return { type: 'TradeExecuted', data };
  }

  #reduce(): OrderEvent {
    return { type: 'OrderReduced', data: { orderId: this.#someOrder(), quantity: 1, reason: 'user' } };
  }

  #someOrder(): number {
    return this.#accepted - this.#random.below(this.#resting - 10);
  }
}

function sideOf(orderId: number): Side {
  return orderId % 2 === 0 ? 'buy' : 'sell';
}

/** Two hundred price levels about 580 dollars, in ten-thousandths of a dollar. */
function priceOf(orderId: number): number {
  return 5_790_000 + ((Math.imul(orderId, 2_654_435_761) >>> 0) % 200) * 100;
}

/** The mean size of an event as JSON text, `{ type, data }`, once orders rest. */
export function bytesPerEvent(): number {
  const flow = new OrderFlow();
  flow.take(RESTING);
  const events = flow.take(2_000);
  return events.reduce((sum, event) => sum + JSON.stringify(event).length, 0) / events.length;
}
