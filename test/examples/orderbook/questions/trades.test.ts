/** Trades, bars and fills against a plain matching engine that gets the same commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateFlow, momentOf } from '../../../../examples/orderbook/demo/flow.ts';
import type { Moment } from '../../../../examples/orderbook/market-time.ts';
import type { BookCommand, Side } from '../../../../examples/orderbook/model/index.ts';
import { bars, fills, trades } from '../../../../examples/orderbook/questions/series.ts';
import { Oracle } from '../../orderbook-model/oracle.ts';
import { errorOf, temporaryFolder } from '../support.ts';
import { feedBookOf, matchingBookOf, randomCommands, randomMessages } from './books.ts';
import { parseCsv } from './csv-text.ts';

interface NaiveTrade {
  readonly ms: number;
  readonly ns: bigint;
  readonly symbol: string;
  readonly price: number;
  readonly quantity: number;
  readonly side: Side;
  readonly hidden: boolean;
  readonly maker?: readonly [id: number, account: string];
  readonly taker?: readonly [id: number, account: string];
}

interface Timed {
  readonly commands: readonly BookCommand[];
  readonly moments: readonly Moment[];
}

const OPENING = Date.UTC(2026, 0, 5, 14, 30);

/** Random commands, one every 0.7 s or so. */
function timed(seed: number, count: number): Timed {
  const commands = randomCommands(seed, count);
  return { commands, moments: commands.map((_, at) => ({ ms: OPENING + at * 701, ns: (at * 7) % 1_000_000 })) };
}

/** A made-up day of the demo. */
function flow(seed: number, count: number): Timed {
  const all = [...generateFlow({ seed, commands: count })];
  return { commands: all.map(({ command }) => command), moments: all.map(momentOf) };
}

async function bookOf({ commands, moments }: Timed) {
  let next = 0;
  return matchingBookOf(commands, { moments: () => moments[next++]! });
}

/** What a plain engine trades. */
function naiveTrades({ commands, moments }: Timed): NaiveTrade[] {
  const oracle = new Oracle();
  const found: NaiveTrade[] = [];
  const accounts = new Map<number, string>();
  const sides = new Map<number, Side>();
  const symbols = new Map<number, string>();
  for (const [at, command] of commands.entries()) {
    if (command.name === 'listSymbol') continue;
    const { ms, ns } = moments[at]!;
    const time = { ms, ns: BigInt(ms) * 1_000_000n + BigInt(ns) };
    const before = new Map(oracle.orders.map(({ id, account }) => [id, account]));
    const lines = oracle.run(command);
    if (typeof lines === 'string') continue;
    if (command.name === 'placeOrder') {
      const { orderId, side, symbol, account = '' } = command.input;
      accounts.set(orderId, account);
      sides.set(orderId, side);
      symbols.set(orderId, symbol);
    }
    for (const [id, account] of before) if (!accounts.has(id)) accounts.set(id, account ?? '');
    if (command.name === 'printHidden') {
      const { symbol, price, quantity, side } = command.input;
      found.push({ ...time, symbol, price, quantity, side: side === 'buy' ? 'sell' : 'buy', hidden: true });
    }
    for (const line of lines) {
      const [, quantity, price, maker, taker] = /^trade (\d+)@(\d+) (-?\d+)×(-?\d+)$/.exec(line)?.map(Number) ?? [];
      if (quantity === undefined) continue;
      const party = (id: number) => [id, accounts.get(id)!] as const;
      found.push({
        ...{ ...time, symbol: symbols.get(maker!)!, price: price!, quantity, side: sides.get(taker!)!, hidden: false },
        ...{ maker: party(maker!), taker: party(taker!) },
      });
    }
  }
  return found;
}

async function rowsOf(ask: (out: string) => Promise<void>): Promise<Record<string, string>[]> {
  const out = join(temporaryFolder(), 'rows.csv');
  await ask(out);
  return parseCsv(readFileSync(out, 'utf8'));
}

function expectedRow({ ns, symbol, price, quantity, side, hidden, maker, taker }: NaiveTrade): Record<string, string> {
  const words = { time: ns, price, quantity, hidden, makerId: maker?.[0], takerId: taker?.[0] };
  return {
    ...Object.fromEntries(Object.entries(words).map(([name, value]) => [name, String(value ?? '')])),
    ...{ symbol, side, makerAccount: maker?.[1] ?? '', takerAccount: taker?.[1] ?? '' },
  };
}

