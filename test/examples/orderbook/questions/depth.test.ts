/** Book, spread and imbalance against naive copies of every order after every event. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from 'refold';
import { describe, expect, test } from 'vitest';
import type { FeedMessage } from '../../../../examples/orderbook/follow/index.ts';
import { BookFile } from '../../../../examples/orderbook/questions/books/book-file.ts';
import { book, imbalance, spread } from '../../../../examples/orderbook/questions/depth-series.ts';
import { queuesAt } from '../../../../examples/orderbook/questions/queue.ts';
import { errorOf, temporaryFolder } from '../support.ts';
import {
  type Copies,
  feedBookOf,
  levelsIn,
  lineAt,
  type MadeBook,
  matchingBookOf,
  randomCommands,
  randomMessages,
} from './books.ts';
import { parseCsv } from './csv-text.ts';

const MINUTE_START = Date.UTC(2026, 0, 5, 14, 30);

async function rowsOf(ask: (out: string) => Promise<void>): Promise<Record<string, string>[]> {
  const out = join(temporaryFolder(), 'rows.csv');
  await ask(out);
  return parseCsv(readFileSync(out, 'utf8'));
}

function nanoseconds({ recordedAt, meta }: RecordedEvent): bigint {
  return BigInt(recordedAt) * 1_000_000n + BigInt(meta!.ns as number);
}

/** After which events the book counts: between two commits, and in a feed where no change is under way. */
function settledAfter({ events, commits }: MadeBook, symbol: string): boolean[] {
  let isUnfinished = false;
  return events.map(({ sequence, data }) => {
    const { more, symbol: of } = data as { more?: true; symbol?: string };
    if (of === symbol) isUnfinished = more === true;
    return commits.has(sequence) && !isUnfinished;
  });
}

/** The last settled copy before each end of an interval, with its sequence. */
function naiveSamples(
  made: MadeBook,
  symbol: string,
  every: number,
): [end: number, sequence: number, copies: Copies][] {
  const settled = settledAfter(made, symbol);
  const { events, copies } = made;
  const first = events[0]!.recordedAt;
  const last = events.at(-1)!.recordedAt;
  const samples: [number, number, Copies][] = [];
  for (let end = first - (first % every) + every; end - every <= last; end += every) {
    const at = events.findLastIndex(({ recordedAt }, index) => recordedAt < end && settled[index]);
    if (at >= 0) samples.push([end, events[at]!.sequence, copies[at + 1]!]);
  }
  return samples;
}

function cellsOf(copies: Copies, symbol: string, levels: number): Record<string, string> {
  const [asks, bids] = (['sell', 'buy'] as const).map((side) => levelsIn(copies, symbol, side));
  return Object.fromEntries(
    Array.from({ length: levels }, (_, at) => [
      [`ask${at + 1}`, String(asks![at]?.price ?? '')],
      [`askSize${at + 1}`, String(asks![at]?.quantity ?? '')],
      [`bid${at + 1}`, String(bids![at]?.price ?? '')],
      [`bidSize${at + 1}`, String(bids![at]?.quantity ?? '')],
    ]).flat(),
  );
}

const made = {
  matching: () => matchingBookOf(randomCommands(61, 700), { seed: 61 }),
  // Without the levels of `L2`, which copies do not have.
  feed: () => feedBookOf(randomMessages(62, 900), { seed: 62 }),
};

