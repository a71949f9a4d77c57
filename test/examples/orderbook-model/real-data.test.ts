/** The book against outcomes that others computed: consensus edge cases, QuantCup's unit tests and its feed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rematch } from '../../../examples/orderbook/audit/rematch.ts';
import { bookTop, topLevels } from '../../../examples/orderbook/model/index.ts';
import { Book, checkInvariants, dataFolder, type LoggedEvent, listedBook, readRows } from './harness.ts';

const sideOf = (letter: string) => (letter === 'B' ? ('buy' as const) : ('sell' as const));

describe.skipIf(dataFolder === undefined)('the consensus edge cases', () => {
  interface Step {
    cmd: 'new' | 'cancel' | 'modify';
    id: number;
    side: string;
    qty: number;
    price: number;
    ioc?: boolean;
    reports: string[];
    bids: [number, number][];
    asks: [number, number][];
  }
  const cases: { name: string; steps: Step[] }[] =
    dataFolder === undefined
      ? []
      : JSON.parse(readFileSync(join(dataFolder, 'matching-consensus/conformance_cases.json'), 'utf8'));

  test('are 34', () => expect(cases).toHaveLength(34));

  test.each(cases)('$name', ({ name, steps }) => {
    const sweep = name === 'deep_recursive_sweep_5000';
    // Asking every invariant after each event would be quadratic in the 5,000 makers.
    const book = sweep ? listedBook('ACME', {}, () => {}) : listedBook();
    if (sweep) for (let id = 1; id <= 5000; id++) place(book, { id, side: 'S', qty: 1, price: 100 });
    steps.forEach((step, at) => {
      const seq = sweep ? 5000 + at : at;
      const reports = perform(book, step, seq);
      expect(reports).toEqual(sweep ? sweepReports(step) : step.reports);
      const levels = (side: 'buy' | 'sell') =>
        topLevels(book.state, 'ACME', side, 99).map((l) => [l.price, l.quantity]);
      expect([levels('buy'), levels('sell')]).toEqual([step.bids, step.asks]);
    });
    checkInvariants(book.state);
  });

  function sweepReports(step: Step): string[] {
    const trades = Array.from({ length: 5000 }, (_, at) => `1,5000,100,1,${at + 1},5001`);
    return [step.reports[0]!, ...trades];
  }

  function place(book: Book, step: Pick<Step, 'id' | 'side' | 'qty' | 'price' | 'ioc'>) {
    const { id: orderId, qty: quantity, price } = step;
    const timeInForce = step.ioc ? 'IOC' : 'GTC';
    return book.execute('placeOrder', {
      orderId,
      symbol: 'ACME',
      side: sideOf(step.side),
      type: 'limit',
      price,
      quantity,
      timeInForce,
    });
  }

  function perform(book: Book, step: Step, seq: number): string[] {
    const { id: orderId, price, qty: quantity } = step;
    const outcome =
      step.cmd === 'new'
        ? place(book, step)
        : step.cmd === 'cancel'
          ? book.execute('cancelOrder', { orderId })
          : book.execute('replaceOrder', { orderId, price, quantity, keepPriority: false });
    if (outcome.rejected !== undefined) return [`${step.cmd === 'cancel' ? 4 : 5},${seq},${orderId}`];
    const reports = outcome.events.map((event) => reportOf(event, seq)).filter((report) => report !== null);
    return reports.sort((a, b) => Number(a[0]) - Number(b[0]));
  }

  /** Derived from the event alone. */
  function reportOf({ type, data }: LoggedEvent, seq: number): string | null {
    const digit = (side: 'buy' | 'sell') => (side === 'buy' ? 0 : 1);
    switch (type) {
      case 'OrderAccepted':
        return `0,${seq},${digit(data.side)},${data.orderId},${data.price},${data.quantity}`;
      case 'TradeExecuted':
        return `1,${seq},${data.price},${data.quantity},${data.makerId},${data.takerId}`;
      case 'OrderCancelled':
        return `2,${seq},${digit(data.side)},${data.orderId},${data.price}`;
      case 'OrderReplaced':
        return `3,${seq},${digit(data.side)},${data.orderId},${data.price},${data.quantity}`;
      default:
        return null;
    }
  }
});

