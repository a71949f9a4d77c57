/** Days of ITCH become books: what the import reports, how it goes on, and what it refuses. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { openStore } from 'refold';
import { describe, expect, test } from 'vitest';
import { importFeed } from '../../../../../examples/orderbook/feeds/following/import-feed.ts';
import { feedBook } from '../../../../../examples/orderbook/follow/index.ts';
import { sampleOf } from '../../../../sample.ts';
import { errorOf, runOrderBook, temporaryFolder } from '../../support.ts';
import { framed } from './encoder.ts';
import { PlainItchBook } from './plain-book.ts';
import { randomDay } from './random-day.ts';
import { viewOf } from './support.ts';

const NAME = '01302019.NASDAQ_ITCH50';
const day = randomDay({ seed: 21, happenings: 2_000 });
const bytes = framed(day);
const short = randomDay({ seed: 24, happenings: 300 });

/** Files in a folder of the test, by name. */
function filesOf(contents: Readonly<Record<string, Uint8Array>>): (name: string) => string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  return (name) => join(folder, name);
}

function importItch(book: string, ...files: readonly string[]) {
  return importFeed(book, 'itch', files, { settings: {} });
}

describe('import itch', () => {
  test('ends with the book of a plain reader, and counts what changed nothing', async () => {
    const path = filesOf({ [`${NAME}.gz`]: gzipSync(bytes) });
    const report = await importItch(path('book.db'), path(`${NAME}.gz`));
    const plain = new PlainItchBook();
    for (const message of day) plain.apply(message);
    const { types } = plain.totals;
    expect(report).toMatchObject({
      ...{ kind: 'itch', files: [`${NAME}.gz`], messages: day.length, changes: day.length, passedOver: 0, symbols: 4 },
      ...{ mismatches: {}, timeStepsBack: 0, timesClamped: 0, oracle: null },
      ...{ date: '2019-01-30', dateFrom: 'name', zone: 'America/New_York' },
    });
    expect(report.ignored).toMatchObject({
      'S start of market hours': 1,
      'S end of messages': 1,
      'B broken trade': types.B,
      'I net order imbalance': types.I,
    });
    expect(Object.values(report.counts).reduce((sum, count) => sum + count, 0)).toBe(day.length);

    await using store = await openStore(feedBook, { path: path('book.db') });
    expect((await store.verify()).ok).toBe(true);
    for (const stock of plain.stocks.values()) expect(viewOf(store.state, stock)).toEqual(plain.of(stock));
    const [opened] = await Array.fromAsync(store.events({ limit: 1 }));
    expect(opened!.recordedAt).toBe(Date.parse('2019-01-30T05:00:00Z') + Math.floor(day[0]!.readUIntBE(5, 6) / 1e6));
  });

  test('with --symbol has the books of these stocks only', async () => {
    const path = filesOf({ [NAME]: bytes });
    const symbols = ['--symbol', 'ZVZZT', '--symbol', 'AAPL'];
    const run = await runOrderBook('import', 'itch', path(NAME), '--db', path('book.db'), ...symbols, '--json');
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({ kind: 'itch', symbols: 2, mismatches: {} });
    const plain = new PlainItchBook();
    for (const message of day) plain.apply(message);
    await using store = await openStore(feedBook, { path: path('book.db'), readOnly: true });
    expect([...store.state.symbols.keys()]).toEqual(['AAPL', 'ZVZZT']);
    expect(run.json.messages + run.json.passedOver).toBe(day.length);
    for (const stock of ['AAPL', 'ZVZZT']) expect(viewOf(store.state, stock)).toEqual(plain.of(stock));
    const none = await runOrderBook('import', 'itch', path(NAME), '--symbol', 'NONE', '--json');
    expect(none.json).toMatchObject({ symbols: 0, messages: 0 });
    expect(none.stderr).toMatch(/no message is of NONE/);
  });

  test('goes on after a kill, with the same state as one run', async () => {
    // Progress is told after each block of a quarter of a mebibyte.
    const long = framed(randomDay({ seed: 22, happenings: 16_000 }));
    const path = filesOf({ [NAME]: long });
    const script = join(import.meta.dirname, '../fixtures/killed-import.ts');
    const args = ['--conditions=refold-source', script, path('book.db'), 'itch', '10000', path(NAME)];
    await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({ signal: 'SIGKILL' });
    const rest = await importItch(path('book.db'), path(NAME));
    expect(rest.added).toBeGreaterThan(0);
    expect(rest.added).toBeLessThan(rest.events);
    const whole = await importItch(path('whole.db'), path(NAME));
    expect([rest.stateHash, rest.events, rest.counts]).toEqual([whole.stateHash, whole.events, whole.counts]);
  });

  test('names message and offset where a file is cut, and goes on with the whole file', async () => {
    const path = filesOf({ [NAME]: bytes.subarray(0, framed(day.slice(0, 1_500)).length + 20) });
    const cut = await runOrderBook('import', 'itch', path(NAME), '--db', path('book.db'));
    expect(cut.code).toBe(2);
    expect(cut.stderr).toMatch(/01302019\.NASDAQ_ITCH50: message 1501: the file ends within it \(byte \d+\)/);
    expect(cut.stderr).toMatch(/hint: The file was cut/);
    writeFileSync(path(NAME), bytes);
    const rest = await importItch(path('book.db'), path(NAME));
    expect(rest.events - rest.added).toBeGreaterThan(1_000);
    expect(rest.stateHash).toBe((await importItch(path('whole.db'), path(NAME))).stateHash);
  });

  test.each(
    sampleOf([
      ['in the first message', framed(short), 9],
      ['between two messages', framed(short), framed(short.slice(0, 100)).length],
      ['in the last message', framed(short), framed(short).length - 1],
      ['without lengths', Buffer.concat(short), 5_001],
      ['in gzip', gzipSync(framed(short)), 3_000],
    ] as const),
  )('leaves a prefix of a file that is cut %s, and the next run goes on from there', async (_, whole, end) => {
    const path = filesOf({ [NAME]: whole.subarray(0, end) });
    const first = await importItch(path('book.db'), path(NAME)).catch((error: unknown) => error);
    if (first instanceof Error)
      expect(first).toMatchObject({ code: 'INVALID_OPTION', at: expect.stringMatching(/^byte/) });
    writeFileSync(path(NAME), whole);
    const rest = await importItch(path('book.db'), path(NAME));
    expect(rest).toMatchObject({ messages: short.length, mismatches: {} });
    expect(rest.stateHash).toBe((await importItch(path('whole.db'), path(NAME))).stateHash);
  });

  test('empties the books between two days', async () => {
    const next = randomDay({ seed: 23, happenings: 300 });
    const path = filesOf({ [NAME]: bytes, '01312019.NASDAQ_ITCH50': framed(next) });
    const report = await importItch(path('book.db'), path(NAME), path('01312019.NASDAQ_ITCH50'));
    expect(report).toMatchObject({ mismatches: {}, messages: day.length + next.length, timeStepsBack: 0, symbols: 4 });
    const plain = new PlainItchBook();
    for (const message of next) plain.apply(message);
    await using store = await openStore(feedBook, { path: path('book.db'), readOnly: true });
    for (const stock of plain.stocks.values()) expect(viewOf(store.state, stock)).toEqual(plain.of(stock));
  });

  test('refuses another kind of file with what it is, and takes the right one after it', async () => {
    const path = filesOf({
      'day.csv': Buffer.from('34200.015105074,1,16113584,100,5853300,1\n'.repeat(9)),
      [NAME]: bytes,
    });
    const error = await errorOf(importItch(path('book.db'), path('day.csv')));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', line: 1, at: 'byte 0' });
    expect(error.message).toContain("a message file of LOBSTER's");
    expect((await importItch(path('book.db'), path(NAME))).messages).toBe(day.length);
  });
});
