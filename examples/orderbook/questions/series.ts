/** The questions that are answered with rows of trades: trades, bars, fills. */
import { RefoldError } from 'refold';
import type { Sum } from '../model/index.ts';
import { counted } from '../text.ts';
import type { Scale } from './amounts.ts';
import { type Asking, askRange, type QuestionOptions, symbolOf } from './asking.ts';
import { type Cell, Rows } from './output.ts';
import { type Bar, barsOf, fillsOf, type TradeRow, tradesOf } from './trades.ts';

/** Every trade, hidden prints too: of all symbols, or of one. */
export function trades(path: string, options: QuestionOptions): Promise<void> {
  return askRange(path, options, async (asking) => {
    const symbol = options.symbol === undefined ? undefined : symbolOf(asking, options).symbol;
    await using rows = new Rows({
      ...options,
      name: 'trades',
      columns: [
        ...['sequence', 'time', 'symbol', 'price', 'quantity', 'side', 'hidden', 'tradeId'],
        ...['makerId', 'takerId', 'makerAccount', 'takerAccount'],
      ],
      head: asking.head,
    });
    for await (const row of tradesOf(asking.book, asking.range, symbol)) {
      const { maker, taker, hidden, tradeId, takerSide } = row.trade;
      await rows.write([
        ...[row.sequence, ...tradeCells(asking, row), takerSide, hidden, tradeId],
        ...[maker.orderId, taker.orderId, maker.account, taker.account],
      ]);
    }
    await rows.end({});
  });
}

/** Open, high, low, close, volume and average price of each interval. */
export function bars(path: string, options: QuestionOptions & { every: number; fill?: boolean }): Promise<void> {
  const { every, fill = false } = options;
  return askRange(path, options, async (asking) => {
    const { symbol, scale, head } = symbolOf(asking, options);
    await using rows = new Rows({
      ...options,
      name: 'bars',
      columns: [
        ...['time', 'open', 'high', 'low', 'close', 'volume', 'notional', 'vwap', 'trades'],
        ...['hiddenVolume', 'hiddenNotional', 'hiddenVwap', 'hiddenTrades'],
      ],
      head: { ...head, every },
    });
    const all = tradesOf(asking.book, asking.range, symbol);
    for await (const bar of barsOf(asking.book, all, { lengthMs: every, fill })) {
      await rows.write(barCells(asking, scale, bar));
    }
    await rows.end({});
  });
}

/** What one account traded, with its position after each fill. */
export function fills(path: string, options: QuestionOptions & { account: string }): Promise<void> {
  const { account } = options;
  return askRange(path, options, async (asking) => {
    const { book, range } = asking;
    if (!book.kind.hasAccounts) throw withoutAccounts(path);
    const symbol = options.symbol === undefined ? undefined : symbolOf(asking, options).symbol;
    await using rows = new Rows({
      ...options,
      name: 'fills',
      columns: [
        ...['sequence', 'time', 'symbol', 'price', 'quantity', 'side', 'role', 'tradeId', 'orderId'],
        ...['position', 'cash', 'counterparty'],
      ],
      head: { ...asking.head, account },
    });
    const accounts = new Set<string>();
    const all = noted(tradesOf(book, range, symbol), accounts);
    const ends = new Map<string, { bought: bigint; sold: bigint; position: Sum; cash: bigint; fills: number }>();
    for await (const { row, role, side, position, cash } of fillsOf(all, account)) {
      const { trade } = row;
      const [own, other] = role === 'maker' ? [trade.maker, trade.taker] : [trade.taker, trade.maker];
      const scale = asking.scaleOf(trade.symbol);
      await rows.write([
        ...[row.sequence, ...tradeCells(asking, row), side, role, trade.tradeId, own.orderId],
        ...[scale.size(position), scale.notional(cash), other.account],
      ]);
      const { bought = 0n, sold = 0n, fills: count = 0 } = ends.get(trade.symbol) ?? {};
      const quantity = BigInt(trade.quantity);
      const sums = side === 'buy' ? { bought: bought + quantity, sold } : { bought, sold: sold + quantity };
      ends.set(trade.symbol, { ...sums, position, cash, fills: count + 1 });
    }
    if (rows.rows === 0) throw noFills(path, account, accounts);
    const positions = [...ends].map(([name, { bought, sold, position, cash, fills: count }]) => {
      const scale = asking.scaleOf(name);
      const [inAll, outAll] = [bought, sold].map((sum) => scale.size(sum));
      return {
        ...{ symbol: name, fills: count, bought: inAll, sold: outAll },
        ...{ position: scale.size(position), cash: scale.notional(cash) },
      };
    });
    const told = positions.map(
      (end) =>
        `${end.symbol}: ${counted(end.fills, 'fill')}, bought ${end.bought}, sold ${end.sold}, position ${end.position}, cash ${end.cash}`,
    );
    await rows.end({ positions }, told);
  });
}

function tradeCells(asking: Asking, { moment, trade }: TradeRow): Cell[] {
  const { symbol, price, quantity } = trade;
  const scale = asking.scaleOf(symbol);
  return [asking.book.calendar.format(moment, asking.time), symbol, scale.price(price), scale.size(quantity)];
}

function barCells({ book, time }: Asking, scale: Scale, bar: Bar): Cell[] {
  const price = (value: number | null): Cell => (value === null ? null : scale.price(value));
  const { open, high, low, close, volume, notional, hiddenVolume, hiddenNotional } = bar;
  return [
    ...[book.calendar.format({ ms: bar.start, ns: 0 }, time), price(open), price(high), price(low), price(close)],
    ...[scale.size(volume), scale.notional(notional), scale.mean(notional, BigInt(volume)), bar.trades],
    ...[scale.size(hiddenVolume), scale.notional(hiddenNotional), scale.mean(hiddenNotional, BigInt(hiddenVolume))],
    bar.hiddenTrades,
  ];
}

/** Accounts that a hint may name. */
const NOTED = 20;

async function* noted(rows: AsyncIterable<TradeRow>, accounts: Set<string>): AsyncGenerator<TradeRow, void> {
  for await (const row of rows) {
    for (const { account } of [row.trade.maker, row.trade.taker]) {
      if (account !== null && accounts.size < NOTED) accounts.add(account);
    }
    yield row;
  }
}

function withoutAccounts(path: string): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot tell fills: the orders of a feed have no accounts', {
    path,
    hint: 'Ask for `trades`, or for `order BOOK ID`',
  });
}

function noFills(path: string, account: string, accounts: ReadonlySet<string>): RefoldError {
  const others = accounts.size === 0 ? 'No account traded there' : `Accounts that traded: ${[...accounts].join(', ')}`;
  return new RefoldError('INVALID_OPTION', `Cannot tell fills: the account ${JSON.stringify(account)} traded nothing`, {
    path,
    type: '--account',
    hint: others,
  });
}
