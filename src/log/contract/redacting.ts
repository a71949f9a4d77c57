/** Redaction: what events say is replaced, all at once, and everything else stays. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { RecordedEvent } from '../../core/event.ts';
import { redactRun } from '../blocks/redacting.ts';
import { retagBlock } from '../blocks/sealing.ts';
import type { LogStore } from '../log-store.ts';
import type { Bench, Check, LogContractSetup } from './bench.ts';
import {
  appendCommits,
  appendNotes,
  blocksOf,
  collect,
  commitOf,
  eventsOf,
  fenceOf,
  forgotten,
  joined,
  matches,
  noise,
  noted,
  packForgotten,
  readEvents,
  redact,
  redactionOf,
  refusalOf,
  remember,
  rowOf,
  sequencesOf,
  snapshotAt,
  upTo,
} from './fixtures.ts';

export function redactingCases({ redaction = false, readers = true }: LogContractSetup<any>): readonly Check[] {
  if (!redaction) return [];
  return [
    ['changes what events say, and nothing else', changesData],
    ['changes open and sealed blocks, several as one', changesBoth],
    ['changes the last block, and appends link to it', changesLast],
    ['what was staged changes nothing, and can be forgotten', stagedIsApart],
    ['another writer finds nothing staged', forgetsAtOpen],
    ['deletes the snapshots that may hold the words, of every owner', deletesSnapshots],
    ['ends the snapshot in progress, or deletes it', endsSnapshot],
    ['replaces outcomes that are still remembered, and no others', replacesOutcomes],
    ['is refused at another head, and can be repeated', refusesOtherHead],
    ['is refused when a block has changed since', refusesChanged],
    ['what is staged twice counts once, and what overlaps is refused', refusesOverlap],
    ['a block that was packed before it does not bring the words back', keepsOldOut],
    ['replaces the tags', replacesTags],
    ['is remembered, oldest first', isRemembered],
    ['scrubbing changes nothing that can be read', scrubKeepsAll],
    ...(readers ? READERS : []),
  ];
}

const READERS: readonly Check[] = [
  ['a reader sees it', readerSees],
  ['a reader cannot do it', readerCannot],
];

/** Checks the log as it is, and opened again. */
async function nowAndReopened(bench: Bench, check: (log: LogStore) => Promise<void>): Promise<void> {
  await check(bench.log);
  await check(await bench.reopen());
}

const isForgotten = (event: RecordedEvent): boolean => (event.data as { note?: unknown }).note === 'forgotten';

