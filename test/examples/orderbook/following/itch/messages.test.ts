import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { ItchReader } from '../../../../../examples/orderbook/feeds/following/itch/reader.ts';
import { fileSource } from '../../../../../examples/orderbook/feeds/reading/csv.ts';
import type { Change } from '../../../../../examples/orderbook/follow/index.ts';
import { bytesSource, directory, encode, framed, ITCH_TYPES, type ItchType } from './encoder.ts';
import { randomDay } from './random-day.ts';
import { changesOf, messagesOf, readAll } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'itch-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const START = encode('S', 0, 1, 'O');
const AAPL = directory(7, 2, 'AAPL');
const MSFT = directory(8, 2, 'MSFT');

describe('what a message of ITCH becomes', () => {
  const SAFE = 2n ** 53n - 1n;

  test.each<readonly [string, Buffer, Change]>([
    ['A', encode('A', 7, 9, 11, 'B', 300, 'AAPL', 1_652_300), add(11, 'buy', 1_652_300, 300)],
    ['A of a sell order', encode('A', 7, 9, 11, 'S', 300, 'AAPL', 1), add(11, 'sell', 1, 300)],
    [
      'A with the largest fields',
      encode('A', 7, 9, SAFE, 'S', 4_294_967_295, 'AAPL', 4_294_967_295),
      {
        ...add(Number(SAFE), 'sell', 4_294_967_295, 4_294_967_295),
      },
    ],
    [
      'A with a reference past 2^53',
      encode('A', 7, 9, SAFE + 1n, 'B', 1, 'AAPL', 1),
      add('9007199254740992', 'buy', 1, 1),
    ],
    [
      'A with the last reference',
      encode('A', 7, 9, 2n ** 64n - 1n, 'B', 1, 'AAPL', 1),
      {
        ...add('18446744073709551615', 'buy', 1, 1),
      },
    ],
    ['A of no shares', encode('A', 7, 9, 11, 'B', 0, 'AAPL', 1), mismatch('zeroSize')],
    ['A of another stock', encode('A', 7, 9, 11, 'B', 5, 'MSFT', 1), mismatch('otherStock')],
    ['F', encode('F', 7, 9, 11, 'S', 300, 'AAPL', 5, 'GSCO'), add(11, 'sell', 5, 300)],
    ['E', encode('E', 7, 9, 11, 20, 99), { kind: 'execute', id: 11, size: 20 }],
    ['E of no shares', encode('E', 7, 9, 11, 0, 99), mismatch('zeroSize')],
    ['C that prints', encode('C', 7, 9, 11, 20, 99, 'Y', 3), { kind: 'execute', id: 11, size: 20, price: 3 }],
    [
      'C that does not',
      encode('C', 7, 9, 11, 20, 99, 'N', 3),
      { kind: 'execute', id: 11, size: 20, price: 3, unprinted: true },
    ],
    ['X', encode('X', 7, 9, 11, 20), { kind: 'reduce', id: 11, size: 20 }],
    ['X of no shares', encode('X', 7, 9, 11, 0), mismatch('zeroSize')],
    ['D', encode('D', 7, 9, 11), { kind: 'delete', id: 11 }],
    [
      'U',
      encode('U', 7, 9, 11, SAFE + 2n, 30, 4),
      { kind: 'replace', id: 11, newId: '9007199254740993', price: 4, size: 30 },
    ],
    ['U of no shares', encode('U', 7, 9, 11, 12, 0, 4), mismatch('zeroSize')],
    ['P', encode('P', 7, 9, 0, 'B', 50, 'AAPL', 6, 99), { kind: 'trade', price: 6, size: 50, hidden: true }],
    ['Q', encode('Q', 7, 9, 2n ** 40n, 'AAPL', 6, 99, 'O'), { kind: 'trade', price: 6, size: 2 ** 40 }],
    ['Q of no shares', encode('Q', 7, 9, 0, 'AAPL', 0, 0, 'C'), ignored('Q cross trade without shares')],
    ['Q of too many shares', encode('Q', 7, 9, SAFE + 1n, 'AAPL', 0, 0, 'C'), mismatch('sizeTooLarge')],
    ['H', encode('H', 7, 9, 'AAPL', 'T'), { kind: 'status', status: 'trading' }],
    ['H with a reason', encode('H', 7, 9, 'AAPL', 'H', '', 'T1'), { kind: 'status', status: 'halted', reason: 'T1' }],
    ['H of a pause', encode('H', 7, 9, 'AAPL', 'P', '', 'LUDP'), { kind: 'status', status: 'paused', reason: 'LUDP' }],
    ['H of quotation', encode('H', 7, 9, 'AAPL', 'Q'), { kind: 'status', status: 'quotation only' }],
    ['R that says the same', directory(7, 9, 'AAPL'), ignored('R stock directory again')],
    ['R of another stock', directory(7, 9, 'GOOG'), mismatch('stockDirectory')],
    ['B', encode('B', 7, 9, 99), ignored('B broken trade')],
    ['I', encode('I', 7, 9, 1, 2, 'B', 'AAPL', 1, 2, 3, 'O', 'L'), ignored('I net order imbalance')],
  ])('%s', async (name, bytes, change) => {
    const [start, listed, message] = await messagesOf([START, AAPL, bytes]);
    expect(start!.change).toEqual(ignored('S start of messages'));
    expect(listed!.change).toEqual({ kind: 'list', priceDecimals: 4, sizeDecimals: 0 });
    // The 30th of January of 2019, in New York.
    const midnight = Date.UTC(2019, 0, 30, 5);
    const symbol = name === 'R of another stock' ? 'GOOG' : 'AAPL';
    expect(message).toEqual({ symbol, time: { ms: midnight, ns: 9 }, line: 3, change });
  });

  test('has a meaning or a name for each type, and the length of the type only', async () => {
    const stockOf: Partial<Record<ItchType, Buffer>> = {
      ...Object.fromEntries(
        ['H', 'Y', 'h', 'N', 'O'].map((type) => [type, encode(type as ItchType, 7, 3, 'AAPL', 'T')]),
      ),
      S: encode('S', 0, 3, 'M'),
      W: encode('W', 0, 3, '2'),
      K: encode('K', 7, 3, 'AAPL', 1, 'A', 1),
      J: encode('J', 7, 3, 'AAPL', 1, 1, 1, 0),
      L: encode('L', 7, 3, 'GSCO', 'AAPL', 'Y', 'N', 'A'),
      A: encode('A', 7, 3, 1, 'B', 1, 'AAPL', 1),
      F: encode('F', 7, 3, 2, 'B', 1, 'AAPL', 1, 'GSCO'),
      C: encode('C', 7, 3, 2, 1, 1, 'Y', 1),
      P: encode('P', 7, 3, 2, 'S', 1, 'AAPL', 1, 1),
      Q: encode('Q', 7, 3, 2, 'AAPL', 1, 1, 'H'),
      I: encode('I', 7, 3, 2, 1, 'N', 'AAPL', 1, 1),
      R: AAPL,
    };
    const kinds = new Map<string, string>();
    for (const type of ITCH_TYPES) {
      const bytes = stockOf[type] ?? encode(type, 7, 3, 1, 1, 1, 1);
      const messages = await messagesOf([START, AAPL, bytes]);
      expect(messages).toHaveLength(3);
      const { change } = messages[2]!;
      kinds.set(type, change.kind === 'ignored' ? change.name : change.kind);
      for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.alloc(1)])]) {
        const { error, messages: before } = await readAll(bytesSource(framed([START, AAPL, wrong])));
        expect(before).toHaveLength(2);
        expect(error).toMatchObject({ code: 'INVALID_OPTION', line: 3, at: 'byte 55' });
      }
    }
    expect(Object.fromEntries(kinds)).toEqual({
      ...{ S: 'S end of market hours', R: 'R stock directory again', H: 'status', Y: 'Y short sale restriction' },
      ...{ L: 'L market participant position', V: 'V circuit breaker levels', W: 'W circuit breaker status' },
      ...{ K: 'K IPO quotation period', J: 'J auction collar', h: 'h operational halt', A: 'add', F: 'add' },
      ...{ E: 'execute', C: 'execute', X: 'reduce', D: 'delete', U: 'replace', P: 'trade', Q: 'trade' },
      ...{ B: 'B broken trade', I: 'I net order imbalance', N: 'N retail interest' },
      O: 'O direct listing price discovery',
    });
  });

  test('that names a number without stock is a mismatch of that number', async () => {
    const messages = await messagesOf([START, AAPL, encode('D', 9, 3, 1), encode('A', 9, 3, 1, 'B', 5, 'AAPL', 1)]);
    expect(changesOf(messages).slice(2)).toEqual([
      ['locate 9', mismatch('unknownStock')],
      ['AAPL', mismatch('otherStock')],
    ]);
  });

  function add(id: number | string, side: 'buy' | 'sell', price: number, size: number): Change {
    return { kind: 'add', id, side, price, size };
  }
});

