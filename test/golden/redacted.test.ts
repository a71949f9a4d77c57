/** The golden file with a redaction means the same in every release. */
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog } from '../../src/index.ts';
import { openSqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { collect, readEvents, redact, redactionOf } from '../contracts/log-fixtures.ts';
import { temporaryPath } from '../engine/harness.ts';

const FOLDER = join(import.meta.dirname, 'format-2-redacted');
const FIRST = { recordedAt: 500, by: 'grace', selector: '00ff', events: 4, firstSequence: 5, lastSequence: 22 };
const CHAIN = '169b2e92914d52f9b66d630de47975a5';
const SECOND = { recordedAt: 700, selector: 'a1b2', events: 1, firstSequence: 25, lastSequence: 25 };

test('a log of format 2 with redactions opens with its expected content', async () => {
  const path = await temporaryPath();
  for (const suffix of ['', '-witness']) fs.copyFileSync(join(FOLDER, `redacted.db${suffix}`), path + suffix);
  {
    await using log = await openLog({ path });
    expect(await log.info()).toMatchObject({ format: 2, events: 25, chain: CHAIN });
    expect(await log.verify()).toMatchObject({ ok: true });
  }
  const log = await openSqliteLog({ path });
  try {
    const events = await readEvents(log);
    expect(
      events.filter(({ data }) => (data as { note: unknown }).note === 'forgotten').map((e) => e.sequence),
    ).toEqual([5, 11, 19, 22, 25]);
    expect(events[5]).toEqual({
      ...{ sequence: 6, recordedAt: 30, type: 'Noted', version: 1, commandId: 'c3' },
      ...{ data: { note: 3 }, meta: { by: 'ada' } },
    });
    expect((await collect(log.headers())).map(({ lastSequence, encoding }) => [lastSequence, encoding])).toEqual([
      [16, 'sealed'],
      [18, 'open'],
      [22, 'sealed'],
      [24, 'open'],
      [25, 'sealed'],
    ]);
    expect(log.outcome('c3')).toEqual({ commandId: 'c3', recordedAt: 30, outcome: '[5,6,7]' });
    expect(log.generation?.()).toBe(2);
    expect(await redactionOf(log).redactions()).toEqual([
      { ...FIRST, scrubbed: true },
      { ...SECOND, scrubbed: false },
    ]);
    await redactionOf(log).scrub();
    await redact(log, [1]);
    expect(log.generation?.()).toBe(3);
    expect((await redactionOf(log).redactions())[1]).toEqual({ ...SECOND, scrubbed: true });
  } finally {
    await log.close();
  }
});
