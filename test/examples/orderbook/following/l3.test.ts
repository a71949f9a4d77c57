import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDecimal } from '../../../../examples/orderbook/decimals.ts';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { type L3Options, readL3 } from '../../../../examples/orderbook/feeds/following/l3/reader.ts';
import { TopOfBook } from '../../../../examples/orderbook/feeds/following/l3/top-of-book.ts';
import type { TextSource } from '../../../../examples/orderbook/feeds/reading/csv.ts';
import { EpochReader } from '../../../../examples/orderbook/feeds/reading/epoch.ts';
import {
  type FeedMessage,
  type FeedState,
  feedBook,
  orderAt,
  queueAt,
  reduce,
  topLevels,
  translate,
} from '../../../../examples/orderbook/follow/index.ts';
import { dataPath, errorOf, hasData, textSource } from '../support.ts';
import { L3_HEADER, l3File, PlainL3Book, randomRecording } from './l3-days.ts';

describe('the book of a recording', () => {
  test.each([
    [1, false],
    [2, true],
    [3, false],
  ])('is that of a plain book after each row, seed %i', async (seed, uuids) => {
    const random = new Random(seed);
    const rows = randomRecording((below) => random.below(below), 1_500, uuids);
    const plain = new PlainL3Book();
    const book = new Book();
    let at = 0;
    for await (const messages of readL3(textSource(l3File(rows), { chunk: 3_000 }), book.state)) {
      for (const message of messages) {
        book.apply(message);
        if (message.change.kind === 'list') continue;
        plain.apply(rows[at++]!);
        expect(message.line).toBe(at + 1);
        for (const side of ['buy', 'sell'] as const) expect(book.queues(side), `row ${at}`).toEqual(plain.queues(side));
      }
    }
    expect(at).toBe(rows.length);
    expect(book.mismatches).toEqual({ unknownOrder: plain.wrong });
    expect(plain.wrong).toBeGreaterThan(3);
  });

  test('is compared with the best levels that the recording has, row by row', async () => {
    const random = new Random(4);
    const rows = randomRecording((below) => random.below(below), 800);
    const plain = new PlainL3Book();
    const lines = rows.map((row) => {
      plain.apply(row);
      return [...Object.values(row), ...plain.best('buy'), ...plain.best('sell')].join(',');
    });
    const header = `${L3_HEADER},best_bid,best_bid_size,best_ask,best_ask_size`;
    const write = (all: readonly string[]): string => [header, ...all].map((line) => `${line}\n`).join('');
    const checked = rows.length - lines.findIndex((line) => !line.endsWith(',,,,'));
    expect((await follow(write(lines))).top.report).toEqual({ of: 'best levels', checked, wrong: 0, first: null });
    const without = lines.map((line) => line.split(',').slice(0, -1).join(','));
    const three = write(without).replace(',best_ask_size', '');
    expect((await follow(three)).top.report).toMatchObject({ checked, wrong: 0 });

    const wrong = lines.with(400, lines[400]!.replace(/,[^,]*$/, ',0.123'));
    const { report } = (await follow(write(wrong))).top;
    expect(report).toMatchObject({ checked, wrong: 1, first: { file: 'made-up.csv', line: 402 } });
    expect(report!.first!.difference).toMatch(/^best ask is \d+\.\d+ × [\d.]+, and the file has \d+\.\d+ × 0\.123$/);

    // Without the row of the first order every best level that shows it is wrong.
    expect((await follow(write(lines.slice(1)))).top.report!.wrong).toBeGreaterThan(0);
  });

  test.skipIf(!hasData)('of Coinbase, with every order of one moment', async () => {
    const path = dataPath('coinbase-l3-snapshot/l3_snapshot.json.gz');
    const { bids, asks, captured_at } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as {
      bids: [price: string, size: string, id: string][];
      asks: [price: string, size: string, id: string][];
      captured_at: string;
    };
    const rowsOf = (orders: typeof bids, side: string): string[] =>
      orders.map(([price, size, id]) => `${captured_at},open,${id},${side},${price},${size},BTC-USD`);
    const lines = [...rowsOf(bids, 'buy'), ...rowsOf(asks, 'sell')];
    const text = `time,type,order_id,side,price,remaining_size,product_id\n${lines.join('\n')}\n`;
    const { state, mismatches } = await follow(text);
    expect(mismatches).toEqual({});
    const market = state.symbols.get('BTC-USD')!;
    const shown = (side: 'buy' | 'sell'): string[] =>
      topLevels(state, 'BTC-USD', side, 1_000_000).map(({ price }) => formatDecimal(price, market.priceDecimals));
    for (const [side, orders] of [
      ['buy', bids],
      ['sell', asks],
    ] as const) {
      const levels = Map.groupBy(orders, ([price]) => String(Number(price)));
      expect(shown(side)).toEqual([...levels.keys()]);
      const [price, queue] = [...levels].reduce((longest, level) =>
        level[1].length > longest[1].length ? level : longest,
      );
      const scaled = Math.round(Number(price) * 10 ** market.priceDecimals);
      expect(queueAt(state, 'BTC-USD', side, scaled)).toEqual(queue.map(([, , id]) => id));
    }
    expect(shown('sell').at(-1)).toBe('138991023.41');
  });
});

