/** CLIENT: names, lists, and closing connections. */
import { expect, test } from 'vitest';
import { connectTo, ErrorReply, startServer, startWithClient } from '../../harness.ts';

test('CLIENT LIST has a line for each client, with the fields that Redis has', async () => {
  const server = await startServer();
  const [client] = [await connectTo(server), await connectTo(server)];
  await client.call('CLIENT', 'SETNAME', 'me');
  const lines = String(await client.call('CLIENT', 'LIST'))
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(2);
  const fields = lines[0]!.split(' ').map((field) => field.split('=')[0]);
  expect(fields.join(' ')).toBe(
    'id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp',
  );
  expect(lines[0]).toMatch(
    /^id=1 addr=127\.0\.0\.1:\d+ laddr=127\.0\.0\.1:\d+ fd=\d+ name=me .* flags=N db=0 .* multi=-1 qbuf=26 .* cmd=client\|list user=default redir=-1 resp=2$/,
  );
  expect(await client.call('CLIENT', 'LIST', 'ID', 2, 99)).toMatch(/^id=2 [^\n]*\n$/);
  expect(await client.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).toBe('');
  expect(await client.call('CLIENT', 'INFO')).toMatch(/^id=1 [^\n]*cmd=client\|info[^\n]*\n$/);
});

test('a name has no spaces', async () => {
  const client = await startWithClient();
  expect(await client.ask('CLIENT', 'SETNAME', 'a b')).toEqual(
    new ErrorReply('ERR Client names cannot contain spaces, newlines or special characters.'),
  );
  expect(await client.call('CLIENT', 'GETNAME')).toBe(null);
  await client.call('HELLO', 3, 'SETNAME', 'x');
  expect(await client.call('CLIENT', 'GETNAME')).toBe('x');
});

test('HELLO grants nothing when one of its options is wrong', async () => {
  const client = await startWithClient();
  expect(await client.ask('HELLO', 3, 'SETNAME', 'x', 'NONSENSE')).toEqual(
    new ErrorReply("ERR Syntax error in HELLO option 'NONSENSE'"),
  );
  expect(await client.call('CLIENT', 'GETNAME')).toBe(null);
  expect(await client.ask('HELLO', 4)).toEqual(new ErrorReply('NOPROTO unsupported protocol version'));
});

test('CLIENT KILL closes the connections that match every option', async () => {
  const server = await startServer();
  const [client, other, third] = [await connectTo(server), await connectTo(server), await connectTo(server)];
  await third.call('CLIENT', 'ID');
  expect(await client.ask('CLIENT', 'KILL', '1.2.3.4:5')).toEqual(new ErrorReply('ERR No such client'));
  expect(await client.ask('CLIENT', 'KILL', 'ID', 0)).toEqual(new ErrorReply('ERR client-id should be greater than 0'));
  expect(await client.ask('CLIENT', 'KILL', 'TYPE', 'x')).toEqual(new ErrorReply("ERR Unknown client type 'x'"));
  expect(await client.ask('CLIENT', 'KILL', 'USER', 'x')).toEqual(new ErrorReply("ERR No such user 'x'"));
  expect(await client.call('CLIENT', 'KILL', 'ID', 2, 'TYPE', 'pubsub')).toBe(0);
  expect(await client.call('CLIENT', 'KILL', 'ID', 2)).toBe(1);
  await other.closed;
  expect(await client.call('CLIENT', 'KILL', 'SKIPME', 'no')).toBe(2);
  await third.closed;
  await client.closed;
});

test('CLIENT REPLY silences replies, and messages still come', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  client.write('CLIENT REPLY OFF\r\nPING one\r\nSUBSCRIBE a\r\n');
  expect(await client.next()).toEqual(['subscribe', 'a', 1]);
  await other.call('PUBLISH', 'a', 'm');
  expect(await client.next()).toEqual(['message', 'a', 'm']);
  client.write('UNSUBSCRIBE\r\nCLIENT REPLY ON\r\nCLIENT REPLY SKIP\r\nPING two\r\nPING three\r\n');
  expect([await client.next(), await client.next(), await client.next()]).toEqual([
    ['unsubscribe', 'a', 0],
    'OK',
    'three',
  ]);
});

test('CLIENT PAUSE lets writes wait until its end, and reads go on', async () => {
  const server = await startServer();
  const [client, writer, reader] = [await connectTo(server), await connectTo(server), await connectTo(server)];
  await client.call('CLIENT', 'PAUSE', 100_000, 'WRITE');
  const waiting = writer.call('SET', 'a', '1');
  expect(await reader.call('GET', 'a')).toBe(null);
  expect(await reader.call('CLIENT', 'LIST', 'ID', 2)).toContain('flags=b');
  await client.call('CLIENT', 'UNPAUSE');
  expect(await waiting).toBe('OK');
  expect(await reader.call('GET', 'a')).toBe('1');
});

test('a pause ends by itself', async () => {
  const client = await startWithClient();
  await client.call('CLIENT', 'PAUSE', 20);
  expect(await client.call('PING')).toBe('PONG');
});

test('an EXEC with a write waits, the command that pauses within it does not stop it', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  other.write('MULTI\r\nSET a 2\r\n');
  expect([await other.next(), await other.next()]).toEqual(['OK', 'QUEUED']);
  client.write('MULTI\r\nSET a 1\r\nCLIENT PAUSE 100000 WRITE\r\nSET b 1\r\nEXEC\r\n');
  for (let count = 0; count < 4; count++) await client.next();
  expect(await client.next()).toEqual(['OK', 'OK', 'OK']);
  other.write('EXEC\r\n');
  expect(await client.call('GET', 'a')).toBe('1');
  await client.call('CLIENT', 'UNPAUSE');
  expect(await other.next()).toEqual(['OK']);
});

test('RESET ends a transaction, subscriptions, names and RESP3', async () => {
  const client = await startWithClient();
  await client.call('HELLO', 3, 'SETNAME', 'x');
  await client.call('CLIENT', 'TRACKING', 'on');
  await client.call('SELECT', 5);
  client.write('SUBSCRIBE a\r\n');
  await client.call('MULTI');
  expect(await client.call('RESET')).toBe('RESET');
  expect(await client.call('CLIENT', 'INFO')).toMatch(/ name= .* flags=N db=0 sub=0 .* redir=-1 resp=2\n$/);
  expect(await client.ask('EXEC')).toEqual(new ErrorReply('ERR EXEC without MULTI'));
});

test('commands behind QUIT do not run', async () => {
  const server = await startServer();
  const [client, other] = [await connectTo(server), await connectTo(server)];
  client.write('QUIT\r\nSET a 1\r\n');
  expect(await client.next()).toBe('OK');
  await client.closed;
  expect(await other.call('GET', 'a')).toBe(null);
});
