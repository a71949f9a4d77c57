/** The questions as commands: exit codes, the last line, messages, the shapes of their JSON. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { defineModel, openStore, type SerializedError } from 'refold';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { FeedMessage } from '../../../../examples/orderbook/follow/index.ts';
import { serialise } from '../../../../examples/orderbook/judging.ts';
import type { BookCommand } from '../../../../examples/orderbook/model/index.ts';
import { addQuestions } from '../../../../examples/orderbook/questions/commands.ts';
import { openBook } from '../../../../examples/orderbook/workspace.ts';
import { dataPath, dataSource, hasData, linesOf, runOrderBook, temporaryFolder } from '../support.ts';
import { feedBookOf, matchingBookOf } from './books.ts';
import { parseCsv } from './csv-text.ts';

const amount = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d)$/);
const sequence = z.int().positive();
const orderId = z.union([z.int(), z.string()]);
const side = z.enum(['buy', 'sell']);
const kind = z.enum(['matching', 'feed']);
const head = { book: z.string(), kind, from: sequence, to: sequence };
const party = z.strictObject({ orderId: orderId.nullable(), account: z.string().nullable() });
const level = z.strictObject({ price: amount, quantity: amount, orders: z.int() });
const line = z.strictObject({
  quantity: amount,
  orders: z.array(z.strictObject({ orderId, quantity: amount })).optional(),
});
const difference = z.strictObject({ symbol: z.string(), side, price: amount, a: line.nullable(), b: line.nullable() });
const event = z.strictObject({ sequence, time, type: z.string(), data: z.looseObject({}) });

/** What the JSON of each question is. */
const SHAPES = {
  trades: z.strictObject({
    ...head,
    trades: z.array(
      z.strictObject({
        ...{ sequence, time, symbol: z.string(), price: amount, quantity: amount, side: side.nullable() },
        ...{ hidden: z.boolean(), tradeId: z.int().nullable(), makerId: orderId.nullable() },
        ...{ takerId: orderId.nullable(), makerAccount: z.string().nullable(), takerAccount: z.string().nullable() },
      }),
    ),
    rows: z.int(),
  }),
  bars: z.strictObject({
    ...{ ...head, symbol: z.string(), every: z.int() },
    bars: z.array(
      z.strictObject({
        ...{ time, open: amount.nullable(), high: amount.nullable(), low: amount.nullable(), close: amount.nullable() },
        ...{ volume: amount, notional: amount, vwap: amount.nullable(), trades: z.int() },
        ...{ hiddenVolume: amount, hiddenNotional: amount, hiddenVwap: amount.nullable(), hiddenTrades: z.int() },
      }),
    ),
    rows: z.int(),
  }),
  book: z.strictObject({
    ...{ ...head, symbol: z.string(), every: z.int(), levels: z.int() },
    samples: z.array(z.strictObject({ time, sequence, bids: z.array(level), asks: z.array(level) })),
    rows: z.int(),
  }),
  spread: z.strictObject({
    ...{ ...head, symbol: z.string() },
    spreads: z.array(
      z.strictObject({
        ...{ time, sequence, bid: amount.nullable(), ask: amount.nullable() },
        ...{ spread: amount.nullable(), mid2: amount.nullable() },
      }),
    ),
    rows: z.int(),
    timeWeighted: z.strictObject({ mean: amount.nullable(), weighted: z.string(), nanoseconds: z.string() }),
    ...{ least: amount.nullable(), most: amount.nullable() },
    ...{ oneSidedNanoseconds: z.string(), crossedNanoseconds: z.string() },
  }),
  imbalance: z.strictObject({
    ...{ book: z.string(), kind, sequence, symbol: z.string(), levels: z.int() },
    ...{ bid: amount, ask: amount, perMillion: z.int().nullable() },
  }),
  fills: z.strictObject({
    ...{ ...head, account: z.string() },
    fills: z.array(
      z.strictObject({
        ...{ sequence, time, symbol: z.string(), price: amount, quantity: amount, side },
        ...{ role: z.enum(['maker', 'taker']), tradeId: z.int(), orderId, position: amount, cash: amount },
        counterparty: z.string().nullable(),
      }),
    ),
    rows: z.int(),
    positions: z.array(
      z.strictObject({
        ...{ symbol: z.string(), fills: z.int(), bought: amount, sold: amount, position: amount, cash: amount },
      }),
    ),
  }),
  queue: z.strictObject({
    ...{ book: z.string(), kind, sequence, symbol: z.string() },
    queues: z.array(
      z.strictObject({
        ...{ side, price: amount, quantity: amount },
        orders: z.array(
          z.strictObject({
            ...{ place: z.int(), orderId, account: z.string().nullable(), quantity: amount, ahead: amount },
            since: sequence,
          }),
        ),
      }),
    ),
  }),
  order: z.strictObject({
    ...{ ...head, orderId, times: z.int() },
    lives: z.array(
      z.strictObject({
        ...{ life: z.int(), symbol: z.string(), side, account: z.string().nullable() },
        entered: z.strictObject({ sequence, time }).nullable(),
        changes: z.array(
          z.strictObject({
            ...{ sequence, time, what: z.string(), quantity: amount.optional(), price: amount.optional() },
            ...{ reason: z.string().optional(), tradeId: z.int().optional(), with: party.optional() },
            ...{ role: z.enum(['maker', 'taker']).optional(), open: amount, side, limit: amount.nullable() },
            ...{ replacedBy: orderId.optional(), replaces: orderId.optional() },
            place: z
              .strictObject({ price: amount, ordersAhead: z.int(), ahead: amount, levelOrders: z.int(), level: amount })
              .nullable(),
          }),
        ),
        queue: z.array(
          z.strictObject({
            ...{ sequence, time, by: z.enum(['trades', 'cancels', 'moves']), quantity: amount },
            ...{ ordersAhead: z.int(), ahead: amount },
          }),
        ),
        aheadBy: z.strictObject({ trades: amount, cancels: amount, moves: amount }),
        traded: z.strictObject({ trades: z.int(), quantity: amount, notional: amount }),
        ended: z.strictObject({ sequence, time, how: z.string() }).nullable(),
      }),
    ),
  }),
  diff: z.strictObject({
    a: z.strictObject({ book: z.string(), kind, sequence }),
    b: z.strictObject({ book: z.string(), kind, sequence }),
    ...{ by: z.enum(['time', 'sequence']), compares: z.enum(['orders', 'levels']), equal: z.boolean() },
    first: z.strictObject({ a: event.nullable(), b: event.nullable(), levels: z.array(difference) }).nullable(),
    ...{ differing: z.int(), differences: z.array(difference) },
  }),
};

