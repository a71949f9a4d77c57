/** The order book's view: ladder, tape and every cell of the heatmap are what the events say, however the picture is moved. */
import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Past } from 'refold';
import { describe, expect, inject } from 'vitest';
import { generateFlow, momentOf } from '../../../examples/orderbook/demo/flow.ts';
import { nextCommand } from '../../../examples/orderbook/demo/next-command.ts';
import { bookTop as feedTop } from '../../../examples/orderbook/follow/index.ts';
import { Gateway } from '../../../examples/orderbook/gateway.ts';
import { MarketClock } from '../../../examples/orderbook/market-time.ts';
import { bookTop } from '../../../examples/orderbook/model/index.ts';
import { openBook } from '../../../examples/orderbook/workspace.ts';
import { BOOK, GOOG, type TestLog } from './fixtures/logs.ts';
import { chance } from './harness/chance.ts';
import { type StudioPage, textOf } from './harness/studio-page.ts';
import { openOracle, pathOf, studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';
import { BookHistory, type BookTop } from './truth/book-history.ts';
import { HeatmapHand, type Plot, type Reading, xOf, yOf } from './truth/heatmap-hand.ts';
import { judgeCells, judgeReading } from './truth/judge-cells.ts';
import { readTrades, type Trade } from './truth/trades.ts';

interface Case {
  readonly name: string;
  readonly log: TestLog;
  readonly top: BookTop;
  /** Levels of each side that are known. */
  readonly known: number;
  readonly title: RegExp;
  readonly middle: number;
  readonly colorScheme: 'dark' | 'light';
}

const CASES: readonly Case[] = [
  {
    ...{ name: 'the demo book', log: BOOK, top: bookTop as BookTop, known: 50 },
    ...{ middle: 9_000, colorScheme: 'dark' },
    title: /^(\w+): best 50 of all levels$/,
  },
  {
    ...{ name: 'a real day', log: GOOG, top: feedTop as BookTop, known: 10 },
    ...{ middle: 2_500, colorScheme: 'light' },
    title: /^(\w+): best 10 of a 10-level feed$/,
  },
];
const LADDER_LEVELS = 20;

type Opener = (address: string, options: Pick<Case, 'colorScheme'>) => Promise<StudioPage>;

const random = chance();

async function symbolOf(page: StudioPage, title: RegExp): Promise<string> {
  const shown = page.page.getByText(title).first();
  await shown.waitFor();
  return title.exec(await textOf(shown))![1]!;
}

/** The newest rows of the tape are the newest trades up to there. Marks are rows as well, and have no quantity. */
async function judgeTape(page: StudioPage, trades: readonly Trade[], at: number): Promise<void> {
  const rows = await page.page.locator('[data-testid="tape"] [data-quantity]').evaluateAll((all: any[]) =>
    all.map(({ dataset: { sequence, price, quantity, side, hidden } }) => {
      return [Number(sequence), Number(price), Number(quantity), side, hidden === 'true'];
    }),
  );
  const before = trades.filter(({ sequence }) => sequence <= at).toReversed();
  const expected = before.slice(0, Math.max(rows.length, LEAST_TAPE));
  expect(rows).toEqual(
    expected.map(({ sequence, price, quantity, side, isHidden }) => [sequence, price, quantity, side, isHidden]),
  );
}

/** The tape begins with so many trades, if there are so many. */
const LEAST_TAPE = 50;

describe.each(CASES)('of $name', ({ log, top, known, title, middle, colorScheme }) => {
  const studio = studioFor(log);
  let read: Promise<BookHistory> | undefined;
  let traded: Promise<readonly Trade[]> | undefined;

  /** The view at a sequence, and what the log says of the book. */
  async function look(open: Opener, at: number) {
    const page = await (await open(`${studio.url}&at=${at}&view=book`, { colorScheme })).ready();
    await page.standsAt(at);
    const symbol = await symbolOf(page, title);
    read ??= BookHistory.read(studio.past as Past, top, symbol, known);
    const hand = new HeatmapHand(page);
    traded ??= readTrades(studio.past as Past, symbol);
    return { page, hand, plot: await hand.drawn(), history: await read, trades: await traded };
  }

  test('the ladder is the top of the book, and the tape is what was traded', async ({ open }) => {
    const { page, history, trades } = await look(open, middle);
    for (let n = 0; n < 10; n++) {
      const at = 1 + random.below(history.last.sequence);
      await page.goTo(at);
      const rows = await page
        .id('ladder-row')
        .evaluateAll((all: any[]) =>
          all.map(({ dataset: { side, price, quantity } }) => [side, Number(price), Number(quantity)]),
        );
      const levels = history.steps[at - 1]!.rows.slice(0, LADDER_LEVELS);
      const sideOf = (side: string, place: 0 | 2) =>
        levels.filter((row) => row[place] !== null).map((row) => [side, row[place], Number(row[place + 1])]);
      expect(rows.filter(([side]) => side === 'sell')).toEqual(sideOf('sell', 0));
      expect(rows.filter(([side]) => side === 'buy')).toEqual(sideOf('buy', 2));
      await judgeTape(page, trades, at);
    }
  });

  test('cells are the integral of what rested, in the colour of the legend', async ({ open }) => {
    const { hand, plot, history } = await look(open, middle);
    const judged = await judgeCells({ hand, plot, history, random }, 20);
    // A wrong value is told from a right one. The value of the next price is told from it too, where the two differ.
    const isRefused = (wrong: Reading): boolean => {
      try {
        judgeReading(plot, history, wrong);
        return false;
      } catch {
        return true;
      }
    };
    const filled = judged.filter(({ quantity }) => quantity! > 0);
    expect(filled.every((one) => isRefused({ ...one, quantity: one.quantity! * 1.01 }))).toBe(true);
    expect(filled.some((one) => isRefused({ ...one, price: one.price + history.tick }))).toBe(true);
  });

  test('cells stay right when wheel, drag and keys zoom and pan', async ({ open }) => {
    const { page, hand, plot, history } = await look(open, middle);
    const { mouse } = page.page;
    const [x, y] = [Math.floor(plot.width / 2), Math.floor(plot.height / 2)];
    const [left, above] = await hand.place(x, y);
    const dragTo = async (byX: number, byY: number): Promise<void> => {
      await mouse.move(left, above);
      await mouse.down();
      await mouse.move(left + byX, above + byY, { steps: 4 });
      await mouse.up();
    };
    const wheel = async (deltaY: number): Promise<void> => {
      await mouse.move(left, above);
      await mouse.wheel(0, deltaY);
    };
    const spanOf = ({ from, to }: Plot): number => to - from;
    const zoomed = await hand.move(() => wheel(-400));
    expect(spanOf(zoomed)).toBeLessThan(spanOf(plot));
    await judgeCells({ hand, plot: zoomed, history, random }, 4);
    const dragged = await hand.move(() => dragTo(60, 0));
    expect(dragged.from).toBeLessThan(zoomed.from);
    expect(spanOf(dragged)).toBeCloseTo(spanOf(zoomed), 3);
    await judgeCells({ hand, plot: dragged, history, random }, 4);
    const raised = await hand.move(() => dragTo(0, 30));
    expect(raised.high).toBeGreaterThan(dragged.high);
    await judgeCells({ hand, plot: raised, history, random }, 4);
    await page.id('heatmap').focus();
    const nearer = await hand.move(() => page.press('+'));
    expect(spanOf(nearer)).toBeLessThan(spanOf(raised));
    await judgeCells({ hand, plot: nearer, history, random }, 4);
    const whole = await hand.move(() => wheel(400));
    expect(spanOf(whole)).toBeGreaterThan(spanOf(nearer));
    await judgeCells({ hand, plot: whole, history, random }, 4);
  });

  test('a click goes to an event of that time, and to the trade that it meets', async ({ open }) => {
    const { page, hand, plot, history, trades } = await look(open, middle);
    const reading = await hand.read(Math.floor(xOf(plot, history.steps[middle - 1]!.time) * 0.6), 4);
    const { mouse } = page.page;
    await mouse.down();
    await mouse.up();
    await page.page.waitForFunction((before) => {
      const { document } = globalThis as any;
      return document.querySelector('main').dataset.at !== String(before);
    }, middle);
    const at = await page.settled();
    expect(history.steps[at - 1]!.time).toBeLessThanOrEqual(reading.to);
    expect(history.steps[at]!.time).toBeGreaterThanOrEqual(Math.floor(reading.from));
    const now = await hand.drawn();
    for (const { sequence, time, price } of trades.filter((trade) => trade.sequence <= at).toReversed()) {
      const [x, y] = [xOf(now, time), yOf(now, price)].map(Math.floor) as [number, number];
      if (x < 0 || y < 0 || y >= now.height) continue;
      const { trade } = await hand.read(x, y);
      // Circles overlap: the one under the pointer counts.
      if (trade === undefined || trade === at) continue;
      expect(Math.abs(trade - sequence)).toBeLessThan(500);
      await mouse.down();
      await mouse.up();
      await page.standsAt(trade);
      return;
    }
    throw new Error('no trade is in sight');
  });
});

test('the heatmap of a growing log grows', async ({ open, start }) => {
  const path = join(mkdtempSync(join(inject('studio').folder, 'growing-')), 'book.db');
  cpSync(pathOf(BOOK), path);
  const clock = new MarketClock();
  const store = await openBook(path, { durability: 'os', clock: clock.read });
  const page = await (await open(`${(await start(BOOK, path)).url}&view=book`)).ready();
  const before = store.sequence;
  await page.standsAt(before);
  const hand = new HeatmapHand(page);
  await hand.drawn();
  const gateway = new Gateway(store);
  const first = await nextCommand(store);
  for (const flow of generateFlow({ seed: 7, commands: first + 2_000 }).drop(first)) {
    clock.set(momentOf(flow));
    gateway.send(flow.command, { meta: { ...clock.meta, command: first + gateway.sent } });
    await gateway.room();
  }
  await gateway.drain();
  await page.standsAt(store.sequence);
  const past = await openOracle(BOOK, path);
  const symbol = await symbolOf(page, CASES[0]!.title);
  const history = await BookHistory.read(past as Past, bookTop as BookTop, symbol, CASES[0]!.known);
  const plot = await hand.drawn();
  const grown = history.steps[before - 1]!.time;
  const judged = await judgeCells({ hand, plot, history, random }, 20, grown);
  expect(judged.every(({ to }) => to > grown)).toBe(true);
  await past.close();
  await store.close();
});
