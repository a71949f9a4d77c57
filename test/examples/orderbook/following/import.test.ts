/** Feeds become books: what the import reports, how it goes on, and what it refuses. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { openPast, openStore } from 'refold';
import { describe, expect, test } from 'vitest';
import { judgeImport } from '../../../../examples/orderbook/feed-commands.ts';
import { type ImportReport, importFeed } from '../../../../examples/orderbook/feeds/following/import-feed.ts';
import { feedBook, topLevels } from '../../../../examples/orderbook/follow/index.ts';
import { sampleOf } from '../../../sample.ts';
import { makeLobsterDay } from '../lobster-day.ts';
import { cutLevels, dataPath, errorOf, hasData, runOrderBook, temporaryFolder } from '../support.ts';

const NAME = 'ACME_2024-03-01_34200000_57600000_message_5.csv';
const ROWS_NAME = 'ACME_2024-03-01_34200000_57600000_orderbook_5.csv';

/** Files in a folder of the test, by name. */
function filesOf(contents: Readonly<Record<string, string | Uint8Array>>): (name: string) => string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  return (name) => join(folder, name);
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function importLobster(book: string, ...files: readonly string[]): Promise<ImportReport> {
  return importFeed(book, 'lobster', files, { settings: {} });
}

async function eventsOf(path: string) {
  await using past = await openPast(feedBook, { path });
  return await Array.fromAsync(past.events());
}

/** A day of five levels, which begins after some messages. */
const day = makeLobsterDay({ seed: 5, symbol: 'ACME', commands: 1_500, levels: 5, skip: 150 });
const { messages } = day;
const rows = cutLevels(day.rows, 5);

