/** The command line as its users meet it: processes, exit codes, last lines. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openLog } from 'refold';
import { describe, expect, test } from 'vitest';
import { lookAt, parsePosition } from '../../../examples/orderbook/show.ts';
import { RUNS_ALL } from '../../sample.ts';
import { DEMO } from './json/schemas.ts';
import { makeLobsterDay } from './lobster-day.ts';
import {
  dataPath,
  dataSource,
  errorOf,
  hasData,
  linesOf,
  runOrderBook,
  runOrderBookAlone,
  temporaryFolder,
} from './support.ts';

const TAPE = 'row,ts_ns,cmd,id,side,price,qty\n0,1,N,1,1,100,10\n0,2,N,2,-1,105,30\n1,3,X,1,-1,100,4\n';
const ROWS = '105,30,100,10\n105,30,100,6\n';
const CONSENSUS = 'seq,cmd,id,side,price,qty,tif\n0,new,1,buy,100,10,gtc\n1,new,2,sell,100,4,ioc\n2,cancel,9,,,,\n';
const HASH = /^[0-9a-f]{64}$/;

/** Files of these contents, by name, in a folder of the test. */
function filesOf(contents: Readonly<Record<string, string | Uint8Array>>): (name: string) => string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  return (name) => join(folder, name);
}

describe('tape', () => {
  test('prints one JSON object as the last line, and keeps the book in the file that was named', async () => {
    const path = filesOf({ 'tape.csv.gz': gzipSync(TAPE), 'rows.csv': ROWS });
    const run = await runOrderBook(
      'tape',
      path('tape.csv.gz'),
      '--check',
      path('rows.csv'),
      '--db',
      path('book.db'),
      '--json',
    );
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({
      commands: 3,
      events: 5,
      trades: 1,
      rowsChecked: 2,
      rowsWrong: 0,
      firstWrongRow: null,
    });
    expect(run.json.stateHash).toMatch(HASH);
    expect(run.json.seconds).toBeGreaterThan(0);

    const replay = await runOrderBook('replay', path('book.db'), '--json');
    expect(replay.code).toBe(0);
    expect(replay.json).toMatchObject({ events: 5, rematch: 'equal', stateHash: run.json.stateHash });
    expect(Object.keys(replay.json).sort()).toEqual(['events', 'eventsPerSecond', 'rematch', 'seconds', 'stateHash']);

    const show = await runOrderBook('show', path('book.db'), '--json');
    expect(show.json.symbols[0]).toMatchObject({ bids: [{ price: 100, quantity: 6, count: 1 }], lastPrice: 100 });
    const past = await runOrderBook('show', path('book.db'), '--at', '3');
    expect(past.code).toBe(0);
    expect(past.stdout).toMatch(/after event 3/);
    expect(past.stdout).toMatch(/100 +10 +1/);
    expect(past.stdout).toMatch(/no trades/);
  });

  test('ends with 1 for a wrong row, and names it', async () => {
    const path = filesOf({ 'tape.csv': TAPE, 'rows.csv': ROWS.replace('100,6', '100,7') });
    const run = await runOrderBook('tape', path('tape.csv'), '--check', path('rows.csv'), '--json');
    expect(run.code).toBe(1);
    expect(run.json).toMatchObject({ rowsChecked: 2, rowsWrong: 1, firstWrongRow: 1 });
    expect(run.stderr).toContain('error: row 1 is wrong: bid 1 is 100 × 6, the file says 100 × 7');
  });

  test('prints text for people without --json', async () => {
    const path = filesOf({ 'tape.csv': TAPE, 'rows.csv': ROWS });
    const run = await runOrderBook('tape', path('tape.csv'), '--check', path('rows.csv'), '--levels', '1');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/rows checked +2/);
  });

  test('refuses a book that holds events, and does not change it', async () => {
    const path = filesOf({ 'tape.csv': TAPE });
    const first = await runOrderBook('tape', path('tape.csv'), '--db', path('book.db'), '--json');
    const second = await runOrderBook('tape', path('tape.csv'), '--db', path('book.db'), '--json');
    expect(second.code).toBe(2);
    expect(second.json.error).toMatchObject({
      code: 'INVALID_OPTION',
      path: path('book.db'),
      sequence: first.json.events,
    });
    expect((await runOrderBook('replay', path('book.db'), '--json')).json.events).toBe(first.json.events);
  });
});

