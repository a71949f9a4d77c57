/** Command ids of a log in a file: known from the start, whatever happens while they are read in the background. */
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LogStore, StoredOutcome } from '../../../../src/log/log-store.ts';
import { LogReader } from '../../../../src/log/sqlite/reading/reader.ts';
import { commitOf, noted, refusalOf } from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryDirectory, temporaryPath, withDatabase } from '../fixtures.ts';

afterEach(() => void vi.restoreAllMocks());

describe('a log with 100,000 ids', () => {
  test('is open before they are read, and answers for each of them', async () => {
    const path = await logWith(named('old', 100_000));
    const pages = vi.spyOn(LogReader.prototype, 'commandIds');
    const log = await openLog(path);
    expect(pages.mock.calls.length).toBeLessThan(50); // of 391: opening has not waited for them
    expect(log.outcome('old-99999')).toMatchObject({ commandId: 'old-99999' });
    expect(log.outcome('new')).toBeUndefined();
    await filled(pages);
    expect(log.outcome('old-0')).toMatchObject({ commandId: 'old-0' });
    expect(log.outcome('old-99999')).toMatchObject({ commandId: 'old-99999' });
  });

  test('counts nothing at its opening, and still keeps no more than that', async () => {
    const path = await logWith(named('old', 100_000));
    const log = await openLog(path);
    await remember(log, named('new', 150));
    expect(log.outcome('old-149')).toBeUndefined();
    expect(log.outcome('old-150')).toBeDefined();
    await log.close();
    expect(countOf(path)).toBe(100_000);
  });

  test('no longer asks the file about ids that are new', async () => {
    const path = await logWith(named('old', 1_000));
    const pages = vi.spyOn(LogReader.prototype, 'commandIds');
    const log = await openLog(path);
    await filled(pages);
    const asked = vi.spyOn(LogReader.prototype, 'outcome');
    for (const id of named('new', 1_000)) expect(log.outcome(id)).toBeUndefined();
    expect(asked.mock.calls.length).toBeLessThan(5);
    await remember(log, ['new-7']);
    expect(log.outcome('new-7')).toMatchObject({ commandId: 'new-7' });
  });
});

describe('while the ids are read', () => {
  test('those that are written meanwhile are known, wherever they sort', async () => {
    const path = await logWith(named('m', 5_000));
    const pages = vi.spyOn(LogReader.prototype, 'commandIds');
    const log = await openLog(path);
    const written: string[] = [];
    for (let round = 0; pages.mock.results.at(-1)?.value?.last !== undefined || round === 0; round++) {
      const ids = [`a-${round}`, `m-${round}x`, `z-${round}`];
      const outcomes = outcomesOf(ids);
      const appended = log.append({ expectedSequence: 0, epoch: log.epoch, commits: [], outcomes });
      for (const id of ids) log.outcome(id); // may be there or not, and harms nothing
      await appended;
      for (const id of ids) expect(log.outcome(id)).toMatchObject({ commandId: id });
      written.push(...ids);
    }
    await filled(pages);
    for (const id of [...written, 'm-0', 'm-4999']) expect(log.outcome(id)).toMatchObject({ commandId: id });
  });

  test('the log closes at once, and reads no more of them', async () => {
    const path = await logWith(named('old', 20_000));
    const pages = vi.spyOn(LogReader.prototype, 'commandIds');
    const log = await openLog(path);
    await log.close();
    const read = pages.mock.calls.length;
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(pages.mock.calls.length).toBe(read);
    expect(read).toBeLessThan(79);
    expect(await refusalOf(async () => log.outcome('old-1'))).toMatchObject({ code: 'STORE_CLOSED' });
    expect((await openLog(path)).outcome('old-19999')).toBeDefined();
  });

  test('a refused append does not lose an id', async () => {
    const path = await logWith(named('old', 2_000));
    const log = await openLog(path);
    const outcomes = outcomesOf(['refused', 'old-1']);
    const refused = log.append({ expectedSequence: 9, epoch: log.epoch, commits: [commitOf([noted(1)])], outcomes });
    expect(await refusalOf(refused)).toMatchObject({ code: 'SEQUENCE_CONFLICT' });
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(log.outcome('refused')).toBeUndefined();
    expect(log.outcome('old-1')).toBeDefined();
    await remember(log, ['refused', 'next']);
    expect(log.outcome('refused')).toBeDefined();
    expect(log.outcome('next')).toBeDefined();
  });
});

describe('ids that come again', () => {
  test.each([
    ['once they are known to be in the log', true],
    ['before the ids in the log are read', false],
  ])('replace their outcome, and are counted once: %s', async (_, wait) => {
    const path = await logWith(named('old', 500));
    const pages = vi.spyOn(LogReader.prototype, 'commandIds');
    const log = await openLog(path);
    if (wait) await filled(pages);
    await remember(log, ['old-3', 'new', 'new', ...named('other', 40)], '{"again":true}');
    expect(log.outcome('old-3')).toMatchObject({ outcome: '{"again":true}' });
    expect(log.outcome('new')).toMatchObject({ outcome: '{"again":true}' });
    await log.close();
    expect(countOf(path)).toBe(541);
  });
});

