/** Opening, for writing and for reading, here and in a thread. Closing: earlier calls complete, later calls are refused. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { Worker } from 'node:worker_threads';
import type { LogRedaction } from '../log-redaction.ts';
import type { LogThread } from '../log-source.ts';
import type { LogStore } from '../log-store.ts';
import type { Check, LogContractSetup } from './bench.ts';
import {
  appendNotes,
  collect,
  commitOf,
  matches,
  noise,
  noted,
  readEvents,
  refusalOf,
  remember,
  sequencesOf,
  snapshotAt,
  upTo,
} from './fixtures.ts';

export function openingCases({
  care = true,
  readers = true,
  threads = false,
}: LogContractSetup<any>): readonly Check[] {
  return [
    ['a source has a name', hasName],
    ['an unknown durability is refused', refusesDurability],
    ...(readers
      ? ([
          ['every call of a reader sees the present log', seesTheLog],
          ['a reader changes nothing', (bench) => changesNothing(bench, care)],
          ['a reader does not replace the writer', replacesNobody],
        ] as Check[])
      : []),
    threads
      ? ['a thread opens the log to read it', opensInThread]
      : ['a source without `thread` says nothing of threads', namesNoThread],
  ];
}

const hasName: Check[1] = async ({ subject }) => {
  const { name } = subject.source;
  ok(typeof name === 'string' && name !== '', 'the name is not a string');
};

const refusesDurability: Check[1] = async ({ log, subject }) => {
  await log.close();
  const refusal = await refusalOf(subject.source.open({ durability: 'never' as 'os' }));
  matches(refusal, { code: 'INVALID_OPTION', type: 'durability' });
};

const seesTheLog: Check[1] = async (bench) => {
  await appendNotes(bench.log, 3);
  const reader = await bench.openReader();
  strictEqual(reader.readOnly, true);
  deepStrictEqual(reader.head(), bench.log.head());
  await appendNotes(bench.log, 4);
  deepStrictEqual(reader.head(), bench.log.head());
  deepStrictEqual(sequencesOf(await readEvents(reader, 2)), upTo(7, 2));
  await bench.log.dropThrough(5);
  strictEqual(reader.firstSequence(), 6);
  matches(await refusalOf(readEvents(reader, 5)), { code: 'HISTORY_GONE', sequence: 6 });
  strictEqual((await refusalOf(appendNotes(reader, 1))).code, 'INVALID_OPTION');
  await bench.reopen();
  strictEqual(reader.epoch, bench.log.epoch);
  await reader.close();
  deepStrictEqual(reader.head(), bench.log.head()); // as last seen
};

async function changesNothing(bench: Parameters<Check[1]>[0], care: boolean): Promise<void> {
  await appendNotes(bench.log, 3);
  const reader = await bench.openReader();
  const refused: (() => Promise<unknown>)[] = [
    () => appendNotes(reader, 1),
    () => remember(reader, [{ commandId: 'c', recordedAt: 1, outcome: '{}' }]),
    () => reader.putSnapshot(snapshotAt(reader, 1), [noise(5)]),
    () => reader.dropSnapshots('', [1]),
    () => reader.putCheckpoint({ projection: 'totals', sequence: 1 }),
    () => reader.dropCheckpoint('totals'),
    () => reader.putReactor({ reactor: 'mail', sequence: 1, progress: '' }),
    () => reader.dropReactor('mail'),
    () => reader.putMeta('model', 'x'),
    () => reader.dropThrough(1),
    ...(care ? [() => reader.care!.seal({ through: 1 }), () => reader.care!.reclaim()] : []),
  ];
  for (const call of refused) strictEqual((await refusalOf(call)).code, 'INVALID_OPTION');
  await reader.close();
  deepStrictEqual(sequencesOf(await readEvents(bench.log)), [1, 2, 3]);
}

const replacesNobody: Check[1] = async (bench) => {
  const { log } = bench;
  await log.append({ expectedSequence: 0, epoch: log.epoch, commits: [commitOf([noted(1)])], outcomes: [] });
  const reader = await bench.openReader();
  strictEqual(reader.epoch, log.epoch);
  await appendNotes(log, 1);
  await log.putMeta('model', 'x');
  strictEqual(await reader.getMeta('model'), 'x');
  await reader.close();
};

const namesNoThread: Check[1] = async ({ subject }) => {
  strictEqual(subject.source.thread, undefined);
};

const opensInThread: Check[1] = async ({ log, subject }) => {
  await appendNotes(log, 5);
  const { thread } = subject.source;
  ok(thread !== undefined, 'the source does not name a thread');
  deepStrictEqual(await seenByThread(thread), { readOnly: true, head: log.head(), firsts: [1, 2, 3, 4, 5] });
};

const THREAD = `
const { parentPort, workerData: { module, export: name, options } } = require('node:worker_threads');
import(module).then(async (exported) => {
  const log = await exported[name](options).open({ readOnly: true });
  const firsts = [];
  for await (const block of log.read({ from: 1 })) firsts.push(block.firstSequence);
  parentPort.postMessage({ readOnly: log.readOnly, head: log.head(), firsts });
  await log.close();
});`;

/** What another thread finds in the log. */
async function seenByThread(thread: LogThread): Promise<unknown> {
  const worker = new Worker(THREAD, { eval: true, workerData: thread });
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
      worker.on('exit', () => reject(new Error('the thread ended without an answer')));
    });
  } finally {
    await worker.terminate();
  }
}

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
    ...(care?.redaction === undefined ? [] : redactionCalls(care.redaction)),
  ];
}

function redactionCalls(redaction: LogRedaction): readonly (() => unknown)[] {
  return [
    () => redaction.chainBefore(1),
    () => redaction.stage([], []),
    () => redaction.discard(),
    () => redaction.scrub(),
    () => redaction.redactions(),
  ];
}

const wakesFollower: Check[1] = async ({ log }) => {
  const following = collect(log.follow(1, AbortSignal.timeout(20_000)));
  const refused = refusalOf(following);
  await log.close();
  strictEqual((await refused).code, 'STORE_CLOSED');
};