describe('a run that fails', () => {
  test('leaves no book, and is repeated with the same file', async () => {
    const path = filesOf({ 'bad.csv': TAPE.replace('105,30', '105,many'), 'good.csv': TAPE });
    expect((await runOrderBook('tape', path('bad.csv'), '--db', path('book.db'))).code).toBe(2);
    expect(readdirSync(path('.')).sort()).toEqual(['bad.csv', 'good.csv']);
    expect((await runOrderBook('tape', path('good.csv'), '--db', path('book.db'))).code).toBe(0);
  });

  test('does not touch a file that was there before', async () => {
    const path = filesOf({ 'bad.csv': TAPE.replace('105,30', '105,many'), 'notes.txt': 'mine'.repeat(1_000) });
    expect((await runOrderBook('tape', path('bad.csv'), '--db', path('notes.txt'))).code).toBe(2);
    expect(readFileSync(path('notes.txt'), 'utf8')).toBe('mine'.repeat(1_000));
  });
});

describe('refusals', () => {
  const refused = `${TAPE}2,4,C,77,1,100,1\n`;

  test('are a line on stderr, and end with 0', async () => {
    const path = filesOf({ 'tape.csv': refused });
    const run = await runOrderBook('tape', path('tape.csv'), '--json');
    expect([run.code, run.json.rejectedByCode]).toEqual([0, { UNKNOWN_ORDER: 1 }]);
    expect(run.stderr).toMatch(/^warning: 1 command was refused \(UNKNOWN_ORDER 1\), the first in row 2: .*order 77/);
  });

  test('end with 1 if that was asked for', async () => {
    const path = filesOf({ 'tape.csv': refused, 'consensus.csv': CONSENSUS });
    for (const args of [
      ['tape', path('tape.csv')],
      ['consensus', path('consensus.csv')],
    ]) {
      const run = await runOrderBook(...args, '--strict', '--json');
      expect([run.code, run.json.rejected]).toEqual([1, 1]);
      expect(run.stderr).toMatch(/^error: 1 command was refused/);
    }
  });
});

describe("the market's time", () => {
  const at = (day: string) => Date.parse(`2012-06-21T${day}Z`);
  const lobster = ['34200.015105074,1,1,10,100,1', '37867.123456789,1,2,10,100,1', '37867.123456790,1,3,10,100,1'];
  const rows = [10, 20, 30].map((size) => `9999999999,0,100,${size}`).join('\n');

  test('is what the log records, and what show goes to', async () => {
    const path = filesOf({ 'GOOG_2012-06-21_message.csv': lobster.join('\n'), 'rows.csv': rows });
    const book = path('book.db');
    const run = await runOrderBook(
      'lobster',
      path('GOOG_2012-06-21_message.csv'),
      path('rows.csv'),
      '--db',
      book,
      '--json',
    );
    expect(run.json).toMatchObject({
      date: '2012-06-21',
      dateFrom: 'name',
      zone: 'America/New_York',
      timeStepsBack: 0,
    });
    await using log = await openLog({ path: book });
    const events = await Array.fromAsync(log.events());
    const origin = {
      feed: 'lobster',
      source: 'GOOG_2012-06-21_message.csv',
      date: '2012-06-21',
      zone: 'America/New_York',
      levels: 1,
    };
    expect(events.map(({ recordedAt, meta }) => [recordedAt, meta])).toEqual([
      [at('13:30:00.015'), { ...origin, ns: 105_074 }],
      [at('13:30:00.015'), { ns: 105_074 }],
      [at('14:31:07.123'), { ns: 456_789 }],
      [at('14:31:07.123'), { ns: 456_790 }],
    ]);
    const shown = await runOrderBook('show', book, '--at', '10:31:07.123', '--json');
    expect(shown.json).toMatchObject({ sequence: 4, wallTime: '2012-06-21 10:31:07.123' });
    const show = (time: string) => lookAt(book, parsePosition(time));
    expect(await show('10:31:07.122')).toMatchObject({ sequence: 2, zone: 'America/New_York' });
    expect(await show('10:31:07.123456789')).toMatchObject({ sequence: 3 });
    expect(await show('10:31:07.1234567')).toMatchObject({ sequence: 2 });
    expect(await show('09:29')).toMatchObject({ sequence: 0 });
    expect(await show('2012-06-21T14:31:07.123Z')).toMatchObject({ sequence: 4 });
    // Without a zone it is the book's, wherever the machine is.
    expect(await show('2012-06-21T10:31:07.122')).toMatchObject({ sequence: 2 });
    expect(await show('2012-06-21 10:31:07.123')).toMatchObject({ sequence: 4 });
    expect(await show('2012-06-21T10:31:07.123456789-04:00')).toMatchObject({ sequence: 3 });
    expect(await show('2012-06-21T14:31:07.123456788Z')).toMatchObject({ sequence: 2 });
  });

  test('takes its date and zone from the options', async () => {
    const path = filesOf({ 'tape.csv': TAPE });
    const args = ['--date', '2020-04-20', '--zone', 'UTC', '--db', path('book.db'), '--json'];
    const run = await runOrderBook('tape', path('tape.csv'), ...args);
    expect(run.json).toMatchObject({ date: '2020-04-20', dateFrom: 'option', zone: 'UTC' });
    expect((await runOrderBook('show', path('book.db'), '--json')).json.recordedAt).toBe(Date.parse('2020-04-20'));
  });

  test('refuses a date that does not exist', async () => {
    const path = filesOf({ 'tape.csv': TAPE });
    const run = await runOrderBook('tape', path('tape.csv'), '--date', '2012-02-30', '--json');
    expect(run.code).toBe(2);
    expect(run.json.error).toMatchObject({ code: 'INVALID_OPTION', type: '--date' });
  });

  test('is not known of a workload without times', async () => {
    const path = filesOf({ 'commands.csv': CONSENSUS });
    await runOrderBook('consensus', path('commands.csv'), '--db', path('book.db'));
    const error = await errorOf(lookAt(path('book.db'), parsePosition('10:31')));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: '--at' });
  });
});

