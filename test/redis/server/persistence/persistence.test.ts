/** Snapshots, reloads and restarts of a server, with Redis's words. */
import { describe, expect, test } from 'vitest';
import { isSaveDue } from '../../../../src/redis/server/persistence/save-rules.ts';
import { connectTo, ErrorReply, startServer, type TestClient } from '../../harness.ts';
import { temporaryFolder } from '../../real-redis.ts';

async function startOnFile(): Promise<{ readonly path: string; readonly client: TestClient }> {
  const path = `${temporaryFolder()}/redis.db`;
  return { path, client: await connectTo(await startServer({ path })) };
}

/** The field of INFO persistence. */
async function field(client: TestClient, name: string): Promise<string | undefined> {
  const info = String(await client.call('INFO', 'persistence'));
  return new RegExp(`^${name}:(.*)\r$`, 'm').exec(info)?.[1];
}

describe('saving', () => {
  test('SAVE takes a snapshot, and INFO and LASTSAVE tell of it', async () => {
    const { client } = await startOnFile();
    await client.call('SET', 'a', '1');
    expect(await field(client, 'rdb_changes_since_last_save')).toBe('1');
    const before = Number(await client.call('LASTSAVE'));
    expect(await client.call('SAVE')).toBe('OK');
    expect(await field(client, 'rdb_changes_since_last_save')).toBe('0');
    expect(await field(client, 'rdb_saves')).toBe('1');
    expect(Number(await client.call('LASTSAVE'))).toBeGreaterThanOrEqual(before);
  });

  test('BGSAVE answers at once, and writes go on while it runs', async () => {
    const { client } = await startOnFile();
    await client.call('SET', 'a', '1');
    expect(await client.call('BGSAVE')).toBe('Background saving started');
    for (let at = 0; at < 50; at++) await client.call('SET', `b${at}`, '1');
    await expect.poll(() => field(client, 'rdb_bgsave_in_progress'), { timeout: 30_000 }).toBe('0');
    expect(await field(client, 'rdb_last_bgsave_status')).toBe('ok');
  });

  test('BGREWRITEAOF takes a snapshot and compacts', async () => {
    const { client } = await startOnFile();
    await client.call('SET', 'a', '1');
    expect(await client.call('BGREWRITEAOF')).toBe('Background append only file rewriting started');
    await expect.poll(() => field(client, 'aof_rewrites'), { timeout: 30_000 }).toBe('1');
  });

  test.each([
    ['', 1_000_000, 1e9, false],
    ['900 1', 1, 900_001, true],
    ['900 1', 1, 900_000, false],
    ['900 1', 0, 1e9, false],
    ['3600 1 300 100 60 10000', 99, 301_000, false],
    ['3600 1 300 100 60 10000', 100, 301_000, true],
  ])('with the rules %j, %i changes and %i ms a save is due: %s', (rules, changes, elapsed, isDue) => {
    expect(isSaveDue(rules, changes, elapsed)).toBe(isDue);
  });
});

describe('DEBUG RELOAD', () => {
  test('builds the same data again, and clients go on', async () => {
    const server = await startServer({ path: `${temporaryFolder()}/redis.db` });
    const client = await connectTo(server);
    await client.call('SET', 'a', '1', 'PX', 100_000);
    await client.call('SETRANGE', 'big', 5, 'x');
    const digest = await client.ask('DEBUG', 'DIGEST');
    if (digest instanceof ErrorReply) throw digest;
    expect(await client.call('DEBUG', 'RELOAD')).toBe('OK');
    expect(await client.call('DEBUG', 'DIGEST')).toBe(digest);
    expect(await client.call('INCR', 'a')).toBe(2);
  });
});

describe('a second server on the same file', () => {
  test('reads beside the first one, and refuses writes', async () => {
    const { path, client } = await startOnFile();
    await client.call('SET', 'a', '1');
    const reader = await connectTo(await startServer({ path, readOnly: true }));
    expect(await reader.call('GET', 'a')).toBe('1');
    expect(await reader.ask('SET', 'a', '2')).toEqual(
      new ErrorReply("READONLY You can't write against a read only replica."),
    );
  });
});
