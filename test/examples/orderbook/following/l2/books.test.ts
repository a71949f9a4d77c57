import { describe, expect, test } from 'vitest';
import { Random } from '../../../../../examples/orderbook/demo/random.ts';
import { L2Reader } from '../../../../../examples/orderbook/feeds/following/l2/reader.ts';
import type { FeedMessage } from '../../../../../examples/orderbook/follow/index.ts';
import { sampleOf } from '../../../../sample.ts';
import { linesSource } from '../../support.ts';
import { Follower, follow, readLinesOf } from './support.ts';
import { bestShown, CHECKED_NAMES, changeSize, ROW_NAMES, record, WIRE_NAMES } from './venue.ts';

const SYMBOL = 'BTC/USD';

describe.each(WIRE_NAMES)('%s', (name) => {
  const isOfRows = (ROW_NAMES as readonly string[]).includes(name);
  const isChecked = (CHECKED_NAMES as readonly string[]).includes(name);

  test.each([1, 2])('gives the book of the venue after every message, seed %i', async (seed) => {
    const { lines, books } = record(name, new Random(seed), 300);
    const { messages, oracle, error } = await readLinesOf(lines);
    expect(error).toBeUndefined();
    const follower = new Follower();
    let next = 0;
    for (const [index, book] of books.entries()) {
      for (; messages[next]?.line === index + 1; next++) follower.apply(messages[next]!);
      // A message of several rows is whole after the last of them.
      const isWhole = book !== undefined && (!isOfRows || books[index + 1] !== book);
      if (!isWhole) continue;
      expect(follower.shown(SYMBOL), `after line ${index + 1}: ${lines[index]}`).toBe(book);
    }
    expect(next).toBe(messages.length);
    expect(follower.mismatches).toEqual({});
    expect(oracle).toMatchObject({ failed: 0, first: null });
    expect(oracle.checked > 150).toBe(isChecked);
    if (!isOfRows) expect(follower.state.symbols.get(SYMBOL)!.unfinished).toBeUndefined();
  });

  test('tells what the whole file tells, wherever the file is cut between two lines', async () => {
    const { lines } = record(name, new Random(9), 60);
    const { messages } = await readLinesOf(lines);
    for (let count = 1; count < lines.length; count += 5) {
      const cut = await readLinesOf(lines.slice(0, count));
      expect(cut.messages).toEqual(messages.slice(0, cut.messages.length));
      // Lines without a time wait for the first that has one.
      if (cut.messages.length === 0) expect(count).toBeLessThan(4);
      else expect(messages[cut.messages.length]?.line ?? count + 1).toBeGreaterThan(count);
      expect(cut.messages.at(-1)?.line ?? 0).toBeLessThanOrEqual(count);
    }
  });
});

describe('several symbols', () => {
  const other = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll('BTC/USD', 'ETH/USD'));

  test.each(WIRE_NAMES.filter((name) => name !== 'coinbaseAdvanced'))(
    'of %s do not disturb each other',
    async (name) => {
      const [btc, eth] = [record(name, new Random(6), 80), record(name, new Random(7), 80)];
      const random = new Random(8);
      const [left, right] = [[...btc.lines], other(eth.lines)];
      // The header of CSV is there once.
      const lines = name === 'csv' || name === 'tardis' ? [left.shift()!] : [];
      if (lines.length > 0) right.shift();
      while (left.length + right.length > 0) {
        const from = right.length === 0 || (left.length > 0 && random.below(2) === 0) ? left : right;
        lines.push(from.shift()!);
      }
      const { messages, oracle, error } = await readLinesOf(lines);
      expect(error).toBeUndefined();
      const book = follow(messages);
      expect([book.shown('BTC/USD'), book.shown('ETH/USD')]).toEqual([btc.books.at(-1), eth.books.at(-1)]);
      expect(book.mismatches).toEqual({});
      expect(oracle.failed).toBe(0);
      const alone = await readLinesOf(lines, { symbols: ['ETH/USD'] });
      expect(follow(alone.messages).shown('ETH/USD')).toBe(eth.books.at(-1));
      expect(alone.messages.some(({ symbol }) => symbol === 'BTC/USD')).toBe(false);
    },
  );

  test('a book goes on in the next file', async () => {
    const { lines, books } = record('okx', new Random(2), 80);
    const reader = new L2Reader();
    const messages: FeedMessage[] = [];
    for await (const block of reader.read([linesSource(lines.slice(0, 40)), linesSource(lines.slice(40))])) {
      messages.push(...block);
    }
    expect(follow(messages).shown(SYMBOL)).toBe(books.at(-1));
    expect(follow(messages).mismatches).toEqual({});
    expect(reader.oracle.failed).toBe(0);
  });
});

describe.each(sampleOf(CHECKED_NAMES))('the checksum of %s', (name) => {
  const levels = name === 'okx' ? 25 : 10;

  test.each(['a digit of a size is another', 'an update is missing', 'two updates change places'])(
    'is wrong after exactly the messages with another book when %s',
    async (kind) => {
      let noticed = 0;
      for (let seed = 20; seed < 36; seed++) {
        const random = new Random(seed);
        const { lines, books } = record(name, random, 100);
        const line = 30 + random.below(lines.length - 40);
        // The checksum is in its line, so the book that it is of moves with it.
        for (const all of [lines, books]) {
          if (kind === 'an update is missing') all.splice(line, 1);
          if (kind === 'two updates change places') all.splice(line, 2, all[line + 1] as string, all[line] as string);
        }
        if (kind === 'a digit of a size is another') lines[line] = changeSize(lines[line]!);
        const { messages, oracle, error } = await readLinesOf(lines);
        expect(error).toBeUndefined();
        const wrong = wrongBooks(messages, books, levels).filter((at) => !isUnchecked(lines[at - 1]!));
        expect(oracle.failed, `seed ${seed}: ${lines[line]}`).toBe(wrong.length);
        expect(oracle.first?.line).toBe(wrong[0]);
        expect(follow(messages).mismatches.checksum ?? 0).toBe(wrong.length);
        if (wrong.length > 0) noticed++;
      }
      expect(noticed).toBeGreaterThan(5);
    },
  );
});

/** The lines after which the best levels are not those of the venue. */
function wrongBooks(
  messages: readonly FeedMessage[],
  books: readonly (string | undefined)[],
  levels: number,
): number[] {
  const follower = new Follower();
  const wrong: number[] = [];
  let next = 0;
  for (const [index, book] of books.entries()) {
    for (; messages[next]?.line === index + 1; next++) follower.apply(messages[next]!);
    if (book === undefined) continue;
    if (bestShown(follower.shown(SYMBOL), levels) !== bestShown(book, levels)) wrong.push(index + 1);
  }
  return wrong;
}

/** Snapshots of Kraken's version 1, and messages of other channels, have no checksum. */
function isUnchecked(line: string): boolean {
  return line.includes('"as":') || line.includes('heartbeat');
}
