/** Appending: blocks in order, sequences without gaps, conflicts without a trace. */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { EMPTY_CHAIN } from '../blocks/block.ts';
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

export function appendingCases({ care = true }: LogContractSetup<any>): readonly Check[] {
  return [
    ['a new log is empty', isEmptyWhenNew],
    [
      care ? 'a log offers care' : 'a log without care does not offer care',
      async ({ log }) => {
        strictEqual(log.care !== undefined, care);
      },
    ],
    ['what was appended is read back, with sequence and time', isReadBack],
    ['one append is one block', isOneBlock],
    ['a block may be as large as the log says', fitsABlock],
    ['appends that are not awaited become durable in order', staysInOrder],
    ['an append behind the head is a conflict and leaves no trace', (bench) => conflictsAt(bench.log, 2)],
    ['an append ahead of the head is a conflict and leaves no trace', (bench) => conflictsAt(bench.log, 4)],
    ['an append of another epoch is a conflict', conflictsWithEpoch],
    ['a log opened again continues where it ended, under the next epoch', goesOn],
  ];
}

const isEmptyWhenNew: Check[1] = async ({ log }) => {
  deepStrictEqual(log.head(), { sequence: 0, recordedAt: 0, chain: EMPTY_CHAIN });
  strictEqual(log.firstSequence(), 1);
  strictEqual(log.epoch, 1);
  strictEqual(log.readOnly, false);
  deepStrictEqual(await readEvents(log), []);
  deepStrictEqual(await collect(log.headers()), []);
  strictEqual(await log.blockAt(Number.MAX_SAFE_INTEGER), undefined);
};

const isReadBack: Check[1] = async ({ log }) => {
  const meta = { user: 'ada' };
  await appendCommits(
    log,
    commitOf([noted('a'), { type: 'Renamed', version: 3, data: ['b', null, { c: 1.5 }], meta }], 500),
    commitOf([noted('ü → 😀')], 507),
  );
  deepStrictEqual(await readEvents(log), [
    { sequence: 1, recordedAt: 500, type: 'Noted', version: 1, data: { note: 'a' } },
    { sequence: 2, recordedAt: 500, type: 'Renamed', version: 3, data: ['b', null, { c: 1.5 }], meta },
    { sequence: 3, recordedAt: 507, type: 'Noted', version: 1, data: { note: 'ü → 😀' } },
  ]);
  matches(log.head(), { sequence: 3, recordedAt: 507 });
  match(log.head().chain, /^[0-9a-f]{32}$/);
};

const isOneBlock: Check[1] = async ({ log }) => {
  await appendCommits(log, commitOf([noted(1)], 5), commitOf([noted(2), noted(3)], 8));
  await appendCommits(log, commitOf([noted(4)], 9));
  const [first, second, ...more] = await collect(log.headers());
  matches(first, { firstSequence: 1, lastSequence: 3, recordedAt: 5, encoding: 'open' });
  matches(second, { firstSequence: 4, lastSequence: 4, recordedAt: 9, encoding: 'open' });
  deepStrictEqual(more, []);
  const blocks = await collect(log.read({ from: 1 }));
  deepStrictEqual(
    blocks.map((block) => block.bytes),
    [first!.bytes, second!.bytes],
  );
  strictEqual(blocks[0]!.bytes, Buffer.byteLength(blocks[0]!.payload));
  strictEqual(blocks.at(-1)!.chain, log.head().chain);
};

const fitsABlock: Check[1] = async ({ log }) => {
  const { blockBytes } = log;
  ok(Number.isSafeInteger(blockBytes) && blockBytes > 0, `blockBytes is ${blockBytes}`);
  const half = noted('x'.repeat(Math.max(1, Math.floor(blockBytes / 2) - 100)));
  await appendCommits(log, commitOf([half]), commitOf([half]));
  strictEqual((await collect(log.headers())).length, 1);
  deepStrictEqual((await readEvents(log)).at(-1)?.data, half.data);
};

const staysInOrder: Check[1] = async ({ log }) => {
  const appends = upTo(50).map((sequence) =>
    log.append({
      expectedSequence: sequence - 1,
      epoch: log.epoch,
      commits: [commitOf([noted(sequence)])],
      outcomes: [],
    }),
  );
  await Promise.all(appends);
  deepStrictEqual(
    (await readEvents(log)).map((event) => event.data),
    upTo(50).map((note) => ({ note })),
  );
};

async function conflictsAt(log: Parameters<Check[1]>[0]['log'], expectedSequence: number): Promise<void> {
  await appendNotes(log, 3);
  const before = log.head();
  const outcomes = [{ commandId: 'c', recordedAt: 1, outcome: '{}' }];
  const commits = [commitOf([noted('x')])];
  const refusal = await refusalOf(log.append({ expectedSequence, epoch: log.epoch, commits, outcomes }));
  matches(refusal, { code: 'SEQUENCE_CONFLICT', sequence: 3, path: log.path });
  deepStrictEqual(log.head(), before);
  strictEqual(await log.outcome('c'), undefined);
  await appendNotes(log, 1);
  deepStrictEqual(sequencesOf(await readEvents(log)), [1, 2, 3, 4]);
}

const conflictsWithEpoch: Check[1] = async ({ log }) => {
  const commits = [commitOf([noted('x')])];
  const refusal = await refusalOf(log.append({ expectedSequence: 0, epoch: log.epoch - 1, commits, outcomes: [] }));
  strictEqual(refusal.code, 'SEQUENCE_CONFLICT');
  deepStrictEqual(await readEvents(log), []);
};

const goesOn: Check[1] = async (bench) => {
  await appendNotes(bench.log, 3);
  const before = bench.log.head();
  const log = await bench.reopen();
  deepStrictEqual(log.head(), before);
  strictEqual(log.epoch, 2);
  await appendNotes(log, 2);
  deepStrictEqual(sequencesOf(await readEvents(log)), upTo(5));
};