const OPENING = Date.UTC(2026, 0, 5, 14, 30);
/** Ten seconds between two commands. */
const every10s = () => {
  let at = 0;
  return { moments: () => ({ ms: OPENING + 10_000 * at++, ns: 5 }) };
};

const place = (
  orderId: number,
  side: 'buy' | 'sell',
  price: number,
  quantity: number,
  account?: string,
): BookCommand => ({
  name: 'placeOrder',
  input: { orderId, symbol: 'ACME', side, type: 'limit', price, quantity, ...(account !== undefined && { account }) },
});
const COMMANDS: readonly BookCommand[] = [
  { name: 'listSymbol', input: { symbol: 'ACME' } },
  place(1, 'sell', 101, 10, 'a "shop", really'),
  place(2, 'sell', 101, 5, 'ann'),
  place(3, 'buy', 99, 7, 'bob'),
  place(4, 'buy', 101, 12, 'bob'),
  { name: 'printHidden', input: { symbol: 'ACME', price: 100, quantity: 3, side: 'sell' } },
  { name: 'cancelOrder', input: { orderId: 2 } },
  place(2, 'sell', 102, 1, 'ann'),
];
const QUESTIONS: Readonly<Record<keyof typeof SHAPES, readonly string[]>> = {
  trades: [],
  bars: ['--every', '10s'],
  book: ['--every', '10s', '--levels', '2'],
  spread: [],
  imbalance: [],
  fills: ['--account', 'bob'],
  queue: ['99'],
  order: ['2'],
  diff: ['--from', '3', '--to', '7'],
};

/** A feed with decimals: 1.25 is 125. */
const LISTING = { kind: 'list', priceDecimals: 2, sizeDecimals: 1 } as const;
const CHANGES: readonly FeedMessage['change'][] = [
  LISTING,
  { kind: 'add', id: 1, side: 'buy', price: -125, size: 15 },
  { kind: 'add', id: 'x-2', side: 'sell', price: 300, size: 10 },
  { kind: 'execute', id: 'x-2', size: 4 },
  { kind: 'trade', price: 250, size: 5, side: 'buy', hidden: true },
  { kind: 'replace', id: 1, newId: 3, price: -100, size: 20 },
];
const MESSAGES: readonly FeedMessage[] = CHANGES.map((change, at) => ({
  symbol: 'OIL',
  time: undefined,
  line: at + 1,
  change,
}));