describe('a file', () => {
  const row = '1718582400.000123,add,7,buy,64934.31,0.0536205';
  const add = { kind: 'add', id: 7, side: 'buy', price: 6_493_431_000, size: 5_362_050 };

  test.each([
    ['seconds', '1718582400.000123', { ms: 1_718_582_400_000, ns: 123_000 }],
    ['milliseconds', '1718582400123', { ms: 1_718_582_400_123, ns: 0 }],
    ['microseconds', '1718582400123456', { ms: 1_718_582_400_123, ns: 456_000 }],
    ['nanoseconds', '1718582400123456789', { ms: 1_718_582_400_123, ns: 456_789 }],
    ['a date', '2024-06-17T00:00:00.123456789Z', { ms: 1_718_582_400_123, ns: 456_789 }],
    ['a date without fraction or zone', '2024-06-17 00:00:00', { ms: 1_718_582_400_000, ns: 0 }],
    ['a date with an offset', '2024-06-17 02:00:00.5+02:00', { ms: 1_718_582_400_500, ns: 0 }],
    ['a date west of Greenwich', '2024-06-16T19:00:00-0500', { ms: 1_718_582_400_000, ns: 0 }],
  ])('has times as %s', async (_, time, moment) => {
    const { messages } = await follow(`${L3_HEADER}\n${row.replace(/^[^,]*/, time)}\n`);
    expect(messages.map((message) => message.time)).toEqual([moment, moment]);
    expect(messages.map(({ change }) => change)).toEqual([{ kind: 'list', priceDecimals: 5, sizeDecimals: 8 }, add]);
  });

  test('counts what the setting says', async () => {
    const { messages } = await follow(`${L3_HEADER}\n${row.replace(/^[^,]*/, '34200000')}\n`, { timeUnit: 'ms' });
    expect(messages[0]!.time).toEqual({ ms: 34_200_000, ns: 0 });
  });

  test.each([
    [
      'Bitstamp',
      'id,order_type,price,amount,microtimestamp,event\n7,0,64934.31,0.0536205,1718582400000123,order_created\n',
    ],
    [
      'Coinbase',
      'time,type,side,order_id,price,size,remaining_size\n2024-06-17T00:00:00.000123Z,open,buy,7,64934.31,,0.0536205\n',
    ],
    [
      'Independent Reserve',
      'Timestamp,Event,OrderGuid,OrderType,Price,Volume\n1718582400.000123,NewOrder,7,LimitBid,64934.31,0.0536205\n',
    ],
    [
      'obAnalytics',
      '"id","timestamp","exchange.timestamp","price","volume","action","direction"\n"7",1718582400000,5,64934.31,0.0536205,"created","bid"\n',
    ],
    [
      'a spreadsheet',
      '\u{feff}Time,Action,Order ID,Side,Price,Qty,Note\r\n1718582400,ADD,7,B,64934.310,0.05362050,x\r\n',
    ],
  ])('as %s calls its columns', async (_, text) => {
    const { messages } = await follow(text);
    expect(messages[1]!.change).toEqual(add);
  });

  test('may have empty lines', async () => {
    const { messages } = await follow(`${L3_HEADER}\n\n${row}\n\r\n`);
    expect(messages.map(({ line }) => line)).toEqual([3, 3]);
  });

  test('may call its columns and actions as the page of feeds says', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../examples/orderbook/FEEDS.md'), 'utf8');
    const section = page.slice(page.indexOf('## `l3`'));
    const rowsOf = (header: string): [name: string, others: string[]][] =>
      section
        .slice(section.indexOf(`| ${header} | also called`))
        .split('\n\n')[0]!
        .split('\n')
        .slice(2)
        .map((line) => line.split('|').map((cell) => cell.trim()))
        .map(([, name = '', others = '']) => [name.split(',')[0]!, others.replace(' …', '').split(', ')]);
    const columns = rowsOf('column');
    expect(columns.map(([name]) => name)).toEqual(['time', 'action', 'id', 'side', 'price', 'size', 'symbol']);
    for (const [name, others] of columns) {
      for (const other of others) {
        const header = `${L3_HEADER},symbol`.replace(new RegExp(`\\b${name}\\b`), other.replaceAll(' ', '_'));
        const { messages } = await follow(
          `${header}\n${row.replace('buy', name === 'side' && other === 'order type' ? '0' : 'buy')},BTC\n`,
        );
        expect(messages[1], other).toMatchObject({ symbol: 'BTC', change: add });
      }
    }
    const actions = rowsOf('action');
    expect(actions.map(([name]) => name)).toEqual(['add', 'change', 'delete', 'done', 'trade', 'clear', 'received']);
    const kindOf = async (word: string): Promise<string> =>
      (await follow(`${L3_HEADER}\n${row.replace(',7,', ',6,')}\n${row.replace('add', word)}\n`)).messages.at(-1)!
        .change.kind;
    for (const [name, others] of actions) {
      for (const other of others.filter((word) => word !== ''))
        expect(await kindOf(other), other).toBe(await kindOf(name));
    }
  });

  test('as Coinbase tells the end of its orders', async () => {
    const { messages, mismatches } = await follow(
      [
        'time,type,order_id,maker_order_id,side,price,size,new_size,remaining_size',
        '2024-06-17T00:00:00Z,received,a,,buy,100,2,,',
        '2024-06-17T00:00:00Z,open,a,,buy,100,,,2',
        '2024-06-17T00:00:00Z,change,a,,buy,100,,1.5,',
        '2024-06-17T00:00:00Z,received,b,,sell,,1.5,,',
        '2024-06-17T00:00:00Z,match,,a,buy,100,1.5,,',
        '2024-06-17T00:00:00Z,done,a,,buy,100,,,0',
        '2024-06-17T00:00:00Z,done,b,,sell,,,,',
        '2024-06-17T00:00:00Z,done,a,,buy,100,,,0',
        '',
      ].join('\n'),
    );
    expect(mismatches).toEqual({});
    expect(messages.slice(1).map(({ change }) => change.kind)).toEqual([
      ...['ignored', 'add', 'change', 'ignored', 'execute', 'ignored', 'ignored', 'ignored'],
    ]);
  });

  test('with several symbols has a scale for each, from its first row', async () => {
    const text =
      'time,action,id,side,price,size,symbol\n1,add,1,buy,64934.31,1.5,BTC\n1,add,1,sell,0.00001234,123456789,SHIB\n';
    const { messages, state } = await follow(text);
    expect(messages.filter(({ change }) => change.kind === 'list')).toMatchObject([
      { symbol: 'BTC', change: { priceDecimals: 5, sizeDecimals: 8 } },
      { symbol: 'SHIB', change: { priceDecimals: 8, sizeDecimals: 4 } },
    ]);
    expect(topLevels(state, 'SHIB', 'sell', 1)).toMatchObject([{ price: 1_234, quantity: 1_234_567_890_000 }]);
  });

  test('without a symbol has the one of the setting, or BOOK', async () => {
    const text = `${L3_HEADER}\n${row}\n`;
    expect((await follow(text)).messages[0]!.symbol).toBe('BOOK');
    expect((await follow(text, { symbol: 'BTCUSD' })).messages[0]!.symbol).toBe('BTCUSD');
  });
});

