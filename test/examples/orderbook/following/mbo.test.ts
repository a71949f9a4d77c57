import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { type MboOptions, readMbo } from '../../../../examples/orderbook/feeds/following/mbo/reader.ts';
import { fileSource, type TextSource } from '../../../../examples/orderbook/feeds/reading/csv.ts';
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
import { errorOf, temporaryFolder, textSource } from '../support.ts';
import { csvFile, csvRow, jsonFile, MBO_HEADER, type MboRecord, PlainMboBooks, randomDay } from './mbo-days.ts';

const SYMBOLS = ['ESM4', 'CLN4-CLQ4', 'BTC'];

describe('the book of a day', () => {
  test.each([
    ['CSV, raw', 1, (records: MboRecord[]) => csvFile(records), {}],
    ['CSV, pretty', 2, (records: MboRecord[]) => csvFile(records, { prices: true, times: true }), {}],
    ['JSON, raw', 3, (records: MboRecord[]) => jsonFile(records), {}],
    [
      'JSON, pretty, with ids past 2^53',
      4,
      (records: MboRecord[]) => jsonFile(records, { prices: true, times: true }),
      {},
    ],
    ['CSV, two decimals', 5, (records: MboRecord[]) => csvFile(records), { priceDecimals: 2 }],
  ])(
    'is that of a plain book after each record with F_LAST: %s, seed %i',
    async (_, seed, write, options: MboOptions) => {
      const random = new Random(seed);
      const records = randomDay((below) => random.below(below), { rows: 3_000, symbols: SYMBOLS, longIds: seed === 4 });
      const follower = new Follower();
      const plain = new PlainMboBooks();
      const messages = await messagesOf(textSource(write(records), { chunk: 5_000 }), options);
      const first = messages[0]!.line;
      let at = 0;
      for (const [index, record] of records.entries()) {
        for (; at < messages.length && messages[at]!.line === index + first; at++) follower.apply(messages[at]!);
        plain.apply(record);
        const market = follower.state.symbols.get(record.symbol)!;
        const isLast = (record.flags & 128) !== 0;
        if (isLast || !/[FN]/.test(record.action)) expect(market.unfinished ?? false).toBe(!isLast);
        if (!isLast) continue;
        const scale = 10n ** BigInt(9 - (options.priceDecimals ?? 9));
        for (const [side, letter] of [
          ['buy', 'B'],
          ['sell', 'A'],
        ] as const) {
          const queues = topLevels(follower.state, record.symbol, side, 1_000).map(({ price }) => {
            const ids = queueAt(follower.state, record.symbol, side, price);
            return `${BigInt(price) * scale}: ${ids.map((id) => `${id}×${orderAt(follower.state, record.symbol, id)!.quantity}`).join(' ')}`;
          });
          expect(queues, `row ${index + 1}, ${record.symbol}`).toEqual(plain.queues(record.symbol, letter));
        }
      }
      expect(at).toBe(messages.length);
      const counted = [...follower.state.mismatches.values()].reduce((sum, { count }) => sum + count, 0);
      expect(counted).toBe(plain.wrong);
      expect(plain.wrong).toBeGreaterThan(20);
      expect(prints(follower.state)).toBe(records.filter(({ action }) => action === 'T').length);
    },
  );

  test('is the same from every way to write it', async () => {
    const random = new Random(11);
    const records = randomDay((below) => random.below(below), { rows: 300, symbols: SYMBOLS, longIds: true });
    const pretty = { prices: true, times: true };
    const plain = await messagesOf(textSource(csvFile(records)));
    expect(await messagesOf(textSource(csvFile(records, pretty), { chunk: 7 }))).toEqual(plain);
    const ofJson = plain.map((message) => ({ ...message, line: message.line - 1 }));
    expect(await messagesOf(textSource(jsonFile(records)))).toEqual(ofJson);
    expect(await messagesOf(textSource(jsonFile(records, pretty), { chunk: 13 }))).toEqual(ofJson);
    // Members in another order, numbers for texts, spaces: any JSON.
    const other = jsonFile(records).replaceAll(/"(order_id|ts_recv|ts_event|price)":"(-?\d+)"/g, '"$1": $2');
    expect(await messagesOf(textSource(other))).toEqual(ofJson);
    const turned = csvFile(records, pretty)
      .split('\n')
      .map((line) => line.split(',').reverse().join(','))
      .join('\r\n');
    expect(await messagesOf(textSource(`\u{feff}${turned}`))).toEqual(plain);
    const quoted = csvFile(records).replaceAll(/(?<=^|,)([^,\n]+)(?=,|$)/gm, '"$1"');
    expect(await messagesOf(textSource(quoted))).toEqual(plain);
    expect(await messagesOf(textSource(`${csvFile(records)}\n\r\n`))).toEqual(plain);
    const path = join(temporaryFolder(), 'day.mbo.csv.gz');
    writeFileSync(path, gzipSync(csvFile(records)));
    expect(await messagesOf(fileSource(path))).toEqual(plain);
  });
});

