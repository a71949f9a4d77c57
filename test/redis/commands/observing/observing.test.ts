/** MONITOR, SLOWLOG and LATENCY. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('MONITOR shows commands in order, with bytes escaped and passwords hidden', async () => {
  const server = await startServer();
  const [monitor, client] = [await connectTo(server), await connectTo(server)];
  await monitor.call('MONITOR');
  await client.call('SET', 'a', '"\\\n\x00\xff');
  await client.ask('AUTH', 'user', 'secret');
  await client.ask('HELLO', 2, 'AUTH', 'user', 'secret');
  await client.call('MULTI');
  await client.call('GET', 'a');
  await client.call('EXEC');
  await client.call('CLIENT', 'LIST');
  await client.call('PING');
  const lines = [];
  for (let count = 0; count < 7; count++) lines.push(String(await monitor.next()));
  expect(lines.map((line) => line.replace(/^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] /, ''))).toEqual([
    '"SET" "a" "\\"\\\\\\n\\x00\\xff"',
    '"AUTH" "(redacted)" "(redacted)"',
    '"HELLO" "2" "AUTH" "(redacted)" "(redacted)"',
    '"MULTI"',
    '"GET" "a"',
    '"EXEC"',
    '"PING"',
  ]);
});

test('SLOWLOG is empty while commands are fast, and checks its arguments', async () => {
  const client = await startWithClient();
  expect(await client.call('SLOWLOG', 'LEN')).toBe(0);
  expect(await client.call('SLOWLOG', 'GET', -1)).toEqual([]);
  expect(await client.ask('SLOWLOG', 'GET', -2)).toEqual(
    new ErrorReply('ERR count should be greater than or equal to -1'),
  );
  expect(await client.call('SLOWLOG', 'RESET')).toBe('OK');
});

test('LATENCY HISTOGRAM counts the calls of commands', async () => {
  const client = await startWithClient();
  await client.call('SET', 'a', '1');
  await client.call('SET', 'a', '2');
  await client.call('CLIENT', 'ID');
  await client.call('HELLO', 3);
  const histogram = (await client.call('LATENCY', 'HISTOGRAM', 'set', 'nope', 'client')) as Map<
    string,
    Map<string, unknown>
  >;
  expect([...histogram.keys()]).toEqual(['set', 'client|id']);
  expect(histogram.get('set')!.get('calls')).toBe(2);
  expect([...(histogram.get('set')!.get('histogram_usec') as Map<number, number>).values()].at(-1)).toBe(2);
});

test('LATENCY has no events while its threshold is 0', async () => {
  const client = await startWithClient();
  expect(await client.call('LATENCY', 'LATEST')).toEqual([]);
  expect(await client.call('LATENCY', 'HISTORY', 'command')).toEqual([]);
  expect(await client.call('LATENCY', 'RESET')).toBe(0);
  expect(await client.call('LATENCY', 'DOCTOR')).toContain('latency-monitor-threshold');
  expect(await client.ask('LATENCY', 'GRAPH', 'command')).toEqual(
    new ErrorReply("ERR No samples available for event 'command'"),
  );
});
