/** Reading: whole blocks, in order, by sequence and by time. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import { decodeTags } from '../blocks/block.ts';
import type { BlockQuery, EventTags, LogStore, QueuedCommit } from '../log-store.ts';
import type { Check } from './bench.ts';
import { appendCommits, appendNotes, collect, commitOf, noted, readEvents, sequencesOf, upTo } from './fixtures.ts';

export function readingCases(): readonly Check[] {
  return [
    ['a range gives the blocks that overlap it', readsRanges],
    ['a read may stop early, and another may begin meanwhile', stopsEarly],
    ['more blocks than one page holds', manyBlocks],
    ['more bytes than one page holds', manyBytes],
    ['time: the last block that was recorded by then', findsTimes],
    ['the ids of commits are on their events, also after reopening', keepsIds],
    ['time: the last of several blocks recorded in one millisecond', lastOfOneTime],
    ['tags are kept in their blocks, open and sealed', keepsTags],
    ['finding gives every block that holds a tag, in order and in reverse', findsTags],
    ['finding gives every block whose tags are not those asked for', findsUntagged],
  ];
}

const keepsIds: Check[1] = async (bench) => {
  const { log } = bench;
  await appendCommits(log, commitOf([noted(1)]), { ...commitOf([noted(2), noted(3)]), commandId: 'order-"7"' });
  await appendCommits(log, { ...commitOf([{ ...noted(4), meta: { by: 'me' } }]), commandId: 'заказ-8' });
  const ids = [undefined, 'order-"7"', 'order-"7"', 'заказ-8'];
  deepStrictEqual(
    (await readEvents(log)).map(({ commandId }) => commandId),
    ids,
  );
  const again = await bench.reopen();
  deepStrictEqual(
    (await readEvents(again)).map(({ commandId }) => commandId),
    ids,
  );
};

const RANGES: readonly (readonly [range: { from: number; to?: number }, firsts: readonly number[]])[] = [
  [{ from: 1 }, [1, 3, 6]],
  [{ from: 0 }, [1, 3, 6]],
  [{ from: 2 }, [1, 3, 6]],
  [{ from: 4 }, [3, 6]],
  [{ from: 6 }, [6]],
  [{ from: 7 }, []],
  [{ from: 1, to: 2 }, [1]],
  [{ from: 1, to: 3 }, [1, 3]],
  [{ from: 4, to: 4 }, [3]],
  [{ from: 2, to: 99 }, [1, 3, 6]],
  [{ from: 5, to: 4 }, []],
];

const readsRanges: Check[1] = async ({ log }) => {
  await appendThreeBlocks(log);
  for (const [range, firsts] of RANGES) {
    deepStrictEqual([range, await firstsOf(log.read(range))], [range, firsts]);
  }
};

const TIMES: readonly (readonly [time: number, first: number | undefined])[] = [
  [9, undefined],
  [10, 1],
  [29, 2],
  [30, 3],
  [70, 7],
  [1e15, 7],
];

const findsTimes: Check[1] = async ({ log }) => {
  await appendNotes(log, 7);
  for (const [time, first] of TIMES) {
    deepStrictEqual([time, (await log.blockAt(time))?.firstSequence], [time, first]);
  }
};

/** Blocks 1 to 2, 3 to 5, and 6. */
async function appendThreeBlocks(log: LogStore): Promise<void> {
  await appendCommits(log, commitOf([noted(1), noted(2)]));
  await appendCommits(log, commitOf([noted(3)]), commitOf([noted(4), noted(5)]));
  await appendCommits(log, commitOf([noted(6)]));
}

async function firstsOf(blocks: AsyncIterable<{ readonly firstSequence: number }>): Promise<number[]> {
  return (await collect(blocks)).map(({ firstSequence }) => firstSequence);
}

const stopsEarly: Check[1] = async ({ log }) => {
  await appendThreeBlocks(log);
  for await (const block of log.read({ from: 1 })) {
    strictEqual(block.firstSequence, 1);
    break;
  }
  await appendNotes(log, 1);
  deepStrictEqual(sequencesOf(await readEvents(log)), upTo(7));
};

