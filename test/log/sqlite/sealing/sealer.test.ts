/** Sealing in a separate thread: what waits for it, and what happens when the log changes meanwhile. */
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LogStore } from '../../../../src/log/log-store.ts';
import {
  appendCommits,
  appendNotes,
  collect,
  commitOf,
  noted,
  readEvents,
  refusalOf,
  sequencesOf,
  upTo,
} from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

/** Blocks that fill a run each. */
async function appendRuns(log: LogStore, runs: number): Promise<void> {
  for (let run = 0; run < runs; run++) await appendCommits(log, commitOf(upTo(17_000).map((n) => noted(n))));
}

describe('while the sealing thread packs', () => {
  test('appends are durable before the first run is in place, and between two runs', async () => {
    const log = await openLog(temporaryPath());
    await appendRuns(log, 3);
    const end = log.head().sequence;
    const order: string[] = [];
    const sealing = log.care!.seal({ through: end, onProgress: (through) => order.push(`sealed ${through}`) });
    let isSealing = true;
    const appending = (async () => {
      while (isSealing) {
        await appendNotes(log, 1);
        if (order.at(-1) !== 'appended') order.push('appended');
      }
    })();
    await sealing.finally(() => (isSealing = false));
    await appending;
    const untilLast = order.slice(0, order.indexOf('sealed 51000') + 1);
    expect(untilLast).toEqual(['appended', 'sealed 17000', 'appended', 'sealed 34000', 'appended', 'sealed 51000']);
    const { sequence } = log.head();
    expect(sequencesOf(await readEvents(log))).toEqual(upTo(sequence));
  });

  test('two sealings at once end with the log sealed once', async () => {
    const log = await openLog(temporaryPath());
    await appendRuns(log, 2);
    await appendNotes(log, 3);
    const end = log.head().sequence;
    await Promise.all([log.care!.seal({ through: end }), log.care!.seal({ through: end }), appendNotes(log, 5)]);
    expect((await collect(log.headers())).map(({ encoding }) => encoding)).toEqual([
      ...Array(3).fill('sealed'),
      ...Array(5).fill('open'),
    ]);
    expect(sequencesOf(await readEvents(log))).toEqual(upTo(end + 5));
  });

  test('history may be dropped meanwhile: what it packed is discarded', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    for (let i = 0; i < 20; i++) await appendCommits(log, commitOf(upTo(2_000).map((n) => noted(n))));
    const sealing = log.care!.seal({ through: 40_000 });
    while (log.firstSequence() <= 30_000) await log.dropThrough(log.firstSequence() + 1_999);
    await sealing;
    const from = log.firstSequence();
    expect(sequencesOf(await readEvents(log, from))).toEqual(upTo(40_000, from));
    await log.close();
    expect(sequencesOf(await readEvents(await openLog(path), from))).toEqual(upTo(40_000, from));
  });

  test('closing waits for the run in progress, and removes the WAL as usual', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendRuns(log, 4);
    const sealing = refusalOf(log.care!.seal({ through: log.head().sequence }));
    await log.close();
    expect((await sealing).code).toBe('STORE_CLOSED');
    expect(fs.existsSync(`${path}-wal`)).toBe(false);
    expect(sequencesOf(await readEvents(await openLog(path)))).toEqual(upTo(68_000));
  });
});

test('damage in a later run leaves the earlier ones sealed, and is named', async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  await appendRuns(log, 3);
  withDatabase(path, (db) =>
    db.exec(`update blocks set payload = replace(payload, '"note":7}', '"note":8}') where first_sequence = 17001`),
  );
  expect(await refusalOf(log.care!.seal({ through: 51_000, dryRun: true }))).toMatchObject({
    code: 'LOG_CORRUPT',
    sequence: 17_001,
  });
  expect((await collect(log.headers())).map(({ encoding }) => encoding)).toEqual(['open', 'open', 'open']);
  expect(await refusalOf(log.care!.seal({ through: 51_000 }))).toMatchObject({
    code: 'LOG_CORRUPT',
    path,
    sequence: 17_001,
  });
  expect((await collect(log.headers())).map(({ encoding }) => encoding)).toEqual(['sealed', 'open', 'open']);
  await appendNotes(log, 1);
});

test('a reader tries sealing, and refuses to do it', async () => {
  const path = temporaryPath();
  await appendNotes(await openLog(path), 5);
  const reader = await openLog(path, { readOnly: true });
  expect(await reader.care!.seal({ through: 5, dryRun: true })).toMatchObject({ sealedEvents: 5, blocksBefore: 5 });
  expect((await refusalOf(reader.care!.seal({ through: 5 }))).code).toBe('INVALID_OPTION');
});