describe('trades', () => {
  test.each([
    ['random commands', timed(31, 1_500)],
    ['a made-up day', flow(5, 2_000)],
  ])('are those of a plain engine: %s', async (_, given) => {
    const { path } = await bookOf(given);
    const expected = naiveTrades(given);
    expect(expected.length).toBeGreaterThan(30);
    const rows = await rowsOf((out) => trades(path, { out, time: 'ns' }));
    expect(rows.map(({ sequence, tradeId, ...row }) => row)).toEqual(expected.map(expectedRow));
    const ids = rows.filter(({ hidden }) => hidden === 'false').map(({ tradeId }) => Number(tradeId));
    expect(ids).toEqual(ids.map((_, at) => at + 1));
  });

  test('can be those of one symbol and a range of time', async () => {
    const given = timed(32, 1_000);
    const { path } = await bookOf(given);
    const all = naiveTrades(given);
    const from = OPENING + 300 * 701;
    const to = OPENING + 600 * 701;
    const chosen = all.filter(({ symbol, ms }) => symbol === 'ZETA' && ms >= from && ms <= to);
    expect(chosen.length).toBeGreaterThan(0);
    const options = { symbol: 'ZETA', from: String(from), to: String(to), time: 'ns' } as const;
    const rows = await rowsOf((out) => trades(path, { ...options, out }));
    expect(rows.map(({ time, price }) => [time, price])).toEqual(
      chosen.map(({ ns, price }) => [String(ns), String(price)]),
    );
  });

  test("say the market's time on its own wall clock", async () => {
    const { path } = await bookOf(flow(6, 1_500));
    const [first, iso] = [
      await rowsOf((out) => trades(path, { out, time: 'ns' })),
      await rowsOf((out) => trades(path, { out })),
    ].map((rows) => rows[0]!.time!);
    expect(iso).toMatch(/^2026-01-05T09:\d\d:\d\d\.\d{9}-05:00$/);
    expect(BigInt(Date.parse(iso!)) * 1_000_000n + BigInt(iso!.slice(23, 29))).toBe(BigInt(first!));
  });

  test('are the executions and prints of a feed, as decimals', async () => {
    const messages = randomMessages(33, 900);
    const { path, events } = await feedBookOf(messages);
    const told = events.filter(({ type, data }) => {
      const { remedy, unprinted } = data as { readonly remedy?: string; readonly unprinted?: true };
      return (['OrderExecuted', 'TradePrinted'].includes(type) && unprinted !== true) || remedy === 'executed';
    });
    expect(events.some(({ data }) => 'unprinted' in (data as object))).toBe(true);
    const rows = await rowsOf((out) => trades(path, { out }));
    expect(rows.map(({ sequence }) => Number(sequence))).toEqual(told.map(({ sequence }) => sequence));
    for (const [at, { type, data }] of told.entries()) {
      if (type === 'MessageMismatched') continue;
      const { price, size, side, hidden = false } = data as any;
      const shown = { price: (price / 100).toString(), quantity: String(size), hidden: String(hidden) };
      const taker = type === 'TradePrinted' ? side : side === 'buy' ? 'sell' : 'buy';
      expect(rows[at]).toMatchObject({ ...shown, side: taker ?? '' });
    }
    const raw = await rowsOf((out) => trades(path, { out, raw: true }));
    expect(raw.map(({ price }) => Number(price))).toEqual(rows.map(({ price }) => Math.round(Number(price) * 100)));
  });
});

/** The bars of trades, by brute force: every interval from the first to the last. */
function naiveBars(all: readonly NaiveTrade[], lengthMs: number): Record<string, string>[] {
  const starts = [...new Set(all.map(({ ms }) => ms - (ms % lengthMs)))];
  return starts.map((start) => {
    const own = all.filter(({ ms }) => ms >= start && ms < start + lengthMs);
    const [shown, hidden] = [own.filter((one) => !one.hidden), own.filter((one) => one.hidden)];
    const prices = shown.map(({ price }) => price);
    const sums = (trades: readonly NaiveTrade[]) => ({
      volume: trades.reduce((sum, { quantity }) => sum + quantity, 0),
      notional: trades.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
    });
    const mean = ({ volume, notional }: ReturnType<typeof sums>) =>
      volume === 0 ? '' : (notional / volume).toFixed(6);
    const row = {
      ...{ time: BigInt(start) * 1_000_000n, open: prices[0], close: prices.at(-1) },
      ...{ high: prices.length === 0 ? '' : Math.max(...prices), low: prices.length === 0 ? '' : Math.min(...prices) },
      ...{ ...sums(shown), vwap: mean(sums(shown)).replace(/\.?0+$/, ''), trades: shown.length },
      ...{ hiddenVolume: sums(hidden).volume, hiddenNotional: sums(hidden).notional, hiddenTrades: hidden.length },
      hiddenVwap: mean(sums(hidden)).replace(/\.?0+$/, ''),
    };
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? '')]));
  });
}