describe.skipIf(dataFolder === undefined)('QuantCup', () => {
  type QuantOrder = [symbol: string, trader: string, side: string, price: number, size: number];
  interface UnitTest {
    test: number;
    orders: QuantOrder[];
    cancels: number[];
    orders2: QuantOrder[];
    executions_unordered_pairs: QuantOrder[];
  }
  const unitTests: UnitTest[] =
    dataFolder === undefined ? [] : JSON.parse(readFileSync(join(dataFolder, 'quantcup/quantcup_tests.json'), 'utf8'));

  test('has 14 unit tests', () => expect(unitTests).toHaveLength(14));

  test.each(unitTests)('unit test $test', (unit) => {
    const book = listedBook('JPM');
    const orders = [...unit.orders, ...unit.orders2];
    orders.forEach(([symbol, account, side, price, quantity], at) => {
      if (at === unit.orders.length) cancelAll();
      const order = { orderId: at + 1, symbol, account, side: sideOf(side), price, quantity };
      book.execute('placeOrder', { ...order, type: 'limit' });
    });
    if (unit.orders2.length === 0) cancelAll();
    expect(executions(book, orders)).toEqual(unit.executions_unordered_pairs.map(String).sort());

    function cancelAll() {
      for (const orderId of unit.cancels) book.execute('cancelOrder', { orderId });
    }
  });

  /** Both sides of each trade as the competition prints them: symbol, trader, side, price, size. */
  function executions(book: Book, orders: QuantOrder[]): string[] {
    return book.log
      .filter((event) => event.type === 'TradeExecuted')
      .flatMap(({ data: { makerId, takerId, price, quantity } }) =>
        [makerId, takerId].map((id) => String([...orders[id - 1]!.slice(0, 3), price, quantity])),
      )
      .sort();
  }

  test('the feed gives the 16,887 trades and the final book of the reference engine', async () => {
    const book = new Book();
    book.execute('listSymbol', { symbol: 'QC' });
    const trades: string[] = [];
    let orders = 0;
    for (const [seq, kind, account, side, price, sizeOrId] of readRows('quantcup/quantcup_feed.csv.gz')) {
      if (kind === 'C') {
        book.execute('cancelOrder', { orderId: Number(sizeOrId) });
        continue;
      }
      const order = { orderId: ++orders, symbol: 'QC', account: account!, side: sideOf(side!) };
      const { events } = book.execute('placeOrder', {
        ...order,
        type: 'limit',
        price: Number(price),
        quantity: Number(sizeOrId),
      }) as { events: LoggedEvent[] };
      for (const { type, data } of events) {
        if (type !== 'TradeExecuted') continue;
        trades.push([seq, data.takerId, data.makerId, side, data.price, data.quantity].join());
      }
    }
    const expected = readRows('quantcup/expected_trades.csv.gz');
    expect(trades).toEqual(
      expected.map(([seq, taker, maker, , , side, price, size]) => [seq, taker, maker, side, price, size].join()),
    );
    expect(trades).toHaveLength(16_887);
    expect(restingOrders(book)).toEqual(
      readRows('quantcup/expected_final_book.csv.gz')
        .map((row) => row.join())
        .sort(),
    );
    checkInvariants(book.state);
    expect(await rematch(book.log)).toBe('equal');
  });

  function restingOrders(book: Book): string[] {
    const lines = [...book.state.orders].map(([id, { side, price, quantity, account }]) =>
      [id, side === 'buy' ? 'B' : 'S', price, quantity, account].join(),
    );
    return lines.sort();
  }
});

describe.skipIf(dataFolder === undefined)('the first 5,000 messages of a NASDAQ day', () => {
  const symbol = 'GOOG';

  test('give every row of the order-book file', async () => {
    const book = new Book();
    book.execute('listSymbol', { symbol });
    const expected = readRows('lobster/GOOG_L10_head5000.orderbook.csv.gz', false);
    const tape = readRows('lobster/GOOG_L10_head5000.commands.csv.gz');
    tape.forEach(([row, , kind, id, side, price, quantity], at) => {
      send(book, { kind: kind!, id: Number(id), side: side!, price: Number(price), quantity: Number(quantity) }, at);
      if (row !== tape[at + 1]?.[0]) expect(`row ${row}: ${rowOf(book)}`).toBe(`row ${row}: ${expected[Number(row)]}`);
    });
    checkInvariants(book.state);
    expect(await rematch(book.log)).toBe('equal');
  });

  interface TapeLine {
    kind: string;
    id: number;
    side: string;
    price: number;
    quantity: number;
  }

  /** An execution names the resting order; the aggressor gets a new id, far below the seeds' negative ones. */
  function send(book: Book, { kind, id: orderId, side, price, quantity }: TapeLine, at: number): void {
    const order = { symbol, side: side === '1' ? ('buy' as const) : ('sell' as const), price, quantity };
    const outcome =
      kind === 'C'
        ? book.execute('cancelOrder', { orderId })
        : kind === 'R'
          ? book.execute('reduceOrder', { orderId, quantity })
          : kind === 'H'
            ? book.execute('printHidden', order)
            : kind === 'X'
              ? book.execute('placeOrder', { ...order, orderId: -1e9 - at, type: 'limit', timeInForce: 'IOC' })
              : book.execute('placeOrder', { ...order, orderId, type: 'limit' });
    expect(outcome.rejected).toBeUndefined();
  }

  function rowOf(book: Book): string {
    const empty = [9_999_999_999, 0, -9_999_999_999, 0];
    return bookTop(book.state, symbol, 10)
      .flatMap((row) => row.map((value, column) => value ?? empty[column]))
      .join();
  }
});