const changesData: Check[1] = async (bench) => {
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
  await nowAndReopened(bench, async (found) => {
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
};

const changesBoth: Check[1] = async (bench) => {
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
};

const changesLast: Check[1] = async (bench) => {
  await appendNotes(bench.log, 3);
  await redact(bench.log, [3]);
  await appendNotes(bench.log, 2);
  const again = await bench.reopen();
  await appendNotes(again, 1);
  const events = await readEvents(again);
  deepStrictEqual([sequencesOf(events), sequencesOf(events.filter(isForgotten))], [upTo(6), [3]]);
};

const stagedIsApart: Check[1] = async ({ log, care }) => {
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
};

const forgetsAtOpen: Check[1] = async (bench) => {
  await appendNotes(bench.log, 4);
  await redactionOf(bench.log).stage([await packForgotten(bench.log, 2, 2, [2])], []);
  const again = await bench.reopen();
  await redact(again, [4]);
  deepStrictEqual(sequencesOf((await readEvents(again)).filter(isForgotten)), [4]);
};

const deletesSnapshots: Check[1] = async (bench) => {
  const { log } = bench;
  await appendNotes(log, 8);
  for (const owner of ['', 'totals']) {
    for (const sequence of [4, 5, 8])
      await log.putSnapshot({ ...snapshotAt(log, sequence, owner), bytes: 9 }, [noise(9)]);
  }
  await log.putCheckpoint({ projection: 'totals', sequence: 8 });
  await redact(log, [5, 7]);
  await nowAndReopened(bench, async (found) => {
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
};

const endsSnapshot: Check[1] = async ({ log }) => {
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
};

const replacesOutcomes: Check[1] = async (bench) => {
  const { log } = bench;
  const outcome = (commandId: string, text: string, recordedAt = 50) => ({ commandId, recordedAt, outcome: text });
  await appendNotes(log, 3);
  await remember(log, [outcome('a', '"secret"'), outcome('b', '"secret"'), outcome('c', '"kept"')]);
  const redacted = [outcome('a', '"-"'), outcome('b', '"-"', 49), outcome('d', '"-"')];
  await redactionOf(log).stage([await packForgotten(log, 1, 1, [1])], redacted);
  strictEqual((await log.outcome('a'))?.outcome, '"secret"');
  await redactionOf(log).apply(rowOf([1]), fenceOf(log));
  await nowAndReopened(bench, async (found) => {
    const texts = await Promise.all(['a', 'b', 'c', 'd'].map(async (id) => (await found.outcome(id))?.outcome));
    deepStrictEqual(texts, ['"-"', '"secret"', '"kept"', undefined]);
  });
  deepStrictEqual(await bench.care.checkStructure(), []);
};

const refusesOtherHead: Check[1] = async ({ log }) => {
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
};

const refusesChanged: Check[1] = async ({ log, care }) => {
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
};

const refusesOverlap: Check[1] = async ({ log, care }) => {
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
};

const keepsOldOut: Check[1] = async ({ log, care }) => {
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
};

const replacesTags: Check[1] = async (bench) => {
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
  await nowAndReopened(bench, async (found) => {
    if (found.find === undefined) return;
    for (const [tag, places] of Object.entries({ ada: [1], bob: [], nobody: [2] })) {
      const headers = found.find({ from: 1, to: 3, tags: { tag, taggers: new Map([['Noted', tagger]]) } });
      deepStrictEqual(
        (await collect(headers)).map(({ firstSequence }) => firstSequence),
        places,
      );
    }
  });
};

const isRemembered: Check[1] = async (bench) => {
  const { log } = bench;
  await appendNotes(log, 4);
  strictEqual(log.generation?.(), 0);
  await redact(log, [2, 3], { by: 'ada' });
  strictEqual(log.generation?.(), 1);
  await redact(log, [4], { recordedAt: 6_000 });
  const expected = [rowOf([2, 3], { by: 'ada' }), rowOf([4], { recordedAt: 6_000 })];
  await nowAndReopened(bench, async (found) => {
    const rows = await redactionOf(found).redactions();
    deepStrictEqual(
      rows.map(({ scrubbed: _scrubbed, ...row }) => row),
      expected,
    );
    strictEqual(found.generation?.(), 2);
  });
};

const scrubKeepsAll: Check[1] = async (bench) => {
  const { log } = bench;
  await appendNotes(log, 20);
  await remember(log, [{ commandId: 'c', recordedAt: 5, outcome: '"x"' }]);
  await log.putMeta('model', 'notes');
  matches(await redactionOf(log).scrub(), { pending: undefined });
  await redact(log, [3, 19]);
  const events = await readEvents(log);
  const told: number[] = [];
  const report = await redactionOf(log).scrub((fraction) => told.push(fraction));
  ok(report.milliseconds >= 0 && report.pending === undefined, `it is pending: ${report.pending}`);
  strictEqual(told.at(-1), 1);
  ok(
    (await redactionOf(log).redactions()).every(({ scrubbed }) => scrubbed),
    'it is not noted',
  );
  await appendNotes(log, 1);
  await redactionOf(log).scrub();
  const again = await bench.reopen();
  deepStrictEqual(await readEvents(again, 1, 20), events);
  deepStrictEqual(sequencesOf(await readEvents(again)), upTo(21));
  strictEqual((await again.outcome('c'))?.outcome, '"x"');
  strictEqual(await again.getMeta('model'), 'notes');
  deepStrictEqual(await bench.care.checkStructure(), []);
};

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
