/** What the tests of publishing share: made-up days of both kinds of book, and the levels of a book counted again. */
import { openStore, type StoreOf } from 'refold';
import { generateFlow, momentOf, ORIGIN } from '../../../../examples/orderbook/demo/flow.ts';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import {
  type Change,
  type FeedMessage,
  type FeedState,
  feedBook,
  translate,
} from '../../../../examples/orderbook/follow/index.ts';
import { MarketClock } from '../../../../examples/orderbook/market-time.ts';
import {
  type BookState,
  type LevelView,
  orderBook,
  plus,
  type Side,
} from '../../../../examples/orderbook/model/index.ts';

/** A store with the demo's made-up days of several symbols, at the market's time. */
export async function openDay({ commands = 3_000, symbols = ['GOOG', 'MSFT'], path = ':memory:' } = {}) {
  const clock = new MarketClock();
  const store = await openStore(orderBook, { path, clock: clock.read });
  const flows = symbols.map((symbol, at) => generateFlow({ seed: 7 + at, commands, symbol }));
  for (;;) {
    const steps = flows.map((flow) => flow.next()).filter(({ done }) => done !== true);
    if (steps.length === 0) return store;
    for (const [at, step] of steps.entries()) {
      const { name, input } = step.value!.command;
      // Ids and the clock are those of all symbols: each day gets every second id, and only the first one moves the clock.
      if (name === 'advanceClock' && at > 0) continue;
      clock.set(momentOf(step.value!));
      const own = 'orderId' in input ? { ...input, orderId: (input.orderId as number) * symbols.length + at } : input;
      await store.execute(name, own as never, {
        meta: store.sequence === 0 ? { ...ORIGIN, ...clock.meta } : clock.meta,
      });
    }
  }
}

/** A store of the feed book after so many made-up messages of two symbols, some of them with `more`. */
export async function openFeed({ messages = 3_000, seed = 11 } = {}) {
  const store = await openStore(feedBook, { path: ':memory:' });
  const random = new Random(seed);
  await store.append({ type: 'FeedOpened', data: { kind: 'test', source: 'made up' } });
  for (const [line, symbol] of ['AAA', 'BBB'].entries()) {
    await append(store, { symbol, time: undefined, line, change: { kind: 'list', priceDecimals: 2, sizeDecimals: 0 } });
  }
  for (let line = 2; line < messages; line++) {
    const message = { symbol: random.pick(['AAA', 'BBB']), time: undefined, line, change: someChange(random) };
    await append(store, random.perMille(300) ? { ...message, more: true } : message);
  }
  return store;
}

async function append(store: StoreOf<typeof feedBook>, message: FeedMessage): Promise<void> {
  const event = translate(store.state, message);
  if (event !== undefined) await store.append(event);
}

/** Ids are few, so that most messages are about an order that is open, and some do not fit. */
function someChange(random: Random): Change {
  const id = random.below(60);
  const side = random.perMille(500) ? 'buy' : 'sell';
  const terms = { price: 10_000 + random.below(30) - 15, size: 1 + random.below(20) };
  const draw = random.below(1_000);
  if (draw < 450) return { kind: 'add', id, side, ...terms };
  if (draw < 550) return { kind: 'execute', id, size: terms.size };
  if (draw < 650) return { kind: 'reduce', id, size: 1 + random.below(3) };
  if (draw < 750) return { kind: 'change', id, ...terms };
  if (draw < 800) return { kind: 'replace', id, newId: random.below(60), ...terms };
  if (draw < 950) return { kind: 'delete', id };
  if (draw < 960) return draw % 2 === 0 ? { kind: 'clear' } : { kind: 'clear', side };
  if (draw < 980) return { kind: 'trade', ...terms, side, hidden: true };
  return { kind: 'status', status: 'T' };
}

interface Resting {
  readonly price: number;
  readonly quantity: number;
}

/** The levels of a side, best first, added up from the orders alone. */
export function countedLevels(state: BookState | FeedState, symbol: string, side: Side): LevelView[] {
  const levels = new Map<number, LevelView>();
  for (const { price, quantity } of 'buyStops' in state
    ? resting(state, symbol, side)
    : followed(state, symbol, side)) {
    const known = levels.get(price) ?? { quantity: 0, count: 0 };
    levels.set(price, { price, quantity: plus(known.quantity, quantity), count: known.count + 1 });
  }
  return [...levels.values()].sort((a, b) => (side === 'buy' ? b.price - a.price : a.price - b.price));
}

function* resting({ orders, taker }: BookState, symbol: string, side: Side): Generator<Resting> {
  for (const [id, order] of orders) {
    if (order.symbol !== symbol || order.side !== side || order.stopPrice !== null || id === taker) continue;
    yield { price: order.price!, quantity: order.quantity };
  }
}

function* followed({ orders }: FeedState, symbol: string, side: Side): Generator<Resting> {
  for (const order of orders.get(symbol)!.values()) if (order.side === side) yield order;
}
