/** The life of an order against a naive copy of every order after every event. */
import { describe, expect, test } from 'vitest';
import { BookFile } from '../../../../examples/orderbook/questions/books/book-file.ts';
import { livesOf, type OrderLife } from '../../../../examples/orderbook/questions/order-life.ts';
import { errorOf } from '../support.ts';
import {
  type Copies,
  feedBookOf,
  lineAt,
  type MadeBook,
  matchingBookOf,
  orderIn,
  randomCommands,
  randomMessages,
  sumOf,
} from './books.ts';

/** What the oracle knows of a change of an order. */
interface NaiveChange {
  readonly sequence: number;
  readonly open: number;
  readonly ahead: number | null;
  readonly ordersAhead: number | null;
  readonly level: number | null;
}

interface NaiveLife {
  readonly symbol: string;
  readonly changes: NaiveChange[];
  /** Sequence and quantity ahead, each time that the latter became less without a change of the order. */
  readonly queue: (readonly [sequence: number, ahead: number, ordersAhead: number])[];
  ended: number | null;
}

type Id = number | string;

/** Ids that an event names, whatever it says of them. */
function named(data: any): { readonly id: Id; readonly enters: boolean; readonly symbol: string | undefined }[] {
  const { orderId, makerId, takerId, id, newId, symbol, remedy } = data;
  const ids: Id[] = [orderId, makerId, takerId, id, newId].filter((one) => one !== undefined);
  return ids.map((one) => ({ id: one, enters: one === newId || remedy === 'entered', symbol }));
}

function placeOf(copies: Copies, symbol: string, id: Id): Pick<NaiveChange, 'ahead' | 'ordersAhead' | 'level'> {
  const own = orderIn(copies, symbol, id);
  if (own === undefined || !own.isOnLevel) return { ahead: null, ordersAhead: null, level: null };
  const line = lineAt(copies, symbol, own.side, own.price);
  const ahead = line.slice(
    0,
    line.findIndex((one) => one.id === id),
  );
  return { ahead: sumOf(ahead), ordersAhead: ahead.length, level: sumOf(line) };
}

/** Every life of every order. */
function naiveLives({ events, copies }: MadeBook): Map<string, NaiveLife[]> {
  const lives = new Map<string, NaiveLife[]>();
  const open = new Map<string, { life: NaiveLife; symbol: string; id: Id }>();
  for (const [at, event] of events.entries()) {
    const [before, after] = [copies[at]!, copies[at + 1]!];
    const { type, sequence } = event;
    const data = event.data as any;
    const about = named(data);
    for (const { life, symbol, id } of [...open.values()]) {
      const isOver = about.some((one) => one.id === id && one.enters && one.symbol === symbol);
      const now = isOver ? undefined : orderIn(after, symbol, id);
      const isOwn = about.some((one) => one.id === id && (one.symbol === undefined || one.symbol === symbol));
      const place = now === undefined ? { ahead: null, ordersAhead: null, level: null } : placeOf(after, symbol, id);
      if (isOwn || now === undefined) life.changes.push({ sequence, open: now?.quantity ?? 0, ...place });
      else {
        const was = placeOf(before, symbol, id);
        if (was.ahead !== place.ahead) life.queue.push([sequence, place.ahead!, place.ordersAhead!]);
      }
      if (now !== undefined) continue;
      life.ended = sequence;
      open.delete(`${symbol} ${id}`);
    }
    for (const symbol of new Set(after.map((one) => one.symbol))) {
      for (const { id } of about) {
        const enters =
          type === 'OrderAccepted' || type === 'OrderAdded' || about.some((one) => one.id === id && one.enters);
        const now = orderIn(after, symbol, id);
        if (!enters || now === undefined || data.symbol !== symbol || open.has(`${symbol} ${id}`)) continue;
        const life: NaiveLife = {
          symbol,
          changes: [{ sequence, open: now.quantity, ...placeOf(after, symbol, id) }],
          queue: [],
          ended: null,
        };
        open.set(`${symbol} ${id}`, { life, symbol, id });
        const all = lives.get(String(id));
        if (all === undefined) lives.set(String(id), [life]);
        else all.push(life);
      }
    }
  }
  return lives;
}

function shown({ symbol, changes, queue, ended }: OrderLife): NaiveLife {
  return {
    symbol,
    changes: changes.map(({ sequence, open, place }) => ({
      ...{ sequence, open, ahead: (place?.ahead as number) ?? null },
      ...{ ordersAhead: place?.ordersAhead ?? null, level: (place?.level as number) ?? null },
    })),
    queue: queue.map((one) => [one.sequence, one.ahead as number, one.ordersAhead]),
    ended: ended?.sequence ?? null,
  };
}

async function expectLives(made: MadeBook): Promise<OrderLife[]> {
  const expected = naiveLives(made);
  await using book = await BookFile.open(made.path);
  const range = await book.range({});
  const found: OrderLife[] = [];
  for (const [text, lives] of expected) {
    const orderId = /^-?\d+$/.test(text) ? Number(text) : text;
    const told = await livesOf(book, range, { orderId });
    expect(told.map(shown), `order ${text}`).toEqual(lives);
    expect(told.map(({ life }) => life)).toEqual(lives.map((_, at) => at + 1));
    found.push(...told);
  }
  return found;
}

