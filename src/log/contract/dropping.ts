/** Dropping history: whole blocks from the beginning, and readers of dropped events get an error. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { Check, LogContractSetup } from './bench.ts';
import {
  appendCommits,
  appendNotes,
  collect,
  commitOf,
  matches,
  noted,
  readEvents,
  refusalOf,
  sequencesOf,
  upTo,
} from './fixtures.ts';

export function droppingCases({ care = true }: LogContractSetup<any>): readonly Check[] {
  return [
    ['the error for a dropped event names the first sequence left', namesFirstLeft],
    ['drops whole blocks only', takesWholeBlocks],
    ['never drops the last block', sparesTheLast],
    ...(care ? [['works with sealing in any order', goesWithSealing] as Check] : []),
    ['a reader that is overtaken gets an error', tellsTheOvertaken],
  ];
}

const namesFirstLeft: Check[1] = async (bench) => {
  const { log } = bench;
  await appendNotes(log, 10);
  const head = log.head();
  await log.dropThrough(4);
  for (const from of [0, 1, 4]) {
    matches(await refusalOf(readEvents(log, from)), { code: 'HISTORY_GONE', sequence: 5 });
    for (const reverse of log.find === undefined ? [] : [false, true]) {
      const finding = collect(log.find!({ from, to: head.sequence, reverse }));
      matches(await refusalOf(finding), { code: 'HISTORY_GONE', sequence: 5 });
    }
  }
  deepStrictEqual(sequencesOf(await readEvents(log, 5)), upTo(10, 5));
  strictEqual(log.firstSequence(), 5);
  deepStrictEqual(log.head(), head);
  const again = await bench.reopen();
  strictEqual(again.firstSequence(), 5);
  deepStrictEqual(again.head(), head);
  strictEqual((await refusalOf(readEvents(again, 1))).sequence, 5);
  deepStrictEqual(sequencesOf(await readEvents(again, 5)), upTo(10, 5));
};

const takesWholeBlocks: Check[1] = async ({ log }) => {
  await appendCommits(log, commitOf([noted(1), noted(2), noted(3)]));
  await appendNotes(log, 2);
  await log.dropThrough(2);
  strictEqual(log.firstSequence(), 1);
  await log.dropThrough(3);
  strictEqual(log.firstSequence(), 4);
};

const sparesTheLast: Check[1] = async ({ log }) => {
  await appendNotes(log, 3);
  await log.dropThrough(99);
  strictEqual(log.firstSequence(), 3);
  await appendNotes(log, 1);
  deepStrictEqual(sequencesOf(await readEvents(log, 3)), [3, 4]);
};

const goesWithSealing: Check[1] = async (bench) => {
  const { log, care } = bench;
  await appendNotes(log, 12);
  await care.seal({ through: 4 });
  await log.dropThrough(4);
  await care.seal({ through: 9 });
  deepStrictEqual(sequencesOf(await readEvents(log, 5)), upTo(12, 5));
  await log.dropThrough(9);
  await care.reclaim();
  deepStrictEqual(sequencesOf(await readEvents(await bench.reopen(), 10)), [10, 11, 12]);
};

const tellsTheOvertaken: Check[1] = async ({ log }) => {
  const big = 'x'.repeat(700_000);
  // More than a log may have read ahead before the first block is taken.
  for (let index = 1; index <= 20; index++) await appendCommits(log, commitOf([noted(`${index}${big}`)]));
  const reading = async (): Promise<void> => {
    for await (const block of log.read({ from: 1 })) {
      if (block.firstSequence === 1) await log.dropThrough(19);
    }
  };
  matches(await refusalOf(reading), { code: 'HISTORY_GONE', sequence: 20 });
};