describe('a record', () => {
  const rows: readonly [string, Partial<MboRecord>, unknown][] = [
    ['adds', { action: 'A' }, { kind: 'add', id: 7, side: 'buy', price: 5_000_250_000_000, size: 3 }],
    ['cancels', { action: 'C' }, { kind: 'reduce', id: 7, size: 3 }],
    [
      'modifies',
      { action: 'M', side: 'A' },
      { kind: 'change', id: 7, side: 'sell', price: 5_000_250_000_000, size: 3, enters: true },
    ],
    ['trades', { action: 'T' }, { kind: 'trade', price: 5_000_250_000_000, size: 3, side: 'buy' }],
    ['trades without a side', { action: 'T', side: 'N' }, { kind: 'trade', price: 5_000_250_000_000, size: 3 }],
    ['fills', { action: 'F' }, { kind: 'ignored', name: 'F' }],
    ['does nothing', { action: 'N' }, { kind: 'ignored', name: 'N' }],
    ['clears', { action: 'R', side: 'N', price: undefined }, { kind: 'clear' }],
    ['adds without a price', { action: 'A', price: undefined }, { kind: 'mismatch', mismatch: 'withoutPrice' }],
    ['adds without a side', { action: 'A', side: 'N' }, { kind: 'mismatch', mismatch: 'withoutSide' }],
    ['adds without a size', { action: 'A', size: 0 }, { kind: 'mismatch', mismatch: 'withoutSize' }],
    ['has a negative price', { action: 'A', price: -37_630_000_000n }, { kind: 'add', price: -37_630_000_000 }],
    ['has an id past 2^53', { action: 'C', order_id: 2n ** 64n - 1n }, { kind: 'reduce', id: '18446744073709551615' }],
  ];
  test.each(rows)('that %s', async (_, fields, change) => {
    const [list, , message] = await messagesOf(textSource(csvFile([record({ order_id: 1n }), record(fields)])));
    expect(list).toMatchObject({ symbol: 'ESM4', change: { kind: 'list', priceDecimals: 9, sizeDecimals: 0 } });
    expect(message).toMatchObject({ symbol: 'ESM4', line: 3, time: { ms: 1_718_582_400_000, ns: 1 }, change });
    expect(message!.more).toBeUndefined();
  });

  test('from a feed with a gap is counted, and taken', async () => {
    const [, gap, message] = await messagesOf(textSource(csvFile([record({ flags: 128 + 4 })])));
    expect(gap).toMatchObject({ more: true, change: { kind: 'mismatch', mismatch: 'maybeBadBook' } });
    expect(message).toMatchObject({ change: { kind: 'add' } });
  });

  test('from a publisher with best levels replaces its side', async () => {
    const top = (fields: Partial<MboRecord>): MboRecord => record({ flags: 128 + 64, order_id: 0n, ...fields });
    const { state, seen } = await follow([
      record({ action: 'R', side: 'N', price: undefined, flags: 128 }),
      top({ price: 10n, size: 5 }),
      top({ price: 12n, size: 6, side: 'A' }),
      top({ price: 11n, size: 7 }),
      top({ price: 11n, size: 8 }),
      top({ price: undefined, size: 0, side: 'A' }),
      top({ price: 9n, size: 2 }),
    ]);
    expect(seen).toEqual(['-', '10×5 -', '10×5 - 12×6', '11×7 - 12×6', '11×8 - 12×6', '11×8 -', '9×2 -']);
    expect(state.mismatches.size).toBe(0);
    expect(state.symbols.get('ESM4')).toMatchObject({ levelsOnly: true });
  });

  test('from a publisher with levels sets its level', async () => {
    const level = (fields: Partial<MboRecord>): MboRecord => record({ flags: 128 + 16, order_id: 0n, ...fields });
    const { seen } = await follow([
      level({ price: 10n, size: 5 }),
      level({ price: 9n, size: 6 }),
      level({ action: 'M', price: 10n, size: 1 }),
      level({ action: 'C', price: 9n, size: 6 }),
    ]);
    expect(seen).toEqual(['10×5 -', '10×5 9×6 -', '10×1 9×6 -', '10×1 -']);
  });

  test('in a live stream that has another schema is passed over', async () => {
    const mapping =
      '{"hd":{"ts_event":"1","rtype":22,"publisher_id":0,"instrument_id":5},"stype_in_symbol":"ES.c.0"}\n';
    const messages = await messagesOf(textSource(mapping + jsonFile([record({})])));
    expect(messages.map(({ change }) => change.kind)).toEqual(['ignored', 'list', 'add']);
  });

  test('has the time of the matching engine where that is asked for', async () => {
    const [, message] = await messagesOf(textSource(jsonFile([record({})])), { time: 'ts_event' });
    expect(message!.time).toEqual({ ms: 1_718_582_399_999, ns: 997_001 });
  });

  test('before the first order tells nothing yet, unless that order is near', async () => {
    const clear = record({ action: 'R', side: 'N', price: undefined, order_id: 0n });
    const alone = await messagesOf(textSource(csvFile([clear])));
    expect(alone.map(({ change }) => change)).toEqual([{ kind: 'ignored', name: 'R before any order' }]);
    const near = await messagesOf(textSource(csvFile([clear, record({})])));
    expect(near.map(({ change }) => change.kind)).toEqual(['list', 'clear', 'add']);
    const far = await messagesOf(textSource(csvFile([...Array.from({ length: 1_000 }, () => clear), record({})])));
    expect(far.slice(998).map(({ change }) => change.kind)).toEqual(['ignored', 'ignored', 'list', 'add']);
  });

  test('without a symbol is of its instrument', async () => {
    const [, message] = await messagesOf(textSource(csvFile([record({ symbol: '' })])));
    expect(message!.symbol).toBe('5000');
  });
});

