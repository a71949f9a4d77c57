/** Commits have a largest size. What does not fit is refused before anything of it is applied, or comes in the next commit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommitFull, TOO_LARGE } from '../../../src/redis/calls/errors.ts';
import { HEAVY_EFFECT, packEffect, recordedLength } from '../../../src/redis/model/effects/packed.ts';
import { CommitSize } from '../../../src/redis/server/commit-size.ts';
import { sample } from '../../sample.ts';
import { connectTo, ErrorReply, requestOf, startServer, type TestClient } from '../harness.ts';

const REFUSED = new ErrorReply(TOO_LARGE);
const MEGABYTE = 2 ** 20;
const PATIENCE = { timeout: 30_000 };

async function start(most: string): Promise<{ client: TestClient; commits: number[] }> {
  const server = await startServer({ config: { 'refold-largest-commit': most } });
  const commits: number[] = [];
  server.store.subscribe((events) => commits.push(JSON.stringify(events.map(({ type, data }) => [type, data])).length));
  return { client: await connectTo(server), commits };
}

describe('one command', () => {
  test('that is too large is refused, and the next one is served', async () => {
    const { client } = await start('1mb');
    expect(await client.call('SET', 'a', 'x'.repeat(1_000_000))).toBe('OK');
    expect(await client.ask('SET', 'a', 'y'.repeat(1_050_000))).toEqual(REFUSED);
    // Such a value is packed, and takes a third more than its bytes.
    expect(await client.ask('SET', 'a', '\0'.repeat(800_000))).toEqual(REFUSED);
    expect(await client.ask('MSET', 'b', '1', 'a', 'z'.repeat(1_050_000))).toEqual(REFUSED);
    expect(await client.call('STRLEN', 'a')).toBe(1_000_000);
    expect(await client.call('EXISTS', 'b')).toBe(0);
  });

  test('whose effects repeat a long key is refused before the first of them', async () => {
    const { client } = await start('1mb');
    const members = Array.from({ length: 5_000 }, (_, number) => `member ${number}`);
    const key = 'k'.repeat(250_000);
    expect(await client.ask('SADD', key, ...members)).toEqual(REFUSED);
    expect(await client.call('DBSIZE')).toBe(0);
    expect(await client.call('SADD', key.slice(200_000), ...members)).toBe(5_000);
  });

  test.each([
    ['SUNIONSTORE', ['target', 'set', 'other']],
    ['SPOP', ['set', '3000']],
    ['SORT', ['set', 'ALPHA', 'STORE', 'target']],
    ['ZUNIONSTORE', ['target', '2', 'set', 'other']],
    ['GEOSEARCHSTORE', ['target', 'places', 'FROMLONLAT', '1', '1', 'BYRADIUS', '100', 'km']],
    ['ZPOPMIN', ['places', '3000']],
    ['ZRANGESTORE', ['target', 'places', '0', '-1']],
  ])('that makes too much of what is there is refused: %s %j', async (name, args) => {
    const { client } = await start('252mb');
    const text = 'x'.repeat(400);
    const numbers = Array.from({ length: 3_500 }, (_, number) => number);
    await client.call('SADD', 'set', ...numbers.map((number) => `${text}${number}`));
    await client.call('SADD', 'other', ...numbers.map((number) => `${text}other${number}`));
    await client.call('GEOADD', 'places', ...numbers.flatMap((number) => ['1', '1', `${text}${number}`]));
    await client.call('SET', 'target', 'before');
    const digest = await client.call('DEBUG', 'DIGEST');
    await client.call('CONFIG', 'SET', 'refold-largest-commit', MEGABYTE);
    expect(await client.ask(name, ...args)).toEqual(REFUSED);
    expect(await client.call('DEBUG', 'DIGEST')).toBe(digest);
  });

  test('RESTORE of more than fits leaves what was there', async () => {
    const { client } = await start('252mb');
    await client.call('RPUSH', 'list', ...Array.from({ length: 30 }, () => 'x'.repeat(50_000)));
    const payload = (await client.call('DUMP', 'list')) as string;
    await client.call('SET', 'target', 'before');
    await client.call('CONFIG', 'SET', 'refold-largest-commit', MEGABYTE);
    expect(await client.ask('RESTORE', 'target', 0, payload, 'REPLACE')).toEqual(REFUSED);
    expect(await client.call('GET', 'target')).toBe('before');
    expect(await client.call('COPY', 'list', 'other')).toBe(1);
    expect(await client.call('DEBUG', 'POPULATE', 1_000)).toBe('OK');
  });
});

describe('a transaction', () => {
  test('with several large values is refused whole', async () => {
    const { client } = await start('1mb');
    await client.call('MULTI');
    for (const key of ['a', 'b', 'c']) expect(await client.call('SET', key, 'x'.repeat(400_000))).toBe('QUEUED');
    expect(await client.ask('EXEC')).toEqual(
      new ErrorReply(`EXECABORT Transaction discarded because of: ${TOO_LARGE.slice('ERR '.length)}`),
    );
    expect(await client.call('DBSIZE')).toBe(0);
    await client.call('MULTI');
    for (const key of ['a', 'b']) await client.call('SET', key, 'x'.repeat(400_000));
    expect(await client.call('EXEC')).toEqual(['OK', 'OK']);
  });

  test('answers with an error for the command that finds no room', async () => {
    const { client, commits } = await start('1mb');
    await client.call('SADD', 'set', 'x'.repeat(500_000), 'y');
    await client.call('MULTI');
    for (const target of ['a', 'b', 'c']) await client.call('SUNIONSTORE', target, 'set');
    expect(await client.call('EXEC')).toEqual([2, 2, REFUSED]);
    expect(await client.call('EXISTS', 'a', 'b', 'c')).toBe(2);
    expect(commits.every((length) => length <= MEGABYTE)).toBe(true);
  });
});

test('one turn whose sum is too large becomes several commits', async () => {
  const { client, commits } = await start('6mb');
  const requests = Array.from({ length: 12 }, (_, number) => requestOf(['SET', `key:${number}`, 'x'.repeat(900_000)]));
  client.write(requests.join(''));
  for (const _ of requests) expect(await client.next()).toBe('OK');
  expect(commits.length).toBeGreaterThan(1);
  expect(Math.max(...commits)).toBeLessThan(6 * MEGABYTE);
});

test('clients that CLIENT PAUSE held go on in several commits', async () => {
  const server = await startServer({ config: { 'refold-largest-commit': '6mb' } });
  const commits: number[] = [];
  server.store.subscribe((events) => commits.push(JSON.stringify(events).length));
  const admin = await connectTo(server);
  await admin.call('CLIENT', 'PAUSE', 100_000, 'WRITE');
  const clients = await Promise.all(Array.from({ length: 20 }, () => connectTo(server)));
  const replies = clients.map((client, number) => client.call('SET', `key:${number}`, 'x'.repeat(1_500_000)));
  await expect
    .poll(async () => /blocked_clients:20/.test(String(await admin.call('INFO', 'clients'))), PATIENCE)
    .toBe(true);
  await admin.call('CLIENT', 'UNPAUSE');
  expect(await Promise.all(replies)).toEqual(Array(20).fill('OK'));
  expect(commits.length).toBeGreaterThan(4);
});

test('expired keys with long names are deleted in several commits', async () => {
  const server = await startServer({ config: { 'refold-largest-commit': '8mb', hz: '100' } });
  const client = await connectTo(server);
  for (let number = 0; number < 30; number++)
    await client.call('SET', `${'k'.repeat(500_000)}${number}`, '', 'PX', 300);
  await expect.poll(() => client.call('DBSIZE'), { timeout: 30_000 }).toBe(0);
  expect(await client.call('PING')).toBe('PONG');
});

describe('the count', () => {
  test('never falls short of what the log takes for texts, in one effect or in several', () => {
    const kinds = [
      'plain',
      '"\\\n',
      '\0'.repeat(2_000),
      'x'.repeat(2_000),
      '\u0001'.repeat(20_000),
      'x'.repeat(20_000),
    ];
    const kind = fc.constantFrom(...kinds, 'x'.repeat(MEGABYTE));
    fc.assert(
      fc.property(fc.array(fc.array(kind, { maxLength: 12 }), { maxLength: 4 }), (effects) => {
        const recorded = effects.map((values) => {
          const data = { db: 0, key: 'k', values };
          const isHeavy = values.reduce((sum, value) => sum + value.length, 0) >= HEAVY_EFFECT;
          return JSON.stringify(isHeavy ? (packEffect('ValuesPushed', data) ?? data) : data).length;
        });
        const texts = effects.flat();
        const around = 100 * effects.length + 20 * texts.length;
        expect(recordedLength(texts) + around).toBeGreaterThanOrEqual(
          recorded.reduce((sum, length) => sum + length, 0),
        );
      }),
      { numRuns: sample(60) },
    );
  });

  test('refuses an event that does not fit, and goes on with those that do', () => {
    const size = new CommitSize(() => 1_000);
    size.add({ text: 'x'.repeat(500) }, 500);
    expect(() => size.add({ text: 'x'.repeat(500) }, 500)).toThrow(CommitFull);
    size.add({ text: 'x'.repeat(200) }, 200);
    expect(size.fits(['x'.repeat(300)])).toBe(false);
    expect(size.fits(['x'])).toBe(true);
    size.begin();
    expect(size.fits(['x'.repeat(900)])).toBe(true);
  });
});