describe('lobster', () => {
  test('follows two files, and counts what it had to seed', async () => {
    const { messages, rows } = makeLobsterDay({ seed: 5, symbol: 'ACME', commands: 3_000, levels: 3, skip: 1_000 });
    const path = filesOf({
      'ACME_message.csv': messages.join('\n'),
      'ACME_orderbook.csv.gz': gzipSync(rows.join('\n')),
    });
    const run = await runOrderBook('lobster', path('ACME_message.csv'), path('ACME_orderbook.csv.gz'), '--json');
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({
      rowsChecked: rows.length,
      rowsWrong: 0,
      resyncsInsideWindow: 0,
      firstWrongRow: null,
    });
    expect(run.json.seeded).toBeGreaterThan(0);
  });

  test('needs a second file unless the first is a sample', async () => {
    const path = filesOf({ 'message.csv': '34200.1,1,1,10,100,1\n' });
    const run = await runOrderBook('lobster', path('message.csv'), '--json');
    expect(run.code).toBe(2);
    expect(run.json.error.hint).toMatch(/zip/);
    expect(run.json.error.message).toMatch(/looks like a message file.*, and the second file is missing/);
  });
});

test('consensus', async () => {
  const path = filesOf({ 'commands.csv': CONSENSUS });
  const run = await runOrderBook('consensus', path('commands.csv'), '--json');
  expect(run.code).toBe(0);
  expect(run.json).toMatchObject({ commands: 3, reports: 4, trades: 1 });
  expect([run.json.sha256, run.json.stateHash]).toEqual([expect.stringMatching(HASH), expect.stringMatching(HASH)]);
});

describe('bad input ends with 2, and says where and what to do', () => {
  test.each([
    ['a missing file', ['tape', '/nowhere/tape.csv'], /Cannot read \/nowhere\/tape.csv/],
    ['a missing book to replay', ['replay', '/nowhere/book.db'], /nowhere/],
    ['a missing book to show', ['show', '/nowhere/book.db'], /nowhere/],
    ['a word for a position', ['show', 'book.db', '--at', 'yesterday'], /neither a sequence nor a time/],
    ['an unknown command', ['dance'], /unknown command|too many arguments/],
    ['an unknown option', ['tape', 'x.csv', '--sideways'], /unknown option/],
    ['a missing argument', ['consensus'], /missing required argument/],
    ['a word for a level count', ['tape', 'x.csv', '--levels', 'ten'], /whole number/],
    ['a folder that is not there', ['consensus', 'x.csv', '--db', '/nowhere/at/all/book.db'], /nowhere/],
  ])('%s', async (_, args, message) => {
    const run = await runOrderBook(...args, '--json');
    expect(run.code).toBe(2);
    expect(run.json.error.message).toMatch(message);
    expect(run.json.error.hint).toBeTruthy();
    expect(run.stderr).toMatch(/^error: .+\nhint: .+\n$/s);
  });

  test('a damaged line, with its number', async () => {
    const path = filesOf({ 'tape.csv': TAPE.replace('105,30', '105,many') });
    const run = await runOrderBook('tape', path('tape.csv'), '--json');
    expect(run.code).toBe(2);
    expect(run.json.error).toMatchObject({ code: 'INVALID_OPTION', path: path('tape.csv'), line: 3 });
  });

  test('a file that is not a book', async () => {
    const path = filesOf({ 'notes.txt': 'not a database, and quite sure of it\n'.repeat(100) });
    expect((await runOrderBook('show', path('notes.txt'), '--json')).code).toBe(2);
  });
});