describe('symbols', () => {
  const venues = [record({}), record({ publisher_id: 39 })];

  test('of two publishers are refused by name', async () => {
    const messages: FeedMessage[] = [];
    const error = await errorOf(collect(textSource(csvFile(venues)), {}, messages));
    expect(error).toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Cannot read made-up.csv: line 3: ESM4 comes from publisher 1 and from publisher 39 (column 4)',
      line: 3,
      at: 'column 4',
      hint: 'Give --set publisher=1 for one of them, or --set publisher=each for a book of each',
    });
    expect(messages).toHaveLength(2);
  });

  test('of two publishers are read for the one asked for, or for each', async () => {
    const source = textSource(csvFile(venues));
    const one = await messagesOf(source, { publisher: '39' });
    expect(one.map(({ symbol, line }) => [symbol, line])).toEqual([
      ['ESM4', 3],
      ['ESM4', 3],
    ]);
    const each = await messagesOf(source, { publisher: 'each' });
    expect(each.map(({ symbol }) => symbol)).toEqual(['ESM4@1', 'ESM4@1', 'ESM4@39', 'ESM4@39']);
  });

  test('that name another instrument from here on begin with an empty book, and do not go back', async () => {
    const roll = [record({}), record({ instrument_id: 5_001, order_id: 8n })];
    const messages = await messagesOf(textSource(csvFile(roll)));
    expect(messages.map(({ change }) => change.kind)).toEqual(['list', 'add', 'clear', 'add']);
    const error = await errorOf(messagesOf(textSource(csvFile([...roll, record({ order_id: 9n })]))));
    expect(error.message).toContain('line 4: ESM4 names instrument 5000 again, after instrument 5001 (column 5)');
  });

  test('are read as UTF-8', async () => {
    const [list] = await messagesOf(textSource(csvFile([record({ symbol: 'Größe€' })])));
    expect(list!.symbol).toBe('Größe€');
  });
});