describe.each([
  ['the matching book', made.matching, 'ACME'],
  ['the book of a feed', made.feed, 'A'],
] as const)('of %s', (_, make, symbol) => {
  test('the book at the end of each interval is the last one that counts', async () => {
    const one = await make();
    for (const every of [1_000, 700]) {
      const rows = await rowsOf((out) => book(one.path, { out, every, levels: 3, symbol, time: 'ns', raw: true }));
      // 700 ms do not divide a day: intervals begin at midnight in New York.
      const shift = every === 700 ? (MINUTE_START - 9.5 * 3_600_000) % 700 : 0;
      const moved: MadeBook = {
        ...one,
        events: one.events.map((event) => ({ ...event, recordedAt: event.recordedAt - shift })),
      };
      const expected = naiveSamples(moved, symbol, every).map(([end, sequence, copies]) => ({
        ...{ time: String(BigInt(end + shift) * 1_000_000n), sequence: String(sequence) },
        ...cellsOf(copies, symbol, 3),
      }));
      expect(expected.length).toBeGreaterThan(100);
      expect(rows).toEqual(expected);
    }
  });

  test('the spread changes where the best prices do, and is weighted with the time it stood', async () => {
    const one = await make();
    const { events, copies, path } = one;
    const settled = settledAfter(one, symbol);
    const expected: Record<string, string>[] = [];
    let [weighted, standing, last] = [0n, 0n, undefined as { bid?: number; ask?: number; ns: bigint } | undefined];
    const count = (until: bigint): void => {
      if (last?.bid === undefined || last.ask === undefined) return;
      standing += until - last.ns;
      weighted += BigInt(last.ask - last.bid) * (until - last.ns);
    };
    for (const [at, event] of events.entries()) {
      if (!settled[at]) continue;
      const [ask, bid] = (['sell', 'buy'] as const).map((side) => levelsIn(copies[at + 1]!, symbol, side)[0]?.price);
      if (last !== undefined && last.ask === ask && last.bid === bid) continue;
      const ns = nanoseconds(event);
      count(ns);
      last = { ns, ...(bid !== undefined && { bid }), ...(ask !== undefined && { ask }) };
      const apart = bid === undefined || ask === undefined ? undefined : ask - bid;
      const row = {
        sequence: event.sequence,
        bid,
        ask,
        spread: apart,
        mid2: apart === undefined ? apart : ask! + bid!,
      };
      const texts = Object.entries({ time: ns, ...row }).map(([name, value]) => [name, String(value ?? '')]);
      expected.push(Object.fromEntries(texts));
    }
    count(nanoseconds(events.findLast((__, at) => settled[at])!));
    const rows = await rowsOf((out) => spread(path, { out, symbol, time: 'ns', raw: true }));
    expect(rows).toEqual(expected);
    const told = await printed(() =>
      spread(path, { symbol, raw: true, json: true, out: join(temporaryFolder(), 'x') }),
    );
    const { timeWeighted } = JSON.parse(told);
    expect([timeWeighted.weighted, timeWeighted.nanoseconds]).toEqual([String(weighted), String(standing)]);
    expect(Number(timeWeighted.mean)).toBeCloseTo(Number(weighted) / Number(standing), 5);
  });

  test('the imbalance is what rests on the best levels', async () => {
    const one = await make();
    const rows = await rowsOf((out) => imbalance(one.path, { out, every: 5_000, levels: 2, symbol, raw: true }));
    const expected = naiveSamples(one, symbol, 5_000).map(([, sequence, copies]) => {
      const [ask, bid] = (['sell', 'buy'] as const).map((side) =>
        levelsIn(copies, symbol, side)
          .slice(0, 2)
          .reduce((sum, { quantity }) => sum + quantity, 0),
      ) as [number, number];
      const ratio = (1_000_000 * (bid - ask)) / (bid + ask);
      const perMillion = bid + ask === 0 ? '' : String(Math.sign(ratio) * Math.round(Math.abs(ratio)) + 0);
      return { sequence: String(sequence), bid: String(bid), ask: String(ask), perMillion };
    });
    expect(rows.map(({ time, ...row }) => row)).toEqual(expected);
  });

  test('a queue has everyone in line, with what is ahead', async () => {
    const one = await make();
    await using file = await BookFile.open(one.path);
    let lines = 0;
    for (let sequence = 50; sequence < one.events.length; sequence += 97) {
      const state = await file.stateAt(sequence);
      const copies = one.copies[sequence]!;
      for (const { side, price } of copies.filter((copy) => copy.isOnLevel && copy.symbol === symbol)) {
        const asked = { symbol, price: price!, side, shown: String };
        const [queue] = queuesAt(file, state, asked);
        let ahead = 0;
        const expected = lineAt(copies, symbol, side, price).map(({ id, quantity, account, arrival }, at) => {
          const inLine = { place: at + 1, orderId: id, account, quantity, ahead, since: arrival };
          ahead += quantity;
          return inLine;
        });
        expect(queue).toMatchObject({ side, price, quantity: ahead, orders: expected });
        lines++;
      }
    }
    expect(lines).toBeGreaterThan(10);
  });
});

