/** What a log keeps beside its events and may hold the words: snapshots and outcomes. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { Bench, Check } from '../bench.ts';
import {
  appendNotes,
  collect,
  fenceOf,
  joined,
  noise,
  packForgotten,
  redact,
  redactionOf,
  remember,
  rowOf,
  snapshotAt,
} from '../fixtures.ts';

/** Snapshots and outcomes that may hold the words. */
export const REDACTED_BESIDE: readonly Check[] = [
  ['deletes the snapshots that may hold the words, of every owner', deletesSnapshots],
  ['ends the snapshot in progress, or deletes it', endsSnapshot],
  ['replaces outcomes that are still remembered, and no others', replacesOutcomes],
];

async function deletesSnapshots(bench: Bench): Promise<void> {
  const { log } = bench;
  await appendNotes(log, 8);
  for (const owner of ['', 'totals']) {
    for (const sequence of [4, 5, 8])
      await log.putSnapshot({ ...snapshotAt(log, sequence, owner), bytes: 9 }, [noise(9)]);
  }
  await log.putCheckpoint({ projection: 'totals', sequence: 8 });
  await redact(log, [5, 7]);
  await bench.nowAndReopened(async (found) => {
    for (const owner of ['', 'totals']) {
      deepStrictEqual(
        (await found.snapshots(owner)).map(({ sequence }) => sequence),
        [4],
      );
    }
    deepStrictEqual(await found.checkpoints(), [{ projection: 'totals', sequence: 8 }]);
    const [info] = await found.snapshots('');
    deepStrictEqual(joined(await collect(found.readSnapshot(info!))), Buffer.from(noise(9)));
  });
}

async function endsSnapshot({ log }: Bench): Promise<void> {
  await appendNotes(log, 3);
  const chunk = noise(200_000);
  const large = function* (): Generator<Uint8Array> {
    for (let part = 0; part < 30; part++) yield chunk;
  };
  const putting = log.putSnapshot({ ...snapshotAt(log, 3), bytes: 30 * chunk.byteLength }, large()).then(
    () => undefined,
    (error: { code?: unknown }) => error.code,
  );
  await redact(log, [2]);
  const code = await putting;
  if (code !== undefined) strictEqual(code, 'SEQUENCE_CONFLICT');
  else if ((await log.snapshots('')).length > 0) await log.dropSnapshots('', [3]); // it was put afterwards
  await redact(log, [1]);
  deepStrictEqual(await log.snapshots(''), []);
}

async function replacesOutcomes(bench: Bench): Promise<void> {
  const { log } = bench;
  const outcome = (commandId: string, text: string, recordedAt = 50) => ({ commandId, recordedAt, outcome: text });
  await appendNotes(log, 3);
  await remember(log, [outcome('a', '"secret"'), outcome('b', '"secret"'), outcome('c', '"kept"')]);
  const redacted = [outcome('a', '"-"'), outcome('b', '"-"', 49), outcome('d', '"-"')];
  await redactionOf(log).stage([await packForgotten(log, 1, 1, [1])], redacted);
  strictEqual((await log.outcome('a'))?.outcome, '"secret"');
  await redactionOf(log).apply(rowOf([1]), fenceOf(log));
  await bench.nowAndReopened(async (found) => {
    const texts = await Promise.all(['a', 'b', 'c', 'd'].map(async (id) => (await found.outcome(id))?.outcome));
    deepStrictEqual(texts, ['"-"', '"secret"', '"kept"', undefined]);
  });
  deepStrictEqual(await bench.care.checkStructure(), []);
}
