/** Parameters: what they accept, what CONFIG answers, and redis.conf. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { settingsOf } from '../../../../src/redis/server/config/settings.ts';
import { connectTo, ErrorReply, type Reply, startServer, startWithClient } from '../../harness.ts';

function fileWith(text: string, name = 'redis.conf'): string {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const failed = (name: string, why: string): ErrorReply =>
  new ErrorReply(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`);

test('every parameter of Redis 7.0 is there, and can be set to its own value', async () => {
  const client = await startWithClient();
  const all = (await client.call('CONFIG', 'GET', '*')) as string[];
  const pairs = all.flatMap((name, at) => (at % 2 === 0 ? [[name, all[at + 1]!] as const] : []));
  expect(pairs.length).toBeGreaterThanOrEqual(192);
  for (const [name, value] of pairs) {
    const reply = await client.ask('CONFIG', 'SET', name, value);
    const refusals = [failed(name, "can't set immutable config"), failed(name, "can't set protected config")];
    expect(['OK', ...refusals]).toContainEqual(reply);
  }
});

test.each([
  ['maxmemory', '1gb', '1073741824'],
  ['maxmemory', '10k', '10000'],
  ['maxmemory-clients', '5%', '5%'],
  ['notify-keyspace-events', 'KEA', 'AKE'],
  ['notify-keyspace-events', 'KEgx$', 'g$xKE'],
  ['save', '10 1 20  2', '10 1 20 2'],
  ['appendfsync', 'NO', 'no'],
  ['hz', '1000', '500'],
  [
    'client-output-buffer-limit',
    'normal 1mb 0 0',
    'normal 1048576 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  ],
  ['shutdown-on-sigterm', 'now save', 'save now'],
  ['lua-time-limit', '7', '7'],
])('%s %s is kept as %s', async (name, given, kept) => {
  const client = await startWithClient();
  expect(await client.call('CONFIG', 'SET', name, given)).toBe('OK');
  expect(await client.call('CONFIG', 'GET', name)).toEqual([name, kept]);
});

test.each<[string, string, string]>([
  ['maxmemory', '-1', 'argument must be a memory value'],
  ['timeout', '010', "argument couldn't be parsed into an integer"],
  ['active-expire-effort', '11', 'argument must be between 1 and 10 inclusive'],
  ['appendonly', 'maybe', "argument must be 'yes' or 'no'"],
  ['appendfsync', 'x', 'argument(s) must be one of the following: everysec, always, no'],
  ['save', '10', 'Invalid save parameters'],
  ['port', '65536', 'argument must be between 0 and 65535 inclusive'],
  ['daemonize', 'yes', "can't set immutable config"],
  ['dir', '/', "can't set protected config"],
  ['oom-score-adj-values', '1 2', 'wrong number of arguments'],
  ['notify-keyspace-events', 'Q', "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."],
])('%s %s is refused', async (name, value, why) => {
  const client = await startWithClient();
  expect(await client.ask('CONFIG', 'SET', name, value)).toEqual(failed(name, why));
});

test('CONFIG SET sets all or nothing', async () => {
  const client = await startWithClient();
  expect(await client.ask('CONFIG', 'SET', 'maxmemory', '5mb', 'timeout', 'x')).toBeInstanceOf(ErrorReply);
  expect(await client.ask('CONFIG', 'SET', 'maxmemory', '5mb', 'nosuch', 'x')).toEqual(
    new ErrorReply("ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"),
  );
  expect(await client.ask('CONFIG', 'SET', 'timeout', '1', 'TIMEOUT', '2')).toEqual(
    failed('TIMEOUT', 'duplicate parameter'),
  );
  const [, value] = (await client.call('CONFIG', 'GET', 'maxmemory')) as Reply[];
  expect(value).toBe('0');
});

test('CONFIG GET takes several names and patterns, and an alias has the value of its parameter', async () => {
  const client = await startWithClient();
  await client.call('CONFIG', 'SET', 'hash-max-ziplist-entries', '7');
  expect(await client.call('CONFIG', 'GET', 'hash-max-*-entries', 'TIMEOUT')).toEqual([
    'hash-max-listpack-entries',
    '7',
    'hash-max-ziplist-entries',
    '7',
    'timeout',
    '0',
  ]);
});

test('redis.conf: comments, quotes, includes and repeated lines; what the caller says wins', () => {
  const included = fileWith('timeout 5\n', 'more.conf');
  const path = fileWith(
    `# comment\nport 7000\nsave 10 1\nsave 20 2\nrequirepass "a b"\ninclude ${included}\nuser bob on >x ~* +@all\n`,
  );
  const { config, users } = settingsOf(path, { port: 7001, appendonly: false });
  expect(config.text('port')).toBe('7001');
  expect(config.text('save')).toBe('10 1 20 2');
  expect(config.text('requirepass')).toBe('a b');
  expect(config.text('timeout')).toBe('5');
  expect(config.text('appendonly')).toBe('no');
  expect(users).toEqual(['user bob on >x ~* +@all']);
});

test.each([
  ['prot 7000', 'Did you mean port?'],
  ['port x', 'Correct the value of port'],
  ['requirepass "x', 'Correct the file, or name another one with --config'],
])('redis.conf with %j is refused', (line, hint) => {
  expect(() => settingsOf(fileWith(line), {})).toThrowError(expect.objectContaining({ code: 'INVALID_OPTION', hint }));
});

test('CONFIG REWRITE keeps comments and order, and adds what changed', async () => {
  const configFile = fileWith('# mine\nmaxmemory 10mb\ntimeout 3\n# end\n');
  const client = await connectTo(await startServer({ configFile }));
  await client.call('CONFIG', 'SET', 'maxmemory', '20mb', 'loglevel', 'debug');
  expect(await client.call('CONFIG', 'REWRITE')).toBe('OK');
  const lines = readFileSync(configFile, 'utf8').split('\n');
  expect(lines.slice(0, 4)).toEqual(['# mine', 'maxmemory 20971520', 'timeout 3', '# end']);
  expect(lines).toContain('loglevel debug');
  const again = settingsOf(configFile, {});
  expect(again.config.text('maxmemory')).toBe('20971520');
});

test('CONFIG REWRITE keeps what the default user may not do', async () => {
  const configFile = fileWith('user default on nopass ~* +@all -flushdb\n');
  const client = await connectTo(await startServer({ configFile }));
  expect(await client.call('CONFIG', 'REWRITE')).toBe('OK');
  const again = await connectTo(await startServer({ configFile }));
  expect(await again.ask('FLUSHDB')).toMatchObject({ message: expect.stringMatching(/^NOPERM/) });
});

test('the ACL file is relative to dir, and one that cannot be read is refused', async () => {
  const dir = dirname(fileWith('user alice on nopass +get ~a*\n', 'users.acl'));
  const client = await connectTo(await startServer({ config: { dir, aclfile: 'users.acl' } }));
  expect(await client.call('ACL', 'USERS')).toEqual(['alice', 'default']);
  await client.call('ACL', 'SETUSER', 'bob');
  expect(await client.call('ACL', 'SAVE')).toBe('OK');
  expect(readFileSync(join(dir, 'users.acl'), 'utf8')).toContain('user bob off');
  await expect(startServer({ config: { dir, aclfile: 'missing.acl' } })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining(join(dir, 'missing.acl')),
  });
});

test.each([
  ['tls-cert-file', { 'tls-port': '1', 'tls-cert-file': 'missing.pem' }],
  ['unixsocket', { unixsocket: '/missing/socket' }],
])('a server whose %s cannot be used does not start', async (_, config) => {
  await expect(startServer({ config })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

test('options that do not exist, or contradict each other, are refused', async () => {
  await expect(startServer({ durabilty: 'os' } as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  await expect(startServer({ durability: 'os', config: { appendfsync: 'always' } })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
  const server = await startServer({ durability: 'os', config: { appendfsync: 'no' } });
  expect(await (await connectTo(server)).call('CONFIG', 'GET', 'appendfsync')).toEqual(['appendfsync', 'no']);
});

test('the server moves to another port, or stays where it is when that one is taken', async () => {
  const [server, other] = [await startServer(), await startServer()];
  const client = await connectTo(server);
  const before = server.port;
  expect(await client.ask('CONFIG', 'SET', 'timeout', '9', 'port', other.port)).toEqual(
    failed('port', 'Unable to listen on this port. Check server logs.'),
  );
  expect(await client.call('CONFIG', 'GET', 'timeout', 'port')).toEqual(['port', String(before), 'timeout', '0']);
  expect(await (await connectTo({ port: before })).call('PING')).toBe('PONG');
  const free = await startServer();
  await free.close();
  expect(await client.call('CONFIG', 'SET', 'port', free.port)).toBe('OK');
  expect(server.port).toBe(free.port);
  expect(await (await connectTo(server)).call('PING')).toBe('PONG');
  await expect(connectTo({ port: before })).rejects.toThrow();
});
