import { describe, expect, test } from 'vitest';
import { chooseDecimals } from '../../../../../examples/orderbook/feeds/following/l2/scale.ts';
import { follow, readLinesOf, readText } from './support.ts';

const json = (value: unknown): string => JSON.stringify(value);

describe('Binance', () => {
  const depth = (U: number, u: number, b: [string, string][], rest = {}): string =>
    json({ e: 'depthUpdate', E: 1_591_270_260_907, s: 'BTCUSDT', U, u, b, a: [], ...rest });
  const snapshot = json({ lastUpdateId: 100, bids: [['9000.00', '5.00']], asks: [['9001.00', '6.00']] });

  test('updates before the snapshot are applied after it, as far as it does not cover them', async () => {
    const { messages, error } = await readLinesOf([
      depth(95, 99, [['8000.00', '1.00']]),
      depth(100, 102, [['8999.00', '2.00']]),
      snapshot,
      depth(103, 103, [['9000.00', '0.00']]),
      depth(104, 106, [['7777.00', '0.00']]),
    ]);
    expect(error).toBeUndefined();
    const book = follow(messages);
    expect(book.shown('BTCUSDT')).toBe('8999x2 | 9001x6');
    expect(book.mismatches).toEqual({});
    expect(messages.map(({ line }) => line)).toEqual(
      messages.map(({ line }) => line).sort((one, other) => one - other),
    );
    expect(book.state.symbols.get('BTCUSDT')).toMatchObject({ priceDecimals: 2, sizeDecimals: 2 });
  });

  test('a snapshot before any update waits for the name of its symbol', async () => {
    const { messages } = await readLinesOf([snapshot, depth(101, 101, [['9000.50', '1.00']])]);
    expect(follow(messages).shown('BTCUSDT')).toBe('9000.5x1 9000x5 | 9001x6');
    const unnamed = await readLinesOf([snapshot]);
    expect(unnamed.error).toMatchObject({ hint: 'Give --set symbol=NAME' });
    const named = await readLinesOf([snapshot], { symbols: ['X'] });
    expect(follow(named.messages).shown('X')).toBe('9000x5 | 9001x6');
  });

  test.each([
    ['spot', [101, 101, {}], [103, 103, {}], { sequenceGap: 1 }],
    ['spot, in order', [101, 102, {}], [103, 103, {}], {}],
    ['futures', [99, 150, { pu: 90 }], [160, 170, { pu: 155 }], { sequenceGap: 1 }],
    ['futures, in order', [99, 150, { pu: 90 }], [160, 170, { pu: 150 }], {}],
  ] as const)('a gap in its numbers is counted: %s', async (_, first, second, mismatches) => {
    const { messages } = await readLinesOf([
      snapshot,
      depth(first[0], first[1], [['1.00', '1.00']], first[2]),
      depth(second[0], second[1], [['2.00', '1.00']], second[2]),
    ]);
    expect(follow(messages).mismatches).toEqual(mismatches);
  });

  test('streams of one connection, and trades', async () => {
    const stream = (name: string, data: unknown): string => json({ stream: name, data });
    const trade = { e: 'trade', E: 1_591_270_260_999, s: 'BTCUSDT', p: '9000.00', q: '0.50', m: true };
    const { messages } = await readLinesOf([
      stream('btcusdt@depth', JSON.parse(snapshot)),
      stream('btcusdt@trade', trade),
      stream('btcusdt@aggTrade', { ...trade, e: 'aggTrade' }),
      stream('btcusdt@kline_1m', { e: 'kline' }),
    ]);
    const book = follow(messages);
    expect(book.shown('BTCUSDT')).toBe('9000x5 | 9001x6');
    expect(messages.filter(({ change }) => change.kind === 'trade')).toEqual([
      {
        symbol: 'BTCUSDT',
        time: { ms: 1_591_270_260_999, ns: 0 },
        line: 2,
        change: { kind: 'trade', price: 900_000, size: 50, side: 'sell' },
      },
    ]);
    const ignored = messages.flatMap(({ change }) => (change.kind === 'ignored' ? [change.name] : []));
    expect(ignored).toEqual(['aggTrade', 'kline']);
  });
});

