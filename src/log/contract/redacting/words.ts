/** The words: what events say, and their tags, is replaced in every block, and everything else stays. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { redactRun } from '../../blocks/redacting.ts';
import { retagBlock } from '../../blocks/sealing.ts';
import type { Bench, Check } from '../bench.ts';
import {
  appendCommits,
  appendNotes,
  blocksOf,
  collect,
  commitOf,
  eventsOf,
  fenceOf,
  forgotten,
  isForgotten,
  noted,
  packForgotten,
  readEvents,
  redact,
  redactionOf,
  rowOf,
  sequencesOf,
  upTo,
} from '../fixtures.ts';

/** Redaction changes what events say, and nothing else. */
export const REDACTED_WORDS: readonly Check[] = [
  ['changes what events say, and nothing else', changesData],
  ['changes open and sealed blocks, several as one', changesBoth],
  ['changes the last block, and appends link to it', changesLast],
  ['replaces the tags', replacesTags],
  ['a block that was packed before it does not bring the words back', keepsOldOut],
];

async function changesData(bench: Bench): Promise<void> {
  const { log } = bench;
  for (let index = 0; index < 4; index++) {
    await appendCommits(
      log,
      { ...commitOf([noted(index), noted(`secret ${index}`, 'Other')], index * 100), commandId: `c${index}` },
      commitOf([{ ...noted(index), meta: { by: index } }], index * 100 + 7),
    );
  }
  const before = await readEvents(log);
  const [head, headers] = [log.head(), await collect(log.headers())];
  await redact(log, [5, 11]);
  const expected = before.map((event) =>
    [5, 11].includes(event.sequence) ? { ...event, data: { note: 'forgotten' } } : event,
  );
  await bench.nowAndReopened(async (found) => {
    deepStrictEqual(await readEvents(found), expected);
    deepStrictEqual(found.head(), head);
    deepStrictEqual(
      (await collect(found.headers())).map(({ firstSequence, encoding }) => [firstSequence, encoding]),
      headers.map(({ firstSequence }, index) => [firstSequence, index % 2 === 1 ? 'sealed' : 'open']),
    );
    deepStrictEqual(sequencesOf(await readEvents(found, 6)), upTo(12, 6));
    strictEqual((await found.blockAt(150))?.firstSequence, 4);
  });
  deepStrictEqual(await bench.care.checkStructure(), []);
}

async function changesBoth(bench: Bench): Promise<void> {
  const { log } = bench;
  await appendNotes(log, 12);
  await bench.care.seal({ through: 6, borders: [3] });
  const sealed = await packForgotten(log, 2, 9, [2, 8]); // two sealed blocks and three open ones
  await redactionOf(log).stage([sealed], []);
  await redactionOf(log).apply(rowOf([2, 8]), fenceOf(log));
  const again = await bench.reopen();
  deepStrictEqual(
    (await collect(again.headers())).map(({ lastSequence }) => lastSequence),
    [9, 10, 11, 12],
  );
  deepStrictEqual(sequencesOf((await readEvents(again)).filter(isForgotten)), [2, 8]);
  await bench.care.seal({ through: 12 });
  deepStrictEqual(sequencesOf((await readEvents(bench.log)).filter(isForgotten)), [2, 8]);
}

async function changesLast(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 3);
  await redact(bench.log, [3]);
  await appendNotes(bench.log, 2);
  const again = await bench.reopen();
  await appendNotes(again, 1);
  const events = await readEvents(again);
  deepStrictEqual([sequencesOf(events), sequencesOf(events.filter(isForgotten))], [upTo(6), [3]]);
}

async function replacesTags(bench: Bench): Promise<void> {
  const { log } = bench;
  const tagger = 'aabbccdd';
  for (const tag of ['ada', 'bob', 'cyd']) {
    await appendCommits(log, { ...commitOf([noted(tag)]), tags: { types: ['Noted'], events: [[tagger, tag]] } });
  }
  const run = await blocksOf(log, 2, 2);
  const [event] = eventsOf(run);
  const sealed = redactRun(run, await redactionOf(log).chainBefore(2), [forgotten(event!, [tagger, 'nobody'])]);
  await redactionOf(log).stage([sealed], []);
  await redactionOf(log).apply(rowOf([2]), fenceOf(log));
  await bench.nowAndReopened(async (found) => {
    if (found.find === undefined) return;
    for (const [tag, places] of Object.entries({ ada: [1], bob: [], nobody: [2] })) {
      const headers = found.find({ from: 1, to: 3, tags: { tag, taggers: new Map([['Noted', tagger]]) } });
      deepStrictEqual(
        (await collect(headers)).map(({ firstSequence }) => firstSequence),
        places,
      );
    }
  });
}

async function keepsOldOut({ log, care }: Bench): Promise<void> {
  await appendNotes(log, 4);
  await care.seal({ through: 4 });
  const [old] = await blocksOf(log, 1, 4);
  const retagged = retagBlock(old!, [['t1', 'a'], 0, 0, 0]);
  await redact(log, [2]);
  if (care.replaceBlock !== undefined) strictEqual(await care.replaceBlock(retagged), false);
  deepStrictEqual(sequencesOf((await readEvents(log)).filter(isForgotten)), [2]);
  const [block] = await blocksOf(log, 1, 4);
  if (care.replaceBlock !== undefined) ok(await care.replaceBlock(retagBlock(block!, [['t1', 'a'], 0, 0, 0])));
  deepStrictEqual(sequencesOf((await readEvents(log)).filter(isForgotten)), [2]);
}