test('help is not an error', async () => {
  for (const args of [['--help'], ['tape', '--help']]) {
    const run = await runOrderBook(...args);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/Usage: /);
  }
});

test('the demo tells its story, passes its checks, and deletes its files', async () => {
  const before = readdirSync(tmpdir()).filter(
    (name) => name.startsWith('orderbook-') && !name.startsWith('orderbook-test'),
  );
  const path = join(temporaryFolder(), 'book.db');
  const run = await runOrderBookAlone('--commands', RUNS_ALL ? '20000' : '4000', '--db', path);
  expect(run.stdout).not.toContain('✗');
  expect(run.stdout.match(/✓/g)?.length).toBe(7);
  expect(run.stdout).toContain('SIGKILL');
  expect(run.stdout).toContain(`(state hash): ${RUNS_ALL ? 'a71fdce8693d9ffb' : '68f4d7092a61d456'}`);
  expect(run.stdout).toMatch(/recorded at the market's time: 2026-01-05 09:30:00\.000 to \d\d:\d\d/);
  expect(run.code).toBe(0);
  expect(existsSync(path)).toBe(true);

  const json = await runOrderBookAlone('--commands', '1000', '--json');
  expect(json.code).toBe(0);
  expect(json.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(json.json.checks.every((check: { held: boolean }) => check.held)).toBe(true);
  expect(DEMO.safeParse(json.json).error).toBeUndefined();
  const after = readdirSync(tmpdir()).filter(
    (name) => name.startsWith('orderbook-') && !name.startsWith('orderbook-test'),
  );
  expect(after.filter((name) => !before.includes(name))).toEqual([]);
});

describe.skipIf(!hasData)('real data, into a durable log', () => {
  // The gate does the same with all rows of the day.
  test('the first 5,000 rows of a tape, and their replay', async () => {
    const head = dataPath('lobster/GOOG_L10_head5000');
    const path = filesOf({});
    const files = [`${head}.commands.csv.gz`, '--check', `${head}.orderbook.csv.gz`];
    const run = await runOrderBook('tape', ...files, '--levels', '10', '--db', path('book.db'), '--json');
    expect(run.json).toMatchObject({ rowsChecked: 5_000, rowsWrong: 0, firstWrongRow: null });
    // As in every release: a new member of the state is absent while it has its usual value.
    expect(run.json.stateHash).toBe('b748bd86330a3966f9f88be531e90e006bd5051179c09b2d911b06997178cd44');
    const replay = await runOrderBook('replay', path('book.db'), '--json');
    expect(replay.json).toMatchObject({ events: run.json.events, stateHash: run.json.stateHash, rematch: 'equal' });
  });

  test('the first 5,000 rows as they come from LOBSTER', async () => {
    const head = dataPath('lobster/GOOG_L10_head5000');
    const run = await runOrderBook('lobster', `${head}.message.csv.gz`, `${head}.orderbook.csv.gz`, '--json');
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({ rowsChecked: 5_000, rowsWrong: 0, resyncsInsideWindow: 0 });
  });

  test('a tampered row', async () => {
    const rows = await linesOf(dataSource('lobster/GOOG_L10_head5000.orderbook.csv.gz'));
    const tampered = rows.with(
      3_210,
      rows[3_210]!.replace(/^(\d+),(\d+)/, (_, price, size) => `${price},${Number(size) + 1}`),
    );
    const path = filesOf({ 'rows.csv': tampered.join('\n') });
    const tape = dataPath('lobster/GOOG_L10_head5000.commands.csv.gz');
    const run = await runOrderBook('tape', tape, '--check', path('rows.csv'), '--json');
    expect(run.code).toBe(1);
    expect(run.json).toMatchObject({ rowsChecked: 5_000, rowsWrong: 1, firstWrongRow: 3_210 });
    expect(run.stderr).toContain('row 3210 is wrong');
  });

  test('a consensus workload', async () => {
    const run = await runOrderBook('consensus', dataPath('matching-consensus/normal_20k.commands.csv.gz'), '--json');
    expect(run.json.sha256).toBe('7e32c8ad534265a77e66b9fc1df15cc61fe3030434a5b0ab9548704d23bb0395');
    expect(run.json.stateHash).toBe('f1299bb02c02e7ebd723d9d4e5875beffe79cf08db838164d1417b294ceffe70');
  });
});