describe('import lobster', () => {
  test('follows a day, and each row of its order-book file is right', async () => {
    const path = filesOf({ [NAME]: textOf(messages), [`${ROWS_NAME}.gz`]: gzipSync(textOf(rows)) });
    const report = await importLobster(path('book.db'), path(NAME), path(`${ROWS_NAME}.gz`));
    expect(report).toMatchObject({
      kind: 'lobster',
      files: [NAME],
      messages: messages.length,
      symbols: 1,
      mismatches: {},
      date: '2024-03-01',
      dateFrom: 'name',
      zone: 'America/New_York',
      oracle: { of: 'order-book rows', checked: messages.length, wrong: 0, first: null },
    });
    expect(report.counts.seeded).toBeGreaterThan(5);
    expect(report.counts.resyncsInsideWindow).toBe(0);
    expect(report.events).toBe(report.added);

    await using store = await openStore(feedBook, { path: path('book.db') });
    expect((await store.verify()).ok).toBe(true);
    expect(await store.stateHash()).toBe(report.stateHash);
    const shown = rows.at(-1)!.split(',').map(Number);
    const [ask] = topLevels(store.state, 'ACME', 'sell', 1);
    const [bid] = topLevels(store.state, 'ACME', 'buy', 1);
    expect([ask?.price, ask?.quantity, bid?.price, bid?.quantity]).toEqual(shown.slice(0, 4));
  });

  test('records the time of the market, with nanoseconds, line, and a step back', async () => {
    const lines = ['34200.000000001,1,1,5,100,1', '34200.250000002,1,2,5,101,-1', '34200.100000003,3,1,5,100,1'];
    const path = filesOf({ [NAME]: textOf(lines) });
    const report = await importLobster(path('book.db'), path(NAME));
    expect(report).toMatchObject({
      timeStepsBack: 1,
      firstStepBack: { file: NAME, line: 3 },
      timesClamped: 1,
      oracle: null,
    });
    await using store = await openStore(feedBook, { path: path('book.db') });
    const log = await Array.fromAsync(store.events());
    const open = Date.parse('2024-03-01T14:30:00Z');
    expect(log.map(({ type, recordedAt, meta }) => [type, recordedAt - open, meta])).toEqual([
      [
        'FeedOpened',
        0,
        { feed: 'lobster', source: NAME, date: '2024-03-01', zone: 'America/New_York', levels: 5, ns: 1 },
      ],
      ['SymbolListed', 0, { ns: 1, line: 1 }],
      ['OrderAdded', 0, { ns: 1, line: 1 }],
      ['OrderAdded', 250, { ns: 2, line: 2 }],
      ['OrderDeleted', 250, { time: `${open + 100}000003`, line: 3 }],
    ]);
  });

  test('goes on with a log from before the levels were told, also where its last event opened the file', async () => {
    const lines = ['34200.000000001,1,1,5,100,1', '34200.250000002,1,2,5,101,-1'];
    const path = filesOf({ [NAME]: textOf(lines) });
    const { stateHash } = await importLobster(path('now.db'), path(NAME));
    for (const count of [1, 3]) {
      const book = path(`older-${count}.db`);
      let [first] = await eventsOf(path('now.db'));
      const { levels, ...meta } = first!.meta!;
      expect(levels).toBe(5);
      first = { ...first!, meta };
      let now = 0;
      await using store = await openStore(feedBook, { path: book, clock: () => now });
      for (const event of [first, ...(await eventsOf(path('now.db'))).slice(1, count)]) {
        now = event.recordedAt;
        await store.append({ type: event.type, data: event.data, meta: event.meta } as never);
      }
      await store.close();
      const report = await importLobster(book, path(NAME));
      expect([report.stateHash, report.events, report.added]).toEqual([stateHash, 4, 4 - count]);
    }
  });

  test('reads a seventh column, and counts the orders that are attributed', async () => {
    const seven = messages.slice(0, 50).map((line, at) => `${line},${at % 5 === 0 ? 'GSCO' : 'null'}`);
    const path = filesOf({ [NAME]: textOf(seven), [ROWS_NAME]: textOf(rows.slice(0, 50)) });
    const report = await importLobster(path('book.db'), path(NAME), path(ROWS_NAME));
    expect(report.counts.attributed).toBe(10);
    expect(report.oracle).toMatchObject({ checked: 50, wrong: 0 });
  });

  test('without an order-book file, orders that never entered are mismatches', async () => {
    const path = filesOf({ [NAME]: textOf(messages) });
    const report = await importLobster(path('book.db'), path(NAME));
    const { unknownOrder } = report.mismatches;
    expect(unknownOrder!.count).toBeGreaterThan(3);
    expect(messages[unknownOrder!.first.line - 1]).toMatch(/^[\d.]+,[234],/);
    expect(report.oracle).toBeNull();
  });

  test.each([
    ['an execution of more than is open', (text: string) => text.replace(/^([\d.]+),4,(\d+),(\d+)/, '$1,4,$2,9$3'), 4],
    ['a smaller deletion', (text: string) => text.replace(/^([\d.]+),3,(\d+),\d+/, '$1,3,$2,1'), 3],
    ['another price', (text: string) => text.replace(/^([\d.]+),1,(\d+),(\d+),(\d+)/, '$1,1,$2,$3,1$4'), 1],
  ] as const)('%s is noticed', async (_, change, type) => {
    const at = messages.findLastIndex((line) => line.split(',')[1] === String(type) && change(line) !== line);
    const mutated = messages.with(at, change(messages[at]!));
    const path = filesOf({ [NAME]: textOf(mutated), [ROWS_NAME]: textOf(rows) });
    const { oracle, mismatches } = await importLobster(path('book.db'), path(NAME), path(ROWS_NAME));
    const places = [oracle!.first, ...Object.values(mismatches).map(({ first }) => first)];
    expect(places.map((place) => place?.line)).toContain(at + 1);
  });

  test.skipIf(!hasData)('the first 5,000 messages of a real day are right, row by row', async () => {
    const folder = temporaryFolder();
    const report = await importLobster(
      join(folder, 'book.db'),
      dataPath('lobster/GOOG_L10_head5000.message.csv.gz'),
      dataPath('lobster/GOOG_L10_head5000.orderbook.csv.gz'),
    );
    expect(report.oracle).toMatchObject({ checked: 5_000, wrong: 0 });
    expect(report.mismatches).toEqual({});
  });
});