describe('what cannot be read', () => {
  const row = csvRow(record({}));
  test.each([
    ['', /it is empty/, 'Give a file of'],
    [
      '1,2,3\n',
      /line 1: the header "1,2,3" has no column ts_recv or ts_event, action, side, price, size, order_id, flags, symbol or instrument_id/,
      '',
    ],
    [`${MBO_HEADER.replace('order_id', 'oid')}\n`, /has no column order_id$/, ''],
    ['row,ts_ns,cmd,id,side,price,qty\n', /looks like a command tape/, 'Run it with: tape'],
    ['[{"a":1}]\n', /line 1: it is a JSON array/, "jq -c '.[]' FILE"],
    ['PK\u0003\u0004\n', /looks like a zip archive/, ''],
    ['DBN\u0001\n', /looks like a DBN file/, 'dbn FILE --csv'],
    ['{"a":1\n', /line 1: it is not JSON \(column 7\)/, ''],
    ['{"hd":{"rtype":1}}\n', /line 1: rtype is "1", which is not that of the schema mbo, 160 \(member rtype\)/, ''],
    ['{"action":"A"}\n', /line 1: flags is "" \(member flags\)/, ''],
    ['{}\n5\n', /line 1/, ''],
    [`${MBO_HEADER}\n${row}\n1,2\n`, /line 3: 2 columns instead of 15$/, 'the file was cut'],
    [`${MBO_HEADER}\n${row.replace(',A,B,', ',X,B,')}\n`, /line 2: action is "X" \(column 6\)/, 'A, C, M, R, T, F, N'],
    [`${MBO_HEADER}\n${row.replace(',A,B,', ',A,b,')}\n`, /line 2: side is "b" \(column 7\)/, 'A, B, N'],
    [`${MBO_HEADER}\n${row.replace(',3,0,', ',-3,0,')}\n`, /line 2: size is "-3" \(column 9\)/, ''],
    [`${MBO_HEADER}\n${row.replace(',7,128', ',7,256')}\n`, /line 2: flags is "256" \(column 12\)/, ''],
    [`${MBO_HEADER}\n${row.replace(',7,128', ',x7,128')}\n`, /line 2: order_id is "x7" \(column 11\)/, ''],
    [`${MBO_HEADER}\n${row.replace('17185', 'x7185')}\n`, /line 2: time is "x718582400000000001" \(column 1\)/, ''],
    [`${MBO_HEADER}\n${row.replace('5000250000000', '50o')}\n`, /line 2: price is "50o" \(column 8\)/, ''],
    [
      `${MBO_HEADER}\n${row.replace('5000250000000', '138991023410000000')}\n`,
      /price is "138991023410000000", which with 9 decimals is past 2\^53/,
      '--set price-decimals=4',
    ],
    [
      `${MBO_HEADER}\n${row}\n${row.replace('5000250000000', '5000.25')}\n`,
      /line 3: price is "5000.25", a decimal, after whole numbers/,
      '',
    ],
  ])('%j ends in an error', async (text, message, hint) => {
    const error = await errorOf(messagesOf(textSource(text)));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'made-up.csv' });
    expect(error.message).toMatch(message);
    expect(error.hint).toContain(hint);
  });

  test('a row that lacks what the file has no column for names no column', async () => {
    const text = 'ts_event,instrument_id,action,side,price,size,order_id,flags\n1,,A,B,1,1,1,128\n';
    const error = await errorOf(messagesOf(textSource(text)));
    expect(error.message).toBe('Cannot read made-up.csv: line 2: symbol is ""');
    expect(error.at).toBeUndefined();
  });

  test('a price with more decimals than the book asks for more', async () => {
    const error = await errorOf(messagesOf(textSource(csvFile([record({})])), { priceDecimals: 1 }));
    expect(error.message).toContain('which has more than 1 decimals');
    expect(error.hint).toContain('--set price-decimals=9');
    const finer = csvFile([record({})], { prices: true }).replace('5000.250000000', '5000.25000000001');
    expect((await errorOf(messagesOf(textSource(finer)))).hint).toContain('--set price-decimals=11');
  });

  test('a zstd archive is named', async () => {
    const path = join(temporaryFolder(), 'day.mbo.csv.zst');
    writeFileSync(path, zstdCompressSync(csvFile([record({})])));
    expect((await errorOf(messagesOf(fileSource(path)))).hint).toBe('Unpack it: zstd -d FILE');
  });

  test.each([
    ['CSV', csvFile],
    ['JSON', jsonFile],
  ])('a cut at any byte leaves whole messages only: %s', async (_, write) => {
    const random = new Random(5);
    const day = randomDay((below) => random.below(below), { rows: 14, symbols: ['ESM4'] });
    const records = [...day, record({ symbol: 'ESM' }), record({ symbol: 'ESM', order_id: 8n })];
    const text = write(records);
    const all = (await messagesOf(textSource(text))).filter(({ change }) => change.kind !== 'ignored');
    for (let end = 1; end < text.length; end++) {
      const messages: FeedMessage[] = [];
      const cut = textSource(text.slice(0, end));
      const error = await collect(cut, {}, messages).then(
        () => undefined,
        (reason: unknown) => reason as { code: string; line: number },
      );
      const effective = messages.filter(({ change }) => change.kind !== 'ignored');
      expect(effective).toEqual(all.slice(0, effective.length));
      const lines = text.slice(0, end).split('\n').length;
      if (error !== undefined) expect([error.code, error.line]).toEqual(['INVALID_OPTION', lines]);
      // Without an error every line is whole.
      else expect([lines, lines - 1]).toContain(messages.at(-1)?.line ?? 1);
    }
  });

  test.each([
    ['CSV', csvFile],
    ['JSON', jsonFile],
  ])('a flipped bit is an error, or a message of the language: %s', async (_, write) => {
    const random = new Random(6);
    const records = randomDay((below) => random.below(below), { rows: 24, symbols: ['ESM4'] });
    const bytes = Buffer.from(write(records), 'latin1');
    for (let at = 0; at < bytes.length; at += 3) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << random.below(8);
      const messages: FeedMessage[] = [];
      const error = await collect(bytesSource(flipped), {}, messages).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined) expect(error).toMatchObject({ code: 'INVALID_OPTION' });
      const follower = new Follower();
      for (const message of messages) follower.apply(message);
    }
  });
});

