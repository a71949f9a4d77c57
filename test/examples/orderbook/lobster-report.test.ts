/** What a LOBSTER report says beside its rows: which orders were executed, and where the file contradicts itself. */
import { describe, expect, test } from 'vitest';
import { type LobsterReport, runLobster } from '../../../examples/orderbook/feeds/matching/lobster.ts';
import { memoryBook } from './memory-book.ts';
import { linesSource } from './support.ts';

const NO_ASK = '9999999999,0';

function run(messages: readonly string[], bids: readonly string[], store = memoryBook()): Promise<LobsterReport> {
  const rows = bids.map((bid) => `${NO_ASK},${bid}`);
  return runLobster(store, linesSource(messages, 'message.csv'), linesSource(rows, 'book.csv'), { symbol: 'GOOG' });
}

describe('executions', () => {
  const entries = ['34200.1,1,1,10,100,1', '34200.2,1,2,10,100,1'];
  const rows = ['100,10', '100,20'];

  test.each([
    ['with the order that the file names', '34200.3,4,1,10,100,1', { ofNamedOrder: 1 }],
    ['with another order than the one that the file names', '34200.3,4,2,10,100,1', { ofOtherOrder: 1 }],
    ['with an order that the file does not name', '34200.3,4,77,10,100,1', { ofOtherOrder: 1 }],
  ])('%s', async (_, execution, expected) => {
    const report = await run([...entries, execution], [...rows, '100,10']);
    expect(report.executions).toEqual({ ...NO_EXECUTIONS, inFile: 1, inLog: 1, ...expected });
    expect(report.first).toMatchObject({ inFile: 2, [Object.keys(expected)[0]!]: 2, behindBest: null });
  });

  test('of anonymous volume', async () => {
    const report = await run(
      ['34200.1,5,0,1,101,1', '34200.2,1,9,5,100,1', '34200.3,4,9,5,100,1'],
      ['100,30', '100,35', '100,30'],
    );
    expect(report.executions).toEqual({ ...NO_EXECUTIONS, inFile: 1, inLog: 1, ofSeed: 1 });
  });

  test('behind the best price', async () => {
    const behind = ['34200.1,1,1,10,100,1', '34200.2,1,2,10,99,1', '34200.3,4,2,10,99,1'];
    const report = await runLobster(
      memoryBook(),
      linesSource(behind),
      linesSource([
        `${NO_ASK},100,10,${NO_ASK},-9999999999,0`,
        `${NO_ASK},100,10,${NO_ASK},99,10`,
        `${NO_ASK},100,10,${NO_ASK},-9999999999,0`,
      ]),
      { symbol: 'GOOG' },
    );
    expect(report).toMatchObject({ rowsWrong: 0, executions: { inFile: 1, inLog: 0, behindBest: 1 } });
    expect(report.first.behindBest).toBe(2);
  });

  test('one execution of the file may be several trades', async () => {
    const report = await run([...entries, '34200.3,4,1,15,100,1'], [...rows, '100,5']);
    expect(report.executions).toEqual({ ...NO_EXECUTIONS, inFile: 1, inLog: 2, ofOtherOrder: 1 });
  });
});

const NO_EXECUTIONS = {
  inFile: 0,
  inLog: 0,
  ofNamedOrder: 0,
  ofSeed: 0,
  ofOtherOrder: 0,
  behindBest: 0,
  whileHalted: 0,
};

describe('seeding looks ahead', () => {
  test('an order that the file names later is seeded under its id', async () => {
    const messages = ['34200.1,5,0,1,101,1', '34200.2,2,5,3,100,1', '34200.3,4,5,7,100,1', '34200.4,3,6,10,100,1'];
    const report = await run(messages, ['100,30', '100,27', '100,20', '100,10']);
    expect(report).toMatchObject({ rowsWrong: 0, seeded: 1, seededByName: 2, executions: { ofNamedOrder: 1 } });
    expect(report.contradictions).toMatchObject({ unknownOrder: 0 });
  });

  test('orders that do not fit into the volume that is there entered later, out of sight', async () => {
    const messages = ['34200.1,5,0,1,101,1', '34200.2,3,5,20,100,1', '34200.3,3,6,20,100,1'];
    const report = await run(messages, ['100,20', '-9999999999,0', '-9999999999,0']);
    expect(report).toMatchObject({ seededByName: 1, contradictions: { unknownOrder: 1 }, first: { unknownOrder: 2 } });
  });
});

