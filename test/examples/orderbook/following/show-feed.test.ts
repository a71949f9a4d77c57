/** The book of a feed on the command line: what `show` draws, and what `replay` compares. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { replayFeed } from '../../../../examples/orderbook/audit/replay-feed.ts';
import { importFeed } from '../../../../examples/orderbook/feeds/following/import-feed.ts';
import { feedBook, reduce } from '../../../../examples/orderbook/follow/index.ts';
import { decimalView, renderLadder, renderTape, viewOfFeed } from '../../../../examples/orderbook/ladder.ts';
import { lookAt, parsePosition } from '../../../../examples/orderbook/show.ts';
import { errorOf, runOrderBook, temporaryFolder } from '../support.ts';

const MESSAGES = `34200.000000001,1,1,5,5798500,1
34200.000000002,1,2,1500,5799000,-1
34207.123456789,4,2,400,5799000,-1
34208.5,1,3,10,5799500,1
34209,7,0,0,-1,-1
`;

/** A book of four orders, of which one was executed and two cross, halted at the end. */
async function importDay(): Promise<string> {
  const folder = temporaryFolder();
  const path = join(folder, 'ACME_2012-06-21_message_1.csv');
  writeFileSync(path, MESSAGES);
  const book = join(folder, 'book.db');
  await importFeed(book, 'lobster', [path], { settings: {} });
  return book;
}

describe('show', () => {
  test('tells the book of a feed by its file, and shows decimals', async () => {
    const book = await importDay();
    const run = await runOrderBook('show', book);
    expect(stripVTControlCharacters(run.stdout).split('\n').slice(2)).toEqual([
      '  ACME  halted',
      '        price        size  orders',
      '       579.90       1,100       1  ████████████████████████',
      '  ──── crossed by 0.05 ────',
      '       579.95          10       1  █',
      '       579.85           5       1  █',
      '  last trades',
      '        579.9         400  bought  event 5, order 2',
      '',
    ]);
    const json = await runOrderBook('show', book, '--json', '--symbol', 'ACME', '--at', '09:30:00');
    expect(json.json).toMatchObject({
      book: 'feed',
      sequence: 4,
      zone: 'America/New_York',
      symbols: [
        {
          symbol: 'ACME',
          priceDecimals: 4,
          bids: [{ price: '579.85', quantity: '5', count: 1 }],
          asks: [{ price: '579.9', quantity: '1500', count: 1 }],
        },
      ],
    });
    const unknown = await runOrderBook('show', book, '--symbol', 'NONE');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/has no symbol "NONE" there\n.*It has ACME/);
  });

  test('goes to a moment of the day, between two nanoseconds too', async () => {
    const book = await importDay();
    const sequences = ['09:30:00.000000001', '09:30:00', '09:30:07.123456788', '09:30:07.123', '16:00'];
    const found = await Promise.all(sequences.map(async (at) => (await lookAt(book, parsePosition(at))).sequence));
    expect(found).toEqual([3, 4, 4, 5, 7]);
  });

  test('leaves the number of orders away where a feed tells levels only', () => {
    const state = feedBook.initialState();
    const events = [
      { type: 'SymbolListed', data: { symbol: 'BTC', priceDecimals: 1, sizeDecimals: 8, levelsOnly: true } },
      { type: 'LevelSet', data: { symbol: 'BTC', side: 'buy', price: 650_005, size: 150_000_000, more: true } },
      { type: 'TradePrinted', data: { symbol: 'BTC', price: 650_010, size: 1 } },
    ];
    for (const [at, event] of events.entries()) reduce(state, { ...event, sequence: at + 1, recordedAt: 0 } as never);
    const view = viewOfFeed(state, 'BTC');
    expect(stripVTControlCharacters(`${renderLadder(view)}\n${renderTape(view)}`).split('\n')).toEqual([
      '  BTC',
      '        price        size  orders',
      '  ──── no asks ────',
      '      65000.5         1.5          ████████████████████████',
      '        65001  0.00000001  traded  event 3',
    ]);
    expect(decimalView(view)).toMatchObject({ lastPrice: '65001', bids: [{ price: '65000.5', quantity: '1.5' }] });
  });

  test('puts the points of a ladder and of a tape below each other', () => {
    const state = feedBook.initialState();
    const events = [
      { type: 'SymbolListed', data: { symbol: 'GOOG', priceDecimals: 4, sizeDecimals: 1 } },
      { type: 'OrderAdded', data: { symbol: 'GOOG', id: 1, side: 'sell', price: 5_759_200, size: 25 } },
      { type: 'OrderAdded', data: { symbol: 'GOOG', id: 2, side: 'sell', price: 5_758_000, size: 20 } },
      { type: 'OrderAdded', data: { symbol: 'GOOG', id: 3, side: 'buy', price: 5_750_000, size: 25 } },
      { type: 'TradePrinted', data: { symbol: 'GOOG', price: 5_755_000, size: 10 } },
      { type: 'TradePrinted', data: { symbol: 'GOOG', price: 5_750_000, size: 20 } },
    ];
    for (const [at, event] of events.entries()) reduce(state, { ...event, sequence: at + 1, recordedAt: 0 } as never);
    const view = viewOfFeed(state, 'GOOG');
    expect(stripVTControlCharacters(`${renderLadder(view)}\n${renderTape(view)}`).split('\n')).toEqual([
      '  GOOG',
      '        price        size  orders',
      '       575.92         2.5       1  ████████████████████████',
      '       575.80         2.0       1  ███████████████████',
      '  ──── spread 0.8 ────',
      '       575.00         2.5       1  ████████████████████████',
      '        575.0           2  traded  event 6',
      '        575.5           1  traded  event 5',
    ]);
  });

  test('shows decimals for the matching book of a LOBSTER file too, and whole numbers in JSON', async () => {
    const folder = temporaryFolder();
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('m.csv'), '34200.000000001,1,1,5,5798500,1\n');
    writeFileSync(path('o.csv'), '9999999999,0,5798500,5\n');
    await runOrderBook('lobster', path('m.csv'), path('o.csv'), '--db', path('book.db'));
    const run = await runOrderBook('show', path('book.db'));
    expect(run.stdout).toMatch(/ 579\.85 +5 +1/);
    const { json } = await runOrderBook('show', path('book.db'), '--json');
    expect(json.symbols[0]).toMatchObject({ priceDecimals: 4, bids: [{ price: 5_798_500, quantity: 5, count: 1 }] });
  });
});

describe('replay of the book of a feed', () => {
  test('folds its log again, and compares hashes', async () => {
    const book = await importDay();
    const report = await replayFeed(book, { bar: () => ({ update() {}, end() {} }) });
    expect(report).toMatchObject({ events: 7, hashes: 'equal', broken: [] });
    const run = await runOrderBook('replay', book, '--json');
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({ events: 7, hashes: 'equal', stateHash: report.stateHash });
  });

  test('refuses a file that is not a book', async () => {
    const path = join(temporaryFolder(), 'no.db');
    writeFileSync(path, 'no database');
    expect((await errorOf(lookAt(path, undefined))).code).toBe('LOG_CORRUPT');
  });
});
