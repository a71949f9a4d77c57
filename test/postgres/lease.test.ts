/** One writer: who holds the log, how another one takes over, and what the one before can still do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendNotes, readEvents } from '../../src/log/contract/fixtures.ts';
import type { LogSource } from '../../src/log/log-source.ts';
import type { LogStore } from '../../src/log/log-store.ts';
import { postgresLog } from '../../src/log/postgres/postgres-source.ts';
import { PostgresServer } from './server.ts';
import { weaken } from './weakened.ts';

let server: PostgresServer;
let logs = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

function newLog(options: object = {}, open = postgresLog): { readonly name: string; readonly source: LogSource } {
  const name = `lease ${++logs}`;
  return { name, source: open(server.url(), { name, ...options }) };
}

describe('a second writer', () => {
  test('that has waited holds the log since it took it', async () => {
    const { source } = newLog();
    const log = await source.open({});
    const waiting = source.open({ waitForLock: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const closedAt = Date.now();
    await log.close();
    const next = await waiting;
    // The attempt that succeeds may have begun before the log was closed, but long after the waiting began.
    expect((await next.care!.writer!())!.startedAt).toBeGreaterThan(closedAt - 250);
    await next.close();
  });

  test('is refused, with the name of the holder and the time left', async () => {
    const { source } = newLog();
    const log = await source.open({});
    const message = expect.stringMatching(
      new RegExp(`held by process ${process.pid} on .*; its lease ends in \\d+ ms`),
    );
    await expect(source.open({})).rejects.toMatchObject({ code: 'LOG_LOCKED', message });
    expect(await log.care!.writer!()).toMatchObject({ pid: process.pid });
    await log.close();
    const next = await source.open({});
    expect(next.epoch).toBe(2);
    await next.close();
    const reader = await source.open({ readOnly: true });
    expect(await reader.care!.writer!()).toBeUndefined();
    await reader.close();
    await expect(log.care!.writer!()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  test('is refused for as long as the lease is renewed', async () => {
    const { source } = newLog({ lease: 1_000 });
    const log = await source.open({});
    await expect(source.open({ waitForLock: 2_500 })).rejects.toMatchObject({ code: 'LOG_LOCKED' });
    await appendNotes(log, 1);
    await log.close();
  });

  test('waits for a holder that closes', async () => {
    const { source } = newLog();
    const log = await source.open({});
    const waiting = source.open({ waitForLock: 30_000 });
    await appendNotes(log, 2);
    await log.close();
    const next = await waiting;
    expect(next.head().sequence).toBe(2);
    await next.close();
  });

  test.each([
    ['one writer', {}],
    ['a member', { writers: 'many' as const }],
  ])('does not wait for %s whose opening has failed after it took the log', async (_, how) => {
    const schema = `broken_${++logs}`;
    const source = postgresLog(server.url(), { name: 'broken', schema });
    await (await source.open({})).close();
    await server.sql(`alter table ${schema}.reactors rename to away`);
    await expect(source.open(how)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await server.sql(`alter table ${schema}.away rename to reactors`);
    for (const next of [{}, { writers: 'many' as const }, {}]) await (await source.open(next)).close();
  });

  test('stops waiting at its signal', async () => {
    const { source } = newLog();
    const log = await source.open({});
    const stop = new AbortController();
    const waiting = source.open({ waitForLock: 30_000, signal: stop.signal });
    stop.abort(new RangeError('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await log.close();
  });

  test('of 20 racers for a new log in a new schema, one wins', async () => {
    const { source } = newLog({ schema: 'race' });
    const endings = await Promise.allSettled(Array.from({ length: 20 }, () => source.open({})));
    const winners = endings.filter((ending) => ending.status === 'fulfilled').map(({ value }) => value);
    const codes = endings.filter((ending) => ending.status === 'rejected').map(({ reason }) => reason.code);
    expect(codes).toEqual(new Array(19).fill('LOG_LOCKED'));
    expect(winners.map(({ epoch }) => epoch)).toEqual([1]);
    await winners[0]!.close();
  });
});

describe('a writer that was replaced', () => {
  /** Opens a log, and has another writer take it over that appends a little later. */
  async function replaced(open = postgresLog): Promise<{ readonly old: LogStore; readonly now: LogStore }> {
    const { name, source } = newLog({ lease: 1_000 }, open);
    const old = await source.open({});
    await appendNotes(old, 3);
    return { old, now: await server.takeOver(name, source) };
  }

  test('appends nothing, and hears of it by itself', async () => {
    const { old, now } = await replaced();
    const lost = new Promise((resolve) => old.onLost!(resolve));
    await expect(appendNotes(old, 1)).rejects.toMatchObject({ code: 'SEQUENCE_CONFLICT' });
    expect(await lost).toMatchObject({ code: 'SEQUENCE_CONFLICT' });
    await old.close();
    await appendNotes(now, 2);
    expect((await readEvents(now)).length).toBe(5);
    await now.close();
  });

  test('writes where the epoch is not checked', async () => {
    const { postgresLog: weak } = await weaken('no epoch check');
    const { old, now } = await replaced(weak);
    await appendNotes(old, 1);
    await expect(appendNotes(now, 1)).rejects.toMatchObject({ code: 'SEQUENCE_CONFLICT' });
    await old.close();
    await now.close();
  });
});
