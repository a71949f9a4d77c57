/** How many connections logs take, and snapshots in a thread, which take one more. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore, type StoreWarning } from '../../../src/index.ts';
import { appendNotes } from '../../../src/log/contract/fixtures.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { type PostgresLogOptions, postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { counted, tally } from '../../engine/snapshots/fixtures/tally-model.ts';
import { PostgresServer } from '../server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

const MOST_AT_REST = 10;
const LOGS = 200;

/** How many connections of refold a database has. */
async function connections(database: string): Promise<number> {
  const [row] = await server.sql(
    `select count(*)::integer as open from pg_stat_activity where application_name = 'refold' and datname = $1`,
    database,
  );
  return row.open;
}

describe(`${LOGS} logs of one configuration`, () => {
  test('share their connections, and end them', { timeout: 300_000 }, async () => {
    await server.sql('create database many');
    const source = (log: number) => postgresLog(server.url(server.port, 'many'), { name: `log ${log}` });
    const open = (log: number) => source(log).open({});
    const logs: LogStore[] = [await open(1)];
    while (logs.length < LOGS)
      logs.push(...(await Promise.all([1, 2, 3, 4, 5].map((more) => open(logs.length + more)))).slice(0, LOGS));
    await Promise.all(logs.map((log) => appendNotes(log, 2)));
    expect(await connections('many')).toBeLessThanOrEqual(MOST_AT_REST);
    await Promise.all(logs.map((log) => log.close()));
    await expect.poll(() => connections('many')).toBe(0);
  });
});

describe('snapshots', () => {
  /** Connections before and after the first snapshot, and what the store has warned of. */
  async function takeSnapshot(database: string, options: PostgresLogOptions) {
    await server.sql(`create database ${database}`);
    const warnings: StoreWarning[] = [];
    const log = postgresLog(server.url(server.port, database), options);
    const store = await openStore(tally, { log, onWarning: (warning) => void warnings.push(warning) });
    for (let index = 0; index < 200; index++) await store.append(counted(`key ${index}`));
    const before = await connections(database);
    const { sequence } = await store.snapshot();
    const after = await connections(database);
    await store.close();
    await expect.poll(() => connections(database)).toBe(0);
    return { sequence, more: after - before, warnings: warnings.map(({ name, message }) => `${name}: ${message}`) };
  }

  test('are made in a thread, over one connection more', async () => {
    expect(await takeSnapshot('threaded', {})).toEqual({ sequence: 200, more: 1, warnings: [] });
  });

  test('are made here where an option cannot be copied to a thread, with one warning', async () => {
    const { password } = new URL(server.url());
    const connection = { password: () => decodeURIComponent(password) };
    expect(postgresLog(server.url(), { connection }).thread).toBeUndefined();
    const { sequence, more, warnings } = await takeSnapshot('sliced', { connection });
    expect({ sequence, more }).toEqual({ sequence: 200, more: 0 });
    expect(warnings).toEqual([expect.stringMatching(/^RefoldSnapshotWarning: .*cannot be copied to another thread/)]);
    expect(warnings.join()).not.toContain(decodeURIComponent(password));
  });
});