describe('a file of ITCH', () => {
  const day = randomDay({ seed: 3, happenings: 400 });

  test('reads alike in chunks of any size, as gzip, with the mark of the end, and without lengths', async () => {
    const expected = await messagesOf(day);
    expect(expected).toHaveLength(day.length);
    expect(expected.map(({ line }) => line)).toEqual(day.map((_, index) => index + 1));
    const bytes = framed(day);
    for (const chunk of [1, 2, 3, 7, 64, 1_000]) expect(await readAll(bytesSource(bytes, { chunk }))).toEqual(whole());
    expect(await readAll(bytesSource(Buffer.concat([bytes, Buffer.alloc(2)]), { chunk: 11 }))).toEqual(whole());
    expect(await readAll(bytesSource(Buffer.concat(day), { chunk: 13 }))).toEqual(whole());
    for (const name of ['01302019.NASDAQ_ITCH50.gz', 'S013019-v50.txt', '20190130.BX_ITCH_50']) {
      const path = join(folder, name);
      writeFileSync(path, name.endsWith('gz') || name.startsWith('S') ? gzipSync(bytes) : bytes);
      expect(await readAll(fileSource(path))).toEqual(whole());
    }
    function whole() {
      return { messages: expected, error: undefined };
    }
  });

  test('may be very short', async () => {
    const { messages, error } = await readAll(bytesSource(framed([START])));
    expect([messages.length, error]).toEqual([1, undefined]);
  });

  test.each([
    ['01302019.NASDAQ_ITCH50.gz', undefined, '2019-01-30T05:00'],
    ['/data/2020/07132020.PSX_ITCH50', undefined, '2020-07-13T04:00'],
    ['20190730.BX_ITCH_50.gz', undefined, '2019-07-30T04:00'],
    ['S081321-v50-bx.txt.gz', undefined, '2021-08-13T04:00'],
    ['S081321-v50.txt.gz', '2012-06-21', '2012-06-21T04:00'],
    ['itch_2012-06-21.bin', undefined, '2012-06-21T04:00'],
    ['today.itch', undefined, '1970-01-01T05:00'],
    ['13302019.NASDAQ_ITCH50', undefined, '1970-01-01T05:00'],
  ])('%s with the date %s begins at %s in UTC', async (path, date, midnight) => {
    const late = encode('S', 0, 86_399_999_999_999, 'C');
    const { messages } = await readAll(bytesSource(framed([START, late]), { path }), { date });
    const ms = Date.parse(`${midnight}Z`);
    expect(messages.map(({ time }) => time)).toEqual([
      { ms, ns: 1 },
      { ms: ms + 86_399_999, ns: 999_999 },
    ]);
  });

  test('keeps the messages of the symbols asked for, at the same lines', async () => {
    const all = await messagesOf(day);
    for (const symbols of [new Set(['AAPL']), new Set(['ZVZZT', 'BRK.A'])]) {
      const some = await messagesOf(day, { symbols });
      expect(some).toEqual(all.filter(({ symbol }) => symbol === '' || symbols.has(symbol)));
      expect(some.length).toBeLessThan(all.length);
      const reader = new ItchReader({ symbols });
      await Array.fromAsync(reader.read(bytesSource(framed(day))));
      expect(reader.passedOver).toBe(all.length - some.length);
    }
  });

  test('counts the messages by type, also those of other symbols', async () => {
    const types = Map.groupBy(day, (message) => String.fromCharCode(message[0]!));
    for (const symbols of [undefined, new Set(['AAPL'])]) {
      const reader = new ItchReader({ symbols });
      await Array.fromAsync(reader.read(bytesSource(framed(day))));
      const counts = Object.entries(reader.counts).map(([name, count]) => [name[0], count]);
      expect(Object.fromEntries(counts)).toEqual(
        Object.fromEntries([...types].map(([type, all]) => [type, all.length])),
      );
      expect(reader.counts['A add order']).toBeGreaterThan(50);
    }
  });

  test('that is cut out of a day lists a stock with the first message that names it', async () => {
    const part = [
      encode('E', 7, 1, 5, 10, 1),
      encode('A', 7, 2, 6, 'B', 10, 'AAPL', 3),
      encode('E', 7, 3, 6, 10, 1),
      encode('A', 8, 4, 7, 'B', 10, 'MSFT', 3),
    ];
    const all = await messagesOf(part);
    expect(all.map(({ symbol, line, change }) => `${line} ${symbol} ${change.kind}`)).toEqual([
      ...['1 locate 7 mismatch', '2 AAPL list', '2 AAPL add', '3 AAPL execute', '4 MSFT list', '4 MSFT add'],
    ]);
    const some = await messagesOf(part, { symbols: new Set(['MSFT']) });
    expect(some.map(({ symbol, line, change }) => `${line} ${symbol} ${change.kind}`)).toEqual([
      '4 MSFT list',
      '4 MSFT add',
    ]);
  });

  test('goes on with the day of the file before it, unless it starts a day', async () => {
    const sources = [[START, AAPL], [encode('E', 7, 3, 1, 5, 9)]].map((part) => bytesSource(framed(part)));
    const { messages, error } = await readAll(sources);
    expect(error).toBeUndefined();
    expect(messages.map(({ symbol, line }) => `${symbol} ${line}`)).toEqual([' 1', 'AAPL 2', 'AAPL 1']);
  });

  test('holds one day', async () => {
    const { messages, error } = await readAll(bytesSource(framed([START, AAPL, START])));
    expect(messages).toHaveLength(2);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', line: 3, at: 'byte 55' });
  });

  test('of another day follows: its directory gives other numbers, and empties the books', async () => {
    const first = [START, AAPL, MSFT, encode('A', 7, 3, 1, 'B', 5, 'AAPL', 9)];
    const second = [START, directory(7, 2, 'MSFT'), directory(8, 2, 'AAPL'), encode('A', 8, 3, 1, 'B', 5, 'AAPL', 9)];
    const { messages, error } = await readAll([
      bytesSource(framed(first), { path: '01302019.NASDAQ_ITCH50' }),
      bytesSource(framed(second), { path: '01312019.NASDAQ_ITCH50' }),
    ]);
    expect(error).toBeUndefined();
    expect(messages.map(({ symbol, change }) => `${symbol} ${change.kind}`)).toEqual([
      ...[' ignored', 'AAPL list', 'MSFT list', 'AAPL add'],
      ...[' ignored', 'MSFT clear', 'AAPL clear', 'AAPL add'],
    ]);
    expect(messages[7]!.time!.ms - messages[3]!.time!.ms).toBe(86_400_000);
  });
});

function mismatch(kind: string): Change {
  return { kind: 'mismatch', mismatch: kind };
}

function ignored(name: string): Change {
  return { kind: 'ignored', name };
}
