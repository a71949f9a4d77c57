/** ACL from end to end: users come in, are stopped, and are deleted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandTable } from '../../../../src/redis/commands/table.ts';
import { ServerUsers } from '../../../../src/redis/server/clients/users.ts';
import { ServerConfig } from '../../../../src/redis/server/config/server-config.ts';
import { connectTo, ErrorReply, startServer, startWithClient, type TestClient } from '../../harness.ts';

const WRONG = new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.');

async function adminAndUser(...rules: readonly string[]): Promise<readonly [TestClient, TestClient]> {
  const server = await startServer();
  const [admin, user] = [await connectTo(server), await connectTo(server)];
  await admin.call('ACL', 'SETUSER', 'alice', 'on', '>secret', ...rules);
  expect(await user.call('AUTH', 'alice', 'secret')).toBe('OK');
  return [admin, user];
}

test('a user comes in with its password, and may do what its rules say', async () => {
  const [admin, user] = await adminAndUser('~a*', '&c', '+get', '+publish', '+acl|whoami');
  expect(await user.call('ACL', 'WHOAMI')).toBe('alice');
  expect(await user.call('GET', 'a1')).toBe(null);
  const refusals = [];
  for (const request of [
    ['SET', 'a1', '1'],
    ['GET', 'b'],
    ['PUBLISH', 'd', 'm'],
    ['ACL', 'LIST'],
  ]) {
    refusals.push(((await user.ask(...request)) as ErrorReply).message);
  }
  expect(refusals).toEqual([
    "NOPERM this user has no permissions to run the 'set' command",
    'NOPERM this user has no permissions to access one of the keys used as arguments',
    'NOPERM this user has no permissions to access one of the channels used as arguments',
    "NOPERM this user has no permissions to run the 'acl|list' command",
  ]);
  await admin.call('HELLO', 3);
  const log = (await admin.call('ACL', 'LOG')) as Map<string, unknown>[];
  expect(log.map((entry) => [entry.get('reason'), entry.get('object'), entry.get('username')])).toEqual([
    ['command', 'acl|list', 'alice'],
    ['channel', 'd', 'alice'],
    ['key', 'b', 'alice'],
    ['command', 'set', 'alice'],
  ]);
  expect(log[0]!.get('client-info')).toMatch(/^id=2 /);
  expect(await admin.call('ACL', 'LOG', 'RESET')).toBe('OK');
  expect(await admin.call('ACL', 'LOG')).toEqual([]);
});

test('a wrong password, an unknown user and a disabled one look the same, and are noted', async () => {
  const [admin, user] = await adminAndUser();
  expect(await user.ask('AUTH', 'alice', 'wrong')).toEqual(WRONG);
  expect(await user.ask('AUTH', 'unknown', 'wrong')).toEqual(WRONG);
  await admin.call('ACL', 'SETUSER', 'alice', 'off');
  expect(await user.ask('AUTH', 'alice', 'secret')).toEqual(WRONG);
  expect(await user.ask('HELLO', 3, 'AUTH', 'alice', 'secret')).toEqual(WRONG);
  expect(await admin.call('ACL', 'LOG', 1)).toEqual([
    expect.arrayContaining(['count', 3, 'reason', 'auth', 'object', 'AUTH', 'username', 'alice']),
  ]);
});

test('a client that has not proved who it is can only say who it is', async () => {
  const server = await startServer();
  const admin = await connectTo(server);
  await admin.call('ACL', 'SETUSER', 'default', 'resetpass', '>pw');
  const client = await connectTo(server);
  expect(await client.ask('PING')).toEqual(new ErrorReply('NOAUTH Authentication required.'));
  expect(((await client.ask('HELLO', 3)) as ErrorReply).message).toMatch(/^NOAUTH HELLO must be called/);
  expect(await client.ask('AUTH', 'no')).toEqual(WRONG);
  expect(await client.call('AUTH', 'pw')).toBe('OK');
  expect(await client.call('PING')).toBe('PONG');
  const open = await startWithClient();
  expect(((await open.ask('AUTH', 'x')) as ErrorReply).message).toMatch(/^ERR AUTH <password> called without/);
});

test('rules are taken over as a whole, or not at all', async () => {
  const [admin] = await adminAndUser('+get');
  const before = await admin.call('ACL', 'LIST');
  expect(await admin.ask('ACL', 'SETUSER', 'alice', '+set', 'nonsense')).toEqual(
    new ErrorReply("ERR Error in ACL SETUSER modifier 'nonsense': Syntax error"),
  );
  expect(await admin.ask('ACL', 'SETUSER', 'a b', 'on')).toEqual(
    new ErrorReply("ERR Usernames can't contain spaces or null characters"),
  );
  expect(await admin.call('ACL', 'LIST')).toEqual(before);
  expect(await admin.call('ACL', 'USERS')).toEqual(['alice', 'default']);
});

test('the connections of a deleted user end, and those that hear what they may no longer hear', async () => {
  const [admin, user] = await adminAndUser('&a', '&b', '+subscribe');
  await user.call('SUBSCRIBE', 'a');
  await admin.call('ACL', 'SETUSER', 'alice', 'resetchannels', '&a');
  expect(await admin.call('PUBLISH', 'a', 'm')).toBe(1);
  await admin.call('ACL', 'SETUSER', 'alice', 'resetchannels', '&b');
  await user.closed;
  const [other, gone] = await adminAndUser();
  expect(await other.ask('ACL', 'DELUSER', 'default')).toEqual(
    new ErrorReply("ERR The 'default' user cannot be removed"),
  );
  expect(await other.call('ACL', 'DELUSER', 'alice', 'unknown')).toBe(1);
  await gone.closed;
});

test('rules that change between MULTI and EXEC hold for what was queued', async () => {
  const [admin, user] = await adminAndUser('~*', '+@all');
  await user.call('MULTI');
  await user.call('SET', 'a', '1');
  await user.call('PING');
  await admin.call('ACL', 'SETUSER', 'alice', '-set');
  const [set, ping] = (await user.call('EXEC')) as [ErrorReply, string];
  expect(set.message).toMatch(
    /^NOPERM ACLs rules changed between .*: no permission to execute the command or subcommand$/,
  );
  expect(ping).toBe('PONG');
});

test('ACL DRYRUN tells what would be denied', async () => {
  const [admin] = await adminAndUser('~a', '+get', '+publish');
  expect(await admin.call('ACL', 'DRYRUN', 'alice', 'GET', 'a')).toBe('OK');
  expect(await admin.call('ACL', 'DRYRUN', 'alice', 'GET', 'b')).toBe(
    "This user has no permissions to access the 'b' key",
  );
  expect(await admin.call('ACL', 'DRYRUN', 'alice', 'PUBLISH', 'c', 'm')).toBe(
    "This user has no permissions to access the 'c' channel",
  );
  expect(await admin.call('ACL', 'DRYRUN', 'alice', 'PING')).toBe(
    "This user has no permissions to run the 'ping' command",
  );
  expect(await admin.ask('ACL', 'DRYRUN', 'unknown', 'PING')).toEqual(new ErrorReply("ERR User 'unknown' not found"));
  expect(await admin.ask('ACL', 'DRYRUN', 'alice', 'NOPE')).toEqual(new ErrorReply("ERR Command 'NOPE' not found"));
});

test('ACL GETUSER, CAT and GENPASS', async () => {
  const [admin] = await adminAndUser('~a', '+get', '(~b +set)');
  await admin.call('HELLO', 3);
  const facts = (await admin.call('ACL', 'GETUSER', 'alice')) as Map<string, unknown>;
  expect([...facts.keys()]).toEqual(['flags', 'passwords', 'commands', 'keys', 'channels', 'selectors']);
  expect(facts.get('selectors')).toEqual([
    new Map([
      ['commands', '-@all +set'],
      ['keys', '~b'],
      ['channels', ''],
    ]),
  ]);
  expect(await admin.call('ACL', 'GETUSER', 'unknown')).toBe(null);
  expect(await admin.call('ACL', 'CAT')).toContain('transaction');
  expect(await admin.call('ACL', 'CAT', 'pubsub')).toContain('pubsub|numsub');
  expect(await admin.ask('ACL', 'CAT', 'x')).toEqual(new ErrorReply("ERR Unknown category 'x'"));
  expect(await admin.call('ACL', 'GENPASS')).toMatch(/^[\da-f]{64}$/);
  expect(await admin.call('ACL', 'GENPASS', 5)).toMatch(/^[\da-f]{2}$/);
  expect(await admin.ask('ACL', 'GENPASS', 4097)).toBeInstanceOf(ErrorReply);
  expect(((await admin.ask('ACL', 'SAVE')) as ErrorReply).message).toMatch(/not configured to use an ACL file/);
});

test('the ACL file is written and read, and a changed requirepass is the password of the default user', () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-acl-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = new ServerConfig();
  config.preset('aclfile', join(folder, 'users.acl'));
  const open = () =>
    new ServerUsers({ config, commands: commandTable, clients: () => [], close: () => undefined, lineOf: () => '' });
  const users = open();
  users.change('alice', ['on', '>secret', '~a', '+get']);
  users.save();
  expect(readFileSync(join(folder, 'users.acl'), 'latin1').split('\n')).toHaveLength(3);
  const again = open();
  again.load();
  expect(again.lines()).toEqual(users.lines());
  writeFileSync(join(folder, 'users.acl'), 'user bob on\nnonsense\n');
  expect(() => again.load()).toThrow(/should start with user keyword/);
  expect(again.names()).toEqual(['alice', 'default']);
  expect(again.isOpen).toBe(true);
  config.set([['requirepass', 'pw']], false);
  expect(again.isOpen).toBe(false);
  config.set([['requirepass', '']], false);
  expect(again.isOpen).toBe(true);
});

test('a user that deletes itself reads the answer first', async () => {
  const [, user] = await adminAndUser('+acl');
  expect(await user.call('ACL', 'DELUSER', 'alice')).toBe(1);
  await user.closed;
});

test('SORT reads keys by pattern only for a user that may read every key', async () => {
  const [admin, user] = await adminAndUser('~list', '+sort');
  await admin.call('RPUSH', 'list', '2', '1');
  expect(await user.call('SORT', 'list')).toEqual(['1', '2']);
  expect(await user.call('SORT', 'list', 'BY', 'nosort', 'LIMIT', 0, 1)).toEqual(['2']);
  expect(await user.ask('SORT', 'list', 'BY', 'w_*')).toEqual(
    new ErrorReply('ERR BY option of SORT denied due to insufficient ACL permissions.'),
  );
  expect(await user.ask('SORT', 'list', 'GET', '#')).toEqual(
    new ErrorReply('ERR GET option of SORT denied due to insufficient ACL permissions.'),
  );
  await admin.call('ACL', 'SETUSER', 'alice', '%R~*');
  expect(await user.call('SORT', 'list', 'GET', '#')).toEqual(['1', '2']);
});
