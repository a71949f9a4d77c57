/** The record of redactions lives as long as the log: in a backup, after a repair, and under `verify`. */
import { describe, expect, test } from 'vitest';
import { repairLog } from '../../../../src/index.ts';
import { appendNotes, readEvents, redact, redactionOf, refusalOf } from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

const ROW = { recordedAt: 5_000, by: 'ada', selector: 'a1b2', events: 2, firstSequence: 2, lastSequence: 4 };

async function redactedLog(): Promise<string> {
  const path = temporaryPath();
  const log = await openLog(path);
  await appendNotes(log, 5);
  await redact(log, [2, 4], { by: 'ada' });
  await redactionOf(log).scrub();
  await log.close();
  return path;
}

describe('the record of redactions', () => {
  test('raises the file to format 2, but not before the redaction', async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    await appendNotes(log, 5);
    await redactionOf(log).stage([], [{ commandId: 'c', recordedAt: 1, outcome: '1' }]);
    expect(log.care!.format?.()).toBe(1);
    await redactionOf(log).discard();
    await redact(log, [2]);
    expect(log.care!.format?.()).toBe(2);
  });

  test('is in a backup', async () => {
    const log = await openLog(await redactedLog());
    const copy = temporaryPath();
    await log.care!.backup!(copy);
    const backup = await openLog(copy);
    expect(await redactionOf(backup).redactions()).toEqual([{ ...ROW, scrubbed: true }]);
    expect(backup.generation?.()).toBe(1);
    expect(await readEvents(backup)).toEqual(await readEvents(log));
  });

  test('a damaged row is found, left out, and dropped by a repair', async () => {
    const path = await redactedLog();
    withDatabase(path, (database) => database.exec("update redactions set requested_by = 'bob'"));
    const log = await openLog(path);
    expect(await redactionOf(log).redactions()).toEqual([]);
    expect(await log.care!.checkStructure()).toMatchObject([{ code: 'LOG_CORRUPT' }]);
    await log.close();
    expect((await repairLog(path)).damage).toHaveLength(1);
    const repaired = await openLog(path);
    expect(await repaired.care!.checkStructure()).toEqual([]);
    expect(await readEvents(repaired)).toHaveLength(5);
  });

  test('is kept by a repair of something else', async () => {
    const path = await redactedLog();
    withDatabase(path, (database) => database.exec('create table foreign_one (x)'));
    expect((await refusalOf(openLog(path))).code).toBe('LOG_CORRUPT');
    await repairLog(path);
    const repaired = await openLog(path);
    expect(await redactionOf(repaired).redactions()).toEqual([{ ...ROW, scrubbed: true }]);
    expect(repaired.care!.format?.()).toBe(2);
  });

  test('another table of its name is refused', async () => {
    const path = temporaryPath();
    await (await openLog(path)).close();
    withDatabase(path, (database) => database.exec('create table redactions (x); pragma user_version = 2'));
    expect((await refusalOf(openLog(path))).code).toBe('LOG_CORRUPT');
  });
});
