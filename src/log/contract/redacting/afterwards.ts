/** After a redaction: the log remembers it, and scrubbing takes the old words out of its files. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { Bench, Check, LogContractSetup } from '../bench.ts';
import {
  appendNotes,
  matches,
  readEvents,
  redact,
  redactionOf,
  remember,
  rowOf,
  sequencesOf,
  upTo,
} from '../fixtures.ts';

/** What the log knows of its redactions, and scrubbing. */
export function afterRedaction({ scrubs = true }: LogContractSetup<any>): readonly Check[] {
  return [
    ['is remembered, oldest first', isRemembered],
    ['scrubbing changes nothing that can be read', (bench) => scrubKeepsAll(bench, scrubs)],
  ];
}

async function isRemembered(bench: Bench): Promise<void> {
  const { log } = bench;
  await appendNotes(log, 4);
  strictEqual(log.generation?.(), 0);
  await redact(log, [2, 3], { by: 'ada' });
  strictEqual(log.generation?.(), 1);
  await redact(log, [4], { recordedAt: 6_000 });
  const expected = [rowOf([2, 3], { by: 'ada' }), rowOf([4], { recordedAt: 6_000 })];
  await bench.nowAndReopened(async (found) => {
    const rows = await redactionOf(found).redactions();
    deepStrictEqual(
      rows.map(({ scrubbed: _scrubbed, ...row }) => row),
      expected,
    );
    strictEqual(found.generation?.(), 2);
  });
}

async function scrubKeepsAll(bench: Bench, scrubs: boolean): Promise<void> {
  const { log } = bench;
  await appendNotes(log, 20);
  await remember(log, [{ commandId: 'c', recordedAt: 5, outcome: '"x"' }]);
  await log.putMeta('model', 'notes');
  matches(await redactionOf(log).scrub(), { pending: undefined });
  await redact(log, [3, 19]);
  const events = await readEvents(log);
  const told: number[] = [];
  const report = await redactionOf(log).scrub((fraction) => told.push(fraction));
  ok(report.milliseconds >= 0 && (report.pending === undefined) === scrubs, `it is pending: ${report.pending}`);
  strictEqual(told.at(-1), 1);
  ok(
    (await redactionOf(log).redactions()).every(({ scrubbed }) => scrubbed === scrubs),
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
}
