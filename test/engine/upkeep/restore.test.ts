/** A restore puts a checked backup in the place of a log, or changes nothing. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openLog, repairLog, restoreLog } from '../../../src/index.ts';
import { sampleOfSteps } from '../../sample.ts';
import { note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

/** A log that ends at 6, and a backup of it that ends at 4. */
async function makeBackup(): Promise<{ path: string; backup: string }> {
  const path = await temporaryPath();
  const backup = join(dirname(path), 'backup.db');
  const store = await openCarts({ path });
  for (let n = 1; n <= 4; n++) await store.append(note(`${n}`), { commandId: `note ${n}` });
  await store.backup(backup);
  for (let n = 5; n <= 6; n++) await store.append(note(`${n}`));
  await store.close();
  return { path, backup };
}

async function endOf(path: string): Promise<number> {
  const store = await openCarts({ path });
  const { sequence } = store;
  expect((await store.verify()).problems).toEqual([]);
  await store.close();
  return sequence;
}

const besides = (path: string): string[] => readdirSync(dirname(path)).sort();

test('to a new path: a checked log, and the backup as it was', async () => {
  const { path, backup } = await makeBackup();
  const before = readFileSync(backup);
  const target = join(dirname(path), 'new.db');
  const report = await restoreLog(backup, target);
  expect(report).toMatchObject({ backup, path: target, firstSequence: 1, lastSequence: 4 });
  expect(report).not.toHaveProperty('replaced');
  expect(besides(path)).toEqual([
    'backup.db',
    'new.db',
    'new.db-lock',
    'store.db',
    'store.db-ballast',
    'store.db-lock',
    'store.db-witness',
  ]);
  expect(readFileSync(backup).equals(before)).toBe(true);
  const store = await openCarts({ path: target });
  expect(await store.append(note('again'), { commandId: 'note 4' }).catch((error) => error.code)).toBe(
    'COMMAND_ID_REUSED',
  );
  await store.close();
  expect(await endOf(target)).toBe(4);
});

test('up to a position', async () => {
  const { path, backup } = await makeBackup();
  const target = join(dirname(path), 'new.db');
  expect(await restoreLog(backup, target, { to: { sequence: 2 } })).toMatchObject({ lastSequence: 2 });
  expect(await endOf(target)).toBe(2);
  for (const to of [{ sequence: 9 }, { sequence: -1 }]) {
    const error = await errorOf(restoreLog(backup, join(dirname(path), 'other.db'), { to }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'to' });
  }
  expect(existsSync(join(dirname(path), 'other.db'))).toBe(false);
});

describe('over a log', () => {
  test('is refused without force', async () => {
    const { path, backup } = await makeBackup();
    const before = besides(path);
    const error = await errorOf(restoreLog(backup, path));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', type: 'force' });
    expect(error.hint).toContain('--force');
    expect(besides(path)).toEqual(before);
    expect(await endOf(path)).toBe(6);
  });

  test('keeps the old log under another name, with its WAL', async () => {
    const { path, backup } = await makeBackup();
    const reader = await openLog({ path }); // keeps the WAL from being removed
    const store = await openCarts({ path });
    await store.append(note('7'));
    await store.close();
    expect(existsSync(`${path}-wal`)).toBe(true);
    const { replaced } = await restoreLog(backup, path, { force: true });
    expect(existsSync(`${path}-wal`)).toBe(false);
    await reader.close();
    expect(await endOf(path)).toBe(4);
    expect(await endOf(replaced!)).toBe(7);
  });

  test('is refused while a writer has it, and waits for it if told to', async () => {
    const { path, backup } = await makeBackup();
    const store = await openCarts({ path });
    expect(await errorOf(restoreLog(backup, path, { force: true }))).toMatchObject({ code: 'LOG_LOCKED' });
    await store.append(note('7'));
    const restoring = restoreLog(backup, path, { force: true, waitForLock: 60_000 });
    await store.append(note('8'));
    await store.close();
    expect(await endOf((await restoring).replaced!)).toBe(8);
    expect(await endOf(path)).toBe(4);
  });

  test('changes nothing when the backup is damaged', async () => {
    const { path, backup } = await makeBackup();
    const database = new Database(backup);
    database.exec(`update blocks set payload = replace(payload, '"text"', '"texd"') where first_sequence = 2`);
    database.close();
    const before = besides(path);
    expect(await errorOf(restoreLog(backup, path, { force: true }))).toMatchObject({ code: 'LOG_CORRUPT' });
    expect(besides(path)).toEqual(before);
    expect(await endOf(path)).toBe(6);
  });

  test('succeeds when the old log is damaged, and that file stays', async () => {
    const { path, backup } = await makeBackup();
    writeFileSync(path, 'not a database at all, but long enough to be read as one '.repeat(100));
    const { replaced } = await restoreLog(backup, path, { force: true });
    expect(readFileSync(replaced!, 'utf8')).toContain('not a database at all');
    expect(await endOf(path)).toBe(4);
  });
});