describe('bars', () => {
  test.each([
    ['10s', 10_000],
    ['1m', 60_000],
    ['100ms', 100],
  ])('of %s are what brute force makes of the trades of a plain engine', async (_, every) => {
    const given = timed(41, 1_200);
    const { path } = await bookOf(given);
    const own = naiveTrades(given).filter(({ symbol }) => symbol === 'ACME');
    const rows = await rowsOf((out) => bars(path, { out, every, symbol: 'ACME', time: 'ns' }));
    expect(rows).toEqual(naiveBars(own, every));
  });

  test('are filled with the last close on demand, and then have no gaps', async () => {
    const given = timed(42, 600);
    const { path } = await bookOf(given);
    const every = 500;
    const own = naiveTrades(given).filter(({ symbol }) => symbol === 'ACME');
    const rows = await rowsOf((out) => bars(path, { out, every, symbol: 'ACME', fill: true, time: 'ns' }));
    const times = rows.map(({ time }) => Number(BigInt(time!) / 1_000_000n));
    expect(times).toEqual(times.map((_, at) => times[0]! + at * every));
    const traded = rows.filter(({ trades: count }) => count !== '0');
    expect(traded).toEqual(naiveBars(own, every).filter(({ trades: count }) => count !== '0'));
    let close = '';
    for (const row of rows) {
      if (row.trades === '0') expect([row.open, row.high, row.low, row.close]).toEqual([close, close, close, close]);
      close = row.close!;
    }
  });

  test('add up what no number can hold', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const price = 2 ** 40 - 1;
    const command = (orderId: number, side: Side): BookCommand => ({
      name: 'placeOrder',
      input: { orderId, symbol: 'BIG', side, type: 'limit', price, quantity: most },
    });
    const listing: BookCommand = { name: 'listSymbol', input: { symbol: 'BIG' } };
    const commands = [listing, ...[1, 3].flatMap((id) => [command(id, 'buy'), command(id + 1, 'sell')])];
    const { path } = await matchingBookOf(commands, { moments: () => ({ ms: OPENING, ns: 0 }) });
    const [row] = await rowsOf((out) => bars(path, { out, every: 60_000 }));
    expect(row).toMatchObject({
      ...{ open: String(price), volume: String(2n * BigInt(most)), vwap: String(price) },
      notional: String(2n * BigInt(most) * BigInt(price)),
    });
  });
});

describe('fills', () => {
  test('are what the trades of a plain engine say of an account, with its position', async () => {
    const given = timed(51, 1_500);
    const { path } = await bookOf(given);
    const expected: Record<string, string>[] = [];
    const held = new Map<string, number>();
    const cash = new Map<string, number>();
    for (const { symbol, price, quantity, side, maker, taker } of naiveTrades(given)) {
      for (const [role, own, other] of [
        ['maker', maker, taker],
        ['taker', taker, maker],
      ] as const) {
        if (own?.[1] !== 'ann') continue;
        const isBuy = (side === 'buy') === (role === 'taker');
        held.set(symbol, (held.get(symbol) ?? 0) + (isBuy ? quantity : -quantity));
        cash.set(symbol, (cash.get(symbol) ?? 0) + (isBuy ? -1 : 1) * price * quantity);
        expected.push({
          ...{ symbol, price: String(price), quantity: String(quantity), side: isBuy ? 'buy' : 'sell', role },
          ...{ orderId: String(own[0]), position: String(held.get(symbol)), cash: String(cash.get(symbol)) },
          counterparty: other![1],
        });
      }
    }
    expect(expected.length).toBeGreaterThan(30);
    const rows = await rowsOf((out) => fills(path, { out, account: 'ann' }));
    expect(rows.map(({ sequence, time, tradeId, ...row }) => row)).toEqual(expected);
  });

  test('are refused for an account that traded nothing, and the hint names those that did', async () => {
    const { path } = await bookOf(timed(52, 300));
    const error = await errorOf(fills(path, { account: 'zoe' }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: '--account' });
    expect(error.hint).toMatch(/ann|bob/);
  });

  test('are refused for a feed, which has no accounts', async () => {
    const { path } = await feedBookOf(randomMessages(53, 50));
    expect(await errorOf(fills(path, { account: 'ann' }))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
