/** A backup that is put back in a log's place: what the log left beside it, and what a store of this process still holds. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog, openStore } from 'refold';
import { afterAll, describe, expect, test } from 'vitest';
import { cart } from '../../../cli/fixtures/cart.ts';
import { temporaryDirectory } from '../fixtures.ts';

const CRASHING = `
  import { openStore } from 'refold';
  import { cart } from ${JSON.stringify(new URL('../../../cli/fixtures/cart.ts', import.meta.url).href)};
  const store = await openStore(cart, { path: process.argv[1] });
  for (let n = 0; n < 200; n++) await store.append({ type: 'PriceSet', data: { sku: \`s\${n}\`, price: n } });
  process.kill(process.pid, 'SIGKILL');
`;

/** The folder of a log that crashed after its backup of so many events was put back over it. */
async function makeCrash(events: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'refold-crash-'));
  const path = join(folder, 'book.db');
  await using store = await openStore(cart, { path });
  for (let n = 1; n <= events; n++) await store.append({ type: 'PriceSet', data: { sku: `s${n}`, price: n } });
  await store.backup(join(folder, 'backup.db'));
  await store.close();
  spawnSync(process.execPath, ['--conditions=refold-source', '--input-type=module', '--eval', CRASHING, path]);
  copyFileSync(join(folder, 'backup.db'), path);
  return folder;
}

const crashes = new Map<number, Promise<string>>();
afterAll(async () => {
  for (const folder of await Promise.all(crashes.values())) rmSync(folder, { recursive: true });
});

/** Such a log for one test: each is a copy, since nothing of it depends on the file's place. */
async function restoredOverCrash(events: number): Promise<string> {
  if (!crashes.has(events)) crashes.set(events, makeCrash(events));
  const folder = temporaryDirectory();
  cpSync(await crashes.get(events)!, folder, { recursive: true });
  return join(folder, 'book.db');
}

describe.each([1, 30])('a backup of %i events over a log that crashed', (events) => {
  test('is damaged beside the WAL of that log, and the hint says whose it is', async () => {
    const path = await restoredOverCrash(events);
    await expect(openStore(cart, { path })).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      hint: expect.stringMatching(
        /Run refold repair --plan .*book\.db-wal belonged to the log before it: remove it and .*-shm and .*-witness, put/,
      ),
    });
  });

  test('is sound when that was removed, whatever else was left', async () => {
    const path = await restoredOverCrash(events);
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix);
    await using store = await openStore(cart, { path });
    expect(store.sequence).toBe(events);
    expect(await store.verify()).toMatchObject({ ok: true, problems: [] });
  });

  test('is also sound when it was opened in between, and restored again', async () => {
    const path = await restoredOverCrash(events);
    await openStore(cart, { path }).catch(() => {});
    for (const suffix of ['-wal', '-shm', '-witness']) rmSync(path + suffix, { force: true });
    copyFileSync(join(path, '../backup.db'), path);
    await using store = await openStore(cart, { path });
    expect(await store.verify()).toMatchObject({ ok: true, events });
  });
});

test('a damaged log without a WAL gets no such hint', async () => {
  const path = join(temporaryDirectory(), 'book.db');
  writeFileSync(path, 'SQLite format 3\0 and no more');
  await expect(openLog({ path })).rejects.toMatchObject({ hint: expect.not.stringContaining('belonged') });
});

test('the message for a log that this process has open names this process, with a hint for it', async () => {
  const path = join(temporaryDirectory(), 'book.db');
  await using _store = await openStore(cart, { path });
  await expect(openStore(cart, { path })).rejects.toMatchObject({
    code: 'LOG_LOCKED',
    message: expect.stringMatching(
      new RegExp(`it is held by this process \\(process ${process.pid} on .*\\), since \\d{4}-`),
    ),
    hint: expect.stringContaining('globalThis'),
  });
});

test('another process is named with its host', async () => {
  const path = join(temporaryDirectory(), 'book.db');
  await using _store = await openStore(cart, { path });
  const program = `
    import { openStore } from 'refold';
    import { cart } from ${JSON.stringify(new URL('../../../cli/fixtures/cart.ts', import.meta.url).href)};
    await openStore(cart, { path: process.argv[1] }).catch(({ message }) => console.log(message));
  `;
  const args = ['--conditions=refold-source', '--input-type=module', '--eval', program, path];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stdout).toContain(`it is held by process ${process.pid} on ${hostname()}, since `);
});