function record(fields: Partial<MboRecord>): MboRecord {
  return {
    ts_recv: 1_718_582_400_000_000_001n,
    ts_event: 1_718_582_399_999_997_001n,
    publisher_id: 1,
    instrument_id: 5_000,
    action: 'A',
    side: 'B',
    price: 5_000_250_000_000n,
    size: 3,
    order_id: 7n,
    flags: 128,
    sequence: 1,
    symbol: 'ESM4',
    ...fields,
  };
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

async function collect(source: TextSource, options: MboOptions, into: FeedMessage[]): Promise<void> {
  for await (const messages of readMbo(source, options)) into.push(...messages);
}

async function messagesOf(source: TextSource, options: MboOptions = {}): Promise<FeedMessage[]> {
  const messages: FeedMessage[] = [];
  await collect(source, options, messages);
  return messages;
}

class Follower {
  readonly state: FeedState = feedBook.initialState();
  #sequence = 0;

  apply(message: FeedMessage): void {
    const event = translate(this.state, message);
    if (event === undefined) return;
    this.#sequence++;
    reduce(this.state, { ...event, sequence: this.#sequence, recordedAt: 0 });
  }
}

/** The book of ESM4 after each record: bids, a dash, asks. */
async function follow(records: readonly MboRecord[]): Promise<{ state: FeedState; seen: string[] }> {
  const follower = new Follower();
  const seen: string[] = [];
  const messages = await messagesOf(textSource(csvFile(records)));
  for (const [at, message] of messages.entries()) {
    follower.apply(message);
    if (messages[at + 1]?.line === message.line) continue;
    const side = (of: 'buy' | 'sell'): string[] =>
      topLevels(follower.state, 'ESM4', of, 9).map(({ price, quantity }) => `${price}×${quantity}`);
    seen.push([...side('buy'), '-', ...side('sell')].join(' '));
  }
  return { state: follower.state, seen };
}

function prints(state: FeedState): number {
  return [...state.symbols.values()].reduce((sum, market) => sum + market.prints, 0);
}
