/** Who holds the lock of a log, asked from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { loadDriver } from '../../../../src/log/sqlite/file/driver.ts';
import { lockHolderOf } from '../../../../src/log/sqlite/file/lock.ts';
import { appendNotes } from '../../../contracts/log-fixtures.ts';
import { openLog, temporaryPath, withDatabase } from '../fixtures.ts';

const THIS_PROCESS = { pid: process.pid, host: hostname(), startedAt: expect.any(Number) };

async function closedLog(): Promise<string> {
  const path = temporaryPath();
  await (await openLog(path)).close();
  return path;
}

test('the writer is named while it has the log open, and goes on', async () => {
  const path = temporaryPath();
  const writer = await openLog(path);
  const reader = await openLog(path, { readOnly: true });
  for (const log of [writer, reader]) expect(await log.care!.writer!()).toEqual(THIS_PROCESS);
  await appendNotes(writer, 1);
  await writer.close();
  expect(await reader.care!.writer!()).toBeUndefined();
  await appendNotes(await openLog(path, { waitForLock: 0 }), 1);
});

test('a writer that was killed has left its name, but holds nothing', async () => {
  const path = temporaryPath();
  const module = JSON.stringify(pathToFileURL('src/log/sqlite/sqlite-log.ts'));
  const script = `
    const { openSqliteLog } = await import(${module});
    await openSqliteLog({ path: ${JSON.stringify(path)}, durability: 'os' });
    console.log('open');
    setInterval(() => {}, 1_000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const driver = await loadDriver();
  expect(await lockHolderOf(driver, path)).toMatchObject({ pid: holder.pid });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(withDatabase(`${path}-lock`, (lock) => lock.prepare('select pid from holder').pluck().get())).toBe(holder.pid);
  expect(await lockHolderOf(driver, path)).toBeUndefined();
});

test('a process that only looks at the lock is not taken for its holder', async () => {
  const path = await closedLog();
  const looking = new Database(`${path}-lock`);
  try {
    looking.exec('begin immediate');
    setImmediate(() => looking.exec('rollback'));
    expect(await lockHolderOf(await loadDriver(), path)).toBeUndefined();
  } finally {
    looking.close();
  }
});

test.each<[string, (lock: string) => void]>([
  ['missing', (lock) => fs.rmSync(lock)],
  ['empty', (lock) => fs.writeFileSync(lock, '')],
  ['not a database', (lock) => fs.writeFileSync(lock, 'notes '.repeat(200))],
])('a lock file that is %s names no process, and stays as it is', async (_what, make) => {
  const path = await closedLog();
  const lock = `${path}-lock`;
  make(lock);
  const before = fs.existsSync(lock) ? fs.readFileSync(lock, 'utf8') : undefined;
  expect(await lockHolderOf(await loadDriver(), path)).toBeUndefined();
  expect(fs.existsSync(lock) ? fs.readFileSync(lock, 'utf8') : undefined).toBe(before);
});
