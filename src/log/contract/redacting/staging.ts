/** From staging to taking effect: what is staged changes nothing, and what no longer fits the log is refused. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { Bench, Check } from '../bench.ts';
import {
  appendNotes,
  fenceOf,
  isForgotten,
  packForgotten,
  readEvents,
  redact,
  redactionOf,
  refusalOf,
  rowOf,
  sequencesOf,
} from '../fixtures.ts';

/** What is staged, and when it takes effect. */
export const STAGED_REDACTIONS: readonly Check[] = [
  ['what was staged changes nothing, and can be forgotten', stagedIsApart],
  ['another writer finds nothing staged', forgetsAtOpen],
  ['is refused at another head, and can be repeated', refusesOtherHead],
  ['is refused when a block has changed since', refusesChanged],
  ['what is staged twice counts once, and what overlaps is refused', refusesOverlap],
];

async function stagedIsApart({ log, care }: Bench): Promise<void> {
  await appendNotes(log, 4);
  const before = await readEvents(log);
  await redactionOf(log).stage([await packForgotten(log, 2, 2, [2])], []);
  deepStrictEqual(await readEvents(log), before);
  deepStrictEqual(await care.checkStructure(), []);
  await appendNotes(log, 1);
  await redactionOf(log).discard();
  await redactionOf(log).discard();
  await redactionOf(log).stage([await packForgotten(log, 3, 3, [3])], []);
  await redactionOf(log).apply(rowOf([3]), fenceOf(log));
  deepStrictEqual(sequencesOf((await readEvents(log)).filter(isForgotten)), [3]);
}

async function forgetsAtOpen(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 4);
  await redactionOf(bench.log).stage([await packForgotten(bench.log, 2, 2, [2])], []);
  const again = await bench.reopen();
  await redact(again, [4]);
  deepStrictEqual(sequencesOf((await readEvents(again)).filter(isForgotten)), [4]);
}

async function refusesOtherHead({ log }: Bench): Promise<void> {
  await appendNotes(log, 3);
  const before = await readEvents(log);
  await redactionOf(log).stage([await packForgotten(log, 2, 2, [2])], []);
  const { epoch } = log;
  for (const fence of [
    { expectedSequence: 2, epoch },
    { expectedSequence: 4, epoch },
    { expectedSequence: 3, epoch: epoch - 1 },
  ]) {
    strictEqual((await refusalOf(redactionOf(log).apply(rowOf([2]), fence))).code, 'SEQUENCE_CONFLICT');
  }
  deepStrictEqual(await readEvents(log), before);
  deepStrictEqual(await redactionOf(log).redactions(), []);
  strictEqual(log.generation?.(), 0);
  await redactionOf(log).apply(rowOf([2]), { expectedSequence: 3, epoch });
  deepStrictEqual(sequencesOf((await readEvents(log)).filter(isForgotten)), [2]);
}

async function refusesChanged({ log, care }: Bench): Promise<void> {
  await appendNotes(log, 6);
  const [early, late] = [await packForgotten(log, 2, 2, [2]), await packForgotten(log, 5, 5, [5])];
  await redactionOf(log).stage([early, late], []);
  await care.seal({ through: 3 });
  const before = await readEvents(log);
  strictEqual((await refusalOf(redactionOf(log).apply(rowOf([2, 5]), fenceOf(log)))).code, 'SEQUENCE_CONFLICT');
  strictEqual((await refusalOf(redactionOf(log).stage([early], []))).code, 'SEQUENCE_CONFLICT');
  deepStrictEqual(await readEvents(log), before);
  deepStrictEqual(await redactionOf(log).redactions(), []);
  await redactionOf(log).discard();
  await log.dropThrough(5);
  strictEqual((await refusalOf(redactionOf(log).stage([late], []))).code, 'SEQUENCE_CONFLICT');
}

async function refusesOverlap({ log, care }: Bench): Promise<void> {
  await appendNotes(log, 6);
  const redaction = redactionOf(log);
  await redaction.stage([await packForgotten(log, 2, 4, [2]), await packForgotten(log, 4, 4, [4])], []);
  const before = await readEvents(log);
  strictEqual((await refusalOf(redaction.apply(rowOf([2, 4]), fenceOf(log)))).code, 'SEQUENCE_CONFLICT');
  deepStrictEqual(await readEvents(log), before);
  await redaction.discard();
  await redaction.stage([await packForgotten(log, 2, 4, [2])], []);
  await redaction.stage([await packForgotten(log, 5, 5, [5]), await packForgotten(log, 2, 3, [3])], []);
  await redaction.apply(rowOf([3, 5]), fenceOf(log));
  deepStrictEqual(sequencesOf((await readEvents(log)).filter(isForgotten)), [3, 5]);
  deepStrictEqual(await care.checkStructure(), []);
}