describe('times', () => {
  test('of any nanosecond since 1970 are read from every way to write them', () => {
    const anyTime = fc.bigInt({ min: 0n, max: 4_102_444_800_000_000_000n });
    fc.assert(
      fc.property(anyTime, fc.integer({ min: -14 * 60, max: 14 * 60 }), (time, zone) => {
        const moment = { ms: Number(time / 1_000_000n), ns: Number(time % 1_000_000n) };
        const fraction = String(time % 1_000_000_000n).padStart(9, '0');
        const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}.${fraction}`;
        expect(new EpochReader().read(`${iso(moment.ms)}Z`)).toEqual(moment);
        expect(new EpochReader('ns').read(String(time))).toEqual(moment);
        expect(new EpochReader('s').read(`${time / 1_000_000_000n}.${fraction}`)).toEqual(moment);
        const micros = { ms: moment.ms, ns: Math.trunc(moment.ns / 1_000) * 1_000 };
        expect(new EpochReader('us').read(String(time / 1_000n))).toEqual(micros);
        expect(new EpochReader('ms').read(String(moment.ms))).toEqual({ ms: moment.ms, ns: 0 });
        const wall = moment.ms + zone * 60_000;
        if (wall < 0) return;
        const [hours, minutes] = [Math.trunc(Math.abs(zone) / 60), Math.abs(zone) % 60].map((part) =>
          String(part).padStart(2, '0'),
        );
        expect(new EpochReader().read(`${iso(wall)}${zone < 0 ? '-' : '+'}${hours}:${minutes}`)).toEqual(moment);
      }),
    );
  });

  test.each([
    ...['', '.', '1.', '.5', '-1', '1e9', ' 1', '1 ', '12345678901234567890', '1718582400x', '1.2.3', '٣'],
    ...['2024-06-17', '2024-06-17T00:00', '2024-13-01T00:00:00', '2024-02-30T00:00:00', '2024-06-17T24:00:01'],
    ...['2024-06-17T00:00:00.', '2024-06-17T00:00:00.1x', '2024-06-17T00:00:00+2', '2024-06-17T00:00:00ZZ'],
    ...['1969-12-31T23:59:59', '1970-01-01T00:00:00+01:00', '2024-06-17_00:00:00', '10:31:07'],
  ])('%j is not one', (text) => {
    expect(new EpochReader().read(text)).toBeUndefined();
  });
});

describe('what cannot be read', () => {
  const row = '1718582400,add,7,buy,64934.31,0.5';
  test.each([
    ['', /it is empty/, ''],
    ['a,b\n', /line 1: the header "a,b" has no column time, action, id, side, price, size$/, 'Give CSV with a header'],
    ['time,action,id,side,size\n', /has no column price$/, ''],
    ['{"a":1}\n', /has no column/, ''],
    ['row,ts_ns,cmd,id,side,price,qty\n', /looks like a command tape/, ''],
    ['34200.1,1,5,10,5000,1\n', /looks like a message file of LOBSTER/, ''],
    ['PK\u0003\u0004\n', /looks like a zip archive/, ''],
    [`${L3_HEADER}\n${row}\n1,2\n`, /line 3: 2 columns instead of 6$/, 'the file was cut'],
    [`${L3_HEADER}\n${row}\n${row}`, /line 3: it has no line end, so it may be cut$/, 'echo >> FILE'],
    [
      `${L3_HEADER}\n${row.replace('add', 'xyz')}\n`,
      /line 2: action is "xyz" \(column 2\)/,
      'add, change, delete, trade',
    ],
    [`${L3_HEADER}\n${row.replace('buy', 'up')}\n`, /line 2: side is "up" \(column 4\)/, 'buy, sell'],
    [`${L3_HEADER}\n${row.replace(',7,', ',,')}\n`, /line 2: id is "" \(column 3\)/, ''],
    [`${L3_HEADER}\n${row.replace('64934.31', '1,5')}\n`, /line 2: 7 columns instead of 6/, ''],
    [`${L3_HEADER}\n${row.replace('64934.31', '1.')}\n`, /line 2: price is "1." \(column 5\)/, '579.85'],
    [`${L3_HEADER}\n${row.replace('0.5', '-0.5')}\n`, /line 2: size is "-0.5" \(column 6\)/, ''],
    [`${L3_HEADER}\n${row.replace('1718582400', '17:18')}\n`, /line 2: time is "17:18" \(column 1\)/, ''],
    [`${L3_HEADER}\n${row.replace('1718582400', '2024-02-30T00:00:00')}\n`, /line 2: time is/, ''],
    [
      `${L3_HEADER}\n${row}\n${row.replace('.31', '.3111111')}\n`,
      /line 3: price is "64934.3111111", which has more than the 5 decimals of the book/,
      '--set price-decimals=7',
    ],
    [
      `${L3_HEADER}\n${row}\n${row.replace('64934', '99999999999')}\n`,
      /line 3: price is "99999999999.31", which with 5 decimals is past 2\^53/,
      '--set price-decimals=2',
    ],
    [
      `${L3_HEADER}\n${row.replace('64934.31', '1e-19')}\n`,
      /line 2: price is "1e-19", which has more than the 18 decimals of the book/,
      'no book has more than 18 decimals',
    ],
  ])('%j ends in an error', async (text, message, hint) => {
    const error = await errorOf(follow(text));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'made-up.csv' });
    expect(error.message).toMatch(message);
    expect(error.hint).toContain(hint);
  });

  test('a last line without its end is read where the cut would be seen', async () => {
    const text = `${L3_HEADER},note\n${row},x\n${row.replace(',7,', ',8,')},`;
    expect((await follow(text)).messages).toHaveLength(3);
    const symbols = `${L3_HEADER},symbol\n${row},BTC\n${row.replace(',7,', ',8,')},BT`;
    expect((await follow(`${symbols}C`)).messages).toHaveLength(3);
    expect((await errorOf(follow(symbols))).message).toContain('it has no line end');
  });

  test('a cut at any byte leaves whole messages only', async () => {
    const random = new Random(5);
    const text = l3File(randomRecording((below) => random.below(below), 25));
    const { messages: all } = await follow(text);
    for (let end = 1; end < text.length; end++) {
      const messages: FeedMessage[] = [];
      const error = await collect(textSource(text.slice(0, end)), messages).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(messages).toEqual(all.slice(0, messages.length));
      const lines = text.slice(0, end).split('\n').length;
      if (text[end - 1] === '\n') expect(error).toBeUndefined();
      else expect(error).toMatchObject({ code: 'INVALID_OPTION', line: lines });
      expect(messages.at(-1)?.line ?? 1).toBe(lines - 1 || 1);
    }
  });

  test('a flipped bit is an error, or a message of the language', async () => {
    const random = new Random(6);
    const bytes = Buffer.from(l3File(randomRecording((below) => random.below(below), 25)), 'latin1');
    for (let at = 0; at < bytes.length; at += 2) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << random.below(8);
      const messages: FeedMessage[] = [];
      const error = await collect(bytesSource(flipped), messages).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined) expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    }
  });
});

class Book {
  readonly state: FeedState = feedBook.initialState();
  #sequence = 0;

  apply(message: FeedMessage): void {
    const event = translate(this.state, message);
    if (event !== undefined) reduce(this.state, { ...event, sequence: ++this.#sequence, recordedAt: 0 });
  }

  get mismatches(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.state.mismatches].map(([kind, { count }]) => [kind, count]));
  }

  /** The queues of a side, in 1e-8. */
  queues(side: 'buy' | 'sell'): string[] {
    const market = this.state.symbols.get('BOOK')!;
    const units = (value: number, decimals: number): bigint => BigInt(value) * 10n ** BigInt(8 - decimals);
    return topLevels(this.state, 'BOOK', side, 1_000).map(({ price }) => {
      const queue = queueAt(this.state, 'BOOK', side, price).map((id) => {
        const { quantity } = orderAt(this.state, 'BOOK', id)!;
        return `${id}×${units(quantity, market.sizeDecimals)}`;
      });
      return `${units(price, market.priceDecimals)}: ${queue.join(' ')}`;
    });
  }
}

async function collect(
  source: TextSource,
  into: FeedMessage[],
  options?: L3Options,
): Promise<Book & { top: TopOfBook }> {
  const book = new Book();
  const top = new TopOfBook();
  for await (const messages of readL3(source, book.state, options, new Map(), top)) {
    into.push(...messages);
    for (const message of messages) book.apply(message);
  }
  return Object.assign(book, { top });
}

async function follow(text: string, options?: L3Options) {
  const messages: FeedMessage[] = [];
  const book = await collect(textSource(text), messages, options);
  return { messages, state: book.state, mismatches: book.mismatches, top: book.top };
}

function bytesSource(bytes: Buffer): TextSource {
  return {
    path: 'made-up.csv',
    open: async () =>
      (async function* () {
        yield bytes;
      })(),
  };
}