describe('the life of an order', () => {
  test.each([11, 12])('in the matching book: every order, every life, seed %i', async (seed) => {
    const made = await matchingBookOf(randomCommands(seed, 600), { seed });
    const lives = await expectLives(made);
    expect(lives.length).toBeGreaterThan(100);
    // What is ahead only becomes less, and every part of it has a cause.
    for (const { changes, queue, aheadBy } of lives) {
      const gone = queue.reduce((sum, { quantity }) => sum + Number(quantity), 0);
      expect(Number(aheadBy.trades) + Number(aheadBy.cancels) + Number(aheadBy.moves)).toBe(gone);
      const [first] = changes;
      if (first!.place === null || changes.some(({ what }) => what.startsWith('replaced'))) continue;
      const last = queue.at(-1)?.ahead ?? first!.place.ahead;
      expect(Number(first!.place.ahead) - gone).toBe(Number(last));
    }
    const ends = new Set(lives.map(({ ended }) => ended?.how));
    for (const how of ['filled', 'cancelled: user', 'cancelled: iocRest', 'cancelled: massCancel']) {
      expect(ends).toContain(how);
    }
  });

  test.each([21, 22])('in the book of a feed: every order of every symbol, seed %i', async (seed) => {
    const made = await feedBookOf(randomMessages(seed, 700), { seed });
    const lives = await expectLives(made);
    expect(lives.length).toBeGreaterThan(100);
    const ends = new Set(lives.map(({ ended }) => ended?.how));
    for (const how of ['filled', 'deleted', 'replaced', 'cleared']) expect(ends).toContain(how);
  });

  test('in a range begins with how the order stood before it', async () => {
    const made = await matchingBookOf(randomCommands(13, 600), { seed: 13 });
    await using book = await BookFile.open(made.path);
    const from = 150;
    const open = made.copies[from - 1]!;
    expect(open.length).toBeGreaterThan(5);
    for (const { id, symbol, side } of open) {
      const whole = naiveLives(made).get(String(id))!;
      const [life] = await livesOf(book, await book.range({ from: String(from) }), { orderId: id });
      const naive = whole.find((one) => one.ended === null || one.ended >= from)!;
      const first = { sequence: from - 1, open: orderIn(open, symbol, id)!.quantity, ...placeOf(open, symbol, id) };
      expect([life!.entered, life!.side, life!.changes[0]!.what]).toEqual([null, side, 'open before']);
      expect(shown(life!)).toEqual({
        ...{ symbol, ended: naive.ended },
        changes: [first, ...naive.changes.filter(({ sequence }) => sequence >= from)],
        queue: naive.queue.filter(([sequence]) => sequence >= from),
      });
    }
  });

  test('tells whom it traded with, and what it was worth', async () => {
    const made = await matchingBookOf([
      { name: 'listSymbol', input: { symbol: 'ACME' } },
      ...[1, 2].map((orderId) => sell(orderId, 100, 10)),
      {
        name: 'placeOrder',
        input: { orderId: 3, symbol: 'ACME', side: 'buy', type: 'limit', price: 101, quantity: 14, account: 'bob' },
      },
    ]);
    await using book = await BookFile.open(made.path);
    const [life] = await livesOf(book, await book.range({}), { orderId: 2 });
    expect(life).toMatchObject({
      ...{ life: 1, symbol: 'ACME', side: 'sell', account: 'ann', ended: null },
      changes: [
        { what: 'entered', quantity: 10, price: 100, place: { ordersAhead: 1, ahead: 10, levelOrders: 2, level: 20 } },
        {
          what: 'traded',
          role: 'maker',
          quantity: 4,
          with: { orderId: 3, account: 'bob' },
          open: 6,
          place: { ahead: 0 },
        },
      ],
      queue: [{ by: 'trades', quantity: 10, ahead: 0, ordersAhead: 0 }],
      aheadBy: { trades: 10, cancels: 0, moves: 0 },
      traded: { trades: 1, quantity: 4, notional: 400n },
    });
    const [taker] = await livesOf(book, await book.range({}), { orderId: 3 });
    expect(taker!.changes.map(({ what, role, open }) => [what, role, open])).toEqual([
      ['entered, takes', undefined, 14],
      ['traded', 'taker', 4],
      ['traded', 'taker', 0],
    ]);
    expect(taker!.ended).toMatchObject({ how: 'filled' });
  });

  test('is of one symbol or of all where a feed counts ids in each', async () => {
    const list = { kind: 'list', priceDecimals: 0, sizeDecimals: 0 } as const;
    const add = { kind: 'add', id: 7, side: 'buy', price: 5, size: 2 } as const;
    const remove = { kind: 'delete', id: 7 } as const;
    const steps = [
      ['A', list],
      ['B', list],
      ['A', add],
      ['B', add],
      ['A', remove],
      ['A', add],
    ] as const;
    const { path } = await feedBookOf(
      steps.map(([symbol, change], at) => ({ symbol, time: undefined, line: at + 1, change })),
    );
    await using book = await BookFile.open(path);
    const range = await book.range({});
    const lives = async (symbol?: string) =>
      (await livesOf(book, range, { orderId: 7, symbol })).map((one) => [one.life, one.symbol, one.ended?.how]);
    expect(await lives()).toEqual([
      [1, 'A', 'deleted'],
      [2, 'B', undefined],
      [3, 'A', undefined],
    ]);
    expect(await lives('A')).toEqual([
      [1, 'A', 'deleted'],
      [2, 'A', undefined],
    ]);
  });

  test('is refused for an order that never entered', async () => {
    const { path } = await matchingBookOf([{ name: 'listSymbol', input: { symbol: 'ACME' } }, sell(1, 100, 10)]);
    await using book = await BookFile.open(path);
    const range = await book.range({});
    expect(await errorOf(livesOf(book, range, { orderId: 2 }))).toMatchObject({ code: 'INVALID_OPTION', type: 'ID' });
  });
});

function sell(orderId: number, price: number, quantity: number) {
  const input = { orderId, symbol: 'ACME', side: 'sell', type: 'limit', price, quantity, account: 'ann' } as const;
  return { name: 'placeOrder', input } as const;
}
