/** What a heatmap learns from its tiles. */
import { expect, test } from 'vitest';
import { HeatmapModel } from '../../../../src/studio/page/book/heatmap/heatmap-model.ts';
import { decodeTile } from '../../../../src/studio/page/book/heatmap/tiles/decode.ts';
import { spanOf, type TilePlace } from '../../../../src/studio/page/book/heatmap/tiles/tile-plan.ts';
import type { TileAnswer } from '../../../../src/studio/wire.ts';
import { tileBytes, tileOf } from './tile-fixture.ts';

const LENGTH = 256 * 2 ** 6;

/** A heatmap of a log that fills two tiles, after both of them have come. */
async function shown(first: Partial<TileAnswer>, second: Partial<TileAnswer>): Promise<HeatmapModel> {
  const ask = async (place: TilePlace) => {
    const { from } = spanOf(place);
    const part = from === 0 ? first : second;
    return decodeTile(tileBytes(tileOf({ from, step: 2 ** place.power, ...part })));
  };
  const model = new HeatmapModel(ask);
  const log = { from: 0, to: 2 * LENGTH - 128 };
  model.update({ log, lastSequence: 10, moment: log.to, width: 1_000, isSeen: true, generation: '1' });
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
