/** The views of both books on real orders: ladders are `bookTop`, and cells are a sum over events that this test makes itself. */
import { join } from 'node:path';
import { openPast, openStore, type Past, type RecordedEvent } from 'refold';
import { describe, expect, test } from 'vitest';
import * as follow from '../../../../examples/orderbook/follow/index.ts';
import * as matching from '../../../../examples/orderbook/model/index.ts';
import { knownLevels, levelsIn } from '../../../../examples/orderbook/studio/view-options.ts';
import { openStudio } from '../../../../src/studio/open-studio.ts';
import type { TileAnswer } from '../../../../src/studio/wire.ts';
import { dataPath, hasData, runOrderBook, temporaryFolder } from '../support.ts';

const HERE = new URL('../../../../examples/orderbook/', import.meta.url);
const PAGE = new Map([['/index.html', { type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>') }]]);
const FILES = ['message', 'orderbook'].map((kind) => dataPath(`lobster/GOOG_L10_head5000.${kind}.csv.gz`));
const LEVELS = 10;

const BOOKS = {
  matching: {
    args: (db: string) => ['lobster', ...FILES, '--db', db],
    model: matching.orderBook,
    bookTop: matching.bookTop as (state: any, symbol: string, depth: number) => matching.BookRow[],
    module: { module: new URL('model/index.ts', HERE).href, export: 'orderBook' },
    view: { module: new URL('studio/book-view.ts', HERE).href, export: 'bookView' },
    prints: ['TradeExecuted', 'HiddenTradePrinted'],
  },
  feed: {
    args: (db: string) => ['import', 'lobster', ...FILES, '--db', db],
    model: follow.feedBook,
    bookTop: follow.bookTop as (state: any, symbol: string, depth: number) => matching.BookRow[],
    module: { module: new URL('follow/index.ts', HERE).href, export: 'feedBook' },
    view: { module: new URL('studio/feed-view.ts', HERE).href, export: 'feedView' },
    prints: ['OrderExecuted', 'TradePrinted', 'MessageMismatched', 'StatusChanged'],
  },
} as const;

async function opened(kind: keyof typeof BOOKS) {
  const book = BOOKS[kind];
  const path = join(temporaryFolder(), 'book.db');
  const { code, stderr } = await runOrderBook(...book.args(path));
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const studio = await openStudio({ path, model: book.module, view: book.view, port: 0 }, PAGE);
  const { origin, hash } = new URL(studio.url);
  const headers = { authorization: `Bearer ${hash.slice('#key='.length)}` };
  const ask = async (question: string): Promise<any> => (await fetch(`${origin}/api/${question}`, { headers })).json();
  return { book, studio, ask, past: (await openPast(book.model as never, { path })) as Past };
}

/** Numbers of a linear congruence: the same places in each run, all over the log. */
function* places(count: number, most: number): Generator<number, void> {
  for (let at = 0, seed = 12_345; at < count; at++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    yield seed % most;
  }
}

function timeOf({ recordedAt, meta }: RecordedEvent): number {
  return recordedAt + Number(meta?.ns ?? 0) / 1_000_000;
}

describe.runIf(hasData).each(['feed', 'matching'] as const)('the view of the %s book', (kind) => {
  test('shows what the library says', async () => {
    const { book, studio, ask, past } = await opened(kind);
    const { last, lastRecordedAt = 0, firstRecordedAt = 0 } = await past.range();
    const symbol = 'GOOG';

    const { views } = await ask('log');
    expect(views[0]).toMatchObject({ name: 'book' });
    for (const place of places(10, last)) {
      const { state } = await past.at(place + 1);
      const { view } = await ask(`moment?at=${place + 1}&view=book&of=${symbol}`);
      expect(view).toMatchObject({
        title: 'GOOG: best 10 of a 10-level feed',
        zone: 'America/New_York',
        priceDecimals: 4,
      });
      const { bids, asks } = view.panes.Ladder;
      const rows = Array.from({ length: LEVELS }, (_, at) => {
        const [ask, bid] = [asks[at], bids[at]];
        return [ask?.price ?? null, ask?.quantity ?? 0, bid?.price ?? null, bid?.quantity ?? 0];
      });
      expect(rows).toEqual(book.bookTop(state, symbol, LEVELS));
      const [askPrice, , bidPrice] = rows[0]!;
      expect(view.panes.Spread.value).toBe(
        askPrice === null || bidPrice === null ? null : (askPrice as number) - (bidPrice as number),
      );
    }

    // The naive sum: each stretch between two events, with the book as `bookTop` gives it after the first of them.
    const stretches: { readonly time: number; readonly rows: readonly matching.BookRow[] }[] = [];
    for await (const block of past.walk())
      for (const event of block)
        stretches.push({ time: timeOf(event), rows: book.bookTop(block.state, symbol, LEVELS) });
    const step = 2_048;
    const from = Math.floor(firstRecordedAt / step) * step;
    const columns = Math.ceil((lastRecordedAt - from) / step);
    const tile = (await ask(
      `tile?view=book&of=${symbol}&from=${from}&step=${step}&columns=${columns}&format=json`,
    )) as TileAnswer;
    expect(tile).toMatchObject({ known: LEVELS, depth: LEVELS, complete: true, sampled: false, priceStep: 100 });
    const cells = tile.levels.flatMap((column, at) => column.map((cell) => [at, ...cell] as const));
    expect(cells.length).toBeGreaterThan(1_000);
    for (const place of places(20, cells.length)) {
      const [column, price, quantity, side] = cells[place]!;
      const [start, end] = [from + column * step, Math.min(from + (column + 1) * step, stretches.at(-1)!.time)];
      const begin = Math.max(start, stretches[0]!.time);
      let sum = 0;
      for (const [at, { time, rows }] of stretches.entries()) {
        const length = Math.min(end, stretches[at + 1]?.time ?? end) - Math.max(begin, time);
        const level = rows.find((row) => row[side === 'sell' ? 0 : 2] === price);
        if (length > 0 && level !== undefined) sum += Number(level[side === 'sell' ? 1 : 3]) * length;
      }
      expect([place, quantity]).toEqual([place, expect.closeTo(sum / (end - begin), 2)]);
    }

    const tape = await ask(`tape?view=book&of=${symbol}&at=${last}&count=5`);
    const wanted: number[] = [];
    for await (const { sequence } of past.events({ types: [...book.prints], reverse: true, limit: 5 }))
      wanted.push(sequence);
    expect(tape.rows.map(({ sequence }: { sequence: number }) => sequence)).toEqual(wanted);
    await past.close();
    await studio.close();
  });
});

test('a file that does not tell its levels is opened with an option', async () => {
  const path = join(temporaryFolder(), 'book.db');
  await using store = await openStore(matching.orderBook, { path, durability: 'os' });
  await store.execute('listSymbol', { symbol: 'ACME', tick: 1, lot: 1 });
  for (let n = 1; n <= 9; n++)
    await store.execute('placeOrder', {
      orderId: n,
      symbol: 'ACME',
      side: 'buy',
      type: 'limit',
      price: n,
      quantity: n,
    });
  const { module, view } = BOOKS.matching;
  const options = { path, model: module, view: { ...view, module: `${view.module}?levels=7` }, port: 0 };
  const studio = await openStudio(options, PAGE);
  const { origin, hash } = new URL(studio.url);
  const headers = { authorization: `Bearer ${hash.slice('#key='.length)}` };
  const moment: any = await (await fetch(`${origin}/api/moment?view=book`, { headers })).json();
  expect(moment.view.title).toBe('ACME: best 7 of a 7-level feed');
  expect(moment.view.panes.Ladder.bids.map(({ price }: { price: number }) => price)).toEqual([9, 8, 7, 6, 5, 4, 3]);
  await studio.close();
  expect(levelsIn('file:///view.ts')).toBeUndefined();
  for (const text of ['0', '-1', '1.5', 'x', '', '1234567'])
    expect(levelsIn(`file:///view.ts?levels=${text}`)).toBeUndefined();
  expect([
    knownLevels(undefined, undefined),
    knownLevels(undefined, 7),
    knownLevels(10, 7),
    knownLevels('all', 7),
  ]).toEqual([...['all', 7, 10], 'all']);
});
