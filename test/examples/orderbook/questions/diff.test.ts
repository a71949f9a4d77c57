/** Where two books differ first, against a comparison of naive copies after every step. */
import { describe, expect, test } from 'vitest';
import type { FeedMessage } from '../../../../examples/orderbook/follow/index.ts';
import type { BookCommand } from '../../../../examples/orderbook/model/index.ts';
import { BookFile } from '../../../../examples/orderbook/questions/books/book-file.ts';
import { type Comparing, differencesOf, firstDifference } from '../../../../examples/orderbook/questions/diff.ts';
import {
  type Copies,
  feedBookOf,
  lineAt,
  type MadeBook,
  matchingBookOf,
  randomCommands,
  randomMessages,
} from './books.ts';

const SYMBOLS = [
  ['ACME', 'ACME'],
  ['ZETA', 'ZETA'],
] as const;
const ORDERS: Comparing = { symbols: SYMBOLS, what: 'orders' };

const OPENING = Date.UTC(2026, 0, 5, 14, 30);

/** A command each ten milliseconds. */
function every10ms(): () => { ms: number; ns: number } {
  let at = 0;
  return () => ({ ms: OPENING + 10 * at++, ns: 0 });
}

/** What the book of a copy shows, as one text. */
function shown(copies: Copies, symbols: readonly string[]): string {
  return symbols
    .flatMap((symbol) => {
      const spots = new Set(
        copies
          .filter((one) => one.isOnLevel && one.symbol === symbol)
          .map(({ side, price }) => `${side} ${String(price).padStart(6)}`),
      );
      return [...spots].sort().map((spot) => {
        const [side, price] = spot.split(/ +/) as ['buy' | 'sell', string];
        const line = lineAt(copies, symbol, side, Number(price)).map(({ id, quantity }) => `${id}:${quantity}`);
        return `${symbol} ${spot} ${line.join(' ')}`;
      });
    })
    .join('\n');
}

async function compare(a: MadeBook, b: MadeBook, comparing: Comparing, pace: 'time' | 'sequence') {
  await using one = await BookFile.open(a.path);
  await using other = await BookFile.open(b.path);
  const first = await firstDifference(
    { book: one, range: { from: 1, to: one.last } },
    { book: other, range: { from: 1, to: other.last } },
    comparing,
    pace,
  );
  const [stateA, stateB] = [await one.stateAt(one.last), await other.stateAt(other.last)];
  return { first, end: differencesOf({ book: one, state: stateA }, { book: other, state: stateB }, comparing) };
}

/** The first time after which naive copies of two books differ; undefined if they never do. */
function naiveFirst(a: MadeBook, b: MadeBook, symbols: readonly string[]): number | undefined {
  const times = [...new Set([...a.events, ...b.events].map(({ recordedAt }) => recordedAt))].sort((x, y) => x - y);
  const at = ({ events, copies }: MadeBook, time: number): Copies =>
    copies[events.findLastIndex(({ recordedAt }) => recordedAt <= time) + 1]!;
  return times.find((time) => shown(at(a, time), symbols) !== shown(at(b, time), symbols));
}