describe('an import that is run again', () => {
  test.each(sampleOf([1, 500]))(
    'goes on after a kill at change %i, with the same state as one run',
    async (changes) => {
      const path = filesOf({ [NAME]: textOf(messages), [ROWS_NAME]: textOf(rows) });
      const files = [path(NAME), path(ROWS_NAME)];
      const whole = await importLobster(path('whole.db'), ...files);
      await expect(importUntilKilled(path('book.db'), changes, files)).rejects.toMatchObject({ signal: 'SIGKILL' });
      const rest = await importLobster(path('book.db'), ...files);
      expect(rest.stateHash).toBe(whole.stateHash);
      expect(rest.events).toBe(whole.events);
      expect(rest.oracle).toEqual(whole.oracle);
      expect(rest.messages).toBe(whole.messages);

      const again = await importLobster(path('book.db'), ...files);
      expect(again).toMatchObject({ added: 0, events: whole.events, stateHash: whole.stateHash });
    },
  );

  test('goes on with a file that has grown, and with another file after it', async () => {
    const path = filesOf({ [NAME]: textOf(messages.slice(0, 500)) });
    const first = await importLobster(path('book.db'), path(NAME));
    writeFileSync(path(NAME), textOf(messages));
    const second = await importLobster(path('book.db'), path(NAME));
    expect(second.events).toBe(first.events + second.added);
    writeFileSync(path('ZETA_2024-03-02_message_5.csv'), textOf(messages));
    const both = [path(NAME), path('ZETA_2024-03-02_message_5.csv')];
    const third = await importLobster(path('book.db'), ...both);
    expect(third).toMatchObject({ symbols: 2, added: third.events - second.events });
    expect(third.stateHash).toBe((await importLobster(path('once.db'), ...both)).stateHash);
  });

  test('a line that cannot be read ends the run with its place, and the next run goes on from there', async () => {
    const cut = [...messages.slice(0, 400), messages[400]!.slice(0, 20)].join('\n');
    const path = filesOf({ [NAME]: cut });
    const error = await errorOf(importLobster(path('book.db'), path(NAME)));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: path(NAME), line: 401 });
    writeFileSync(path(NAME), textOf(messages));
    const rest = await importLobster(path('book.db'), path(NAME));
    expect(rest.events - rest.added).toBeGreaterThan(300);
    expect(rest.stateHash).toBe((await importLobster(path('once.db'), path(NAME))).stateHash);
  });

  test('is refused where the log holds another book, although its last event fits', async () => {
    const path = filesOf({ [NAME]: textOf(messages.slice(0, 20)), [ROWS_NAME]: textOf(rows.slice(0, 20)) });
    const { stateHash } = await importLobster(path('book.db'), path(NAME), path(ROWS_NAME));
    // Orders that the longer file names later are known from the first row on: its seeds are others.
    writeFileSync(path(NAME), textOf(messages));
    writeFileSync(path(ROWS_NAME), textOf(rows));
    const error = await errorOf(importLobster(path('book.db'), path(NAME), path(ROWS_NAME)));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: path('book.db') });
    expect(error.message).toMatch(/its book is not the one of the feed|is not what the feed says/);
    await using store = await openStore(feedBook, { path: path('book.db') });
    expect(await store.stateHash()).toBe(stateHash);
  });

  test.each([
    ['another file', 'OTHER_2024-03-01_message_5.csv', textOf(messages), /holds ACME.*and not OTHER/],
    ['another file of the same name', NAME, textOf(messages.slice(1)), /begins otherwise/],
    ['a file that ends before the log', NAME, textOf(messages.slice(0, 5)), /begins otherwise/],
  ])('%s is refused, and the log stays', async (_, name, text, problem) => {
    const path = filesOf({ [NAME]: textOf(messages) });
    const { stateHash } = await importLobster(path('book.db'), path(NAME));
    const other = filesOf({ [name]: text });
    const error = await errorOf(importLobster(path('book.db'), other(name)));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toMatch(problem);
    expect(error.hint).toMatch(/--db/);
    expect((await importLobster(path('book.db'), path(NAME))).stateHash).toBe(stateHash);
  });

  test('other options are refused', async () => {
    const path = filesOf({ [NAME]: textOf(messages) });
    await importLobster(path('book.db'), path(NAME));
    const symbols = new Set(['ACME']);
    const filtered = await errorOf(importFeed(path('book.db'), 'lobster', [path(NAME)], { settings: {}, symbols }));
    expect(filtered.message).toMatch(/holds all symbols/);
    const date = '2024-03-02';
    const dated = await errorOf(importFeed(path('book.db'), 'lobster', [path(NAME)], { settings: {}, date }));
    expect(dated.message).toMatch(/2024-03-01/);
  });
});

