import { describe, expect, test } from 'vitest';
import {
  type FeedMessage,
  feedBook,
  type ReadonlyFeedBook,
  reduce,
  translate,
} from '../../../../../examples/orderbook/follow/index.ts';
import { sample } from '../../../../sample.ts';
import { PlainItchBook } from './plain-book.ts';
import { randomDay } from './random-day.ts';
import { messagesOf, viewOf } from './support.ts';

describe('the book of a day of ITCH', () => {
  test.each(Array.from({ length: sample(9) }, (_, seed) => seed + 1))(
    'is that of a plain book that reads the bytes, after every message, seed %i',
    async (seed) => {
      const day = randomDay({ seed, happenings: 1_200 });
      const messages = await messagesOf(day);
      expect(messages).toHaveLength(day.length);
      const state = feedBook.initialState();
      const plain = new PlainItchBook();
      for (const [index, bytes] of day.entries()) {
        const message = messages[index]!;
        plain.apply(bytes);
        apply(state, message);
        const stock = plain.stocks.get(bytes.readUInt16BE(1));
        expect(message.symbol).toBe(stock ?? '');
        if (stock !== undefined) expect(viewOf(state, stock), `message ${index + 1}`).toEqual(plain.of(stock));
      }
      expect([...state.mismatches]).toEqual([]);
      for (const stock of plain.stocks.values()) expect(viewOf(state, stock)).toEqual(plain.of(stock));
      expect([...state.symbols.keys()]).toEqual([...plain.stocks.values()]);
      expectTotals(state, messages, plain);
    },
  );
});

function expectTotals(state: ReadonlyFeedBook, messages: readonly FeedMessage[], { totals }: PlainItchBook): void {
  const markets = [...state.symbols.values()];
  const sumOf = (member: 'executed' | 'printed' | 'hidden' | 'prints'): number =>
    markets.reduce((sum, market) => sum + Number(market[member]), 0);
  expect(sumOf('executed')).toBe(totals.executed);
  expect(sumOf('printed')).toBe(totals.crossed);
  expect(sumOf('hidden')).toBe(totals.hidden);
  expect(sumOf('prints')).toBe(totals.prints);
  const unprinted = messages.map(({ change }) => (change.kind === 'execute' && change.unprinted ? change.size : 0));
  expect(unprinted.reduce((sum, size) => sum + size, 0)).toBe(totals.unprinted);
  expect(totals.unprinted).toBeGreaterThan(0);
  const { types } = totals;
  const count = (kind: FeedMessage['change']['kind']): number =>
    messages.filter(({ change }) => change.kind === kind).length;
  const ofTypes = (...named: readonly string[]): number => named.reduce((sum, type) => sum + (types[type] ?? 0), 0);
  expect(count('add')).toBe(ofTypes('A', 'F'));
  expect(count('execute')).toBe(ofTypes('E', 'C'));
  expect(count('reduce')).toBe(ofTypes('X'));
  expect(count('delete')).toBe(ofTypes('D'));
  expect(count('replace')).toBe(ofTypes('U'));
  expect(count('status')).toBe(ofTypes('H'));
  expect(count('list')).toBe(state.symbols.size);
  expect(count('trade') + count('ignored') + count('list')).toBe(
    ofTypes('P', 'Q', 'R', 'S', 'B', 'I', 'L', 'Y', 'J', 'h', 'N', 'K', 'O', 'V', 'W'),
  );
}

function apply(state: ReturnType<typeof feedBook.initialState>, message: FeedMessage): void {
  const event = translate(state, message);
  if (event !== undefined) reduce(state, { ...event, sequence: message.line, recordedAt: 5 } as never);
}
