/** Tables of an older format, whose indexes were others. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendNotes, readEvents } from '../../../src/log/contract/fixtures.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { PostgresServer } from '../server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start(['fsync=off']);
});
afterAll(() => server.stop());

const indexes = async (): Promise<readonly string[]> =>
  (await server.sql("select indexname from pg_indexes where schemaname = 'refold' order by 1"))
    .map(({ indexname }) => indexname as string)
    .filter((name) => /^(blocks|commands)_(?!pkey)/.test(name));

test('are read as they are, refused where they may not be changed, and changed by a writer', async () => {
  const log = await postgresLog(server.url(), {}).open({});
  await appendNotes(log, 2);
  await log.close();
  const present = await indexes();
  await server.sql('drop index refold.blocks_in_time');
  await server.sql('drop index refold.commands_in_order');
  await server.sql('create index blocks_by_time on refold.blocks (log, recorded_at, first_sequence)');
  await server.sql('create index commands_by_ordinal on refold.commands (log, ordinal)');
  await server.sql('update refold.format set version = 1');

  const reader = await postgresLog(server.url(), {}).open({ readOnly: true });
  expect(await readEvents(reader)).toHaveLength(2);
  expect((await reader.blockAt(10))?.lastSequence).toBe(1);
  await reader.close();
  const refused = postgresLog(server.url(), { migrate: false }).open({});
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', type: 'migrate' });
  expect(await indexes()).toEqual(['blocks_by_time', 'commands_by_ordinal']);

  const writer = await postgresLog(server.url(), {}).open({});
  await appendNotes(writer, 1);
  expect(await readEvents(writer)).toHaveLength(3);
  await writer.close();
  expect(await indexes()).toEqual(present);
  expect(present).toEqual(['blocks_in_time', 'commands_in_order']);
  expect(await server.sql('select version from refold.format')).toEqual([{ version: 2 }]);
});

test('that a report is reading are changed once it ends, and nothing waits for that behind them', async () => {
  const log = await postgresLog(server.url(), { name: 'other' }).open({});
  await server.sql('update refold.format set version = 1');
  await server.sql('create index commands_by_ordinal on refold.commands (log, ordinal)');
  const report = new pg.Client(server.url());
  await report.connect();
  await report.query('begin');
  await report.query('select count(*) from refold.commands');
  const opening = postgresLog(server.url(), { name: 'third' }).open({});
  await server.until("select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%create schema%'");
  const outcomes = [{ commandId: 'a', recordedAt: 1, outcome: '{}' }];
  await log.append({ expectedSequence: 0, epoch: log.epoch, commits: [], outcomes });
  await report.end();
  await (await opening).close();
  expect(await server.sql('select version from refold.format')).toEqual([{ version: 2 }]);
  await log.close();
});
