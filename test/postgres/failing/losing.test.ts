/** Crashes of the server: what survives by durability, and that a lost end is noticed by everyone who knew it. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineModel, openStore } from '../../../src/index.ts';
import { appendNotes, readEvents, sequencesOf, upTo } from '../../../src/log/contract/fixtures.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { TcpProxy } from '../proxy.ts';
import { PostgresServer } from '../server.ts';
import { weaken } from '../weakened.ts';

const tally = defineModel({
  name: 'tally',
  events: { Counted: z.object({}) },
  initialState: () => ({ count: 0 }),
  reducers: { Counted: (state) => void (state.count += 1) },
});

let server: PostgresServer;
/** Another way to the server: its stores share nothing with those of this process, as those of another process. */
let elsewhere: TcpProxy;
beforeAll(async () => {
  server = await PostgresServer.start(['wal_writer_delay=10s', 'wal_writer_flush_after=0', 'bgwriter_delay=10s']);
  elsewhere = await TcpProxy.start(server.port);
});
afterAll(async () => {
  await elsewhere.stop();
  await server.stop();
});

test('always: a crash of the server is a slow append, nothing else', { timeout: 120_000 }, async () => {
  const log = await postgresLog(server.url(), { name: 'always', settleWithin: 30_000 }).open({});
  for (let crash = 1; crash <= 3; crash++) {
    const appending = appendNotes(log, 200);
    await server.crash();
    await appending;
  }
  await log.close();
  const again = await postgresLog(server.url(), { name: 'always' }).open({});
  expect(sequencesOf(await readEvents(again))).toEqual(upTo(600));
  await again.close();
});

