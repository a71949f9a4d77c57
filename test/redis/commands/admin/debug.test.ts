/** DEBUG, and what is answered in place of scripts. */
import { describe, expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

describe('DEBUG', () => {
  test('is refused unless the configuration allows it', async () => {
    const client = await connectTo(await startServer({ config: { 'enable-debug-command': 'no' } }));
    expect(await client.ask('DEBUG', 'JMAP')).toMatchObject({
      message: expect.stringMatching(/^ERR DEBUG command not allowed\./),
    });
  });

  test('SLEEP holds back every client, and counts as time of the command', async () => {
    const server = await startServer({
      config: { 'enable-debug-command': 'local', 'slowlog-log-slower-than': 50_000 },
    });
    const [client, other] = [await connectTo(server), await connectTo(server)];
    const order: string[] = [];
    const slept = client.call('DEBUG', 'SLEEP', '0.1').then(() => order.push('slept'));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    const answered = other.call('PING').then(() => order.push('answered'));
    await Promise.all([slept, answered]);
    expect(order).toEqual(['slept', 'answered']);
    expect(await client.call('SLOWLOG', 'LEN')).toBe(1);
  });

  test('POPULATE makes keys, and HTSTATS counts them', async () => {
    const client = await connectTo(await startServer({ config: { 'enable-debug-command': 'yes' } }));
    await client.call('SET', 'key:1', 'mine');
    expect(await client.call('DEBUG', 'POPULATE', 3, 'key', 10)).toBe('OK');
    expect(await client.call('GET', 'key:1')).toBe('mine');
    expect(await client.call('GET', 'key:2')).toBe('value:2\0\0\0');
    expect(await client.call('DEBUG', 'HTSTATS', 0)).toContain('number of elements: 3\n');
    expect(await client.ask('DEBUG', 'HTSTATS', 16)).toEqual(new ErrorReply('ERR Out of range database'));
  });

  test.each([
    ['QUICKLIST-PACKED-THRESHOLD', 'x', 'ERR argument must be a memory value bigger than 1 and smaller than 4gb'],
    ['OBJECT', 'missing', 'ERR no such key'],
    ['RELOAD', 'SOON', 'ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.'],
    ['NOSUCH', 'x', "ERR unknown subcommand or wrong number of arguments for 'NOSUCH'. Try DEBUG HELP."],
  ])('%s %s is refused', async (name, argument, message) => {
    const client = await connectTo(await startServer({ config: { 'enable-debug-command': 'yes' } }));
    expect(await client.ask('DEBUG', name, argument)).toEqual(new ErrorReply(message));
  });
});

test('without scripts: FLUSH is OK, lists are empty, and what would run one is refused', async () => {
  const client = await startWithClient();
  expect(await client.call('FUNCTION', 'FLUSH')).toBe('OK');
  expect(await client.call('SCRIPT', 'FLUSH', 'ASYNC')).toBe('OK');
  expect(await client.call('SCRIPT', 'EXISTS', 'a', 'b')).toEqual([0, 0]);
  expect(await client.call('FUNCTION', 'LIST')).toEqual([]);
  expect(await client.ask('EVAL', 'return 1', 0)).toEqual(
    new ErrorReply('ERR This server does not run scripts or functions'),
  );
  expect(await client.ask('EVALSHA', 'abc', 0)).toEqual(
    new ErrorReply('NOSCRIPT No matching script. Please use EVAL.'),
  );
});

test('INFO gives the sections that are asked for, and counts errors by their code', async () => {
  const client = await startWithClient();
  await client.ask('NOSUCH');
  const text = String(await client.call('INFO', 'errorstats', 'server'));
  expect(text).toContain('redis_version:7.0.15\r\n');
  expect(text).toContain(`process_id:${process.pid}\r\n`);
  expect(text).toContain('errorstat_ERR:count=1\r\n');
  expect(text).not.toContain('# Memory');
  expect(String(await client.call('INFO'))).not.toContain('cmdstat_');
  expect(String(await client.call('INFO', 'everything'))).toContain('cmdstat_info:calls=');
  await client.call('CONFIG', 'RESETSTAT');
  expect(String(await client.call('INFO', 'stats'))).toContain('total_error_replies:0\r\n');
});
