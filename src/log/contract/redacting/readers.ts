/** Readers of a log that its writer redacts. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { Bench, Check } from '../bench.ts';
import {
  appendNotes,
  blocksOf,
  fenceOf,
  isForgotten,
  packForgotten,
  readEvents,
  redact,
  redactionOf,
  refusalOf,
  rowOf,
  sequencesOf,
  upTo,
} from '../fixtures.ts';

/** For logs that have readers. */
export const READERS_OF_REDACTION: readonly Check[] = [
  ['a reader sees it', readerSees],
  ['a reader cannot do it', readerCannot],
];

async function readerSees(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 4);
  const reader = await bench.openReader();
  try {
    strictEqual(reader.generation?.(), 0);
    await redact(bench.log, [2]);
    strictEqual(reader.generation?.(), 1);
    deepStrictEqual(sequencesOf((await readEvents(reader)).filter(isForgotten)), [2]);
    strictEqual((await redactionOf(reader).redactions()).length, 1);
    await redactionOf(bench.log).scrub();
    await appendNotes(bench.log, 1);
    deepStrictEqual(sequencesOf(await readEvents(reader)), upTo(5));
  } finally {
    await reader.close();
  }
}

async function readerCannot(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 2);
  const sealed = await packForgotten(bench.log, 1, 1, [1]);
  const reader = await bench.openReader();
  try {
    const redaction = redactionOf(reader);
    for (const call of [
      () => redaction.stage([sealed], []),
      () => redaction.apply(rowOf([1]), fenceOf(reader)),
      () => redaction.discard(),
      () => redaction.scrub(),
    ]) {
      strictEqual((await refusalOf(call)).code, 'INVALID_OPTION');
    }
    strictEqual(await redaction.chainBefore(2), (await blocksOf(reader, 1, 1))[0]!.chain);
  } finally {
    await reader.close();
  }
}