describe('a server that does not come back in time', () => {
  test.each([
    ['one writer', {}, 'OUTCOME_UNKNOWN'],
    ['a writer that may be replaced', { standby: true }, 'OUTCOME_UNKNOWN'],
    ['one of many writers', { writers: 'many' }, 'STORE_FAILED'], // its turn has not begun, so nothing was sent
  ] as const)('fails the store of %s, and its log opens again', async (name, options, code) => {
    const way = await TcpProxy.start(server.port);
    const log = postgresLog(server.url(way.port), { name, settleWithin: 1_000, answerWithin: 300, lease: 1_000 });
    const store = await openStore(tally, { log, ...options });
    const counted = { type: 'Counted', data: {} } as const;
    await store.append(counted);
    await way.stop();
    await expect(store.append(counted)).rejects.toMatchObject({ code });
    expect(store.failure?.code).toBe('STORE_FAILED');
    await expect(store.append(counted)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(() => store.state).toThrow(expect.objectContaining({ code: 'STORE_FAILED' }));
    await store.close().catch(() => {});
    const again = postgresLog(server.url(), { name });
    await using next = await openStore(tally, { log: again, ...options, waitForLock: 20_000 });
    await vi.waitFor(() => expect(next.role).toBe('writer'), { timeout: 20_000 });
    await next.append(counted);
    expect(next.state.count).toBe(2);
  });
});

describe('a log that has lost its end', () => {
  /** A writer, a reader elsewhere, and where the log ends once it has lost its end. */
  async function lose(what: string, open = postgresLog) {
    for (let attempt = 1; ; attempt++) {
      const log = await crashed(`${what} ${attempt}`, open);
      if (log.end < 35) return log;
      await log.writer.close(); // the server happened to write its WAL in between
      await log.reader.close();
    }
  }

  async function crashed(name: string, open: typeof postgresLog) {
    const options = { name, settleWithin: 30_000, pollEvery: 20 };
    const writer = await open(server.url(), options).open({ durability: 'os' });
    const reader = await open(server.url(elsewhere.port), options).open({ readOnly: true });
    await appendNotes(writer, 20);
    await writer.flush();
    await appendNotes(writer, 15);
    for await (const block of reader.follow(1, AbortSignal.timeout(20_000))) if (block.lastSequence === 35) break;
    await server.crash();
    const [row] = await server.sql(
      'select max(last_sequence)::integer as end from refold.blocks where log = (select log from refold.logs where name = $1)',
      Buffer.from(name),
    );
    const end: number = row.end;
    return { name, writer, reader, end, source: open(server.url(), options) };
  }

  test('stops its writer and its readers at the first lost event, and is opened again', async () => {
    const { name, writer, reader, end, source } = await lose('shorter');
    expect(end).toBeGreaterThanOrEqual(20);
    const lost = { code: 'LOG_CORRUPT', sequence: end + 1 };
    await expect(appendNotes(writer, 1)).rejects.toMatchObject(lost);
    const following = (async () => {
      for await (const block of reader.follow(36, AbortSignal.timeout(20_000))) return block;
      return undefined;
    })();
    await expect(following).rejects.toMatchObject(lost);
    expect(() => reader.head()).toThrow(expect.objectContaining(lost));
    await writer.close();
    await reader.close();
    const again = await server.takeOver(name, source);
    expect(again.head().sequence).toBe(end);
    await appendNotes(again, 1);
    await again.close();
  });

  /** Another writer puts as many events in the place of the lost ones. */
  async function refill(what: string, open = postgresLog) {
    const { name, writer, reader, end, source } = await lose(what, open);
    const other = await server.takeOver(name, source);
    await appendNotes(other, 35 - end - 1);
    await other.append({
      ...{ expectedSequence: 34, epoch: other.epoch, outcomes: [] },
      commits: [{ events: 1, recordedAt: 999, json: '[["Other",1,null]]' }],
    });
    await other.close();
    return { writer, reader, end };
  }

  test('is noticed when other events have taken the place of the lost ones', async () => {
    const { writer, reader, end } = await refill('refilled');
    // The events up to 34 are the same again, byte by byte.
    const lost = { code: 'LOG_CORRUPT', sequence: 35 };
    await expect(appendNotes(writer, 1)).rejects.toMatchObject(lost);
    const following = (async () => {
      for await (const block of reader.follow(36, AbortSignal.timeout(20_000))) return block;
      return undefined;
    })();
    // The reader may have polled before the others were there.
    const first = await following.catch(({ code, sequence }) => ({ code, sequence }));
    expect([lost, { ...lost, sequence: end + 1 }]).toContainEqual(first);
    await writer.close();
    await reader.close();
  });

  test('is not noticed where chains are not compared', async () => {
    const { postgresLog: weak } = await weaken('no chain check');
    const { writer, reader } = await refill('unnoticed', weak);
    await expect(appendNotes(writer, 1)).rejects.toMatchObject({ code: 'SEQUENCE_CONFLICT' });
    await writer.close();
    await reader.close();
  });
});

test('a cancelled wait for a synchronous standby does not acknowledge an append', { timeout: 60_000 }, async () => {
  const log = await postgresLog(server.url(), { name: 'standby', answerWithin: 20_000, settleWithin: 30_000 }).open({});
  await appendNotes(log, 1);
  await server.sql(`alter system set synchronous_standby_names = 'absent'`);
  await server.sql('select pg_reload_conf()');
  await expect
    .poll(async () => (await server.sql('show synchronous_standby_names'))[0])
    .toMatchObject({
      synchronous_standby_names: 'absent',
    });
  let isDone = false;
  const appending = appendNotes(log, 1).then(() => (isDone = true));
  const waiting = `select pid from pg_stat_activity where wait_event = 'SyncRep'`;
  for (let cancelled = 0; cancelled < 2; ) {
    const [row] = await server.sql(waiting);
    if (row === undefined) continue;
    await server.sql('select pg_cancel_backend($1)', row.pid);
    cancelled += 1;
    expect(isDone).toBe(false);
    await expect.poll(async () => (await server.sql(waiting))[0]?.pid).not.toBe(row.pid);
  }
  expect(isDone).toBe(false);
  await server.sql(`alter system reset synchronous_standby_names`);
  await server.sql('select pg_reload_conf()');
  await appending;
  expect(sequencesOf(await readEvents(log))).toEqual([1, 2]);
  await log.close();
});

describe('opening', () => {
  test('warns of a server on which a crash may lose what was acknowledged', async () => {
    const careless = await PostgresServer.start(['fsync=off', 'full_page_writes=off']);
    const log = await postgresLog(careless.url()).open({});
    expect(log.opening).toMatchObject({ warnings: [{ name: 'RefoldDurabilityWarning' }] });
    expect(log.opening!.warnings[0]!.message).toContain('fsync and full_page_writes are off');
    await log.close();
    await careless.stop();
  });

  test('tells that the log is on another server than at its last writer', async () => {
    const source = postgresLog(server.url(), { name: 'moved' });
    const log = await source.open({});
    expect(log.opening).toEqual({ failover: undefined, warnings: [] });
    await log.close();
    await server.sql(`update refold.logs set timeline = timeline + 7 where name = 'moved'::bytea`);
    const again = await source.open({});
    expect(again.opening?.failover?.to).toMatch(/^system \d+, timeline 1$/);
    expect(again.opening?.warnings).toMatchObject([{ name: 'RefoldFailoverWarning' }]);
    await again.close();
  });

  test('refuses a database whose encoding is not UTF8', async () => {
    await server.sql(`create database latin encoding 'LATIN1' locale 'C' template template0`);
    const opening = postgresLog(server.url(server.port, 'latin')).open({});
    await expect(opening).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('LATIN1'),
    });
  });

  test('refuses newer tables', async () => {
    const source = postgresLog(server.url(), { schema: 'newer' });
    await (await source.open({})).close();
    await server.sql('update newer.format set version = 99');
    await expect(source.open({})).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
  });
});
