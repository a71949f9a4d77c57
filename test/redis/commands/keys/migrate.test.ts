/** MIGRATE: the server does not connect to others, and hides the passwords that clients send for it. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer } from '../../harness.ts';

test('MIGRATE of absent keys moves nothing, and any other is refused', async () => {
  const server = await startServer();
  const [monitor, client] = [await connectTo(server), await connectTo(server)];
  await monitor.call('MONITOR');
  expect(await client.call('MIGRATE', 'host', 1, 'a', 0, 1000, 'AUTH2', 'user', 'secret')).toBe('NOKEY');
  expect(await client.call('MIGRATE', 'host', 1, '', 0, 1000, 'AUTH', 'KEYS', 'KEYS', 'a', 'b')).toBe('NOKEY');
  expect(String(await monitor.next())).toMatch(/"AUTH2" "\(redacted\)" "\(redacted\)"$/);
  expect(String(await monitor.next())).toMatch(/"AUTH" "\(redacted\)" "KEYS" "a" "b"$/);
  await client.call('SET', 'a', '1');
  expect(await client.ask('MIGRATE', 'host', 1, 'a', 0, 1000)).toBeInstanceOf(ErrorReply);
  expect(await client.call('COMMAND', 'GETKEYS', 'MIGRATE', 'host', 1, '', 0, 1000, 'KEYS', 'a')).toEqual(['a']);
});
