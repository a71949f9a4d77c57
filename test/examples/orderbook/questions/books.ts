/**
 * Books in files for the tests of questions, and their naive oracle: a copy of every order after every event.
 *
 * The copies do not use the links of queues, levels or sums: an order stands behind those of its price that came before.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { openStore, type RecordedEvent } from 'refold';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { type FeedMessage, type FeedState, feedBook, translate } from '../../../../examples/orderbook/follow/index.ts';
import { reduce as reduceFeed } from '../../../../examples/orderbook/follow/reducers.ts';
import { MarketClock, type Moment } from '../../../../examples/orderbook/market-time.ts';
import { type BookCommand, type BookState, orderBook, type Side } from '../../../../examples/orderbook/model/index.ts';
import { reduce } from '../../../../examples/orderbook/model/reducers.ts';
import { openBook } from '../../../../examples/orderbook/workspace.ts';
import { anyCommand } from '../../orderbook-model/random.ts';
import { randomFeed } from '../following/naive-feed.ts';
import { temporaryFolder } from '../support.ts';

/** A copy of an order. */
export interface Copy {
  readonly symbol: string;
  readonly id: number | string;
  readonly side: Side;
  readonly price: number | null;
  readonly quantity: number;
  readonly arrival: number;
  readonly account: string | null;
  readonly isOnLevel: boolean;
}

/** Every open order after an event. */
export type Copies = readonly Copy[];

export interface MadeBook {
  readonly path: string;
  readonly events: readonly RecordedEvent[];
  /** After each event: the first is before all of them. */
  readonly copies: readonly Copies[];
  /** The last sequence of each commit. */
  readonly commits: ReadonlySet<number>;
}

/** 9:30 in New York. */
const OPENING = Date.UTC(2026, 0, 5, 14, 30);
const ORIGIN = { feed: 'test', source: 'made up', date: '2026-01-05', zone: 'America/New_York' };

const LISTINGS: readonly BookCommand[] = ['ACME', 'ZETA'].map((symbol) => ({ name: 'listSymbol', input: { symbol } }));

/** Random commands over few prices and few ids, so that ids come back, and orders meet. */
export function randomCommands(seed: number, count: number): readonly BookCommand[] {
  return [...LISTINGS, ...fc.sample(anyCommand, { numRuns: count, seed })];
}

/** A moment after the opening, later with every step, several steps at one time. */
function momentsFrom(seed: number): () => Moment {
  const random = new Random(seed);
  let ns = 0n;
  return () => {
    if (random.below(3) > 0) ns += BigInt([1, 999_999, 40_000_000, 700_000_000, 3_000_000_000][random.below(5)]!);
    return { ms: OPENING + Number(ns / 1_000_000n), ns: Number(ns % 1_000_000n) };
  };
}

/** Runs commands into a book of the matching kind. */
export async function matchingBookOf(
  commands: readonly BookCommand[],
  {
    seed = 1,
    moments = momentsFrom(seed),
    name = 'book.db',
  }: { seed?: number; moments?: () => Moment; name?: string } = {},
): Promise<MadeBook> {
  const path = join(temporaryFolder(), name);
  const clock = new MarketClock();
  const commits = new Set<number>();
  await using store = await openBook(path, { clock: clock.read });
  const running = commands.map((command, at) => {
    clock.set(moments());
    const meta = { ...(at === 0 ? ORIGIN : {}), ...clock.meta };
    return store.execute(command.name, command.input as never, { meta });
  });
  for (const outcome of await Promise.all(running)) {
    if (outcome.status === 'accepted' && outcome.commit !== undefined) commits.add(outcome.commit.lastSequence);
  }
  const events = (await Array.fromAsync(store.events())) as unknown as RecordedEvent[];
  return { path, events, copies: copiesOf(events, orderBook.initialState(), reduce, copyMatching), commits };
}

/** A book that follows a made-up feed of orders and levels that crosses, locks, and does not always fit. */
export async function feedBookOf(
  messages: readonly FeedMessage[],
  {
    seed = 1,
    moments = momentsFrom(seed),
    name = 'feed.db',
  }: { seed?: number; moments?: () => Moment; name?: string } = {},
): Promise<MadeBook> {
  const path = join(temporaryFolder(), name);
  const clock = new MarketClock();
  const commits = new Set<number>();
  await using store = await openStore(feedBook, { path, clock: clock.read });
  const appending: Promise<unknown>[] = [];
  clock.set({ ms: OPENING, ns: 0 });
  const opened = {
    type: 'FeedOpened',
    data: { kind: 'test', source: 'made up' },
    meta: { ...ORIGIN, ...clock.meta },
  } as const;
  appending.push(store.append(opened));
  for (const message of messages) {
    const event = translate(store.state, message);
    if (event === undefined) continue;
    clock.set(moments());
    appending.push(store.append({ ...event, meta: clock.meta } as never));
  }
  await Promise.all(appending);
  const events = (await Array.fromAsync(store.events())) as unknown as RecordedEvent[];
  for (const { sequence } of events) commits.add(sequence);
  return { path, events, copies: copiesOf(events, feedBook.initialState(), reduceFeed, copyFeed), commits };
}

export function randomMessages(seed: number, count: number): readonly FeedMessage[] {
  const random = new Random(seed);
  return randomFeed((below) => random.below(below), count);
}

/** The orders in line at a price, first come first. */
export function lineAt(copies: Copies, symbol: string, side: Side, price: number | null): Copies {
  return copies
    .filter((one) => one.isOnLevel && one.symbol === symbol && one.side === side && one.price === price)
    .sort((a, b) => a.arrival - b.arrival);
}

/** Levels of a side, best first. */
export function levelsIn(
  copies: Copies,
  symbol: string,
  side: Side,
): { price: number; quantity: number; orders: number }[] {
  const own = copies.filter((one) => one.isOnLevel && one.symbol === symbol && one.side === side);
  const prices = [...new Set(own.map(({ price }) => price!))].sort((a, b) => (side === 'buy' ? b - a : a - b));
  return prices.map((price) => {
    const line = own.filter((one) => one.price === price);
    return { price, quantity: sumOf(line), orders: line.length };
  });
}

export function sumOf(copies: Copies): number {
  return copies.reduce((sum, { quantity }) => sum + quantity, 0);
}

export function orderIn(copies: Copies, symbol: string, id: number | string): Copy | undefined {
  return copies.find((one) => one.symbol === symbol && one.id === id);
}

function copiesOf<State>(
  events: readonly RecordedEvent[],
  state: State,
  fold: (state: State, event: RecordedEvent) => void,
  copy: (state: State) => Copies,
): Copies[] {
  const copies = [copy(state)];
  for (const event of events) {
    fold(state, structuredClone(event));
    copies.push(copy(state));
  }
  return copies;
}

function copyMatching({ orders, taker }: BookState): Copies {
  return [...orders].map(([id, { symbol, side, price, quantity, arrival, account, stopPrice }]) => {
    const isOnLevel = id !== taker && stopPrice === null;
    return { symbol, id, side, price, quantity, arrival, account, isOnLevel };
  });
}

function copyFeed({ orders }: FeedState): Copies {
  return [...orders].flatMap(([symbol, own]) =>
    [...own].map(([id, { side, price, quantity, arrival }]) => {
      return { symbol, id, side, price, quantity, arrival, account: null, isOnLevel: true };
    }),
  );
}