test('another program’s file, the backup itself, and what is not a log are refused', async () => {
  const { path, backup } = await makeBackup();
  const foreign = join(dirname(path), 'foreign.db');
  const database = new Database(foreign);
  database.exec('create table mine (a)');
  database.close();
  const text = join(dirname(path), 'text.db');
  writeFileSync(text, 'words');
  const other = join(dirname(path), 'other.db');
  await copyFile(backup, join(dirname(path), 'linked.db'));
  const refused: [string, string, string][] = [
    [backup, foreign, 'INVALID_OPTION'],
    [foreign, other, 'INVALID_OPTION'],
    [text, other, 'LOG_CORRUPT'],
    [backup, backup, 'INVALID_OPTION'],
    [join(dirname(path), 'missing.db'), other, 'INVALID_OPTION'],
    [backup, join(dirname(path), 'no', 'where.db'), 'INVALID_OPTION'],
    [backup, ':memory:', 'INVALID_OPTION'],
  ];
  for (const [from, to, code] of refused) {
    expect(await errorOf(restoreLog(from, to, { force: true }))).toMatchObject({ code });
  }
  for (const wrong of [{ force: 1 }, { waitForLock: -1 }, { to: 3 }, { dryRun: true }]) {
    expect(await errorOf(restoreLog(backup, other, wrong as never))).toMatchObject({ code: 'INVALID_OPTION' });
  }
  expect(existsSync(other)).toBe(false);
});

test('a signal ends it, and nothing has changed', async () => {
  const { path, backup } = await makeBackup();
  const before = besides(path);
  const reason = new Error('enough');
  const stop = new AbortController();
  const onProgress = (): void => stop.abort(reason);
  await expect(restoreLog(backup, path, { force: true, signal: stop.signal, onProgress })).rejects.toBe(reason);
  expect(besides(path)).toEqual(before);
  expect(await endOf(path)).toBe(6);
});

test('killed at any step: the old log or the backup is there, and a repair finishes it', {
  timeout: 120_000,
}, async () => {
  const ends: number[] = [];
  const { first, by } = sampleOfSteps();
  for (let step = first; ; step += by) {
    const { path, backup } = await makeBackup();
    const died = await dies([backup, path, String(step)]);
    const isUnfinished = existsSync(`${path}-repair`);
    if (isUnfinished) {
      expect((await errorOf(openLog({ path }))).hint).toContain('refold repair');
      await repairLog(path);
    }
    const end = await endOf(path);
    if (isUnfinished || !died) expect(end).toBe(4);
    ends.push(end);
    const kept = readdirSync(dirname(path)).filter((name) => /\.replaced-.*Z$/.test(name));
    if (end === 4) expect(await Promise.all(kept.map((name) => endOf(join(dirname(path), name))))).toEqual([6]);
    if (!died) break;
  }
  expect(ends.length * by).toBeGreaterThan(5);
  expect(ends).toEqual(ends.toSorted((a, b) => b - a)); // once it is the backup, it stays the backup
  if (first === 0) expect(ends[0]).toBe(6);
  expect(ends.at(-1)).toBe(4);
});

function dies(args: readonly string[]): Promise<boolean> {
  const file = join(import.meta.dirname, 'fixtures', 'dying-restore.ts');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [file, ...args], (error, _, stderr) => {
      if (error === null) resolve(false);
      else if (error.signal === 'SIGKILL') resolve(true);
      else reject(new Error(stderr));
    });
  });
}
