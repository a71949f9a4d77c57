/** Tiles are fetched two at a time, kept within a budget, and asked for again when they are not exact any more. */
import { describe, expect, test } from 'vitest';
import { StudioProblem } from '../../../../src/studio/page/base/api.ts';
import { decodeTile, type Tile } from '../../../../src/studio/page/book/heatmap/tiles/decode.ts';
import {
  spanOf,
  TILE_COLUMNS,
  type TilePlace,
  tileName,
} from '../../../../src/studio/page/book/heatmap/tiles/tile-plan.ts';
import { Tiles } from '../../../../src/studio/page/book/heatmap/tiles/tiles.ts';
import type { TileAnswer } from '../../../../src/studio/wire.ts';
import { tileBytes, tileOf } from './tile-fixture.ts';

const KNOWN = { lastSequence: 100, lastTime: 1e9 };
const at = (index: number): TilePlace => ({ power: 0, index });

interface Asked {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly answer: (part?: Partial<TileAnswer>) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

/** A server that answers when the test says so, and a clock that the test moves. */
function open(budgetBytes?: number) {
  const asked: Asked[] = [];
  const timers: { readonly at: number; readonly run: () => void }[] = [];
  let [now, changes] = [0, 0];
  const ask = (place: TilePlace, signal: AbortSignal): Promise<Tile> => {
    const { promise, resolve, reject } = Promise.withResolvers<Tile>();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    asked.push({
      ...{ name: tileName(place), signal },
      answer: async (part = {}) => {
        resolve(decodeTile(tileBytes(tileOf({ from: spanOf(place).from, columns: TILE_COLUMNS, ...part }))));
        await settle();
      },
      fail: async (error) => {
        reject(error);
        await settle();
      },
    });
    return promise;
  };
  const tiles = new Tiles({
    ...{ ask, onChange: () => changes++, now: () => now },
    later: (run, ms) => timers.push({ at: now + ms, run }),
    ...(budgetBytes !== undefined && { budgetBytes }),
  });
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    const due = timers.filter((timer) => timer.at <= now);
    for (const timer of due) timers.splice(timers.indexOf(timer), 1);
    for (const { run } of due) run();
    await settle();
  };
  return { tiles, asked, pass, names: () => asked.map(({ name }) => name), changes: () => changes };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('tiles', () => {
  test('are asked for in their order, two at a time', async () => {
    const { tiles, asked, names, changes } = open();
    tiles.want([at(5), at(4), at(6)], KNOWN);
    expect(names()).toEqual(['0:5', '0:4']);
    await asked[1]!.answer();
    expect(names()).toEqual(['0:5', '0:4', '0:6']);
    expect([tiles.has(at(4)), tiles.has(at(5)), tiles.isComplete, changes()]).toEqual([true, false, false, 1]);
    await asked[0]!.answer();
    await asked[2]!.answer();
    expect([tiles.isComplete, tiles.isAsking]).toEqual([true, false]);
  });

  test('that are out of sight are aborted, and the others are not', async () => {
    const { tiles, asked, names } = open();
    tiles.want([at(1), at(2), at(3)], KNOWN);
    tiles.want([at(2), at(9)], KNOWN);
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await settle();
    expect(names()).toEqual(['0:1', '0:2', '0:9']);
    expect(tiles.problem).toBeUndefined();
  });

  test('that are wanted again right after an abort are asked for again', async () => {
    const { tiles, names } = open();
    tiles.want([at(1)], KNOWN);
    tiles.want([], KNOWN);
    tiles.want([at(1)], KNOWN);
    await settle();
    expect(names()).toEqual(['0:1', '0:1']);
  });

  test('that are here are not asked for again', async () => {
    const { tiles, asked, names } = open();
    tiles.want([at(1)], KNOWN);
    await asked[0]!.answer();
    tiles.want([at(1), at(2)], KNOWN);
    expect(names()).toEqual(['0:1', '0:2']);
  });

  test.each([
    ['not finished', { complete: false }],
    ['sampled', { sampled: true, complete: false }],
  ])('that are %s are shown, and asked for again after a pause', async (_what, part) => {
    const { tiles, asked, names, pass } = open();
    tiles.want([at(1)], KNOWN);
    await asked[0]!.answer(part);
    expect([tiles.has(at(1)), tiles.isComplete]).toEqual([true, false]);
    await pass(400);
    expect(names()).toEqual(['0:1']);
    await pass(100);
    expect(names()).toEqual(['0:1', '0:1']);
    await asked[1]!.answer();
    expect(tiles.isComplete).toBe(true);
  });

  test('are asked for again when the log has grown into them, and only then', async () => {
    const { tiles, asked, names, pass } = open();
    const lastTime = spanOf(at(2)).from + 5;
    tiles.want([at(1), at(2)], { lastSequence: 7, lastTime });
    for (const one of [0, 1]) await asked[one]!.answer();
    tiles.want([at(1), at(2)], { lastSequence: 8, lastTime: lastTime + 1 });
    expect(tiles.isComplete).toBe(false);
    await pass(100);
    expect(names()).toEqual(['0:1', '0:2', '0:2']);
    await asked[2]!.answer();
    expect(tiles.isComplete).toBe(true);
    await pass(1_000);
    expect(names()).toHaveLength(3);
  });

  test('are asked for again no sooner than their answer took', async () => {
    const { tiles, asked, names, pass } = open();
    const lastTime = spanOf(at(2)).from + 5;
    tiles.want([at(2)], { lastSequence: 7, lastTime });
    await pass(2_000);
    await asked[0]!.answer();
    tiles.want([at(2)], { lastSequence: 8, lastTime: lastTime + 1 });
    await pass(1_900);
    expect(names()).toHaveLength(1);
    await pass(100);
    expect(names()).toHaveLength(2);
  });

  test('that fail say why, and are tried again after a longer pause', async () => {
    const { tiles, asked, names, pass } = open();
    tiles.want([at(1)], KNOWN);
    await asked[0]!.fail(new StudioProblem({ code: 'VIEW_FAILED', message: 'no' }));
    expect(tiles.problem?.code).toBe('VIEW_FAILED');
    await pass(1_900);
    expect(names()).toHaveLength(1);
    await pass(100);
    await asked[1]!.answer();
    expect([tiles.problem, tiles.isComplete]).toEqual([undefined, true]);
  });

  test('that fail by a defect say so', async () => {
    const { tiles, asked } = open();
    tiles.want([at(1)], KNOWN);
    await asked[0]!.fail(new TypeError('x is undefined'));
    expect(tiles.problem).toMatchObject({ code: 'DEFECT', message: 'TypeError: x is undefined' });
  });

  test('are dropped beyond the budget: first those that were used longest ago, never those in sight', async () => {
    const size = decodeTile(tileBytes(tileOf({ from: spanOf(at(1)).from, columns: TILE_COLUMNS }))).bytes;
    const { tiles, asked } = open(3 * size + 100);
    for (const index of [1, 2, 3]) {
      tiles.want([at(index)], KNOWN);
      await asked.at(-1)!.answer();
    }
    tiles.get(at(1));
    tiles.want([at(4)], KNOWN);
    await asked.at(-1)!.answer();
    expect([1, 2, 3, 4].map((index) => tiles.has(at(index)))).toEqual([true, false, true, true]);
    expect(tiles.bytes).toBeLessThanOrEqual(3 * size + 100);
  });

  test('in sight stay, though they are more than the budget', async () => {
    const { tiles, asked } = open(1);
    tiles.want([at(1), at(2)], KNOWN);
    for (const one of [0, 1]) await asked[one]!.answer();
    expect([tiles.has(at(1)), tiles.has(at(2))]).toEqual([true, true]);
  });

  test('are forgotten with the log, also those on their way', async () => {
    const { tiles, asked } = open();
    tiles.want([at(1), at(2)], KNOWN);
    await asked[0]!.answer();
    tiles.clear();
    await asked[1]!.answer();
    expect([tiles.has(at(1)), tiles.has(at(2)), tiles.bytes]).toEqual([false, false, 0]);
  });
});
