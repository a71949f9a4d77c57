import { describe, expect, test } from 'vitest';
import { type LobsterReport, runLobster } from '../../../examples/orderbook/feeds/matching/lobster.ts';
import { openSample } from '../../../examples/orderbook/feeds/reading/zip.ts';
import { sampleOf } from '../../sample.ts';
import { type LobsterDay, makeLobsterDay } from './lobster-day.ts';
import { memoryBook } from './memory-book.ts';
import { cutLevels, dataPath, dataSource, errorOf, hasData, linesOf, linesSource } from './support.ts';

const NO_BID = '-9999999999,0';
const NO_ASK = '9999999999,0';

function run({ messages, rows }: LobsterDay, symbol = 'GOOG'): Promise<LobsterReport> {
  return runLobster(memoryBook(), linesSource(messages, 'message.csv'), linesSource(rows, 'orderbook.csv'), { symbol });
}

/** Every row right, and none of them by correction. */
const FAITHFUL = { rowsWrong: 0, firstWrongRow: null, resyncsInsideWindow: 0, rejected: 0 };

/** What LOBSTER writes for a smaller window: fewer columns, and only the messages that touch it. */
function narrow({ messages, rows }: LobsterDay, levels: number): LobsterDay {
  const cut = cutLevels(rows, levels);
  const kept = cut.flatMap((row, index) => (index === 0 || row !== cut[index - 1] ? index : []));
  return { messages: kept.map((index) => messages[index]!), rows: kept.map((index) => cut[index]!) };
}

describe('a made-up day of another symbol', () => {
  test.each(sampleOf([1, 2, 5, 20]))('is followed with %i levels, from its very beginning', async (levels) => {
    const day = makeLobsterDay({ seed: 7, symbol: 'ACME', commands: 12_000, levels });
    expect(await run(day, 'ACME')).toMatchObject({ ...FAITHFUL, levels, rowsChecked: day.rows.length });
  });

  test.each([1, 3, 10])('is followed with %i levels when the file begins in the middle of trading', async (levels) => {
    const day = makeLobsterDay({ seed: 8, symbol: 'ACME', commands: 12_000, levels, skip: 4_000 });
    const report = await run(day, 'ACME');
    expect(report).toMatchObject({ ...FAITHFUL, rowsChecked: day.rows.length });
    expect(report.seeded).toBeGreaterThan(levels);
    expect(report.trades).toBeGreaterThan(100);
  });
});

describe('the first message is undone before its row becomes the book', () => {
  test.each([
    ['a new order', '1,9,10,100,1', '105,5,100,10', '105,5,100,10', 0],
    ['a new order that joined a level', '1,9,10,100,1', '105,5,100,30', '105,5,100,30', 0],
    ['a partial cancel', '2,9,10,100,1', '105,5,100,30', '105,5,100,30', 0],
    ['a deletion that emptied its level', '3,9,10,101,1', '105,5,100,30', '105,5,100,30', 0],
    ['an execution', '4,9,10,100,1', '105,5,100,30', '105,5,100,30', 1],
    ['a hidden execution', '5,0,10,102,1', '105,5,100,30', '105,5,100,30', 0],
  ])('%s', async (_, first, row, next, trades) => {
    const messages = [`34200.1,${first}`, '34200.2,5,0,1,103,-1'];
    expect(await run({ messages, rows: [row, next] })).toMatchObject({ ...FAITHFUL, rowsChecked: 2, trades });
  });
});

describe('a halt', () => {
  const messages = [
    '34200.1,1,1,10,100,1',
    '34200.2,1,2,20,99,1',
    '34201.0,7,0,0,-1,-1', // halted
    '34202.0,3,1,10,100,1', // cancels go on, and a level slides in that has to be seeded
    '34203.0,7,0,0,0,-1', // quotes
    '34203.5,1,3,7,99,1',
    '34204.0,7,0,0,1,-1', // trades
    '34205.0,4,2,20,99,1',
  ];
  const rows = ['100,10', '100,10', '100,10', '99,20', '99,20', '99,27', '99,27', '99,7'].map(
    (bid) => `${NO_ASK},${bid}`,
  );

  test('stops trading and nothing else', async () => {
    expect(await run({ messages, rows })).toMatchObject({ ...FAITHFUL, rowsChecked: 8, trades: 1 });
  });

  test('is recorded', async () => {
    const store = memoryBook();
    const types: string[] = [];
    store.subscribe((events) => types.push(...events.map(({ type }) => type)));
    await runLobster(store, linesSource(messages), linesSource(rows), { symbol: 'GOOG' });
    expect(types.filter((type) => type.startsWith('Market'))).toEqual(['MarketHalted', 'MarketResumed']);
  });

  test('does not keep out an order that entered according to the file', async () => {
    const entering = messages.with(4, '34203.0,1,4,5,98,1').with(5, '34203.5,1,3,7,99,1');
    const shown = rows.with(4, rows[3]!);
    expect(await run({ messages: entering, rows: shown })).toMatchObject({ ...FAITHFUL, rowsChecked: 8 });
  });
});

