/** DEBUG, and what is answered in place of scripts. */
import { describe, expect, test } from 'vitest';
import { connectTo, ErrorReply, requestOf, startServer, startWithClient, type TestClient } from '../../harness.ts';

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

  test('POPULATE makes more than one commit may hold, and refuses that within a transaction', async () => {
    const server = await startServer({ config: { 'enable-debug-command': 'yes' } });
    const client = await connectTo(server);
    expect(await client.call('DEBUG', 'POPULATE', 4_000, 'key', 1_000)).toBe('OK');
    expect(await client.call('DBSIZE')).toBe(4_000);
    expect(server.store.sequence).toBe(4_000);
    await client.call('MULTI');
    await client.call('DEBUG', 'POPULATE', 3, 'other', 10);
    await client.call('DEBUG', 'POPULATE', 100_000, 'huge', 1_000);
    const refusal = new ErrorReply('ERR that is too much for one transaction');
    expect(await client.call('EXEC')).toEqual(['OK', refusal]);
    expect(await client.call('DBSIZE')).toBe(4_003);
  });

  test('OBJECT tells the encoding, and is not a use of the key', async () => {
    const client = await startWithClient();
    await client.call('HSET', 'h', 'f', 'v');
    await client.call('RESTORE', 'idle', 0, String(await client.call('DUMP', 'h')), 'IDLETIME', 500);
    await client.call('HSET', 'h', 'g', 'x'.repeat(65));
    expect(await client.call('DEBUG', 'OBJECT', 'h')).toMatch(/ encoding:hashtable serializedlength:\d+ lru:\d+ /);
    for (let again = 0; again < 2; again++) {
      expect(await client.call('DEBUG', 'OBJECT', 'idle')).toMatch(/ encoding:listpack .* lru_seconds_idle:50\d$/);
    }
  });

  test.each([
    ['SLEEP 0', 'OK'],
    ['SET-ACTIVE-EXPIRE 1', 'OK'],
    ['RELOAD', 'OK'],
    ['LOADAOF', 'OK'],
    ['OBJECT text', expect.stringContaining('encoding:embstr')],
    ['DIGEST', expect.stringMatching(/^[\da-f]{40}$/)],
    ['DIGEST-VALUE text', [expect.stringMatching(/^[\da-f]{40}$/)]],
    ['LOG hello', 'OK'],
    ['QUICKLIST-PACKED-THRESHOLD 100b', 'OK'],
    ['PROTOCOL integer', 12345],
    ['HTSTATS 0', expect.stringContaining('number of elements: 2')],
    ['HTSTATS-KEY hash', expect.stringContaining('number of elements: 1')],
    ['REPLYBUFFER PEAK-RESET-TIME 100', 'OK'],
    ['REPLYBUFFER RESIZING 0', 'OK'],
    ['PAUSE-CRON 0', 'OK'],
    ['POPULATE 2', 'OK'],
    ['STRINGMATCH-LEN 1000 a*a*b', 0],
    ['CHANGE-REPL-ID', 'OK'],
    ['JMAP', 'OK'],
    ['CONFIG-REWRITE-FORCE-ALL', new ErrorReply('ERR The server is running without a config file')],
  ])('%s answers', async (words, reply) => {
    const client = await startWithClient();
    await client.call('SET', 'text', 'value');
    await client.call('HSET', 'hash', 'field', 'value');
    expect(await client.ask('DEBUG', ...words.split(' '))).toEqual(reply);
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

test('INFO counts bytes and reads, until CONFIG RESETSTAT', async () => {
  const client = await startWithClient();
  const request = requestOf(['SET', 'k', 'x'.repeat(1_000)]);
  await client.call('CONFIG', 'RESETSTAT');
  await client.call('SET', 'k', 'x'.repeat(1_000));
  await client.call('GET', 'k');
  const first = await statistics(client);
  const asked = requestOf(['GET', 'k']).length + requestOf(['INFO', 'stats']).length;
  expect(first.total_net_input_bytes).toBe(request.length + asked);
  // Both OKs and the value; the reply that tells it has not been sent.
  expect(first.total_net_output_bytes).toBe(10 + 1_009);
  expect(first.total_reads_processed).toBe(3);
  expect(first.total_writes_processed).toBe(3);
  expect((await statistics(client)).total_net_input_bytes).toBeGreaterThan(first.total_net_input_bytes!);
});

test('INFO counts a command whose wait ended, and the error that ended it', async () => {
  const server = await startServer();
  const [waiting, other] = [await connectTo(server), await connectTo(server)];
  const id = Number(await waiting.call('CLIENT', 'ID'));
  expect(await waiting.call('BLPOP', 'none', '0.01')).toBe(null);
  const unblocked = waiting.ask('BLPOP', 'none', 0);
  while ((await other.call('CLIENT', 'UNBLOCK', id, 'ERROR')) !== 1);
  expect(await unblocked).toEqual(new ErrorReply('UNBLOCKED client unblocked via CLIENT UNBLOCK'));
  const text = String(await other.call('INFO', 'everything'));
  expect(text).toMatch(/cmdstat_blpop:calls=2,.*,rejected_calls=0,failed_calls=1\r\n/);
  expect(text).toContain('errorstat_UNBLOCKED:count=1\r\n');
  expect(text).toContain('total_error_replies:1\r\n');
});

test('there are neither modules nor replicas, and what asks for them is refused', async () => {
  const client = await startWithClient();
  expect(await client.call('MODULE', 'LIST')).toEqual([]);
  expect(await client.ask('MODULE', 'LOAD', 'x.so')).toMatchObject({
    message: expect.stringMatching(/^ERR MODULE command not allowed\./),
  });
  expect(await client.ask('FAILOVER')).toEqual(new ErrorReply('ERR FAILOVER requires connected replicas.'));
  expect(await client.ask('FAILOVER', 'ABORT')).toEqual(new ErrorReply('ERR No failover in progress.'));
  expect(await client.ask('FAILOVER', 'TIMEOUT', 0)).toEqual(
    new ErrorReply('ERR FAILOVER timeout must be greater than 0'),
  );
  expect(await client.ask('FAILOVER', 'NOW')).toEqual(new ErrorReply('ERR syntax error'));
  const open = await connectTo(await startServer({ config: { 'enable-module-command': 'local' } }));
  expect(await open.ask('MODULE', 'UNLOAD', 'x')).toEqual(
    new ErrorReply('ERR Error unloading module: no such module with that name'),
  );
});

/** The numbers of INFO stats by name. */
async function statistics(client: TestClient): Promise<{ readonly [name: string]: number }> {
  const lines = String(await client.call('INFO', 'stats')).split('\r\n');
  return Object.fromEntries(lines.map((line) => line.split(':')).map(([name, value]) => [name, Number(value)]));
}
