import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderLadder, renderTape, viewOf } from '../../../examples/orderbook/ladder.ts';
import { parsePosition } from '../../../examples/orderbook/show.ts';
import { table } from '../../../examples/orderbook/text.ts';
import { Story } from '../../../examples/telling/story.ts';
import { memoryBook } from './memory-book.ts';

describe('the ladder', () => {
  async function bookWith(...orders: readonly (readonly ['buy' | 'sell', number, number])[]) {
    const store = memoryBook();
    await store.execute('listSymbol', { symbol: 'GOOG' });
    for (const [index, [side, price, quantity]] of orders.entries()) {
      await store.execute('placeOrder', { orderId: index + 1, symbol: 'GOOG', side, type: 'limit', price, quantity });
    }
    return viewOf(store.state, 'GOOG');
  }

  test('has asks above and bids below, the best in the middle', async () => {
    const view = await bookWith(
      ['sell', 105, 10],
      ['sell', 104, 1_500],
      ['sell', 104, 500],
      ['buy', 101, 40],
      ['buy', 99, 4],
    );
    expect(stripVTControlCharacters(renderLadder(view)).split('\n')).toEqual([
      '  GOOG',
      '        price        size  orders',
      '          105          10       1  █',
      '          104       2,000       2  ████████████████████████',
      '  ──── spread 3 ────',
      '          101          40       1  █',
      '           99           4       1  █',
    ]);
  });

  test.each([
    ['nobody', [], 'the book is empty'],
    ['only bids', [['buy', 1, 1]], 'no asks'],
    ['only asks', [['sell', 1, 1]], 'no bids'],
  ] as const)('with %s says so', async (_, orders, words) => {
    expect(renderLadder(await bookWith(...orders))).toContain(words);
  });

  test('comes with the last trades, newest first', async () => {
    const view = await bookWith(['sell', 104, 10], ['buy', 104, 3], ['buy', 110, 2]);
    expect(stripVTControlCharacters(renderTape(view)).split('\n')).toEqual([
      '          104           2  bought  event 6, trade 2',
      '          104           3  bought  event 4, trade 1',
    ]);
    expect(renderTape(await bookWith())).toBe('  no trades');
  });
});

describe('a position', () => {
  test.each([
    ['42', { sequence: 42 }],
    ['0', { sequence: 0 }],
    ['1767623400000', { time: 1_767_623_400_000 }],
    ['2026-01-05T14:30:00Z', { time: 1_767_623_400_000 }],
    ['2026-01-05', { time: 1_767_571_200_000 }],
  ])('%s', (text, position) => {
    expect(parsePosition(text)).toEqual(position);
  });

  test.each(['', 'yesterday', '-1', '1.5', '2026-13-45', '2026-01-05 noon'])('%j is refused', (text) => {
    expect(() => parsePosition(text)).toThrow(/neither a sequence nor a time/);
  });

  test('that is refused names the option that has it', () => {
    expect(() => parsePosition('yesterday')).toThrow(expect.objectContaining({ type: '--at' }));
    expect(() => parsePosition('yesterday', '--from')).toThrow(expect.objectContaining({ type: '--from' }));
  });
});

describe('a story', () => {
  test('keeps its checks, and does not hold when one fails', () => {
    const lines: string[] = [];
    const story = new Story((text) => lines.push(stripVTControlCharacters(text)));
    story.check('one', 1, 1);
    expect(story.held).toBe(true);
    story.check('another', 'a', 'b');
    expect(story.held).toBe(false);
    expect(lines).toEqual(['  ✓ one: 1', '  ✗ another: b, against a']);
  });

  test('numbers its chapters, and wraps their text at 100 characters', () => {
    const lines: string[] = [];
    const story = new Story((text) => lines.push(...stripVTControlCharacters(text).split('\n')));
    story.chapter('Begin', 'word '.repeat(30));
    expect(lines).toEqual(['', '1. Begin', 'word '.repeat(20).trim(), 'word '.repeat(10).trim()]);
  });
});

test('tables align', () => {
  expect(
    table([
      ['a', '1'],
      ['long', '1,000'],
    ]),
  ).toBe('  a         1\n  long  1,000');
});
