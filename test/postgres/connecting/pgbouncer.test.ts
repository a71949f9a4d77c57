/** Behind pgbouncer in transaction mode: the whole contract, statements that cannot be prepared, and bells that are not heard. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendNotes, readEvents, sequencesOf } from '../../../src/log/contract/fixtures.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { type PostgresLogOptions, postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { describeLog } from '../../contracts/run-contract.ts';
import { contractSetup } from '../contract-setup.ts';
import { PostgresServer } from '../server.ts';
import { judge } from '../sharing/judge.ts';
import { raceTellers, TELLERS } from '../sharing/tellers.ts';
import { weaken } from '../weakened.ts';
import { Pgbouncer } from './pgbouncer.ts';

const SOUND = fileURLToPath(new URL('../../../src/', import.meta.url));

let server: PostgresServer;
let bouncer: Pgbouncer;
let logs = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
  bouncer = await Pgbouncer.start(server);
});
afterAll(async () => {
  await bouncer.stop();
  await server.stop();
});

const url = (): string => server.url(bouncer.port);
const setup = contractSetup(() => server, url);
describeLog('PostgreSQL behind pgbouncer', setup);

describe('many logs of several schemas', () => {
  /** How the appends end; the last sequences of the logs. */
  async function appendToAll(open: typeof postgresLog): Promise<readonly unknown[]> {
    const sources = Array.from({ length: 12 }, (_, index) =>
      open(url(), { name: `pooled ${++logs}`, schema: `pool${index % 3}` }),
    );
    const opened: LogStore[] = [];
    for (const source of sources) opened.push(await source.open({}));
    const endings = opened.map(async (log) => {
      await appendNotes(log, 30);
      return sequencesOf(await readEvents(log)).at(-1);
    });
    const told = await Promise.allSettled(endings);
    await Promise.allSettled(opened.map((log) => log.close()));
    return told.map((ending) => (ending.status === 'fulfilled' ? ending.value : ending.reason.code));
  }

  test('append at once, though the connections of one are those of another', async () => {
    expect(await appendToAll(postgresLog)).toEqual(Array(12).fill(30));
  });

  test('are refused where statements are prepared all the same', async () => {
    const { postgresLog: weak } = await weaken('only prepared statements');
    const told = await appendToAll(weak).catch((error) => [error.code]);
    expect(told).toContain('STORE_FAILED');
  });
});

test('eight processes write one log in turns', async () => {
  const name = `pooled ${++logs}`;
  const { lines } = await raceTellers({ url: url(), name, sources: SOUND, ids: 40 });
  const { wrong, ids } = await judge(postgresLog(server.url(), { name }), lines);
  expect(wrong).toEqual([]);
  expect(ids).toBe(40 * TELLERS - 10 * (TELLERS / 2));
});

describe('a reader whose bells are not heard', () => {
  async function openBoth(options: PostgresLogOptions) {
    const name = `deaf ${++logs}`;
    const writer = await postgresLog(server.url(), { name }).open({});
    const source = postgresLog(url(), { name, ...options });
    return { writer, source, reader: await source.open({ readOnly: true }) };
  }

  test('polls instead, and warns once', async () => {
    const { writer, source, reader } = await openBoth({ pollEvery: 100_000_000 });
    const other = await source.open({ readOnly: true });
    const warnings = [reader, other].flatMap(({ opening }) => opening!.warnings);
    expect(warnings).toMatchObject([
      { name: 'RefoldReplicaWarning', message: expect.stringContaining('poll every 50 ms') },
    ]);
    await appendNotes(writer, 3);
    await expect.poll(() => reader.head().sequence).toBe(3);
    for (const log of [reader, other, writer]) await log.close();
  });

  test('is not warned where it asked for no bells', async () => {
    const { writer, reader } = await openBoth({ notify: false });
    expect(reader.opening!.warnings).toEqual([]);
    await reader.close();
    await writer.close();
  });

  test('is one behind a pool alone', async () => {
    const { writer } = await openBoth({});
    const reader = await postgresLog(server.url(), { name: `deaf ${logs}`, pollEvery: 900 }).open({ readOnly: true });
    expect(reader.opening!.warnings).toEqual([]);
    await reader.close();
    await writer.close();
  });
});
