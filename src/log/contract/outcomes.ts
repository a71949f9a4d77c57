/** Outcomes of commands: remembered with their append, forgotten by the bounds. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { StoredOutcome } from '../log-store.ts';
import type { Check } from './bench.ts';
import { collect, commitOf, matches, noted, remember, upTo } from './fixtures.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

export function outcomeCases(): readonly Check[] {
  return [
    ['are remembered with their append and survive reopening', surviveReopening],
    ['may come without events, and do not move the head', comeAlone],
    ['are there when the append is done, and not before', areThereInTime],
    ['that come again count as new', areRenewed],
    ['are forgotten after a week, oldest first, a few at a time', areForgotten],
    ['are kept up to a hundred thousand', areBounded],
  ];
}

const outcomesOf = (ids: readonly number[], recordedAt: number, outcome = '{}'): StoredOutcome[] =>
  ids.map((id) => ({ commandId: `c${id}`, recordedAt, outcome }));

const surviveReopening: Check[1] = async (bench) => {
  const { log } = bench;
  const stored = { commandId: 'order-7', recordedAt: 42, outcome: '{"status":"accepted"}' };
  await log.append({
    expectedSequence: 0,
    epoch: log.epoch,
    commits: [commitOf([noted(1)])],
    outcomes: [stored, { ...stored, commandId: 'other' }],
  });
  deepStrictEqual(await log.outcome('order-7'), stored);
  const again = await bench.reopen();
  deepStrictEqual(await again.outcome('order-7'), stored);
  strictEqual(await again.outcome('order-8'), undefined);
};

const comeAlone: Check[1] = async ({ log }) => {
  const stored = { commandId: 'refused', recordedAt: 42, outcome: '{"status":"rejected"}' };
  const before = log.head();
  await remember(log, [stored]);
  deepStrictEqual(await log.outcome('refused'), stored);
  deepStrictEqual(log.head(), before);
  deepStrictEqual(await collect(log.headers()), []);
};

const areThereInTime: Check[1] = async (bench) => {
  const give = (ids: readonly string[], outcome = '{}') =>
    remember(
      bench.log,
      ids.map((commandId) => ({ commandId, recordedAt: 1, outcome })),
    );
  const batches = upTo(8).map((batch) => upTo(300).map((id) => `c${batch}-${id}`));
  for (const ids of batches) {
    for (const id of ids) strictEqual(await bench.log.outcome(id), undefined);
    await give(ids);
    for (const id of ids) matches(await bench.log.outcome(id), { commandId: id });
  }
  const log = await bench.reopen();
  for (const id of batches.flat()) matches(await log.outcome(id), { commandId: id });
  strictEqual(await log.outcome('c9-1'), undefined);
  await give(['c9-1', 'c1-1'], '{"again":true}');
  for (const id of ['c9-1', 'c1-1']) matches(await log.outcome(id), { outcome: '{"again":true}' });
};

const areRenewed: Check[1] = async ({ log }) => {
  const give = (ids: readonly number[], at: number) => remember(log, outcomesOf(ids, at, `{"at":${at}}`));
  await give(upTo(300), 0);
  await give([...upTo(3), ...upTo(3), ...upTo(394, 301)], WEEK_MS + 1);
  matches(await log.outcome('c1'), { recordedAt: WEEK_MS + 1 });
  strictEqual(await log.outcome('c4'), undefined);
  strictEqual(await log.outcome('c203'), undefined);
  ok((await log.outcome('c204')) !== undefined, 'c204 is forgotten too early');
};

const areForgotten: Check[1] = async ({ log }) => {
  await remember(log, outcomesOf(upTo(300), 0));
  await remember(log, outcomesOf(upTo(400, 301), WEEK_MS + 1));
  strictEqual(await log.outcome('c1'), undefined);
  strictEqual(await log.outcome('c200'), undefined);
  ok((await log.outcome('c201')) !== undefined, 'c201 is forgotten too early');
  await remember(log, outcomesOf(upTo(500, 401), WEEK_MS + 1));
  strictEqual(await log.outcome('c300'), undefined);
  ok((await log.outcome('c301')) !== undefined, 'c301 is forgotten too early');
};

const areBounded: Check[1] = async ({ log }) => {
  await remember(log, outcomesOf(upTo(100_000), 1));
  await remember(log, outcomesOf(upTo(100_150, 100_001), 1));
  strictEqual(await log.outcome('c150'), undefined);
  ok((await log.outcome('c151')) !== undefined, 'c151 is forgotten too early');
  ok((await log.outcome('c100150')) !== undefined, 'the newest is forgotten');
};