test('an id that comes again belongs to a new order: the old one left where the file does not look', async () => {
  const messages = ['34200.1,1,1,10,98,1', '34200.2,1,2,5,100,1', '34200.3,1,1,7,99,1', '34200.4,3,2,5,100,1'];
  const rows = ['105,1,98,10', '105,1,100,5', '105,1,100,5', '105,1,99,7'];
  expect(await run({ messages, rows })).toMatchObject({ ...FAITHFUL, rowsChecked: 4 });
});

test('a cross trade (an auction) is on the tape and leaves the book alone', async () => {
  const messages = ['34200.1,1,1,10,100,1', '34200.2,6,0,500,101,1'];
  const report = await run({ messages, rows: [`${NO_ASK},100,10`, `${NO_ASK},100,10`] });
  expect(report).toMatchObject({ ...FAITHFUL, trades: 0, hiddenPrints: 1 });
});

describe('a book that is corrected into agreement proves nothing', () => {
  const day = makeLobsterDay({ seed: 9, symbol: 'ACME', commands: 3_000, levels: 5 });
  const row = day.rows.findIndex((text, index) => index > 1_000 && !text.includes('9999999999'));
  const fields = day.rows[row]!.split(',');

  test.each([
    ['another size at the best bid', fields.with(3, String(Number(fields[3]) + 1))],
    ['another size in the middle', fields.with(9, String(Number(fields[9]) + 1))],
    ['a level that never was', [...fields.slice(0, 2), String(Number(fields[2]) + 1), '5', ...fields.slice(4)]],
  ])('%s: the correction is counted, and the row is wrong', async (_, tampered) => {
    const report = await run({ ...day, rows: day.rows.with(row, tampered.join(',')) }, 'ACME');
    expect(report.firstWrongRow).toBe(row);
    expect(report.rowsWrong).toBeGreaterThan(0);
    expect(report.resyncsInsideWindow).toBeGreaterThan(0);
  });

  test('a message left out shows at once', async () => {
    const messages = day.messages.toSpliced(row, 1);
    const report = await run({ messages, rows: day.rows.toSpliced(row, 1) }, 'ACME');
    expect(report.firstWrongRow).toBe(row);
    expect(report.resyncsInsideWindow).toBeGreaterThan(0);
  });

  test('a side that shows fewer levels than the file has is known to its end', async () => {
    const messages = ['34200.1,1,1,10,100,1', '34200.2,5,0,1,103,-1'];
    const rows = [`${NO_ASK},100,10,${NO_ASK},${NO_BID}`, `${NO_ASK},100,10,${NO_ASK},50,1`];
    expect(await run({ messages, rows })).toMatchObject({ rowsWrong: 1, firstWrongRow: 1, resyncsInsideWindow: 1 });
  });

  test('a level that slid into the window may be seeded', async () => {
    const messages = ['34200.1,5,0,1,103,-1', '34200.2,3,1,10,100,1'];
    const rows = ['105,1,100,10', '105,1,98,40'];
    expect(await run({ messages, rows })).toMatchObject({ ...FAITHFUL, seeded: 3 });
  });
});

