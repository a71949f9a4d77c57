/** Damaged files of LOBSTER's: cut at every byte, bits flipped, other kinds of files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isRefoldError, RefoldError } from 'refold';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../examples/orderbook/demo/random.ts';
import { importFeed } from '../../../../examples/orderbook/feeds/following/import-feed.ts';
import { kindOf } from '../../../../examples/orderbook/feeds/following/kinds.ts';
import { feedBook, reduce, translate } from '../../../../examples/orderbook/follow/index.ts';
import { invariants } from '../../../../examples/orderbook/follow/invariants.ts';
import { makeLobsterDay } from '../lobster-day.ts';
import { errorOf, temporaryFolder } from '../support.ts';

const NAME = 'ACME_2024-03-01_message_3.csv';
const ROWS = 'ACME_2024-03-01_orderbook_3.csv';
const day = makeLobsterDay({ seed: 3, symbol: 'ACME', commands: 120, levels: 3, skip: 20 });
const messages = day.messages.slice(0, 8);
const rows = day.rows.slice(0, 8);
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** What a reader gives of files until it ends or throws, as lines of JSON, with the book that it makes. */
async function readAll(...paths: readonly string[]): Promise<{ given: string[]; error: RefoldError | undefined }> {
  const state = feedBook.initialState();
  const given: string[] = [];
  try {
    const { files } = await kindOf('lobster').open(paths, { settings: {} });
    for (const file of files) {
      for await (const block of file.read(state)) {
        for (const message of block) {
          given.push(JSON.stringify(message));
          const event = translate(state, message);
          if (event !== undefined) reduce(state, { ...event, sequence: given.length, recordedAt: 0 });
        }
      }
    }
    return { given, error: undefined };
  } catch (error) {
    if (!isRefoldError(error)) throw error;
    return { given, error };
  } finally {
    for (const [name, holds] of Object.entries(invariants)) expect(holds(state), name).toBe(true);
  }
}

describe('a file that is cut', () => {
  test.each([
    ['alone', false],
    ['with its order-book file', true],
  ])('%s gives what came before, and an error with its line', async (_, withRows) => {
    const folder = temporaryFolder();
    const [path, rowsPath] = [join(folder, NAME), join(folder, ROWS)];
    const paths = withRows ? [path, rowsPath] : [path];
    const text = textOf(messages);
    writeFileSync(path, text);
    writeFileSync(rowsPath, textOf(rows));
    const whole = (await readAll(...paths)).given;
    for (let length = 1; length < text.length; length++) {
      writeFileSync(path, text.slice(0, length));
      const { given, error } = await readAll(...paths);
      expect(whole.slice(0, given.length), `cut at ${length}`).toEqual(given);
      const complete = text.slice(0, length).split('\n');
      // A line that lost nothing but its end is whole.
      const lines = complete.length - (complete.at(-1) === messages[complete.length - 1] ? 0 : 1);
      if (error === undefined) expect(lines).toBe(complete.at(-1) === '' ? complete.length - 1 : complete.length);
      else expect(error).toMatchObject({ code: 'INVALID_OPTION', line: lines + 1 });
    }
  });

  test('compressed, is an error with its line', async () => {
    const path = join(temporaryFolder(), `${NAME}.gz`);
    const packed = gzipSync(textOf(messages));
    for (let length = 1; length < packed.length; length += 7) {
      writeFileSync(path, packed.subarray(0, length));
      const { error } = await readAll(path);
      expect(error, `cut at ${length}`).toMatchObject({ code: 'INVALID_OPTION', line: expect.any(Number) });
    }
  });
});

test('a flipped bit is an error with its line, or another message', async () => {
  const path = join(temporaryFolder(), NAME);
  const bytes = Buffer.from(textOf(messages));
  const random = new Random(4);
  let errors = 0;
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 1 << random.below(8);
    writeFileSync(path, flipped);
    const { error } = await readAll(path);
    if (error === undefined) continue;
    errors++;
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path, hint: expect.any(String) });
    expect(error.line).toBeGreaterThan(0);
  }
  expect(errors).toBeGreaterThan(bytes.length / 4);
});

