/** What a heatmap learns from its tiles. */
import { describe, expect, test } from 'vitest';
import { HeatmapModel } from '../../../../src/studio/page/book/heatmap/heatmap-model.ts';
import { decodeTile } from '../../../../src/studio/page/book/heatmap/tiles/decode.ts';
import { spanOf, type TilePlace } from '../../../../src/studio/page/book/heatmap/tiles/tile-plan.ts';
import type { TileAnswer } from '../../../../src/studio/wire.ts';
import { tileBytes, tileOf } from './tile-fixture.ts';

const LENGTH = 256 * 2 ** 6;
const LOG = { from: 0, to: 2 * LENGTH - 128 };

/** A heatmap of a log that fills two tiles, after both of them have come. */
async function shown(
  first: Partial<TileAnswer>,
  second: Partial<TileAnswer>,
  window?: HeatmapModel['window'],
): Promise<HeatmapModel> {
  const ask = async (place: TilePlace) => {
    const { from } = spanOf(place);
    const part = from === 0 ? first : second;
    return decodeTile(tileBytes(tileOf({ from, step: 2 ** place.power, ...part })));
  };
  const model = new HeatmapModel(ask);
  if (window !== undefined) model.show(window);
  model.update({ log: LOG, lastSequence: 10, moment: LOG.to, width: 1_000, isSeen: true, generation: '1' });
  await new Promise((resolve) => setImmediate(resolve));
  return model;
}

test('the tick divides the distances of prices in all tiles, and a single price tells nothing of it', async () => {
  const one = { levels: [[[57_507, 1, 'buy'] as const]] };
  const even = { priceStep: 200, levels: [[[57_507, 1, 'buy'] as const, [57_707, 1, 'sell'] as const]] };
  const odd = { priceStep: 500, levels: [[[57_007, 1, 'buy'] as const, [57_507, 1, 'sell'] as const]] };
  expect((await shown(one, one)).tick).toBe(1);
  expect((await shown(one, even)).tick).toBe(200);
  expect((await shown(even, one)).tick).toBe(200);
  expect((await shown(odd, even)).tick).toBe(100);
});

describe('a link', () => {
  const one = { levels: [[[57_507, 1, 'buy'] as const]], bid: [57_507] };

  test('says nothing while the picture follows at its usual span', async () => {
    expect((await shown(one, one)).window).toBeUndefined();
  });

  test('shows the time and the prices that a person has chosen, and another page says the same', async () => {
    const model = await shown(one, one);
    model.zoomTime(3_000, 0.25);
    model.pan(-2_000, 0);
    model.zoomPrice(57_507, 0.5);
    const { window, frame } = model;
    const opened = await shown(one, one, window);
    expect(opened.window).toEqual(window);
    expect(opened.frame!.from).toBeCloseTo(frame!.from, -1);
    expect(opened.frame!.high).toBeCloseTo(frame!.high, -1);
    expect([opened.isTimeHeld.value, opened.isPriceHeld.value]).toEqual([true, true]);
  });

  test('back to a picture that followed the moment opens one that follows it', async () => {
    const model = await shown(one, one);
    model.zoomTime(LOG.to, 0.5);
    expect(model.isTimeHeld.value).toBe(false);
    const opened = await shown(one, one, model.window);
    expect(opened.isTimeHeld.value).toBe(false);
    expect(opened.window?.low).toBeUndefined();
  });

  test('of another log shows a piece of this one', async () => {
    const opened = await shown(one, one, { since: 1e12, until: 1e12 + 5_000 });
    const { from, to } = opened.time.value!;
    expect([from < LOG.to, to > LOG.from, to - from]).toEqual([true, true, 5_000]);
  });
});
