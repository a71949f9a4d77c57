/** Checkpoints of projections, progress of reactors, and small texts. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { Checkpoint, LogStore } from '../log-store.ts';
import type { Check } from './bench.ts';

export function checkpointCases(): readonly Check[] {
  return [
    ['checkpoints say how far each projection has come', sayHowFar],
    ['a dropped checkpoint is deleted, and no other', isDropped],
    ['the progress of reactors is kept', keepsReactors],
    ['meta keeps small texts', keepsTexts],
  ];
}

const sayHowFar: Check[1] = async (bench) => {
  await bench.log.putCheckpoint({ projection: 'totals', sequence: 3 });
  await bench.log.putCheckpoint({ projection: 'audit', sequence: 9 });
  await bench.log.putCheckpoint({ projection: 'totals', sequence: 5 });
  deepStrictEqual(await sorted(await bench.reopen()), [
    { projection: 'audit', sequence: 9 },
    { projection: 'totals', sequence: 5 },
  ]);
};

/** They come in any order. */
async function sorted(log: LogStore): Promise<Checkpoint[]> {
  return [...(await log.checkpoints())].sort((a, b) => (a.projection < b.projection ? -1 : 1));
}

const isDropped: Check[1] = async (bench) => {
  const { log } = bench;
  await log.putCheckpoint({ projection: 'totals', sequence: 3 });
  await log.putCheckpoint({ projection: 'audit', sequence: 9 });
  await log.dropCheckpoint('totals');
  await log.dropCheckpoint('unheard of');
  deepStrictEqual(await log.checkpoints(), [{ projection: 'audit', sequence: 9 }]);
  const again = await bench.reopen();
  deepStrictEqual(await again.checkpoints(), [{ projection: 'audit', sequence: 9 }]);
  await again.putCheckpoint({ projection: 'totals', sequence: 4 });
  strictEqual((await again.checkpoints()).length, 2);
};

const keepsReactors: Check[1] = async (bench) => {
  const { log } = bench;
  deepStrictEqual(await log.reactors(), []);
  await log.dropReactor('unheard of');
  await log.putReactor({ reactor: 'mail', sequence: 3, progress: '{"sequence":3}' });
  await log.putReactor({ reactor: 'audit', sequence: 1, progress: '' });
  await log.putReactor({ reactor: 'mail', sequence: 4, progress: '{"sequence":4}' });
  const again = await bench.reopen();
  const kept = await again.reactors();
  deepStrictEqual(
    kept.toSorted((a, b) => a.sequence - b.sequence),
    [
      { reactor: 'audit', sequence: 1, progress: '' },
      { reactor: 'mail', sequence: 4, progress: '{"sequence":4}' },
    ],
  );
  await again.dropReactor('audit');
  deepStrictEqual(await (await bench.reopen()).reactors(), [
    { reactor: 'mail', sequence: 4, progress: '{"sequence":4}' },
  ]);
};

const keepsTexts: Check[1] = async (bench) => {
  strictEqual(await bench.log.getMeta('model'), undefined);
  await bench.log.putMeta('model', 'orderbook');
  await bench.log.putMeta('model', 'orderbook 2');
  strictEqual(await (await bench.reopen()).getMeta('model'), 'orderbook 2');
};