describe('OKX', () => {
  const message = (action: string, bids: string[][], rest = {}): string =>
    json({
      arg: { channel: 'books', instId: 'X' },
      action,
      data: [{ bids, asks: [], ts: '1597026383085', checksum: 0, prevSeqId: -1, seqId: 1, ...rest }],
    });

  test('a checksum of 0 says nothing, since OKX sends no other', async () => {
    const { oracle, messages } = await readLinesOf([
      message('snapshot', [['1', '2', '0', '3']]),
      message('update', [['1', '4', '0', '3']], { prevSeqId: 1, seqId: 5 }),
    ]);
    expect(oracle).toEqual({ checked: 0, failed: 0, absent: 2, first: null });
    expect(follow(messages).mismatches).toEqual({});
    expect(messages.find(({ change }) => change.kind === 'level')!.change).toMatchObject({ count: 3 });
  });

  test('a message that does not follow the one before it is counted, and one that says nothing new is not', async () => {
    const { messages } = await readLinesOf([
      message('snapshot', [['1', '2', '0', '3']]),
      message('update', [], { prevSeqId: 1, seqId: 1 }),
      message('update', [['2', '1', '0', '1']], { prevSeqId: 1, seqId: 9 }),
      message('update', [['3', '1', '0', '1']], { prevSeqId: 10, seqId: 12 }),
      // Numbers may begin again; the chain holds.
      message('update', [['4', '1', '0', '1']], { prevSeqId: 12, seqId: 3 }),
    ]);
    const { state, mismatches } = follow(messages);
    expect(mismatches).toEqual({ sequenceGap: 1 });
    expect(state.mismatches.get('sequenceGap')).toMatchObject({ firstLine: 4 });
  });

  test('trades, and channels that tell the best levels again and again', async () => {
    const { messages } = await readLinesOf([
      json({ arg: { channel: 'trades', instId: 'X' }, data: [{ px: '1', sz: '1', side: 'buy', ts: '1597026383085' }] }),
      message('snapshot', [['1.5', '2', '0', '3']]),
      json({ arg: { channel: 'books5', instId: 'X' }, data: [{ bids: [], asks: [] }] }),
      json({
        arg: { channel: 'books50-l2-tbt', instId: 'X' },
        action: 'snapshot',
        data: [{ bids: [], asks: [], ts: '1' }],
      }),
      json({
        arg: { channel: 'trades', instId: 'X' },
        data: [{ px: '1.5', sz: '0.25', side: 'sell', ts: '1597026383085' }],
      }),
    ]);
    const book = follow(messages);
    expect(book.shown('X')).toBe('1.5x2 | ');
    expect(book.state.symbols.get('X')!.prints).toBe(1);
    const ignored = messages.flatMap(({ change }) => (change.kind === 'ignored' ? [change.name] : []));
    expect(ignored).toEqual(['trade before the book', 'books5', 'books50-l2-tbt']);
  });
});