describe('the file contradicts itself', () => {
  const entry = '34200.1,1,1,10,100,1';

  test.each([
    ['a deletion of a part', 'deletedInPart', ['34200.2,3,1,4,100,1'], ['100,6']],
    ['a partial cancel of everything', 'cancelledInFull', ['34200.2,2,1,10,100,1'], ['-9999999999,0']],
    ['an execution of more than is open', 'executedBeyondOpen', ['34200.2,4,1,12,100,1'], ['-9999999999,0']],
    ['a message at another price', 'otherPlace', ['34200.2,3,1,10,99,1'], ['100,10']],
    ['an order that enters twice', 'enteredAgain', ['34200.2,1,1,10,100,1'], ['100,20']],
    [
      'an order that is over',
      'unknownOrder',
      ['34200.2,3,1,10,100,1', '34200.3,3,1,10,100,1'],
      ['-9999999999,0', '-9999999999,0'],
    ],
    ['an order of an id that no exchange has given yet', 'idAhead', ['34200.2,3,9,10,100,1'], ['-9999999999,0']],
    ['an id that is smaller than that of an older order', 'idStepsBack', ['34200.2,1,0,10,100,1'], ['100,20']],
    ['a hidden execution behind the best price', 'hiddenOutsideSpread', ['34200.2,5,0,10,99,1'], ['100,10']],
  ])('%s', async (_, name, messages, bids) => {
    const report = await run([entry, ...messages], ['100,10', ...bids]);
    expect(report.contradictions).toMatchObject({ [name]: 1 });
    expect(report.first[name]).toBe(messages.length);
  });

  test('steps back in time are counted, with the first, and the log keeps the full time', async () => {
    const store = memoryBook();
    const metas: unknown[] = [];
    store.subscribe((events) => metas.push(...events.map(({ meta }) => meta)));
    const messages = [entry, '30600.2,1,2,10,100,1', '34200.3,1,3,10,100,1'];
    const report = await run(messages, ['100,10', '100,20', '100,30'], store);
    expect(report).toMatchObject({ timeStepsBack: 1, timesClamped: 1, first: { timeStepsBack: 1 } });
    expect(metas).toEqual([
      { feed: 'lobster', source: 'message.csv', date: '1970-01-01', zone: 'America/New_York', levels: 1, ns: 0 },
      { ns: 0 },
      { time: String((30_600_200n + 5n * 3_600_000n) * 1_000_000n) },
      { ns: 0 },
    ]);
  });
});

describe('a halt', () => {
  const messages = [
    '34200.1,1,1,10,100,1',
    '34200.2,7,0,0,-1,-1',
    ...Array.from({ length: 50 }, (_, at) => `342${10 + at}.0,1,${at + 2},10,${99 - at},1`),
    '34300.0,4,1,4,100,1',
    '34300.1,3,1,6,100,1',
  ];
  const rows = [...Array.from({ length: 52 }, () => '100,10'), '100,6', '99,10'];

  test('is one event, however many orders enter meanwhile', async () => {
    const store = memoryBook();
    const types: string[] = [];
    store.subscribe((events) => types.push(...events.map(({ type }) => type)));
    const report = await run(messages, rows, store);
    expect(report).toMatchObject({ rowsWrong: 0, rejected: 0, tradesWhileHalted: 1 });
    expect(report.executions).toMatchObject({ inFile: 1, inLog: 0, whileHalted: 1 });
    expect(types.filter((type) => type.startsWith('Market'))).toEqual(['MarketHalted']);
    expect(store.state.symbols.get('GOOG')).toMatchObject({ halted: true, entries: 'queue' });
  });
});