test('an empty file is refused, and what came before stays', async () => {
  const folder = temporaryFolder();
  const [path, rowsPath, book] = [join(folder, NAME), join(folder, ROWS), join(folder, 'book.db')];
  const packed = join(folder, `${NAME}.gz`);
  writeFileSync(path, '');
  writeFileSync(rowsPath, '');
  writeFileSync(packed, gzipSync(''));
  for (const empty of [[path], [packed], [path, rowsPath], [rowsPath, path]]) {
    const error = await errorOf(importFeed(book, 'lobster', empty, { settings: {} }));
    expect(error).toMatchObject({
      code: 'INVALID_OPTION',
      path: empty[0],
      hint: expect.stringMatching(/message files/),
    });
    expect(error.message).toMatch(/it is empty/);
  }
  writeFileSync(path, textOf(messages));
  const error = await errorOf(importFeed(book, 'lobster', [path, rowsPath], { settings: {} }));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', path: rowsPath });
  const { events, added } = await importFeed(book, 'lobster', [path], { settings: {} });
  expect(events - added).toBeGreaterThan(messages.length);
});

test.each([
  ['a tape', 'row,ts_ns,cmd,id,side,price,qty\n', /command tape/],
  ['a workload', 'seq,cmd,id,side,price,qty,tif\n', /consensus workload/],
  ['an order-book file', textOf(rows), /no message file is before it/],
  ['a log', 'SQLite format 3\u0000', /log of refold/],
  ['noise', '\u0001\u0002\u0003', /1 column instead of 6/],
  ['a mark', `\u00ef\u00bb\u00bf${messages[0]}\n`, /byte order mark/],
])('%s in place of a message file is refused by its name', async (_, text, problem) => {
  const path = join(temporaryFolder(), NAME);
  writeFileSync(path, Buffer.from(text, 'latin1'));
  const error = await errorOf(importFeed(`${path}.db`, 'lobster', [path], { settings: {} }));
  expect(error).toBeInstanceOf(RefoldError);
  expect(error.message).toMatch(problem);
});

test('files of different length are refused where the shorter one ends, and what came before stays', async () => {
  const folder = temporaryFolder();
  const [path, rowsPath, book] = [join(folder, NAME), join(folder, ROWS), join(folder, 'book.db')];
  writeFileSync(path, textOf(messages));
  writeFileSync(rowsPath, textOf(rows.slice(0, 5)));
  const error = await errorOf(importFeed(book, 'lobster', [path, rowsPath], { settings: {} }));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', path: rowsPath, line: 6 });
  writeFileSync(rowsPath, textOf(rows));
  const rest = await importFeed(book, 'lobster', [path, rowsPath], { settings: {} });
  expect(rest.events - rest.added).toBeGreaterThan(5);
  expect(rest.oracle).toMatchObject({ checked: 8, wrong: 0 });
});

test.each([
  ['too few columns', (row: string) => row.split(',').slice(0, 8).join(','), /8 columns instead of 12/],
  ['a letter', (row: string) => row.replace(/^\d/, 'x'), /ask price is "x/],
  ['levels in the wrong order', (row: string) => row.split(',').reverse().join(','), /ask level \d is/],
])('a row with %s is an error with its line', async (_, damage, problem) => {
  const folder = temporaryFolder();
  const [path, rowsPath] = [join(folder, NAME), join(folder, ROWS)];
  writeFileSync(path, textOf(messages));
  for (const at of [0, 6]) {
    writeFileSync(rowsPath, textOf(rows.with(at, damage(rows[at]!))));
    const { error } = await readAll(path, rowsPath);
    // The number of columns is that of the first row.
    const line = problem.source.includes('8 columns') && at === 0 ? 2 : at + 1;
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: rowsPath, line });
    if (at > 0) expect(error?.message).toMatch(problem);
  }
});

test('a row that is written otherwise, and says the same, is right', async () => {
  const folder = temporaryFolder();
  const [path, rowsPath] = [join(folder, NAME), join(folder, ROWS)];
  writeFileSync(path, textOf(messages));
  writeFileSync(rowsPath, textOf(rows.with(6, `0${rows[6]}`)));
  const report = await importFeed(join(folder, 'book.db'), 'lobster', [path, rowsPath], { settings: {} });
  expect(report.oracle).toMatchObject({ checked: 8, wrong: 0 });
});