describe('bad input names file, line and remedy', () => {
  test.each([
    ['a word for a time', 'noon,1,1,10,100,1', /the time is "noon"/],
    ['an unknown type', '34200.1,8,1,10,100,1', /the type is "8"/],
    ['no direction', '34200.1,1,1,10,100,0', /the direction is "0"/],
    ['a size of nothing', '34200.1,1,1,0,100,1', /the size is 0/],
    ['a decimal price', '34200.1,1,1,10,100.5,1', /the price is "100.5"/],
    ['a halt of an unknown kind', '34200.1,7,0,0,2,-1', /a halt has price 2/],
    ['a missing column', '34200.1,1,1,10,100', /5 columns instead of 6/],
    ['a price past 2^40', '34200.1,1,1,10,1099511627776,1', /the price is 1099511627776 \(column 5\)/],
    ['a negative price', '34200.1,1,1,10,-3763,1', /the price is -3763 \(column 5\)/],
  ])('%s', async (_, message, problem) => {
    const error = await errorOf(run({ messages: [message], rows: [`${NO_ASK},100,10`] }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'message.csv', line: 1 });
    expect(error.message).toMatch(problem);
    expect(error.hint).toBeTruthy();
  });

  test.each([
    ['a seventh column', '34200.1,1,1,10,100,1,NSDQ', /7 columns instead of 6: it looks like .* seventh column/, /cut/],
    ['an order-book file', '105,30,100,10', /looks like an order-book file/, /swap/],
    ['a command tape', 'row,ts_ns,cmd,id,side,price,qty', /looks like a command tape/, /tape/],
    ['a byte order mark', '\ufeff34200.1,1,1,10,100,1', /byte order mark/, /without the mark/],
    ['an archive', 'PK\u0003\u0004', /zip archive/, /alone/],
  ])('the mistake is named: %s in place of messages', async (_, first, problem, hint) => {
    const error = await errorOf(run({ messages: [first], rows: [`${NO_ASK},100,10`] }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'message.csv', line: 1 });
    expect(error.message).toMatch(problem);
    expect(error.hint).toMatch(hint);
  });

  test('the mistake is named: messages in place of rows', async () => {
    const message = '34200.1,1,1,10,100,1';
    const error = await errorOf(run({ messages: [message], rows: [message] }));
    expect(error).toMatchObject({ path: 'orderbook.csv', line: 1, hint: expect.stringMatching(/swap/) });
    expect(error.message).toMatch(/looks like a message file/);
  });

  test('an empty message file, whatever the order-book file is', async () => {
    for (const rows of [[], [`${NO_ASK},100,10`]]) {
      const error = await errorOf(run({ messages: [], rows }));
      expect(error).toMatchObject({ path: 'message.csv', hint: expect.stringMatching(/message files/) });
      expect(error.message).toMatch(/it is empty/);
    }
  });

  test('files of different length', async () => {
    const message = '34200.1,1,1,10,100,1';
    const row = `${NO_ASK},100,10`;
    expect(await errorOf(run({ messages: [message, message], rows: [row] }))).toMatchObject({
      path: 'orderbook.csv',
      line: 2,
    });
    expect(await errorOf(run({ messages: [message], rows: [row, row] }))).toMatchObject({
      path: 'message.csv',
      line: 2,
    });
  });
});

describe.skipIf(!hasData)('a real day', () => {
  const messages = () => dataSource('lobster/GOOG_L10_head5000.message.csv.gz');
  const orderBook = () => dataSource('lobster/GOOG_L10_head5000.orderbook.csv.gz');

  test('its first 5,000 rows, ten levels', async () => {
    const report = await runLobster(memoryBook(), messages(), orderBook(), { symbol: 'GOOG' });
    expect(report).toMatchObject({ ...FAITHFUL, levels: 10, rowsChecked: 5_000 });
  });

  test.each([1, 2, 5, 9])(
    'the same with %i levels, by columns alone and with the messages of that window',
    async (levels) => {
      const head = { messages: await linesOf(messages()), rows: await linesOf(orderBook()) };
      const cut = { ...head, rows: cutLevels(head.rows, levels) };
      expect(await run(cut)).toMatchObject({ ...FAITHFUL, levels, rowsChecked: 5_000 });
      const narrowed = narrow(head, levels);
      expect(await run(narrowed)).toMatchObject({ ...FAITHFUL, levels, rowsChecked: narrowed.rows.length });
    },
  );

  test('the whole of it', async () => {
    const sample = await openSample(dataPath('lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip'));
    const report = await runLobster(memoryBook(), ...sample, { symbol: 'GOOG' });
    expect(report).toMatchObject({ ...FAITHFUL, levels: 10, rowsChecked: 147_916, seeded: 3_959 });
    expect(report.executions).toEqual({
      inFile: 7_765,
      inLog: 7_788,
      ofNamedOrder: 7_680,
      ofSeed: 22,
      ofOtherOrder: 63,
      behindBest: 0,
      whileHalted: 0,
    });
    expect(report.contradictions).toEqual({
      unknownOrder: 638,
      idAhead: 5,
      enteredAgain: 0,
      otherPlace: 0,
      deletedInPart: 0,
      cancelledInFull: 0,
      executedBeyondOpen: 0,
      idStepsBack: 14,
      hiddenOutsideSpread: 0,
    });
    expect(report).toMatchObject({ date: '2012-06-21', dateFrom: 'name', timeStepsBack: 0, rejectedByCode: {} });
  });
});
