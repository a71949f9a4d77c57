/** Rules of users, their text, and what they allow. */
import { describe, expect, test } from 'vitest';
import { AclFileError, readUsers } from '../../../src/redis/acl/acl-file.ts';
import { AclLog } from '../../../src/redis/acl/acl-log.ts';
import { denialOf } from '../../../src/redis/acl/check.ts';
import { commandsText, describeUser } from '../../../src/redis/acl/description.ts';
import { isOneOf } from '../../../src/redis/acl/passwords.ts';
import { applyRule, joinSelectors, RuleError, reset } from '../../../src/redis/acl/rules.ts';
import { defaultUser, User } from '../../../src/redis/acl/user.ts';
import { commandTable } from '../../../src/redis/commands/table.ts';

const rows = commandTable.all();
const world = {
  rows,
  find: (name: string) => {
    const row = commandTable.find(name.split('|'));
    return row?.name === name.toLowerCase() ? row : undefined;
  },
  allowsChannels: false,
};

function userWith(...rules: readonly string[]): User {
  const user = new User('test');
  reset(user, world);
  for (const rule of joinSelectors(rules)) applyRule(user, rule, world);
  return user;
}

const describeRules = (...rules: readonly string[]) => describeUser(userWith(...rules), rows);

/** What a request is denied for: `key foo`, or '' when it may run. */
function denied(user: User, ...args: readonly string[]): string {
  const denial = denialOf(user, commandTable.find(args)!, args);
  return denial === undefined ? '' : `${denial.reason} ${denial.object}`;
}

describe('a user as text', () => {
  test('says flags, passwords, keys, channels, commands and selectors', () => {
    expect(describeUser(defaultUser(rows), rows)).toBe('on nopass ~* &* +@all');
    expect(describeRules()).toBe('off resetchannels -@all');
    const hash = '30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4';
    expect(describeRules('on', '>pw', '~a*', '%R~b*', '%W~c', '&ch', '+@all', '-get')).toBe(
      `on #${hash} ~a* %R~b* %W~c resetchannels &ch +@all -get`,
    );
    expect(describeRules('+get', '(%RW~z', '&*', '+set)')).toBe('off resetchannels -@all +get (~z &* -@all +set)');
    expect(describeRules('%R~a', '%W~a')).toBe('off ~a resetchannels -@all');
  });

  test('names categories where they fit, and single commands for the rest', () => {
    const text = (...rules: readonly string[]) => commandsText(userWith(...rules).root, rows);
    expect(text('+@pubsub', '-publish', '+ping')).toBe('-@all +@pubsub +ping -publish');
    expect(text('+@all', '-@pubsub', '+publish')).toBe('+@all -@pubsub +publish');
    expect(text('+client', '-client|kill')).toBe('-@all +client -client|kill');
    expect(text('+select|0', '+select|1')).toBe('-@all +select|0 +select|1');
    expect(text('+select|0', '+select')).toBe('-@all +select');
  });

  test('makes the same user again', () => {
    for (const rules of [
      ['on', 'nopass', '~*', '&*', '+@all', '-@dangerous', '-get'],
      ['>a', '>b', '~x', '%R~y', '&c', '+@read', '+client|id', '-@string', '+select|0'],
      ['+get', '(~a +@write)', '(&b +publish)', 'skip-sanitize-payload'],
    ]) {
      const text = describeUser(userWith(...rules.flatMap((rule) => rule.split(' '))), rows);
      expect(describeRules(...text.split(' '))).toBe(text);
    }
  });
});

