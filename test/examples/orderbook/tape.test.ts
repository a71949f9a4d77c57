import { describe, expect, test } from 'vitest';
import {
  runTape,
  TAPE_HEADER,
  type TapeOptions,
  type TapeReport,
} from '../../../examples/orderbook/feeds/matching/tape.ts';
import { readBookRows } from '../../../examples/orderbook/feeds/reading/book-rows.ts';
import { memoryBook } from './memory-book.ts';
import { dataSource, errorOf, hasData, linesOf, linesSource } from './support.ts';

const NO_BID = '-9999999999,0';
const NO_ASK = '9999999999,0';

/** A story of six rows: two orders, a trade, a reduction, a hidden print, a cancel. */
const TAPE = [
  '0,1,S,-1,-1,105,30',
  '0,2,N,1,1,100,10',
  '1,3,N,2,1,100,5',
  '2,4,X,1,-1,100,12',
  '3,5,R,2,1,100,1',
  '4,6,H,0,1,101,7',
  '5,7,C,2,1,100,2',
];
const ROWS = ['105,30,100,10', '105,30,100,15', '105,30,100,3', '105,30,100,2', '105,30,100,2', `105,30,${NO_BID}`];

function run(
  tape: readonly string[],
  rows?: readonly string[],
  options: Partial<TapeOptions> = {},
): Promise<TapeReport> {
  const check = rows && linesSource(rows, 'rows.csv');
  return runTape(memoryBook(), linesSource([TAPE_HEADER, ...tape], 'tape.csv'), { symbol: 'GOOG', check, ...options });
}

describe('a tape', () => {
  test('is replayed and counted', async () => {
    const report = await run(TAPE);
    expect(report).toMatchObject({ commands: 7, trades: 2, hiddenPrints: 1, rejected: 0, rowsChecked: 0 });
  });

  test('agrees with its rows', async () => {
    const report = await run(TAPE, ROWS);
    expect(report).toMatchObject({ rowsChecked: 6, rowsWrong: 0, firstWrongRow: null, difference: null });
  });

  test('may leave rows without commands, which leave the book as it was', async () => {
    const tape = TAPE.map((line) => line.replace(/^[345]/, (row) => String(Number(row) + 2)));
    const rows = [...ROWS.slice(0, 3), ROWS[2]!, ROWS[2]!, ...ROWS.slice(3), ROWS[5]!];
    expect(await run(tape, rows)).toMatchObject({ rowsChecked: 9, rowsWrong: 0 });
  });

  test('halts and resumes; an order that the tape shows to enter meanwhile does enter', async () => {
    const tape = ['0,1,N,1,1,100,10', '1,2,P,0,-1,-1,0', '2,3,C,1,1,100,10', '3,4,N,2,1,99,5', '4,5,P,0,-1,1,0'];
    const rows = [`${NO_ASK},100,10`, `${NO_ASK},100,10`, `${NO_ASK},${NO_BID}`, `${NO_ASK},99,5`, `${NO_ASK},99,5`];
    expect(await run(tape, rows)).toMatchObject({ rowsChecked: 5, rowsWrong: 0, rejected: 0 });
  });

  test('counts what the engine refuses, by code, with the first row', async () => {
    const report = await run([...TAPE, '6,8,C,77,1,100,1', '6,8,C,78,1,100,1', '7,9,N,-1,1,100,1']);
    expect(report).toMatchObject({ rejected: 3, rejectedByCode: { UNKNOWN_ORDER: 2, DUPLICATE_ORDER_ID: 1 } });
    expect(report.first.rejected).toBe(6);
    expect(report.rejection).toMatch(/order 77/);
  });

  test('may count its times from the epoch', async () => {
    const epoch = TAPE.map((line) => line.replace(/,(\d),/, ',134028540001510507$1,'));
    expect(await run(epoch, ROWS)).toMatchObject({ rowsWrong: 0, date: '2012-06-21', dateFrom: 'times', zone: 'UTC' });
    expect(await run(TAPE, ROWS)).toMatchObject({ date: '1970-01-01', dateFrom: 'default', zone: 'America/New_York' });
    expect(await run(TAPE, ROWS, { date: '2012-06-21', zone: 'UTC' })).toMatchObject({ dateFrom: 'option' });
  });

  test('is one halt, whatever enters meanwhile, and a trade in it leaves the book right', async () => {
    const entries = Array.from({ length: 30 }, (_, at) => `${at + 1},${at + 3},N,${at + 2},1,${99 - at},5`);
    const tape = ['0,1,N,1,1,100,10', '0,2,P,0,-1,-1,0', ...entries, '31,40,X,1,-1,100,4'];
    const rows = [...Array.from({ length: 31 }, () => `${NO_ASK},100,10`), `${NO_ASK},100,6`];
    const report = await run(tape, rows);
    expect(report).toMatchObject({ commands: 33, events: 34 + 1, rejected: 0, rowsWrong: 0, tradesWhileHalted: 1 });
  });
});