describe('Kraken', () => {
  const update = (bids: string, checksum: number): string =>
    `{"channel":"book","type":"update","data":[{"symbol":"X","bids":[${bids}],"asks":[],"checksum":${checksum},"timestamp":"2026-07-19T17:54:39.768901Z"}]}`;
  const snapshot = `{"channel":"book","type":"snapshot","data":[{"symbol":"X","bids":[{"price":1.5,"qty":2.0}],"asks":[],"checksum":1}]}`;

  test('an update before the snapshot is counted', async () => {
    const { messages, error } = await readLinesOf([update('{"price":1.5,"qty":2.0}', 1), snapshot]);
    expect(error).toBeUndefined();
    expect(follow(messages).mismatches).toEqual({ withoutSnapshot: 1, checksum: 1 });
  });

  test('the removal of a level that is not there is counted', async () => {
    const { messages } = await readLinesOf([snapshot, update('{"price":1.4,"qty":0.0}', 1)]);
    expect(follow(messages).mismatches).toMatchObject({ unknownLevel: 1 });
  });

  test('trades; those before the subscription are older than the book', async () => {
    const trade = (type: string): string =>
      json({
        channel: 'trade',
        type,
        data: [{ symbol: 'X', side: 'sell', price: 1.5, qty: 0.5, timestamp: '2026-07-19T17:54:40.000001Z' }],
      });
    const { messages } = await readLinesOf([snapshot, trade('snapshot'), trade('update')]);
    expect(messages.filter(({ change }) => change.kind === 'trade')).toEqual([
      {
        symbol: 'X',
        time: { ms: Date.parse('2026-07-19T17:54:40Z'), ns: 1_000 },
        line: 3,
        change: { kind: 'trade', price: 15, size: 5, side: 'sell' },
      },
    ]);
  });

  test('an empty book is listed with its first level', async () => {
    const empty = snapshot.replace('{"price":1.5,"qty":2.0}', '').replace('"checksum":1', '"checksum":0');
    const { messages } = await readLinesOf([empty, update('{"price":105906.7,"qty":0.09440620}', 1)]);
    const book = follow(messages);
    expect(book.shown('X')).toBe('105906.7x0.0944062 | ');
    expect(book.mismatches).toEqual({ checksum: 1 });
    expect(book.state.symbols.get('X')).toMatchObject({ priceDecimals: 1, sizeDecimals: 8 });
  });

  test('a new connection may have another depth', async () => {
    const levels = (count: number): string =>
      Array.from({ length: count }, (_, index) => `{"price":${900 - index}.0,"qty":1.0}`).join(',');
    const wide = snapshot.replace('{"price":1.5,"qty":2.0}', levels(25));
    const { messages } = await readLinesOf([snapshot, wide, update('{"price":901.0,"qty":1.0}', 1)]);
    expect(follow(messages).shown('X').split(' | ')[0]!.split(' ')).toHaveLength(25);
  });

  test('the depth that the user gives holds where the recording does not tell it', async () => {
    const levels = Array.from({ length: 3 }, (_, index) => `{"price":${9 - index}.0,"qty":1.0}`).join(',');
    const lines = [snapshot.replace('{"price":1.5,"qty":2.0}', levels), update('{"price":9.5,"qty":1.0}', 1)];
    expect(follow((await readLinesOf(lines)).messages).shown('X')).toBe('9.5x1 9x1 8x1 7x1 | ');
    expect(follow((await readLinesOf(lines, { depth: 3 })).messages).shown('X')).toBe('9.5x1 9x1 8x1 | ');
  });
});

describe('Coinbase', () => {
  test('a trade names the side of the order that was hit', async () => {
    const { messages } = await readLinesOf([
      json({ type: 'subscriptions', channels: [] }),
      json({ type: 'snapshot', product_id: 'X', bids: [['1.50', '2']], asks: [] }),
      json({ type: 'match', product_id: 'X', side: 'buy', price: '1.50', size: '1', time: '2019-08-14T20:42:27.265Z' }),
    ]);
    expect(messages.at(-1)!.change).toMatchObject({ kind: 'trade', side: 'sell' });
  });

  test('a message that is missing on the connection is counted', async () => {
    const event = {
      type: 'snapshot',
      product_id: 'X',
      updates: [{ side: 'bid', price_level: '1', new_quantity: '2' }],
    };
    const message = (number: number, type = 'update'): string =>
      json({
        channel: 'l2_data',
        timestamp: '2026-07-19T17:54:40Z',
        sequence_num: number,
        events: [{ ...event, type }],
      });
    const beat = json({ channel: 'heartbeats', sequence_num: 1, events: [{}] });
    const whole = await readLinesOf([message(0, 'snapshot'), beat, message(2), message(3)]);
    expect(follow(whole.messages).mismatches).toEqual({});
    const cut = await readLinesOf([message(0, 'snapshot'), message(2), message(3), message(0, 'snapshot')]);
    expect(follow(cut.messages).mismatches).toEqual({ sequenceGap: 1 });
  });
});