describe('damage', () => {
  const harmed = async (sql: string) => {
    const path = await logWith(named('old', 3_000));
    withDatabase(path, (db) => db.exec(sql));
    const pages = vi.spyOn(LogReader.prototype, 'commandIds');
    const log = await openLog(path);
    return { log, path, pages };
  };

  test('in an outcome is found when it is asked for, not when the ids are read', async () => {
    const { log, path, pages } = await harmed(`update commands set outcome = '?' where command_id = 'old-2000'`);
    await filled(pages);
    const refusal = await refusalOf(async () => log.outcome('old-2000'));
    expect(refusal).toMatchObject({ code: 'LOG_CORRUPT', path, type: 'old-2000' });
    expect(log.outcome('old-2001')).toBeDefined();
    expect(log.outcome('new')).toBeUndefined();
  });

  test.each([
    ["bytes that are not UTF-8, at a page's end and elsewhere", `cast(x'6f6c642d80' || command_id as text)`],
    ['an id cut short', 'substr(command_id, 1, 2) || rowid'],
    ['an empty id', `''`],
  ])('of an id hides no other: %s', async (_, id) => {
    // One after the other, so that one of them ends a page.
    const rows = id === `''` ? '100' : '100 and 400';
    const { log, pages } = await harmed(
      `update commands set command_id = ${id} where rowid between 100 and ${rows.split(' ').at(-1)}`,
    );
    await filled(pages);
    for (const old of [...named('old', 99), ...named('old', 3_000).slice(400)]) expect(log.outcome(old)).toBeDefined();
    expect(log.outcome('old-99')).toBeUndefined();
  });

  test('in the pages that hold the ids leaves the questions to the file', async () => {
    const path = await logWith(named('old', 20_000));
    const root = withDatabase(path, (db) => {
      db.pragma('wal_checkpoint(truncate)');
      return db.prepare(`select rootpage from sqlite_schema where name = 'sqlite_autoindex_commands_1'`).pluck().get();
    });
    const file = fs.openSync(path, 'r+');
    fs.writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, (Number(root) - 1) * 4096);
    fs.closeSync(file);
    const log = await openLog(path);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(await refusalOf(async () => log.outcome('old-1'))).toMatchObject({ code: 'LOG_CORRUPT', path });
    expect(await refusalOf(async () => log.outcome('new'))).toMatchObject({ code: 'LOG_CORRUPT', path });
  });
});

test('a log that crashed knows all ids of what it has acknowledged', async () => {
  const path = await logWith(named('old', 1_000));
  const log = await openLog(path);
  await remember(log, named('late', 1_000));
  const image = join(temporaryDirectory(), 'log.db');
  for (const suffix of ['', '-wal']) fs.copyFileSync(path + suffix, image + suffix);
  const pages = vi.spyOn(LogReader.prototype, 'commandIds');
  const reopened = await openLog(image);
  const all = [...named('old', 1_000), ...named('late', 1_000)];
  for (const id of all) expect(reopened.outcome(id)).toBeDefined();
  await filled(pages);
  for (const id of all) expect(reopened.outcome(id)).toBeDefined();
  expect(reopened.outcome('never')).toBeUndefined();
});

test('a reader sees what the writer remembers after it has opened', async () => {
  const path = await logWith(named('old', 10));
  const log = await openLog(path);
  const reader = await openLog(path, { readOnly: true });
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  expect(reader.outcome('late')).toBeUndefined();
  await remember(log, ['late']);
  expect(reader.outcome('late')).toMatchObject({ commandId: 'late' });
});

/** The path of a log, closed, that remembers these ids. */
async function logWith(ids: readonly string[]): Promise<string> {
  const path = temporaryPath();
  const log = await openLog(path);
  await remember(log, ids);
  await log.close();
  return path;
}

function remember(log: LogStore, ids: readonly string[], outcome = '{}'): Promise<void> {
  return log.append({ expectedSequence: 0, epoch: log.epoch, commits: [], outcomes: outcomesOf(ids, outcome) });
}

function outcomesOf(ids: readonly string[], outcome = '{}'): StoredOutcome[] {
  return ids.map((commandId) => ({ commandId, recordedAt: 1, outcome }));
}

/** Waits for the page that ends the reading. */
async function filled(pages: {
  readonly mock: { readonly results: readonly { readonly value: unknown }[] };
}): Promise<void> {
  const isLast = () => (pages.mock.results.at(-1)?.value as { last?: unknown } | undefined)?.last === undefined;
  while (pages.mock.results.length === 0 || !isLast()) await nextTurn();
}

function countOf(path: string): unknown {
  return withDatabase(path, (db) => db.prepare('select count(*) from commands').pluck().get());
}

function named(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
