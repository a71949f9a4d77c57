/** A small market for tests of views: levels that are set, trades that are printed, and views of all kinds, good and bad. */
import { ascending, defineModel, OrderedMap } from 'refold';
import { z } from 'zod';
import { defineView } from '../../../src/studio/views/define-view.ts';
import type { ViewDefinition } from '../../../src/studio/views/view.ts';

const Side = z.enum(['buy', 'sell']);

export const market = defineModel({
  name: 'market',
  events: {
    LevelSet: {
      schema: z.object({ symbol: z.string(), side: Side, price: z.int(), quantity: z.int() }),
      redact: (data) => ({ ...(data as { symbol: string; side: 'buy'; price: number }), quantity: 0 }),
    },
    Traded: z.object({ symbol: z.string(), price: z.int(), quantity: z.int(), side: Side }),
    Noted: z.object({ text: z.string() }),
  },
  initialState: () => ({ symbols: new Map<string, { levels: OrderedMap<number, number> }>() }),
  reducers: {
    LevelSet(state, { symbol, side, price, quantity }) {
      let one = state.symbols.get(symbol);
      if (one === undefined) {
        state.symbols.set(symbol, { levels: new OrderedMap<number, number>(ascending) });
        one = state.symbols.get(symbol)!;
      }
      const key = side === 'buy' ? -price : price;
      if (quantity === 0) one.levels.delete(key);
      else one.levels.set(key, quantity);
    },
    Traded() {},
    Noted() {},
  },
});

type Levels = { readonly levels: Iterable<readonly [number, number]> };

/** Keys of bids are negative, so the best of both sides come first when bids are turned around. */
export function levelsOf(state: any, count: number, { of }: { readonly of: string }) {
  const all = [...((state.symbols.get(of) as Levels | undefined)?.levels ?? [])];
  const bids = all
    .filter(([key]) => key < 0)
    .map(([key, quantity]) => ({ side: 'buy' as const, price: -key, quantity }));
  const asks = all
    .filter(([key]) => key > 0)
    .map(([key, quantity]) => ({ side: 'sell' as const, price: key, quantity }));
  return [...bids.toSorted((a, b) => b.price - a.price).slice(0, count), ...asks.slice(0, count)];
}

const print = ({ type, data }: any, { of }: { readonly of: string }) => {
  if (type === 'Noted') return { mark: data.text };
  if (type !== 'Traded' || data.symbol !== of) return undefined;
  return { price: data.price, quantity: data.quantity, side: data.side };
};

const plain: ViewDefinition = {
  name: 'Market',
  subjects: (state) => [...state.symbols.keys()],
  title: (_state, { of, first }) => `${of} of ${first?.meta?.source ?? 'nowhere'}`,
  zone: 'Europe/Berlin',
  priceDecimals: 2,
  panes: {
    Map: { kind: 'heatmap', levels: levelsOf, print, depth: 5 },
    Ladder: { kind: 'ladder', levels: levelsOf, rows: 3 },
    Tape: { kind: 'tape', print, types: ['Traded', 'Noted'] },
    Size: { kind: 'line', value: (state, { of }) => state.symbols.get(of)?.levels.size ?? null, decimals: 0 },
    Table: {
      kind: 'table',
      columns: ['Symbol', 'Levels'],
      rows: (state) => [...state.symbols].map(([symbol, { levels }]: any) => [symbol, levels.size]),
    },
  },
};

const define = (definition: ViewDefinition) =>
  defineView(market, definition as Parameters<typeof defineView<any, any>>[1]);
export const marketView = define(plain);
export const tapeOnly = define({ name: 'Only a tape', panes: { Tape: { kind: 'tape', print } } });
/** What it says of its numbers, the state tells. */
export const byState = define({
  name: 'By state',
  subjects: (state) => [...state.symbols.keys()],
  title: (state, { of }) => (state.symbols.has(of) ? `${of} as listed` : 'nothing'),
  priceDecimals: (state, { of }) => (state.symbols.has(of) ? 4 : 0),
  panes: {
    Best: { kind: 'line', value: (state, { of }) => (state.symbols.has(of) ? 1 : null) },
    Size: { kind: 'line', value: () => 1, decimals: 1 },
  },
});
export const several = [marketView, tapeOnly];

const boom = (): never => {
  throw new Error('boom');
};
const ONE_ROW = ['row', 1] as const;
let manyRows: (typeof ONE_ROW)[] | undefined;

/** Each pane gives another kind of nonsense, and the last one is sound. */
export const badView = define({
  name: 'Bad',
  panes: {
    Throws: { kind: 'ladder', levels: boom },
    'Throws a text': {
      kind: 'line',
      value: () => {
        throw 'a text';
      },
    },
    'Not a number': { kind: 'line', value: () => Number.NaN },
    'A text': { kind: 'line', value: () => 'seven' as never },
    Asynchronous: { kind: 'ladder', levels: (async () => []) as never },
    'Asynchronous and throws': { kind: 'line', value: (async () => boom()) as never },
    'No array': { kind: 'ladder', levels: () => ({ length: 2 }) as never },
    'No levels': { kind: 'ladder', levels: () => [null, 7] as never },
    'Price is NaN': { kind: 'ladder', levels: () => [{ side: 'buy', price: Number.NaN, quantity: 1 }] },
    'Quantity is NaN': { kind: 'ladder', levels: () => [{ side: 'buy', price: 1, quantity: Number.NaN }] },
    Unsorted: { kind: 'ladder', levels: () => [1, 2].map((price) => ({ side: 'buy', price, quantity: 1 })) as never },
    'Too many': {
      kind: 'ladder',
      levels: () => Array.from({ length: 21 }, (_, at) => ({ side: 'sell', price: at, quantity: 1 })) as never,
    },
    'No rows': { kind: 'table', columns: ['a'], rows: () => 'rows' as never },
    'A row that is a number': { kind: 'table', columns: ['a'], rows: () => [7] as never },
    'Ten million rows': {
      kind: 'table',
      columns: ['a', 'b'],
      rows: () => (manyRows ??= new Array(10_000_000).fill(ONE_ROW)),
    },
    Sound: { kind: 'line', value: () => 7 },
  },
});
export const badTitle = define({ name: 'Bad title', title: boom, panes: { Sound: { kind: 'line', value: () => 7 } } });
/** It fails once its symbol has more than three levels. */
export const failsLater = define({
  ...plain,
  name: 'Fails later',
  panes: {
    Map: {
      kind: 'heatmap',
      levels(state, count, about) {
        return state.symbols.get(about.of)?.levels.size > 3 ? (boom() as never) : levelsOf(state, count, about);
      },
    },
    Tape: { kind: 'tape', print: boom },
  },
});
export const ofOtherModel = { ...marketView, model: 'shop' };
export const noView = { panes: 7, model: 'market' };
export const allBad = [badView, badTitle, failsLater, marketView];