const matching = async (commands = COMMANDS): Promise<string> => (await matchingBookOf(commands, every10s())).path;
const several = (): Promise<string> => matching([{ name: 'listSymbol', input: { symbol: 'ZETA' } }, ...COMMANDS]);
const feed = async (): Promise<string> => (await feedBookOf(MESSAGES, every10s())).path;

interface Answer {
  readonly stdout: string;
  readonly json: any;
  readonly error: SerializedError | undefined;
}

/** Asks a question in this process. */
async function ask(...args: readonly string[]): Promise<Answer> {
  const root = new Command().exitOverride().configureOutput({ outputError: () => {}, writeErr: () => {} });
  addQuestions(root);
  for (const command of root.commands) command.exitOverride().copyInheritedSettings(root);
  const writes = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')] as const;
  let stdout = '';
  let error: SerializedError | undefined;
  writes[0].mockImplementation((chunk) => {
    stdout += String(chunk);
    return true;
  });
  writes[1].mockImplementation(() => true);
  try {
    await root.parseAsync([...args], { from: 'user' });
  } catch (thrown) {
    error = serialise(thrown);
  } finally {
    for (const write of writes) write.mockRestore();
  }
  const json =
    args.includes('--json') && error === undefined ? JSON.parse(stdout.trimEnd().split('\n').at(-1)!) : undefined;
  return { stdout, json, error };
}

describe('the JSON of each question has its shape', () => {
  test('for the matching book', async () => {
    const path = await matching();
    for (const [name, args] of Object.entries(QUESTIONS)) {
      const { json, stdout } = await ask(name, path, ...args, '--json');
      SHAPES[name as keyof typeof SHAPES].parse(json);
      expect(stdout.trimEnd().split('\n'), name).toHaveLength(1);
    }
  });

  test('for the book of a feed', async () => {
    const path = await feed();
    for (const [name, args] of Object.entries({ ...QUESTIONS, queue: ['3'], order: ['x-2'] })) {
      if (name === 'fills') continue;
      SHAPES[name as keyof typeof SHAPES].parse((await ask(name, path, ...args, '--json')).json);
    }
  });

  test('for people there is text', async () => {
    const path = await matching();
    for (const [name, args] of Object.entries(QUESTIONS)) {
      const { stdout, error } = await ask(name, path, ...args);
      expect([name, error]).toEqual([name, undefined]);
      expect(stdout.length).toBeGreaterThan(20);
    }
    const { stdout } = await ask('order', path, '2');
    expect(stdout).toMatch(/order 2, life 1 of 2: sell ACME of ann/);
    expect(stdout).toMatch(/traded as maker +2 +101 +3 +0 +0 +4 of bob/);
    expect(stdout).toMatch(/\d+ in 1 trade;/);
    expect(stdout).toMatch(/ended at event \d+: cancelled: user/);
  });
});

