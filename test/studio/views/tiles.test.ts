/** A tile of more events than one answer folds: keyframes at first, and exact columns as they come. */
import { openPast, openStore, type Store } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tileAsJson } from '../../../src/studio/views/tiles/tile-answer.ts';
import type { Drawing } from '../../../src/studio/views/tiles/tile-walk.ts';
import { Tiles } from '../../../src/studio/views/tiles/tiles.ts';
import type { HeatmapPane } from '../../../src/studio/views/view.ts';
import { ViewSource } from '../../../src/studio/views/view-source.ts';
import { temporaryPath } from '../../engine/harness.ts';
import { failsLater, market, marketView } from './market.ts';

const START = 1_600_000_000_000;
const EVENTS = 2_000;
const never = new AbortController().signal;
const VIEW = { known: 'all', depth: 5, lines: ['Size'] } as const;

let path: string;
let store: Store<any, any, any>;
let source: ViewSource;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  path = await temporaryPath();
  let now = START;
  store = (await openStore(market, { path, durability: 'os', clock: () => now })) as unknown as Store<any, any, any>;
  for (let n = 1; n <= EVENTS; n++) {
    now = START + n * 10;
    await store.append({
      type: 'LevelSet',
      data: { symbol: 'X', side: 'buy', price: 50 + (n % 7), quantity: (n * 13) % 40 },
    });
    if (n % 400 === 0) await store.snapshot();
  }
  const past = await openPast(market, { path });
  opened.push(past, store);
  source = new ViewSource(past);
});
afterAll(async () => {
  for (const one of opened) await one.close();
});

async function drawing(view: typeof marketView): Promise<Drawing> {
  const pane = view.panes.Map as HeatmapPane;
  const lines = Object.entries(view.panes).filter(([, { kind }]) => kind === 'line') as unknown as Drawing['lines'];
  return { view, pane, name: 'Map', lines, about: await source.about(view, 'X'), depth: 5 };
}

describe('a tile of many events', () => {
  test('is sampled at first, gets sharper at each question, and is exact in the end', async () => {
    const asked = await drawing(marketView);
    const stretch = { from: START, step: 320, columns: 64 };
    const exact = tileAsJson(await new Tiles(source).ask(asked, stretch, never), VIEW);
    expect(exact).toMatchObject({ sampled: false, complete: true });

    const tiles = new Tiles(source, 100);
    const first = tileAsJson(await tiles.ask(asked, stretch, never), VIEW);
    expect(first).toMatchObject({ sampled: true, complete: false });
    // At a keyframe it shows what stood there, and holds it until the next one.
    const { state } = (await source.past.at(800)) as { state: any };
    const column = Math.floor((800 * 10) / 320);
    const shown = first.levels[column]!.map(([price, quantity]) => [-price, quantity]);
    expect(shown.toSorted()).toEqual([...state.symbols.get('X').levels].slice(0, 5).toSorted());
    expect(first.levels[column + 2]).toEqual(first.levels[column]);
    expect(first.levels[0]).toEqual([]);

    let rounds = 0;
    let last = first;
    for (; !last.complete; rounds++) {
      expect(rounds).toBeLessThan(10_000);
      await new Promise((resolve) => setImmediate(resolve));
      last = tileAsJson(await tiles.ask(asked, stretch, never), VIEW);
    }
    expect(rounds).toBeGreaterThan(0);
    expect(last).toEqual(exact);
    // A coarser picture is merged from it: without a fold, and at once.
    const coarse = { from: START - (START % 640), step: 640, columns: 32 };
    expect(tileAsJson(await tiles.ask(asked, coarse, never), VIEW)).toMatchObject({ sampled: false, complete: true });
  });

  test('tells what the view has thrown', async () => {
    const asked = await drawing(failsLater);
    const tiles = new Tiles(source, 100);
    const stretch = { from: START, step: 320, columns: 64 };
    let tile = await tiles.ask(asked, stretch, never);
    for (let rounds = 0; tile.problem === undefined && rounds < 10_000; rounds++) {
      await new Promise((resolve) => setImmediate(resolve));
      tile = await tiles.ask(asked, stretch, never);
    }
    expect(tile).toMatchObject({ complete: true, problem: { code: 'VIEW_FAILED' } });
  });
});
