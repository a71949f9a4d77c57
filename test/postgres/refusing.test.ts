/** Bad options, and servers that refuse: typed errors that say what to do, and never a password. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresLogOptions, postgresLog } from '../../src/log/postgres/postgres-source.ts';
import { PostgresServer } from './server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

describe('options', () => {
  test.each<[string, object]>([
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 7 }],
    ['schema', { schema: 'Refold' }],
    ['schema', { schema: 'a; drop table blocks' }],
    ['schema', { schema: `a${'b'.repeat(63)}` }],
    ['lease', { lease: 999 }],
    ['lease', { lease: 300_001 }],
    ['lease', { lease: Number.NaN }],
    ['answerWithin', { answerWithin: 0 }],
    ['settleWithin', { settleWithin: '5' }],
    ['pollEvery', { pollEvery: Number.POSITIVE_INFINITY }],
    ['notify', { notify: 1 }],
    ['migrate', { migrate: null }],
    ['connection', { connection: 'x' }],
    ['witness', { witness: '' }],
    ['acceptLoss', { witness: 'a', acceptLoss: 1 }],
    ['acceptLoss', { acceptLoss: true }],
    ['leese', { leese: 5_000 }],
    ['constructor', { constructor: 1 }],
  ])('%s is refused by name: %o', (type, options) => {
    expect(() => postgresLog(undefined, options as PostgresLogOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', type }),
    );
  });

  test.each(['', 'book.db', 'https://a/b', 'postgres//app:secret@x/y', 7])('%o is not a URL of a server', (url) => {
    expect(() => postgresLog(url as string)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', type: 'url' }));
  });
});

describe('a server that refuses', () => {
  const SECRET = 'hunter2secret';
  const at = (user: string, database: string) =>
    postgresLog(`postgres://${user}:${SECRET}@127.0.0.1:${server.port}/${database}`, { settleWithin: 300 });

  async function refusal(opening: Promise<unknown>): Promise<any> {
    return opening.then(
      () => expect.fail('it was opened'),
      (error) => error,
    );
  }

  test('a wrong password', async () => {
    const error = await refusal(at('app', 'postgres').open({}));
    expect(error).toMatchObject({ code: 'STORE_FAILED', hint: 'Check user and password' });
    expect(error.message).toContain('password authentication failed');
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain(SECRET);
  });

  test('no such database', async () => {
    const error = await refusal(postgresLog(server.url(server.port, 'none')).open({}));
    expect(error).toMatchObject({ code: 'STORE_FAILED', hint: 'Create the database first' });
  });

  test('no server', async () => {
    const source = postgresLog(`postgres://app:${SECRET}@127.0.0.1:1/postgres`, { settleWithin: 100 });
    const error = await refusal(source.open({}));
    expect(error.code).toBe('STORE_FAILED');
    expect(error.message).toContain('127.0.0.1:1/postgres/refold/default');
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain(SECRET);
  });

  test('no rights', async () => {
    await server.sql(`create role guest login password '${SECRET}'`);
    const error = await refusal(at('guest', 'postgres').open({}));
    expect(error).toMatchObject({ code: 'STORE_FAILED', hint: expect.stringContaining('rights') });
  });

  test('no tables, where none are to be made', async () => {
    const source = postgresLog(server.url(), { schema: 'absent', migrate: false });
    expect(await refusal(source.open({}))).toMatchObject({ code: 'INVALID_OPTION', type: 'migrate' });
    expect(await refusal(source.open({ readOnly: true }))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('changed bytes', async () => {
    const source = postgresLog(server.url(), { name: 'changed' });
    const log = await source.open({});
    for (const sequence of [1, 2, 3]) {
      const commits = [{ events: 1, recordedAt: sequence, json: `[["Noted",1,${sequence}]]` }];
      await log.append({ expectedSequence: sequence - 1, epoch: log.epoch, commits, outcomes: [] });
    }
    await server.sql(`update refold.blocks set json = replace(json, '2', '7')
      where first_sequence = 2 and log = (select log from refold.logs where name = 'changed'::bytea)`);
    const reading = (async () => {
      for await (const block of log.read({ from: 1 })) expect(block.firstSequence).toBe(1);
    })();
    expect(await refusal(reading)).toMatchObject({ code: 'LOG_CORRUPT', sequence: 2 });
    await log.close();
  });
});
