/** Closing: earlier calls complete, later calls are refused. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { LogStore } from '../log-store.ts';
import type { Check } from './bench.ts';
import { appendNotes, collect, commitOf, noted, readEvents, refusalOf, sequencesOf, snapshotAt } from './fixtures.ts';

export function closingCases(): readonly Check[] {
  return [
    ['completes earlier calls and refuses later ones', completesAndRefuses],
    ['wakes a follower', wakesFollower],
  ];
}

const completesAndRefuses: Check[1] = async (bench) => {
  const { log } = bench;
  const commits = [commitOf([noted(1)])];
  const append = log.append({ expectedSequence: 0, epoch: log.epoch, commits, outcomes: [] });
  const closing = log.close();
  await append;
  await Promise.all([closing, log.close()]);
  for (const call of callsOf(log)) strictEqual((await refusalOf(call)).code, 'STORE_CLOSED');
  deepStrictEqual(sequencesOf(await readEvents(await bench.reopen())), [1]);
};

function callsOf(log: LogStore): readonly (() => unknown)[] {
  const { care } = log;
  return [
    () => appendNotes(log, 1),
    () => readEvents(log),
    () => collect(log.headers()),
    () => log.blockAt(0),
    () => log.outcome('c'),
    () => log.snapshots(''),
    () => log.putSnapshot(snapshotAt(log, 1), []),
    () => log.getMeta('model'),
    () => log.putMeta('model', 'x'),
    () => log.checkpoints(),
    () => log.dropCheckpoint('totals'),
    () => log.reactors(),
    () => log.putReactor({ reactor: 'mail', sequence: 1, progress: '' }),
    () => log.dropReactor('mail'),
    () => log.dropThrough(1),
    () => log.flush(),
    ...(care === undefined
      ? []
      : [() => care.seal({ through: 1 }), () => care.reclaim(), () => care.size(), () => care.checkStructure()]),
  ];
}

const wakesFollower: Check[1] = async ({ log }) => {
  const following = collect(log.follow(1, AbortSignal.timeout(20_000)));
  const refused = refusalOf(following);
  await log.close();
  strictEqual((await refused).code, 'STORE_CLOSED');
};