describe('two books of the matching kind', () => {
  test('that got the same commands never differ', async () => {
    const commands = randomCommands(71, 400);
    const [a, b] = [await matchingBookOf(commands), await matchingBookOf(commands)];
    for (const pace of ['time', 'sequence'] as const) {
      expect(await compare(a, b, ORDERS, pace)).toEqual({ first: null, end: [] });
    }
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'of which one misses a command differ first where copies do, variant %i',
    async (seed) => {
      const commands = randomCommands(71 + seed, 250);
      const left = 20 + 30 * seed;
      // Something else happens at that time: the others keep theirs.
      const changed: BookCommand[] = commands.with(left, { name: 'advanceClock', input: { now: 0 } }) as BookCommand[];
      const a = await matchingBookOf(commands, { moments: every10ms() });
      const b = await matchingBookOf(changed, { moments: every10ms() });
      const { first, end } = await compare(a, b, ORDERS, 'time');
      const expected = naiveFirst(a, b, ['ACME', 'ZETA']);
      const times = [first?.a, first?.b].flatMap((event) => event?.recordedAt ?? []);
      expect(first === null ? undefined : Math.max(...times)).toBe(expected);
      const isEqual = shown(a.copies.at(-1)!, ['ACME', 'ZETA']) === shown(b.copies.at(-1)!, ['ACME', 'ZETA']);
      expect(end.length === 0).toBe(isEqual);
      if (first !== null) expect(first.levels.length).toBeGreaterThan(0);
    },
  );

  test('that differ only in who stands first in line differ for orders, and not for levels', async () => {
    const place = (orderId: number): BookCommand => ({
      name: 'placeOrder',
      input: { orderId, symbol: 'ACME', side: 'buy', type: 'limit', price: 5, quantity: 3 },
    });
    const listing: BookCommand = { name: 'listSymbol', input: { symbol: 'ACME' } };
    const a = await matchingBookOf([listing, place(1), place(2)], { moments: every10ms() });
    const b = await matchingBookOf([listing, place(2), place(1)], { moments: every10ms() });
    const symbols = [['ACME', 'ACME']] as const;
    const { first, end } = await compare(a, b, { symbols, what: 'orders' }, 'sequence');
    expect([first?.a?.sequence, first?.b?.sequence, end.length]).toEqual([2, 2, 1]);
    expect(await compare(a, b, { symbols, what: 'levels' }, 'sequence')).toEqual({ first: null, end: [] });
  });

  test('are compared down to a depth', async () => {
    const place = (orderId: number, price: number): BookCommand => ({
      name: 'placeOrder',
      input: { orderId, symbol: 'ACME', side: 'buy', type: 'limit', price, quantity: 3 },
    });
    const listing: BookCommand = { name: 'listSymbol', input: { symbol: 'ACME' } };
    const cancel: BookCommand = { name: 'cancelOrder', input: { orderId: 3 } };
    const a = await matchingBookOf([listing, place(1, 5), place(2, 4), place(3, 9), cancel], { moments: every10ms() });
    const b = await matchingBookOf([listing, place(1, 5), place(2, 3), place(3, 9), cancel], { moments: every10ms() });
    const symbols = [['ACME', 'ACME']] as const;
    const at = async (depth: number) =>
      (await compare(a, b, { symbols, what: 'levels', depth }, 'time')).first?.a?.sequence;
    expect([await at(1), await at(2)]).toEqual([undefined, 3]);
    // What comes into view because another left is a difference of that event.
    const gone: BookCommand = { name: 'cancelOrder', input: { orderId: 1 } };
    const c = await matchingBookOf([listing, place(1, 5), place(2, 4), gone], { moments: every10ms() });
    const d = await matchingBookOf([listing, place(1, 5), place(2, 3), gone], { moments: every10ms() });
    const { first } = await compare(c, d, { symbols, what: 'levels', depth: 1 }, 'time');
    expect([first?.a?.sequence, first?.levels.map(({ price }) => price)]).toEqual([4, [4, 3]]);
  });
});

describe('two books of feeds', () => {
  test('differ first where copies do', async () => {
    const messages = randomMessages(81, 500).filter(({ symbol, more }) => symbol !== 'L2' && more !== true);
    const changed: FeedMessage[] = messages.with(200, {
      ...messages[200]!,
      change: { kind: 'add', id: 'extra', side: 'buy', price: 100, size: 7 },
    });
    const moments = () => {
      let at = 0;
      return () => ({ ms: OPENING + at++, ns: 0 });
    };
    const [a, b] = [
      await feedBookOf(messages, { moments: moments() }),
      await feedBookOf(changed, { moments: moments() }),
    ];
    const symbols = [
      ['A', 'A'],
      ['B', 'B'],
    ] as const;
    const { first } = await compare(a, b, { symbols, what: 'orders' }, 'time');
    const times = [first?.a, first?.b].flatMap((event) => event?.recordedAt ?? []);
    expect(Math.max(...times)).toBe(naiveFirst(a, b, ['A', 'B']));
  });
});

describe('one book at two moments', () => {
  test('differs after the first event that changes a level', async () => {
    const made = await matchingBookOf(randomCommands(91, 600), { moments: every10ms() });
    await using book = await BookFile.open(made.path);
    const symbols = ['ACME', 'ZETA'];
    for (const [from, to] of [
      [20, 60],
      [100, 101],
      [50, 200],
    ] as const) {
      const [earlier, later] = [await book.stateAt(from), await book.stateAt(to)];
      const first = await firstDifference(
        { book, state: earlier },
        { book, range: { from: from + 1, to } },
        ORDERS,
        'sequence',
      );
      const was = shown(made.copies[from]!, symbols);
      // Between two commits only.
      const expected = Array.from({ length: to - from }, (_, at) => from + 1 + at).find(
        (sequence) => made.commits.has(sequence) && shown(made.copies[sequence]!, symbols) !== was,
      );
      expect(first === null ? undefined : made.events[first.b!.sequence - 1]!.recordedAt).toBe(
        expected === undefined ? undefined : made.events[expected - 1]!.recordedAt,
      );
      const end = differencesOf({ book, state: earlier }, { book, state: later }, ORDERS);
      expect(end.length === 0).toBe(shown(made.copies[to]!, symbols) === was);
    }
  });
});