describe('what publish writes', () => {
  const message = (kind: string, sequence: number, rest: object): string =>
    json({ channel: 'l2', kind, symbol: 'X', sequence, time: '2026-07-19T17:54:40.000000001Z', ...rest });

  test('is read again, and a message that is missing is counted', async () => {
    const lines = [
      message('snapshot', 10, { reason: 'begin', bids: [['1.5', 10, 2]], asks: [] }),
      message('diff', 12, { previous: 10, bids: [['1.5', 0, 0]], asks: [['1.75', 3, 1]] }),
      json({ channel: 'bbo', kind: 'bbo', symbol: 'X', sequence: 12, bid: null, ask: ['1.75', 3] }),
      json({
        channel: 'trades',
        kind: 'trades',
        symbol: 'X',
        sequence: 13,
        trades: [{ price: '1.75', quantity: 1, takerSide: 'buy', hidden: true, tradeId: 1 }],
      }),
      message('diff', 15, { previous: 14, bids: [], asks: [['1.75', 2, 1]] }),
    ];
    const { messages, error } = await readLinesOf(lines);
    expect(error).toBeUndefined();
    const book = follow(messages);
    expect(book.shown('X')).toBe(' | 1.75x2');
    expect(book.mismatches).toEqual({ sequenceGap: 1 });
    expect(book.state.symbols.get('X')).toMatchObject({ prints: 1 });
    const missing = await readLinesOf(lines.toSpliced(1, 1));
    expect(follow(missing.messages).mismatches).toEqual({ sequenceGap: 1 });
  });
});

describe('lines of any other source', () => {
  const snapshot = '{"type":"snapshot","symbol":"X","bids":[["1.5","10"]],"asks":[]}';

  test('may have a time before them, which holds where the message lacks one', async () => {
    const { messages } = await readLinesOf([
      `1597026383085085123 ${snapshot}`,
      '2020-08-10T02:26:23.5Z {"type":"update","symbol":"X","time":1597026384000,"asks":[["1.6","1"]]}',
    ]);
    expect(messages.map(({ time }) => time)).toEqual([
      ...Array.from({ length: 3 }, () => ({ ms: 1_597_026_383_085, ns: 85_123 })),
      { ms: 1_597_026_384_000, ns: 0 },
    ]);
  });

  test('a message whose number is not the next is counted', async () => {
    const numbered = (sequence: number): string =>
      json({ type: 'update', symbol: 'X', sequence, asks: [['1.6', String(sequence)]] });
    const { messages } = await readLinesOf([numbered(1), numbered(2), numbered(4), numbered(5)]);
    expect(follow(messages).mismatches).toEqual({ sequenceGap: 1 });
  });

  test('a symbol may have any letters', async () => {
    const { messages } = await readLinesOf([snapshot.replace('"X"', '"€/Ü"')], { symbols: ['€/Ü'] });
    expect(follow(messages).shown('€/Ü')).toBe('1.5x10 | ');
  });

  test('only the symbols that were asked for are read', async () => {
    const { messages } = await readLinesOf([snapshot, snapshot.replace('"X"', '"Y"')], { symbols: ['Y'] });
    expect(new Set(messages.map(({ symbol }) => symbol))).toEqual(new Set(['Y']));
  });

  test('without a symbol among several are refused', async () => {
    const { error } = await readLinesOf([snapshot, snapshot.replace('"X"', '"Y"'), '{"type":"update","bids":[]}']);
    expect(error).toMatchObject({ line: 3, hint: expect.stringContaining('symbol=NAME') });
  });

  test('a level that is told with a price in another spelling is the same level', async () => {
    const { messages } = await readLinesOf([snapshot, '{"type":"update","symbol":"X","bids":[["1.50","0"]]}']);
    expect(follow(messages).shown('X')).toBe(' | ');
  });
});