describe('answers', () => {
  test('are decimals where the book knows them, and whole numbers on demand', async () => {
    const path = await feed();
    const { json } = await ask('trades', path, '--json');
    expect(json.trades).toMatchObject([
      { price: '3', quantity: '0.4', side: 'buy', hidden: false, makerId: 'x-2' },
      { price: '2.5', quantity: '0.5', side: 'buy', hidden: true, makerId: null },
    ]);
    const raw = await ask('trades', path, '--json', '--raw');
    expect(raw.json.trades).toMatchObject([
      { price: 300, quantity: 4 },
      { price: 250, quantity: 5 },
    ]);
    expect((await ask('queue', path, '-1', '--json')).json.queues).toMatchObject([
      { side: 'buy', price: '-1', quantity: '2' },
    ]);
    const bars = await ask('bars', path, '--json');
    expect(bars.json.bars[0]).toMatchObject({ notional: '1.2', vwap: '3', hiddenNotional: '1.25', hiddenVwap: '2.5' });
    const { json: life } = await ask('order', path, '1', '--json');
    expect(life.lives[0]).toMatchObject({ ended: { how: 'replaced' }, changes: [{}, { replacedBy: 3, price: '-1' }] });
    expect((await ask('order', path, '3', '--json')).json.lives[0].changes[0]).toMatchObject({
      replaces: 1,
      price: '-1',
    });
  });

  test('go to a file as CSV, which other programs read', async () => {
    const path = await matching();
    const out = join(path, '..', 'trades.csv');
    const { json } = await ask('trades', path, '--out', out, '--json');
    expect(json).toMatchObject({ out, rows: 3 });
    expect(json.trades).toBeUndefined();
    const rows = parseCsv(readFileSync(out, 'utf8'));
    expect(rows.map(({ makerAccount }) => makerAccount)).toEqual(['a "shop", really', 'ann', '']);
    // The same rows go to stdout.
    expect((await ask('trades', path)).stdout).toBe(readFileSync(out, 'utf8'));
  });

  test('of every life of an id, or of one', async () => {
    const path = await matching();
    expect((await ask('order', path, '2', '--json')).json.lives.map(({ life }: any) => life)).toEqual([1, 2]);
    const { json } = await ask('order', path, '2', '--life', '2', '--json');
    expect([json.times, json.lives.length, json.lives[0].changes[0].price]).toEqual([2, 1, 102]);
    const { error } = await ask('order', path, '2', '--life', '3');
    expect(error).toMatchObject({
      code: 'INVALID_OPTION',
      type: '--life',
      message: expect.stringMatching(/enters 2 times/),
    });
  });

  test('about a range of times of the day, or of sequences', async () => {
    const path = await matching();
    const at = async (...args: string[]) =>
      (await ask('trades', path, ...args, '--json')).json.trades.map((row: any) => row.quantity);
    expect(await at()).toEqual([10, 2, 3]);
    expect(await at('--from', '09:30:50')).toEqual([3]);
    expect(await at('--to', '09:30:49.999')).toEqual([10, 2]);
    expect(await at('--from', '7', '--to', '7')).toEqual([2]);
    expect(await at('--from', '2026-01-05T09:30:50')).toEqual([3]);
    expect(await at('--from', '2026-01-05T14:30:50Z')).toEqual([3]);
    expect(await at('--from', '2026-01-05 09:30:50-0500')).toEqual([3]);
    // Exact to the nanosecond.
    expect(await at('--from', '09:30:50.000000005', '--to', '09:30:50.000000005')).toEqual([3]);
    expect((await ask('trades', path, '--from', '09:30:50.000000006', '--to', '09:30:59')).error?.code).toBe(
      'INVALID_OPTION',
    );
  });

  test('may be empty: a range without trades is not an error', async () => {
    const path = await matching();
    const { json, error } = await ask('trades', path, '--to', '4', '--json');
    expect([json.trades, json.rows, error]).toEqual([[], 0, undefined]);
    expect((await ask('bars', path, '--to', '4')).stdout.trimEnd().split('\n')).toHaveLength(1);
  });
});

