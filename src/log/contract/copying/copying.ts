/** Copying: what a log says of its contents, and how a new log is filled with them. */
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from 'node:assert';
import type { LogFilling } from '../../copying/log-copying.ts';
import type { LogSource } from '../../log-source.ts';
import type { Block, LogStore } from '../../log-store.ts';
import type { Bench, Check, LogContractSetup } from '../bench.ts';
import {
  appendNotes,
  collect,
  joined,
  noise,
  readEvents,
  redact,
  redactionOf,
  refusalOf,
  remember,
  snapshotAt,
} from '../fixtures.ts';

export function copyingCases({ copies = false, redaction = false }: LogContractSetup): readonly Check[] {
  if (!copies) return [];
  return [
    ['a copy has all that the log has, as it is', copiesAll],
    ['a log without history before a sequence is copied with the end of what was dropped', copiesTrimmed],
    ...(redaction ? [['a copy has had the same redactions', copiesRedactions] as const] : []),
    ['an unfinished copy is found again, and later blocks take the place of those that were put', goesOn],
    ['blocks that are damaged or do not follow are refused, and nothing is put', refusesDamage],
    ['only a new log, or an unfinished copy of the same log, is filled', refusesOthers],
  ];
}

const COPY_MARK = { of: 'a log', state: 'one' };

function fill(source: LogSource, of = COPY_MARK.of): Promise<LogFilling> {
  return source.fill!({ of });
}

/** Copies everything, as an engine does. */
async function copyTo(log: LogStore, filling: LogFilling): Promise<number> {
  const contents = await log.care!.contents!();
  await filling.begin(COPY_MARK, contents.trimmed, false);
  const blocks = await blocksOfAll(log);
  if (blocks.length > 0) await filling.putBlocks(blocks);
  for (const owner of contents.owners) {
    for (const info of await log.snapshots(owner)) await filling.putSnapshot(info, log.readSnapshot(info));
  }
  const outcomes = await collect(contents.outcomes());
  if (outcomes.length > 0) await filling.putOutcomes(outcomes);
  const redactions = (await log.care!.redaction?.redactions()) ?? [];
  const rows = { epoch: log.epoch, checkpoints: await log.checkpoints(), reactors: await log.reactors() };
  const epoch = await filling.finish({ ...rows, meta: contents.meta, redactions });
  await filling.close();
  return epoch;
}

async function blocksOfAll(log: LogStore): Promise<Block[]> {
  return log.firstSequence() > log.head().sequence ? [] : collect(log.read({ from: log.firstSequence() }));
}

/** Rows as they are stored, without what a log keeps at hand. */
async function rowsOf(log: LogStore): Promise<unknown[]> {
  return (await blocksOfAll(log)).map(
    ({ firstSequence, lastSequence, recordedAt, encoding, bytes, payload, chain }) => ({
      ...{ firstSequence, lastSequence, recordedAt, encoding, bytes, chain, payload: Buffer.from(payload) },
    }),
  );
}

/** Gives the copy, opened for reading, to `check`. */
async function withCopy(bench: Bench, check: (copy: LogStore, epoch: number) => Promise<void>): Promise<void> {
  const another = await bench.another();
  try {
    const epoch = await copyTo(bench.log, await fill(another.source));
    const copy = await another.source.open({ readOnly: true });
    try {
      await check(copy, epoch);
    } finally {
      await copy.close();
    }
  } finally {
    await another.dispose?.();
  }
}

/** Keys and ids hold any well-formed string. */
const NUL = 'with \u0000 and 🜂';

async function copiesAll(bench: Bench): Promise<void> {
  const { log } = bench;
  await appendNotes(log, 8);
  await bench.care.seal({ through: 5 });
  await log.putSnapshot(snapshotAt(log, 8), [noise(300_000)]);
  await log.putSnapshot(snapshotAt(log, 8, NUL), [noise(10)]);
  const outcomes = ['later', 'earlier', NUL].map((commandId, at) => ({
    commandId,
    recordedAt: at,
    outcome: `"${at}"`,
  }));
  await remember(log, outcomes);
  await log.putMeta(NUL, 'a value');
  await log.putCheckpoint({ projection: 'a view', sequence: 3 });
  await log.putReactor({ reactor: 'a reactor', sequence: 4, progress: '{}' });
  await withCopy(bench, async (copy, epoch) => {
    deepStrictEqual(copy.head(), log.head());
    deepStrictEqual(await rowsOf(copy), await rowsOf(log));
    const [contents, copied] = [await log.care!.contents!(), await copy.care!.contents!()];
    deepStrictEqual(await collect(copied.outcomes()), outcomes);
    deepStrictEqual([copied.meta, copied.owners], [contents.meta, contents.owners]);
    for (const owner of ['', NUL]) {
      const [info] = await copy.snapshots(owner);
      deepStrictEqual(info, (await log.snapshots(owner))[0]);
      const bytes = joined(await collect(copy.readSnapshot(info!)));
      deepStrictEqual(bytes, joined(await collect(log.readSnapshot(info!))));
    }
    deepStrictEqual(await copy.checkpoints(), await log.checkpoints());
    deepStrictEqual(await copy.reactors(), await log.reactors());
    deepStrictEqual(await copy.care!.checkStructure(), []);
    ok(epoch > log.epoch && copy.epoch === epoch, 'its epoch is above that of the log');
    if (log.care!.id !== undefined) notStrictEqual(copy.care!.id!(), log.care!.id());
  });
}