describe('the command import', () => {
  test('reports as JSON; a mismatch is a warning, and an error with --strict', async () => {
    const path = filesOf({ [NAME]: textOf(messages) });
    const run = await runOrderBook('import', 'lobster', path(NAME), '--db', path('book.db'), '--json');
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(
      /^warning: \d+ messages do not fit the book \(unknownOrder\), the first in line \d+ of ACME/,
    );
    expect(run.json).toMatchObject({ kind: 'lobster', messages: messages.length });
    expect(run.json.messagesPerSecond).toBeGreaterThan(0);
    const again = await runOrderBook('import', 'lobster', path(NAME), '--db', path('book.db'), '--strict');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^nothing to add: the log has all/);
    expect(again.stderr).toMatch(/^error: /m);
    expect(again.stdout).toMatch(/messages per second/);
  });

  test('refuses unknown kinds, tapes, settings, and the book of a matching run', async () => {
    const path = filesOf({
      'tape.csv': 'row,ts_ns,cmd,id,side,price,qty\n0,1,N,1,1,100,10\n',
      [NAME]: textOf(messages),
    });
    const unknown = await runOrderBook('import', 'nothing', path(NAME), '--json');
    expect(unknown.code).toBe(2);
    expect(unknown.json.error).toMatchObject({ code: 'INVALID_OPTION', hint: expect.stringMatching(/lobster/) });
    const tape = await runOrderBook('import', 'tape', path('tape.csv'));
    expect(tape.stderr).toMatch(/run it through the matching engine with: tape FILE/);
    const set = await runOrderBook('import', 'lobster', path(NAME), '--set', 'x=1');
    expect(set.stderr).toMatch(/has no setting/);
    await runOrderBook('tape', path('tape.csv'), '--db', path('book.db'));
    const matching = await runOrderBook('import', 'lobster', path(NAME), '--db', path('book.db'));
    expect(matching.code).toBe(2);
    expect(matching.stderr).toMatch(/it holds the book of a matching run/);
    const missing = await runOrderBook('import', 'lobster', path('missing.csv'));
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/no such file/);
  });

  test('exit codes say whether the checks held', () => {
    const fine = {
      oracle: null,
      mismatches: {},
      timeStepsBack: 0,
      firstStepBack: null,
      added: 1,
      events: 1,
      messages: 1,
    };
    const judged = (report: object, strict: boolean): [number, string[]] => {
      const lines: string[] = [];
      return [judgeImport({ ...fine, ...report } as never, { strict }, (line) => void lines.push(line)), lines];
    };
    const mismatches = { checksum: { count: 1, first: { file: 'a', line: 7 } } };
    const oracle = { of: 'rows', checked: 9, wrong: 2, first: { file: 'b', line: 3, difference: 'bid 1 is empty' } };
    expect(judged({}, true)).toEqual([0, []]);
    expect(judged({ mismatches }, false)).toEqual([
      0,
      ['warning: 1 message does not fit the book (checksum), the first in line 7 of a'],
    ]);
    expect(judged({ mismatches }, true)[0]).toBe(1);
    expect(judged({ oracle }, false)).toEqual([
      1,
      ['error: 2 of 9 rows are wrong; the first is line 3 of b: bid 1 is empty'],
    ]);
  });
});

function importUntilKilled(book: string, changes: number, files: readonly string[]): Promise<unknown> {
  const script = join(import.meta.dirname, 'fixtures/killed-import.ts');
  const args = ['--conditions=refold-source', script, book, 'lobster', String(changes), ...files];
  return promisify(execFile)(process.execPath, args);
}