/** A question, its book ('' or '=' in its place), the message and the hint. */
const WRONG = [
  ['an unknown symbol', 'several', ['bars', '', '--symbol', 'GOOG'], /no symbol "GOOG"/, /ZETA, ACME/],
  ['no symbol where there are several', 'several', ['bars', ''], /several symbols/, /--symbol.*ZETA, ACME/],
  ['no symbol for a queue', 'several', ['queue', '', '99'], /several symbols/, /--symbol/],
  [
    'a price at which no order stands',
    'matching',
    ['queue', '', '98'],
    /98: no order stands there/,
    /buy: 99; sell: 102/,
  ],
  ['a word for a price', 'matching', ['queue', '', 'ten'], /"ten": it is not a price/, /price/],
  ['an order that never entered', 'matching', ['order', '', '77'], /order 77: it is not there/, /id/],
  ['an id that is not a number', 'matching', ['order', '', 'x'], /"x": it is not a number/, /whole number/],
  [
    'a sequence beyond the end',
    'matching',
    ['trades', '', '--to', '999'],
    /event 999: the book ends at 10/,
    /from 1 to 10/,
  ],
  ['an --at beyond the end', 'matching', ['queue', '', '99', '--at', '999'], /event 999/, /from 1 to 10/],
  [
    'a range that ends before it begins',
    'matching',
    ['trades', '', '--from', '5', '--to', '4'],
    /no events/,
    /1 to 10/,
  ],
  ['a range before the first event', 'matching', ['trades', '', '--to', '09:00'], /no events/, /1 to 10/],
  ['a range after the last event', 'matching', ['trades', '', '--from', '17:00'], /no events/, /1 to 10/],
  ['a word for a position', 'matching', ['trades', '', '--from', 'noon'], /"noon"/, /10:31:07/],
  ['a day that does not exist', 'matching', ['trades', '', '--from', '2026-02-30'], /"2026-02-30"|not a date/, /./],
  ['a word for an interval', 'matching', ['bars', '', '--every', 'often'], /"often"/, /1ms to 1d/],
  ['no interval at all', 'matching', ['book', '', '--every', '0s'], /"0s"/, /1ms to 1d/],
  ['two days', 'matching', ['book', '', '--every', '2d'], /"2d"/, /1ms to 1d/],
  ['no levels', 'matching', ['book', '', '--levels', '0'], /above 0/, /--help/],
  ['two depths', 'matching', ['book', '', '--levels', '1', '--depth', '2'], /cannot be used with/, /--help/],
  ['an unknown time format', 'matching', ['trades', '', '--time', 'stardate'], /Allowed choices are iso, ns/, /--help/],
  [
    'an unknown account',
    'matching',
    ['fills', '', '--account', 'zoe'],
    /"zoe" traded nothing/,
    /ann, bob|bob, ann|shop/,
  ],
  ['no account', 'matching', ['fills', ''], /required option/, /--help/],
  [
    'an interval that an imbalance needs',
    'matching',
    ['imbalance', '', '--from', '3'],
    /--from is about intervals/,
    /--every/,
  ],
  ['a book to write over', 'matching', ['trades', '', '--out', '='], /it is the book/, /another file/],
  [
    'a folder that is not there',
    'matching',
    ['trades', '', '--out', '/nowhere/x.csv'],
    /Cannot write \/nowhere/,
    /folder/,
  ],
  ['one moment to compare', 'matching', ['diff', ''], /no second moment/, /--from and --to/],
  ['moments in the wrong order', 'matching', ['diff', '', '--from', '6', '--to', '3'], /6 is after event 3/, /earlier/],
  ['a range of two files', 'matching', ['diff', '', '=', '--to', '3'], /from their beginnings/, /one file/],
  ['the fills of a feed', 'feed', ['fills', '', '--account', 'bob'], /no accounts/, /trades/],
] as const;

describe('wrong questions are typed errors with a hint', () => {
  test('each of them', async () => {
    const books = { matching: await matching(), several: await several(), feed: await feed() };
    for (const [name, kind, args, message, hint] of WRONG) {
      const { error, stdout } = await ask(...args.map((arg) => (arg === '' || arg === '=' ? books[kind] : arg)));
      expect(error?.code, name).toBe('INVALID_OPTION');
      expect(error?.message, name).toMatch(message);
      expect(error?.hint, name).toMatch(hint);
      expect(stdout, name).toBe('');
    }
  });

  test('a file that is not a book, and one without events', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.txt'), 'not a database\n'.repeat(400));
    expect((await ask('trades', join(folder, 'notes.txt'))).error).toMatchObject({ hint: expect.any(String) });
    expect((await ask('trades', join(folder, 'missing.db'))).error?.message).toMatch(/missing/);
    const empty = join(folder, 'empty.db');
    await (await openBook(empty)).close();
    expect((await ask('trades', empty)).error).toMatchObject({ message: expect.stringMatching(/holds no events/) });
    const other = defineModel({
      name: 'cart',
      events: { Added: z.object({}) },
      initialState: () => ({}),
      reducers: { Added() {} },
    });
    const cart = join(folder, 'cart.db');
    await using store = await openStore(other, { path: cart });
    await store.append({ type: 'Added', data: {} });
    expect((await ask('trades', cart)).error).toMatchObject({
      message: expect.stringMatching(/another model/),
      hint: expect.stringMatching(/orderbook or feedbook/),
    });
  });

  test('another book, and a file beside the book, are not written over', async () => {
    const [path, other] = [await matching(), await several()];
    for (const out of [other, `${path}-wal`]) {
      const before = statSync(out, { throwIfNoEntry: false })?.size;
      expect((await ask('trades', path, '--out', out)).error).toMatchObject({ code: 'INVALID_OPTION', type: '--out' });
      expect(statSync(out, { throwIfNoEntry: false })?.size).toBe(before);
    }
  });

  test('a failed answer leaves no file, and an old one as it was', async () => {
    const path = await matching();
    const out = join(path, '..', 'fills.csv');
    writeFileSync(out, 'old');
    expect((await ask('fills', path, '--account', 'zoe', '--out', out)).error).toBeDefined();
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('unfinished'))).toEqual([]);
  });
});