async function copiesTrimmed(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 6);
  await bench.log.dropThrough(4);
  await withCopy(bench, async (copy) => {
    strictEqual(copy.firstSequence(), 5);
    deepStrictEqual(await readEvents(copy, 5), await readEvents(bench.log, 5));
    strictEqual((await refusalOf(() => readEvents(copy, 1))).code, 'HISTORY_GONE');
  });
}

async function copiesRedactions(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 4);
  await redact(bench.log, [2], { by: 'someone' });
  await withCopy(bench, async (copy) => {
    strictEqual(copy.generation?.(), 1);
    const withoutScrub = (log: LogStore): Promise<unknown[]> =>
      redactionOf(log)
        .redactions()
        .then((rows) => rows.map(({ scrubbed: _, ...row }) => row));
    deepStrictEqual(await withoutScrub(copy), await withoutScrub(bench.log));
    deepStrictEqual(await readEvents(copy), await readEvents(bench.log));
  });
}

async function goesOn(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 6);
  const open = await blocksOfAll(bench.log);
  const another = await bench.another();
  try {
    const first = await fill(another.source);
    strictEqual(first.found, undefined);
    await first.begin(COPY_MARK, (await bench.care.contents!()).trimmed, false);
    await first.putBlocks(open.slice(0, 5));
    await first.putOutcomes([{ commandId: 'put before', recordedAt: 1, outcome: '{}' }]);
    await first.close();
    await bench.care.seal({ from: 4, through: 6 });
    const second = await fill(another.source);
    deepStrictEqual(second.found, COPY_MARK);
    strictEqual(second.end.sequence, 5);
    strictEqual(second.end.chain, open[4]!.chain);
    const { trimmed } = await bench.care.contents!();
    await second.begin({ ...COPY_MARK, state: 'two' }, trimmed, true);
    await second.putBlocks(await collect(bench.log.read({ from: 5 })));
    strictEqual(second.end.sequence, 6);
    await second.finish({ epoch: 1, checkpoints: [], reactors: [], meta: [], redactions: [] });
    await second.close();
    const copy = await another.source.open({ readOnly: true });
    deepStrictEqual(await rowsOf(copy), await rowsOf(bench.log));
    strictEqual(await copy.outcome('put before'), undefined);
    await copy.close();
  } finally {
    await another.dispose?.();
  }
}

async function refusesDamage(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 4);
  const blocks = await blocksOfAll(bench.log);
  const another = await bench.another();
  try {
    const filling = await fill(another.source);
    await filling.begin(COPY_MARK, (await bench.care.contents!()).trimmed, false);
    await filling.putBlocks(blocks.slice(0, 1));
    const changed = { ...blocks[1]!, payload: String(blocks[1]!.payload).replace('2', '3') };
    for (const wrong of [[blocks[2]!], [changed], [blocks[1]!, blocks[3]!]]) {
      strictEqual((await refusalOf(filling.putBlocks(wrong))).code, 'LOG_CORRUPT');
      strictEqual(filling.end.sequence, 1);
    }
    await filling.putBlocks(blocks.slice(1));
    deepStrictEqual(filling.end, bench.log.head());
    await filling.close();
  } finally {
    await another.dispose?.();
  }
}

async function refusesOthers(bench: Bench): Promise<void> {
  const another = await bench.another();
  try {
    const filling = await fill(another.source);
    await filling.begin(COPY_MARK, (await bench.care.contents!()).trimmed, false);
    await filling.close();
    strictEqual((await refusalOf(fill(another.source, 'another log'))).code, 'INVALID_OPTION');
    await appendNotes(bench.log, 1);
    await bench.log.close();
    const used = bench.subject.source;
    strictEqual((await refusalOf(fill(used))).code, 'INVALID_OPTION');
    await bench.reopen();
    deepStrictEqual((await readEvents(bench.log)).length, 1);
  } finally {
    await another.dispose?.();
  }
}