test('a feed that goes on with a change across the end of an interval shows the book before it', async () => {
  const add = (id: number, price: number, more?: true): FeedMessage => ({
    ...{ symbol: 'X', time: undefined, line: id, ...(more && { more }) },
    change: { kind: 'add', id, side: 'buy', price, size: 1 },
  });
  const listing = { kind: 'list', priceDecimals: 0, sizeDecimals: 0 } as const;
  const times = [0, 100, 900, 1_100, 1_200];
  const { path } = await feedBookOf(
    [
      { symbol: 'X', time: undefined, line: 1, change: listing },
      add(2, 10),
      add(3, 11, true),
      add(4, 12, true),
      add(5, 13),
    ],
    { moments: () => ({ ms: MINUTE_START + times.shift()!, ns: 0 }) },
  );
  const rows = await rowsOf((out) => book(path, { out, every: 1_000, levels: 1 }));
  expect(rows.map(({ sequence, bid1 }) => [sequence, bid1])).toEqual([
    ['3', '10'],
    ['6', '13'],
  ]);
  // The spread skips what does not count.
  const spreads = await rowsOf((out) => spread(path, { out }));
  expect(spreads.map(({ bid }) => bid)).toEqual(['', '10', '13']);
});

test('a range of times has all of its intervals, also those without events', async () => {
  const place = (orderId: number) =>
    ({
      name: 'placeOrder',
      input: { orderId, symbol: 'X', side: 'buy', type: 'limit', price: orderId, quantity: 1 },
    }) as const;
  const times = [0, 1_000, 10_000, 60_000];
  const { path } = await matchingBookOf(
    [{ name: 'listSymbol', input: { symbol: 'X' } }, place(1), place(2), place(3)],
    {
      moments: () => ({ ms: MINUTE_START + times.shift()!, ns: 0 }),
    },
  );
  const at = async (from: string, to: string, every = 2_000): Promise<string[]> => {
    const rows = await rowsOf((out) => book(path, { out, every, levels: 1, from, to }));
    return rows.map(({ time, bid1 }) => `${time!.slice(17, 19)} ${bid1}`);
  };
  expect(await at('09:30:04', '09:30:14')).toEqual(['06 1', '08 1', '10 1', '12 2', '14 2']);
  expect(await at('09:30:10', '09:30:13')).toEqual(['12 2']);
  // The log tells nothing of the time after its last event.
  expect(await at('09:30:56', '09:40')).toEqual(['58 2', '00 2', '02 3']);
});

test('a range that ends within a commit shows the book before the commit', async () => {
  const place = (orderId: number, side: 'buy' | 'sell', price: number, quantity: number) =>
    ({ name: 'placeOrder', input: { orderId, symbol: 'X', side, type: 'limit', price, quantity } }) as const;
  const { path } = await matchingBookOf([
    { name: 'listSymbol', input: { symbol: 'X' } },
    place(1, 'sell', 10, 1),
    place(2, 'sell', 11, 1),
    place(3, 'buy', 11, 2),
  ]);
  const rows = await rowsOf((out) => book(path, { out, every: 86_400_000, levels: 1, to: '5' }));
  expect(rows).toMatchObject([{ sequence: '3', ask1: '10' }]);
});

describe('the levels of a feed without orders', () => {
  test('are shown, and have no queue', async () => {
    const level = (price: number, size: number): FeedMessage['change'] => ({
      kind: 'level',
      side: 'sell',
      price,
      size,
    });
    const listing = { kind: 'list', priceDecimals: 2, sizeDecimals: 3, levelsOnly: true } as const;
    const changes: FeedMessage['change'][] = [listing, level(-125, 1_500), level(300, 2)];
    const messages = changes.map((change, at) => ({ symbol: 'X', time: undefined, line: at + 1, change }));
    const { path } = await feedBookOf(messages);
    const [row] = (await rowsOf((out) => book(path, { out, every: 86_400_000, levels: 2 }))).slice(-1);
    expect(row).toMatchObject({ ask1: '-1.25', askSize1: '1.5', ask2: '3', askSize2: '0.002', bid1: '' });
    await using file = await BookFile.open(path);
    const ask = async (): Promise<unknown> =>
      queuesAt(file, await file.stateAt(4), { symbol: 'X', price: 300, side: undefined, shown: String });
    expect(await errorOf(ask())).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

/** What a question prints. */
async function printed(ask: () => Promise<void>): Promise<string> {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    await ask();
  } finally {
    process.stdout.write = write;
  }
  return text;
}