describe('CSV', () => {
  test('binds columns by name, and a row of a snapshot after others begins a new book', async () => {
    const { messages, error } = await readLinesOf([
      'Amount,Side,Price,Timestamp,Pair,is_snapshot,note',
      '2,buy,-1.5,1597026383,X,true,a',
      '3,sell,-1.25,1597026383,X,true,b',
      '0,b,-1.50,1597026383.5,X,false,c',
      '4,A,-1,1597026384,X,false,d',
      '5,bid,-2,1597026385,X,true,e',
    ]);
    expect(error).toBeUndefined();
    expect(follow(messages.slice(0, -2)).shown('X')).toBe(' | -1.25x3 -1x4');
    expect(follow(messages).shown('X')).toBe('-2x5 | ');
    const { state } = follow(messages.filter(({ line }) => line < 4));
    expect(state.symbols.get('X')!.unfinished).toBe(true);
    expect(follow(messages.filter(({ line }) => line < 5)).state.symbols.get('X')!.unfinished).toBeUndefined();
  });

  test.each([
    ['for BOOK', {}, 'BOOK'],
    ['for the only symbol that was asked for', { symbols: ['X'] }, 'X'],
    ['for the one that the user names', { symbol: 'Y' }, 'Y'],
  ])('without symbols is read %s', async (_, options, symbol) => {
    const { messages } = await readLinesOf(['time,side,price,size', '1,bid,2,3'], options);
    expect(follow(messages).shown(symbol)).toBe('2x3 | ');
  });

  test('a level without size within a snapshot does not end it', async () => {
    const header = 'time,side,price,size,is_snapshot';
    const { messages } = await readLinesOf([header, '1,bid,2,3,true', '1,bid,1,0,true', '1,bid,1,4,true']);
    expect(messages.map(({ line, more }) => [line, more])).toEqual([
      [2, undefined],
      [2, true],
      [2, true],
      [4, true],
    ]);
  });

  test('the removal of a level that is not there is expected in the files of Tardis.dev, and counted in others', async () => {
    const rows = (header: string, removal: string): Promise<{ messages: Parameters<typeof follow>[0] }> =>
      readLinesOf([header, removal.replace(',0', ',7'), removal.replace('bid', 'ask')], { symbols: ['X'] });
    const plain = await rows('time,side,price,size', '1,bid,2,0');
    expect(follow(plain.messages).mismatches).toEqual({ unknownLevel: 1 });
    const tardis = await rows('local_timestamp,timestamp,side,price,amount', '1,1,bid,2,0');
    expect(follow(tardis.messages).mismatches).toEqual({});
  });

  test('a last line without its end is refused where digits may be missing', async () => {
    const { error } = await readText('time,side,symbol,price,size\n1,bid,X,1,1\n1,bid,X,1,2');
    expect(error).toMatchObject({ line: 3, message: expect.stringContaining('it may be cut') });
  });
});

describe('the scale', () => {
  const choose = (texts: readonly string[], rest = {}): unknown =>
    chooseDecimals({ texts, writesZeros: false, option: undefined, venue: undefined, ...rest });

  test.each([
    ['a venue that writes zeros tells it', ['64525.0', '64521.2'], { writesZeros: true }, 1, 1],
    ['whole numbers of such a venue lack decimals', ['10', '12'], { writesZeros: true }, 0, 0],
    ['a recorder dropped zeros', ['64525', '64521.2'], { writesZeros: true }, 5, 1],
    ['other sources may have more later', ['8476.98', '8477'], {}, 6, 2],
    ['small numbers leave more room', ['0.5'], {}, 10, 1],
    ['large ones leave none', ['383320500000.5'], {}, 1, 1],
    ['the venue says it beside the book', ['1.5'], { writesZeros: true, venue: 4 }, 4, 4],
    ['the user says it', ['1.50', '2.25'], { writesZeros: true, option: 6 }, 6, 2],
    ['the user says it of numbers without zeros', ['1.5', '2.25'], { writesZeros: true, option: 6 }, 6, 6],
    ['nothing is told', [], {}, 10, 0],
    ['exponents', ['1E-9', '5.8e-2'], {}, 10, 9],
  ])('%s', (_, texts, rest, scale, digits) => {
    expect(choose(texts, rest)).toEqual({ scale, digits });
  });
});
