/** Sealing: blocks are packed, and every read gives the same as before. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { Block, LogStore } from '../log-store.ts';
import type { Check, LogContractSetup } from './bench.ts';
import {
  appendCommits,
  appendNotes,
  collect,
  commitOf,
  eventsOf,
  matches,
  noted,
  readEvents,
  sequencesOf,
  upTo,
} from './fixtures.ts';

export function sealingCases({ care = true }: LogContractSetup<any>): readonly Check[] {
  if (!care) return [];
  return [
    ['does not change what can be read', changesNothing],
    ['stops where it is told to', stopsWhereTold],
    ['a block that ends after the bound stays open', staysOpen],
    ['later blocks still link, and small sealed blocks are merged', mergesSmall],
    ['makes blocks of bounded size', boundsBlocks],
    ['no sealed block crosses a border', keepsBorders],
    ['a dry run says what sealing will make, and changes nothing', dryRunTells],
    ['stops at its signal after the block in progress', stopsAtSignal],
    ['appends work meanwhile', appendsComeThrough],
    ['a reader in the middle continues without a gap', readerGoesOn],
    ['time and sequence still lead to the right block', timeStillLeads],
    ['a block takes at least the size of its text on the disk', storedAtLeast],
  ];
}

async function appendMixed(log: LogStore, blocks: number): Promise<void> {
  for (let index = 0; index < blocks; index++) {
    const at = log.head().recordedAt + (index % 3);
    const events = upTo((index % 4) + 1).map((n) => noted({ n, index }, n % 2 === 0 ? 'Even' : 'Odd'));
    await appendCommits(log, commitOf(events, at), {
      ...commitOf([{ ...noted(index), meta: { index } }], at + 1),
      ...(index % 2 === 0 && { commandId: `c${index}` }),
    });
  }
}

async function encodingsOf(log: LogStore): Promise<string[]> {
  return (await collect(log.headers())).map(({ encoding }) => encoding);
}

const changesNothing: Check[1] = async (bench) => {
  const { log, care } = bench;
  await appendMixed(log, 30);
  const before = await readEvents(log);
  const report = await care.seal({ through: log.head().sequence });
  matches(report, { sealedEvents: before.length, blocksBefore: 30, blocksAfter: 1 });
  ok(report.bytesAfter < report.bytesBefore, 'sealing made the blocks larger');
  deepStrictEqual(await encodingsOf(log), ['sealed']);
  deepStrictEqual(await readEvents(log), before);
  const head = log.head();
  const again = await bench.reopen();
  deepStrictEqual(again.head(), head);
  deepStrictEqual(await readEvents(again), before);
};

const stopsWhereTold: Check[1] = async ({ log, care }) => {
  await appendNotes(log, 10);
  await care.seal({ through: 6 });
  deepStrictEqual(
    (await collect(log.headers())).map((block) => [block.lastSequence, block.encoding]),
    [[6, 'sealed'], ...upTo(10, 7).map((last) => [last, 'open'])],
  );
};

const staysOpen: Check[1] = async ({ log, care }) => {
  await appendCommits(log, commitOf([noted(1), noted(2), noted(3)]));
  matches(await care.seal({ through: 2 }), { sealedEvents: 0, blocksBefore: 0, blocksAfter: 0 });
  deepStrictEqual(await encodingsOf(log), ['open']);
};

const mergesSmall: Check[1] = async (bench) => {
  const { log, care } = bench;
  for (let round = 0; round < 3; round++) {
    await appendNotes(log, 5);
    await care.seal({ through: log.head().sequence });
  }
  await appendNotes(log, 2);
  deepStrictEqual(
    (await collect(log.headers())).map((block) => block.lastSequence),
    [15, 16, 17],
  );
  const again = await bench.reopen();
  deepStrictEqual(sequencesOf(await readEvents(again)), upTo(17));
  matches(await bench.care.seal({ through: 15 }), { blocksBefore: 0 });
};

const boundsBlocks: Check[1] = async ({ log, care }) => {
  for (let index = 0; index < 9; index++) await appendCommits(log, commitOf(upTo(4_000).map((n) => noted(n))));
  const progress: number[] = [];
  await care.seal({ through: 36_000, onProgress: (through) => progress.push(through) });
  deepStrictEqual(
    (await collect(log.headers())).map((block) => block.lastSequence),
    [20_000, 36_000],
  );
  deepStrictEqual(progress, [20_000, 36_000]);
  strictEqual((await readEvents(log, 19_999, 20_002)).length, 4);
};

const keepsBorders: Check[1] = async ({ log, care }) => {
  await appendNotes(log, 9);
  const { made, blocksAfter } = await care.seal({ from: 2, through: 8, borders: [6, 2, 6, 9, 40] });
  deepStrictEqual(
    made.map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence]),
    [
      [2, 2],
      [3, 6],
      [7, 8],
    ],
  );
  strictEqual(blocksAfter, 3);
  deepStrictEqual((await collect(log.headers(2))).slice(0, 3), made);
};

const dryRunTells: Check[1] = async ({ log, care }) => {
  await appendMixed(log, 20);
  const before = await collect(log.headers());
  const options = { through: log.head().sequence, borders: [14] };
  const plan = await care.seal({ ...options, dryRun: true });
  deepStrictEqual(await collect(log.headers()), before);
  deepStrictEqual(await care.seal(options), plan);
  deepStrictEqual(await collect(log.headers()), plan.made);
};

const stopsAtSignal: Check[1] = async ({ log, care }) => {
  for (let index = 0; index < 3; index++) await appendCommits(log, commitOf(upTo(17_000).map((n) => noted(n))));
  const stop = new AbortController();
  await care.seal({ through: 51_000, signal: stop.signal, onProgress: () => stop.abort() });
  deepStrictEqual(await encodingsOf(log), ['sealed', 'open', 'open']);
};

const appendsComeThrough: Check[1] = async ({ log, care }) => {
  await appendMixed(log, 200);
  const end = log.head().sequence;
  const sealing = care.seal({ through: end });
  await appendNotes(log, 5);
  await sealing;
  deepStrictEqual(sequencesOf(await readEvents(log)), upTo(end + 5));
};

const readerGoesOn: Check[1] = async ({ log, care }) => {
  const big = 'x'.repeat(400_000); // a page holds three such blocks
  for (let index = 1; index <= 9; index++) await appendCommits(log, commitOf([noted(`${index}${big}`)]));
  const seen: Block[] = [];
  for await (const block of log.read({ from: 1 })) {
    seen.push(block);
    if (seen.length === 2) await care.seal({ through: 9 });
  }
  deepStrictEqual([...new Set(sequencesOf(eventsOf(seen)))], upTo(9));
};

const timeStillLeads: Check[1] = async ({ log, care }) => {
  await appendNotes(log, 6);
  await care.seal({ through: 4 });
  strictEqual((await log.blockAt(25))?.lastSequence, 4);
  strictEqual((await log.blockAt(55))?.lastSequence, 5);
  deepStrictEqual(sequencesOf(await readEvents(log, 3)), [3, 4, 5, 6]);
};

const storedAtLeast: Check[1] = async ({ care }) => {
  for (const textBytes of [1, 1_000, 5_000, 4_000_000]) {
    ok((care.storedBytes?.(textBytes) ?? textBytes) >= textBytes, `${textBytes} bytes take less than that`);
  }
};