describe('a wrong row is found and named', () => {
  test.each([
    ['another size', 3, '105,30,100,3', 'bid 1 is 100 × 2, the file says 100 × 3'],
    ['another price', 1, '105,30,99,15', 'bid 1 is 100 × 15, the file says 99 × 15'],
    ['a level that is not there', 5, '105,30,100,2', 'bid 1 is empty, the file says 100 × 2'],
    ['a level that should not be there', 0, `${NO_ASK},100,10`, 'ask 1 is 105 × 30, the file says empty'],
  ])('%s', async (_, row, text, difference) => {
    const report = await run(TAPE, ROWS.with(row, text));
    expect(report).toMatchObject({ rowsChecked: 6, rowsWrong: 1, firstWrongRow: row, difference });
  });

  test('a tape that stops early is wrong in every row that should have changed', async () => {
    expect(await run(TAPE.slice(0, 4), ROWS)).toMatchObject({ rowsChecked: 6, rowsWrong: 3, firstWrongRow: 3 });
  });

  test('only the levels asked for count', async () => {
    const rows = ROWS.map((row) => `${row},106,1,${NO_BID}`);
    expect(await run(TAPE, rows, { levels: 1 })).toMatchObject({ rowsWrong: 0 });
    expect(await run(TAPE, rows)).toMatchObject({ rowsWrong: 6, firstWrongRow: 0 });
  });
});

describe('bad input names file, line and remedy', () => {
  test.each([
    ['an unknown command', ['0,1,Z,1,1,100,10'], 2, /cmd is "Z"/],
    ['no direction', ['0,1,N,1,0,100,10'], 2, /side is "0"/],
    ['a price of nothing', ['0,1,N,1,1,0,10'], 2, /price is 0/],
    ['a negative quantity', ['0,1,N,1,1,100,-10'], 2, /qty is -10/],
    ['a word for an id', ['0,1,N,one,1,100,10'], 2, /id is "one"/],
    ['a word for a time', ['0,noon,N,1,1,100,10'], 2, /ts_ns is "noon" \(column 2\)/],
    ['a negative time', ['0,-1,N,1,1,100,10'], 2, /ts_ns is "-1" \(column 2\)/],
    ['a price past 2^40', ['0,1,N,1,1,1099511627776,10'], 2, /price is 1099511627776 \(column 6\)/],
    ['a negative price', ['0,1,N,1,1,-3763,10'], 2, /price is -3763 \(column 6\)/],
    [
      'a time since the epoch after one since midnight',
      ['0,1,N,1,1,100,10', '1,1340285400015105074,N,2,1,100,10'],
      3,
      /first one was below 86,400 s \(column 2\)/,
    ],
    ['rows out of order', ['1,1,N,1,1,100,10', '0,2,C,1,1,100,10'], 3, /row 0 after row 1/],
    ['an unknown kind of halt', ['0,1,P,0,-1,5,0'], 2, /price is "5"/],
    ['a cut line', ['0,1,N,1,1'], 2, /5 columns instead of 7/],
  ])('%s', async (_, tape, line, message) => {
    const error = await errorOf(run(tape));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'tape.csv', line });
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });

  test('an order-book file that ends before the tape', async () => {
    const error = await errorOf(run(TAPE, ROWS.slice(0, 3)));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'rows.csv' });
    expect(error.message).toMatch(/ends after row 2, and the tape continues with row 3/);
  });

  test('more levels than the file has', async () => {
    expect(await errorOf(run(TAPE, ROWS, { levels: 2 }))).toMatchObject({ hint: 'Say --levels 1, or less' });
  });
});

describe('order-book rows', () => {
  async function parse(...rows: string[]) {
    return Array.fromAsync(readBookRows(linesSource(rows, 'rows.csv')));
  }

  test('count their levels, and may lack some', async () => {
    expect(await parse(`105,30,100,10,106,1,${NO_BID}`, `${NO_ASK},100,10,${NO_ASK},${NO_BID}`)).toEqual([
      {
        index: 0,
        levels: 2,
        buy: [{ price: 100, quantity: 10 }],
        sell: [
          { price: 105, quantity: 30 },
          { price: 106, quantity: 1 },
        ],
      },
      { index: 1, levels: 2, buy: [{ price: 100, quantity: 10 }], sell: [] },
    ]);
  });

  test.each([
    ['no multiple of four columns', ['105,30,100'], 1, /3 columns/],
    ['a level without size', ['105,0,100,10'], 1, /ask level 1 is 105 × 0/],
    ['a size without level', [`9999999999,5,100,10`], 1, undefined],
    ['levels out of order', ['105,30,100,10,104,1,99,1'], 1, /ask level 2 is 104 × 1/],
    ['a level behind a missing one', [`${NO_ASK},100,10,106,1,99,1`], 1, /ask level 2/],
    ['fewer columns than before', ['105,30,100,10', '105,30'], 2, /2 columns instead of 4/],
    ['a word', ['105,many,100,10'], 1, /ask size is "many"/],
  ])('with %s', async (_, rows, line, message) => {
    if (message === undefined) return expect(await parse(...rows)).toHaveLength(1);
    const error = await errorOf(parse(...rows));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'rows.csv', line });
    expect(error.message).toMatch(message);
  });
});

describe.skipIf(!hasData)('the first 5,000 rows of a real day', () => {
  const tape = () => dataSource('lobster/GOOG_L10_head5000.commands.csv.gz');
  const check = () => dataSource('lobster/GOOG_L10_head5000.orderbook.csv.gz');

  test('agree, to the last level of the last row', async () => {
    const report = await runTape(memoryBook(), tape(), { symbol: 'GOOG', check: check() });
    expect(report).toMatchObject({ commands: 5_059, rowsChecked: 5_000, rowsWrong: 0, rejected: 0 });
  });

  test('do not agree any more when one order is left out', async () => {
    const lines = await linesOf(tape());
    const report = await runTape(memoryBook(), linesSource(lines.toSpliced(60, 1)), { symbol: 'GOOG', check: check() });
    expect(report.rowsWrong).toBeGreaterThan(0);
  });
});
