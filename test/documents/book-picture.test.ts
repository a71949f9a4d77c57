/** The README's animation: what it draws, and that the committed file is one of its drawings. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { drawBookPicture, type PictureFrame } from './book-picture.ts';

const PICTURE = new URL('../../docs/orderbook.svg', import.meta.url);

function frame(sequence: number, caption?: string): PictureFrame {
  const level = (price: number) => ({ price, quantity: 1_200, count: 3 });
  const trades = [{ tradeId: 7, price: 101, quantity: 5, takerSide: 'buy' as const }];
  const said = caption === undefined ? {} : { caption };
  return { sequence, symbol: 'GOOG', bids: [level(100), level(99)], asks: [level(102)], trades, ...said };
}

/** How often the drawing shows each frame: the moments at which its group becomes visible and hidden. */
function timesOf(svg: string): string[] {
  return [...svg.matchAll(/keyTimes="([^"]*)" values="([^"]*)"/g)].map(([, times, values]) => `${times} ${values}`);
}

test('each frame is visible in its turn, and one with a caption stays longer', () => {
  const svg = drawBookPicture([frame(1), frame(2, 'killed'), frame(3), frame(4)], 10);
  expect(timesOf(svg)).toEqual([
    '0;0.125 visible;hidden',
    '0;0.125;0.75 hidden;visible;hidden',
    '0;0.75;0.875 hidden;visible;hidden',
    '0;0.875 hidden;visible',
  ]);
});

test('a viewer without animation sees the last frame alone', () => {
  const svg = drawBookPicture([frame(1), frame(2)], 2);
  expect([...svg.matchAll(/<g visibility="(\w+)"/g)].map(([, visibility]) => visibility)).toEqual([
    'hidden',
    'visible',
  ]);
});

test('the drawing is well-formed, and shows prices, sizes, the spread and the tape', () => {
  const svg = drawBookPicture([frame(1)], 2);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(svg.match(/<(g|text|svg|style|title)\b/g)?.length).toBe(svg.match(/<\/(g|text|svg|style|title)>/g)?.length);
  for (const shown of ['1,200', 'spread 2', 'bought', 'after event 1<']) expect(svg).toContain(shown);
});

test('the committed picture is small enough for a page, and shows the crash', () => {
  const svg = readFileSync(PICTURE, 'utf8');
  expect(svg.length).toBeLessThan(150_000);
  expect(timesOf(svg).length).toBeGreaterThan(20);
  expect(svg).toContain('kill -9');
});