describe('as processes', () => {
  test('the last line is JSON, and bad input ends with 2', async () => {
    const path = await matching();
    const [good, bad] = await Promise.all([
      runOrderBook('trades', path, '--json'),
      runOrderBook('queue', path, '98', '--json'),
    ]);
    expect(good.code).toBe(0);
    SHAPES.trades.parse(good.json);
    expect(bad.code).toBe(2);
    expect(bad.json.error).toMatchObject({ code: 'INVALID_OPTION', type: 'PRICE', path });
    expect(bad.stderr).toMatch(/^error: .+\nhint: .+\n$/s);
  });

  test('a book whose older history was dropped is asked from the first book that is known', async () => {
    const path = await matching();
    {
      await using store = await openBook(path, { history: 'discard' });
      await store.snapshot();
      await store.execute('placeOrder', (place(8, 'sell', 99, 3, 'ann') as any).input);
      await store.snapshot();
      await store.execute('placeOrder', (place(9, 'buy', 102, 1) as any).input);
      await store.compact();
    }
    const { json } = await ask('trades', path, '--json');
    expect(json.from).toBe(11);
    expect(json.trades).toMatchObject([
      { makerId: 3, takerId: 8, quantity: 3 },
      { makerId: 2, takerId: 9 },
    ]);
    expect((await ask('order', path, '3', '--json')).json.lives).toMatchObject([
      {
        entered: null,
        changes: [
          { what: 'open before', open: 7 },
          { what: 'traded', open: 4 },
        ],
      },
    ]);
    expect((await ask('trades', path, '--from', '2')).error).toMatchObject({ code: 'HISTORY_GONE' });
    expect((await ask('diff', path, path)).error).toMatchObject({ code: 'HISTORY_GONE' });
  });

  test('a book is asked while its writer goes on', async () => {
    const path = join(temporaryFolder(), 'live.db');
    await using store = await openBook(path);
    await store.execute('listSymbol', { symbol: 'ACME' } as never);
    for (const round of [1, 2, 3]) {
      await store.execute('placeOrder', (place(2 * round, 'buy', 5, 3) as any).input);
      await store.execute('placeOrder', (place(2 * round + 1, 'sell', 5, 3) as any).input);
      expect((await ask('trades', path, '--json')).json.rows).toBe(round);
    }
  });
});

describe.skipIf(!hasData)('a day of GOOG', () => {
  test('has the volume of its executions, and the same books as the order-book file', async () => {
    const path = join(temporaryFolder(), 'goog.db');
    const head5000 = dataPath('lobster/GOOG_L10_head5000');
    expect((await runOrderBook('tape', `${head5000}.commands.csv.gz`, '--db', path, '--date', '2012-06-21')).code).toBe(
      0,
    );
    const messages = (await linesOf(dataSource('lobster/GOOG_L10_head5000.message.csv.gz'))).map((row) =>
      row.split(','),
    );
    const sum = (type: string) =>
      messages.filter((row) => row[1] === type).reduce((total, row) => total + Number(row[3]), 0);
    const { json } = await ask('bars', path, '--every', '1h', '--json');
    const total = (name: string) => json.bars.reduce((all: number, bar: any) => all + bar[name], 0);
    expect([total('volume'), total('hiddenVolume')]).toEqual([sum('4'), sum('5')]);
    const rows = await linesOf(dataSource('lobster/GOOG_L10_head5000.orderbook.csv.gz'));
    const samples = await ask('book', path, '--every', '10s', '--levels', '10', '--json');
    for (const { time: end, bids, asks } of samples.json.samples.slice(0, -1)) {
      const seconds = (Date.parse(end) - Date.parse('2012-06-21T00:00:00-04:00')) / 1_000;
      const at = messages.findLastIndex((row) => Number(row[0]) < seconds);
      const cells = rows[at]!.split(',').map(Number);
      for (let depth = 0; depth < 10; depth++) {
        const [ask1, askSize, bid, bidSize] = cells.slice(4 * depth, 4 * depth + 4);
        expect([asks[depth].price, asks[depth].quantity, bids[depth].price, bids[depth].quantity]).toEqual([
          ask1,
          askSize,
          bid,
          bidSize,
        ]);
      }
    }
    expect(samples.json.rows).toBeGreaterThan(20);
  });
});