test.each([
  ['foo', 'Syntax error'],
  ['+foo', 'Unknown command or category name in ACL'],
  ['+@foo', 'Unknown command or category name in ACL'],
  ['+client|x', 'Unknown command or category name in ACL'],
  ['+get|a|b', 'Unknown command or category name in ACL'],
  ['+client|id|x', 'Allowing first-arg of a subcommand is not supported'],
  ['-select|0', 'Unknown command or category name in ACL'],
  ['+get|', 'Syntax error'],
  ['%X~a', 'Syntax error'],
  ['~a b', 'Syntax error'],
  ['(on)', 'Syntax error'],
  ['((+get)', 'Syntax error'],
  ['<zz', 'The password you are trying to remove from the user does not exist'],
  ['#zz', 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters'],
])('the rule %s is refused as Redis does', (rule, message) => {
  expect(() => userWith(rule)).toThrow(new RuleError(message));
});

test('a pattern behind the one that matches everything is refused', () => {
  expect(() => userWith('~*', '~a')).toThrow(/Try 'resetkeys'/);
  expect(() => userWith('&*', '&a')).toThrow(/Try 'resetchannels'/);
  expect(() => joinSelectors(['(+get', '~a'])).toThrow("Unmatched parenthesis in acl selector starting at '(+get'.");
});

describe('what a user may do', () => {
  test('commands, subcommands and first arguments', () => {
    const user = userWith('~*', '+get', '+client|id', '+select|0');
    expect(denied(user, 'GET', 'a')).toBe('');
    expect(denied(user, 'SET', 'a', '1')).toBe('command set');
    expect(denied(user, 'CLIENT', 'ID')).toBe('');
    expect(denied(user, 'CLIENT', 'LIST')).toBe('command client|list');
    expect(denied(user, 'SELECT', '0')).toBe('');
    expect(denied(user, 'SELECT', '1')).toBe('command select');
    expect(denied(user, 'AUTH', 'x')).toBe('');
  });

  test('keys, to read and to write', () => {
    const user = userWith('%R~r*', '%W~w*', '~b*', '+@all');
    expect(denied(user, 'GET', 'r1')).toBe('');
    expect(denied(user, 'GET', 'w1')).toBe('key w1');
    expect(denied(user, 'SET', 'w1', '1')).toBe('');
    expect(denied(user, 'SET', 'w1', '1', 'GET')).toBe('key w1');
    expect(denied(user, 'SET', 'r1', '1')).toBe('key r1');
    expect(denied(user, 'SET', 'b1', '1', 'GET')).toBe('');
  });

  test('channels by pattern, and patterns literally', () => {
    const user = userWith('&news:*', '+@pubsub');
    expect(denied(user, 'PUBLISH', 'news:1', 'x')).toBe('');
    expect(denied(user, 'SUBSCRIBE', 'news:1', 'other')).toBe('channel other');
    expect(denied(user, 'PSUBSCRIBE', 'news:*')).toBe('');
    expect(denied(user, 'PSUBSCRIBE', 'news:1*')).toBe('channel news:1*');
    expect(denied(user, 'UNSUBSCRIBE', 'other')).toBe('');
    expect(denied(user, 'SPUBLISH', 'other', 'x')).toBe('channel other');
  });

  test('one selector has to allow everything', () => {
    const user = userWith('~a', '+get', '(~b +set)');
    expect(denied(user, 'GET', 'a')).toBe('');
    expect(denied(user, 'SET', 'b', '1')).toBe('');
    expect(denied(user, 'SET', 'a', '1')).toBe('key a');
    expect(denied(user, 'GET', 'b')).toBe('key b');
  });
});

test('passwords are compared as hashes', () => {
  const user = userWith('>one', '>two', '<one');
  expect(isOneOf(user.passwords, 'two')).toBe(true);
  expect(isOneOf(user.passwords, 'one')).toBe(false);
  expect(isOneOf([], '')).toBe(false);
});

test('a file is taken over as a whole, or not at all', () => {
  const users = readUsers(['user a on nopass +get', '', ' user default off '], 'file', world);
  expect([...users.keys()]).toEqual(['a', 'default']);
  expect(users.get('default')!.isOn).toBe(false);
  expect(readUsers([], 'file', world).get('default')!.isUnrestricted).toBe(true);
  const read = () => readUsers(['user a on', 'user a off', 'nonsense', 'user b +foo'], 'file', world);
  expect(read).toThrow(AclFileError);
  expect(read).toThrow(
    "file:2: Duplicate user 'a' found. file:3: the line should start with user keyword followed by the username. file:4: Unknown command or category name in ACL: '+foo'. No user was changed.",
  );
});

test('the log counts the same denial, and keeps the newest', () => {
  const log = new AclLog();
  const entry = { reason: 'key', context: 'toplevel', object: 'a', username: 'u', clientInfo: '' } as const;
  log.add({ ...entry, at: 0 }, 2);
  log.add({ ...entry, at: 60_000 }, 2);
  expect(log.entries()).toMatchObject([{ count: 2, at: 60_000 }]);
  log.add({ ...entry, at: 200_000 }, 2);
  log.add({ ...entry, object: 'b', at: 200_000 }, 2);
  expect(log.entries()).toMatchObject([
    { object: 'b', count: 1 },
    { object: 'a', count: 1 },
  ]);
});