const manyBlocks: Check[1] = async ({ log }) => {
  await appendThreeBlocks(log);
  const appends = upTo(2_500).map((index) =>
    log.append({
      expectedSequence: 5 + index,
      epoch: log.epoch,
      commits: [commitOf([noted(index)])],
      outcomes: [],
    }),
  );
  await Promise.all(appends);
  deepStrictEqual(sequencesOf(await readEvents(log)), upTo(2_506));
  strictEqual((await collect(log.headers())).length, 2_503);
  deepStrictEqual(await firstsOf(log.headers(2_504)), [2_504, 2_505, 2_506]);
};

const manyBytes: Check[1] = async ({ log }) => {
  await appendThreeBlocks(log);
  for (const note of 'abc') await appendCommits(log, commitOf([noted(note.repeat(900_000))]));
  const notes = (await readEvents(log, 7)).map((event) => (event.data as { note: string }).note[0]);
  deepStrictEqual(notes, ['a', 'b', 'c']);
};

const lastOfOneTime: Check[1] = async ({ log }) => {
  for (const note of [1, 2, 3]) await appendCommits(log, commitOf([noted(note)], 100));
  await appendCommits(log, commitOf([noted(4)], 200));
  strictEqual((await log.blockAt(150))?.firstSequence, 3);
};

/** A commit of one event with tags of the tagger `t1`. */
function tagged(note: number, ...tags: readonly string[]): QueuedCommit {
  return { ...commitOf([noted(note)]), tags: { types: ['Noted'], events: [['t1', ...tags]] } };
}

async function appendTagged(log: LogStore): Promise<void> {
  await appendCommits(log, tagged(1, 'a', 'b'), tagged(2));
  await appendCommits(log, commitOf([noted(3)]));
  await appendCommits(log, tagged(4, 'c'));
  await appendCommits(log, tagged(5, 'a'), tagged(6, 'ü → 😀'));
}

async function tagsIn(log: LogStore): Promise<EventTags[]> {
  return (await collect(log.read({ from: 1 }))).flatMap((block) => decodeTags(block));
}

const keepsTags: Check[1] = async (bench) => {
  const expected: EventTags[] = [['t1', 'a', 'b'], ['t1'], 0, ['t1', 'c'], ['t1', 'a'], ['t1', 'ü → 😀']];
  await appendTagged(bench.log);
  deepStrictEqual(await tagsIn(bench.log), expected);
  await bench.log.care?.seal({ through: 4 });
  deepStrictEqual(await tagsIn(bench.log), expected);
  deepStrictEqual(await tagsIn(await bench.reopen()), expected);
  deepStrictEqual(sequencesOf(await readEvents(bench.log)), upTo(6));
};

const TAGGERS: ReadonlyMap<string, string> = new Map([['Noted', 't1']]);

/** The first sequences of the blocks found; undefined when the log keeps no lists of tags. */
async function found(log: LogStore, query: Partial<BlockQuery>): Promise<number[] | undefined> {
  const blocks = log.find?.({ from: 1, to: log.head().sequence, ...query });
  return blocks && (await collect(blocks)).map(({ firstSequence }) => firstSequence);
}

const findsTags: Check[1] = async (bench) => {
  const { log } = bench;
  await appendTagged(log);
  if (log.find === undefined) return;
  const a = { tags: { tag: 'a', taggers: TAGGERS } };
  deepStrictEqual(await found(log, {}), [1, 3, 4, 5]);
  deepStrictEqual(await found(log, { reverse: true }), [5, 4, 3, 1]);
  // The block at 3 says nothing about its tags, so it must be given.
  deepStrictEqual(await found(log, a), [1, 3, 5]);
  deepStrictEqual(await found(log, { ...a, reverse: true }), [5, 3, 1]);
  deepStrictEqual(await found(log, { ...a, from: 2, to: 4 }), [1, 3]);
  deepStrictEqual(await found(log, { tags: { tag: 'none', taggers: TAGGERS } }), [3]);
  deepStrictEqual(await found(log, { tags: { tag: 'a', taggers: TAGGERS, types: new Set(['Other']) } }), [3]);
  await log.care?.seal({ through: 6 });
  deepStrictEqual(await found(await bench.reopen(), a), log.care === undefined ? [1, 3, 5] : [1]);
};

const findsUntagged: Check[1] = async ({ log }) => {
  await appendTagged(log);
  if (log.find === undefined) return;
  deepStrictEqual(await found(log, { tags: { taggers: TAGGERS } }), [3]);
  deepStrictEqual(await found(log, { tags: { tag: 'c', taggers: new Map([['Noted', 't2']]) } }), [1, 3, 4, 5]);
};
