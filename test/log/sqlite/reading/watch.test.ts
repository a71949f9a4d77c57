/**
 * A reader that waits for appends of another process: it notices them whatever else is asked, and it notices a replaced
 * file.
 */
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogStore } from '../../../../src/log/log-store.ts';
import { openSqliteLog } from '../../../../src/log/sqlite/sqlite-log.ts';
import { appendNotes, refusalOf } from '../../../contracts/log-fixtures.ts';

let folder: string;
const opened: LogStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refold-watch-'));
});

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  rmSync(folder, { recursive: true });
});

async function open(name: string, readOnly = false): Promise<LogStore> {
  const log = await openSqliteLog({ path: join(folder, name), durability: 'os', readOnly });
  opened.push(log);
  return log;
}

/** Resolves with the last sequence of the first block that comes from `from` on. */
async function next(log: LogStore, from: number): Promise<number | undefined> {
  for await (const block of log.follow(from, new AbortController().signal)) return block.lastSequence;
  return undefined;
}

/** Overwrites a log in place. SQLite does not report that before the next writer writes. */
async function writeInto(path: string, from: string): Promise<void> {
  copyFileSync(from, path);
  rmSync(`${path}-witness`); // it would refuse the older copy
  const log = await openSqliteLog({ path, durability: 'os' });
  opened.push(log);
  await log.putMeta('mark', 'written');
}

test('waiting readers hear of what another call on the same handle has seen first', async () => {
  const log = await open('log.db');
  await appendNotes(log, 2);
  const reader = await open('log.db', true);
  const waiting = [next(reader, 3), next(reader, 3)];
  await appendNotes(log, 1);
  expect(reader.head().sequence).toBe(3);
  expect(await Promise.all(waiting)).toEqual([3, 3]);
});

describe('a file that was replaced ends the waiting, and every later question', () => {
  test.each<[string, RegExp, (path: string) => Promise<void>]>([
    [
      'by another log under its name',
      /another file is there/,
      async (path) => {
        const other = await open('other.db');
        await appendNotes(other, 9);
        await other.close();
        renameSync(other.path, path);
      },
    ],
    ['by nothing', /it was deleted/, async (path) => rmSync(path)],
    [
      'by the content of another log',
      /it holds another log/,
      async (path) => {
        const other = await open('other.db');
        await appendNotes(other, 9);
        await other.close();
        await writeInto(path, other.path);
      },
    ],
    ['by an older copy of itself', /it ended at 3, and ends at 2 now/, (path) => writeInto(path, `${path}.old`)],
  ])('%s', async (_how, problem, replace) => {
    const log = await open('log.db');
    await appendNotes(log, 2);
    await log.close();
    copyFileSync(log.path, `${log.path}.old`);
    const again = await open('log.db');
    await appendNotes(again, 1);
    await again.close();
    const reader = await open('log.db', true);
    expect(reader.head().sequence).toBe(3);
    const waiting = refusalOf(next(reader, 4));
    await replace(reader.path);
    const refused = { code: 'STORE_FAILED', path: reader.path, message: expect.stringMatching(problem) };
    expect(await waiting).toMatchObject(refused);
    expect(await refusalOf(() => reader.head())).toMatchObject(refused);
    expect(await refusalOf(next(reader, 1))).toMatchObject(refused);
  });
});
