/** Commands on keys of every kind. */
import type { CommandRow } from '../../calls/command.ts';
import { key, keysAfter, keys as keysFrom, otherKeys, rowsOf } from '../../calls/rows.ts';
import { del, flushAll, flushDb, unlink } from './deleting.ts';
import { dump, migrate, restore } from './dump.ts';
import { expire, expireAt, expireTime, pExpire, pExpireAt, pExpireTime, persist, pTtl, ttl } from './expiring.ts';
import { lolwut } from './lolwut.ts';
import { dbSize, exists, keys, randomKey, scan, touch, type } from './looking.ts';
import { copy, move, rename, renameNx, swapDb } from './moving.ts';
import { objectEncoding, objectFreq, objectHelp, objectIdleTime, objectRefCount } from './object.ts';
import { sort, sortRo } from './sort.ts';
import { keysOfSort } from './sort-options.ts';
import { time } from './time.ts';
import { wait, waitAof } from './waiting.ts';

const row = rowsOf('generic');
const serverRow = rowsOf('server');

export const KEY_COMMANDS: readonly CommandRow[] = [
  row('copy', -3, 'write denyoom', 'keyspace', [key('RO ACCESS'), key('OW UPDATE', 2)], '6.2.0', copy),
  row('del', -2, 'write', 'keyspace', [keysFrom('RM DELETE')], '1.0.0', del),
  row('dump', 2, 'readonly', 'keyspace', [key('RO ACCESS')], '2.6.0', dump),
  row('exists', -2, 'readonly fast', 'keyspace', [keysFrom('RO')], '1.0.0', exists),
  row('expire', -3, 'write fast', 'keyspace', [key('RW UPDATE')], '1.0.0', expire),
  row('expireat', -3, 'write fast', 'keyspace', [key('RW UPDATE')], '1.2.0', expireAt),
  row('expiretime', 2, 'readonly fast', 'keyspace', [key('RO ACCESS')], '7.0.0', expireTime),
  row('keys', 2, 'readonly', 'keyspace dangerous', [], '1.0.0', keys),
  row(
    'migrate',
    -6,
    'write',
    'keyspace dangerous',
    [key('RW ACCESS DELETE', 3), keysAfter('RW ACCESS DELETE INCOMPLETE', 'KEYS', -2, -1, 1, 0)],
    '2.6.0',
    migrate,
  ),
  row('move', 3, 'write fast', 'keyspace', [key('RW ACCESS UPDATE')], '1.0.0', move),
  row('object|encoding', 3, 'readonly', 'keyspace', [key('RO', 2)], '2.2.3', objectEncoding),
  row('object|freq', 3, 'readonly', 'keyspace', [key('RO', 2)], '4.0.0', objectFreq),
  row('object|help', 2, 'loading stale', 'keyspace', [], '6.2.0', objectHelp),
  row('object|idletime', 3, 'readonly', 'keyspace', [key('RO', 2)], '2.2.3', objectIdleTime),
  row('object|refcount', 3, 'readonly', 'keyspace', [key('RO', 2)], '2.2.3', objectRefCount),
  row('object', -2, '', '', [], '2.2.3', undefined),
  row('persist', 2, 'write fast', 'keyspace', [key('RW UPDATE')], '2.2.0', persist),
  row('pexpire', -3, 'write fast', 'keyspace', [key('RW UPDATE')], '2.6.0', pExpire),
  row('pexpireat', -3, 'write fast', 'keyspace', [key('RW UPDATE')], '2.6.0', pExpireAt),
  row('pexpiretime', 2, 'readonly fast', 'keyspace', [key('RO ACCESS')], '7.0.0', pExpireTime),
  row('pttl', 2, 'readonly fast', 'keyspace', [key('RO ACCESS')], '2.6.0', pTtl),
  row('randomkey', 1, 'readonly', 'keyspace', [], '1.0.0', randomKey),
  row('rename', 3, 'write', 'keyspace', [key('RW ACCESS DELETE'), key('OW UPDATE', 2)], '1.0.0', rename),
  row('renamenx', 3, 'write fast', 'keyspace', [key('RW ACCESS DELETE'), key('OW INSERT', 2)], '1.0.0', renameNx),
  {
    ...row('restore-asking', -4, 'write denyoom asking', 'keyspace dangerous', [key('OW UPDATE')], '3.0.0', restore),
    group: 'server',
  },
  row('restore', -4, 'write denyoom', 'keyspace dangerous', [key('OW UPDATE')], '2.6.0', restore),
  row('scan', -2, 'readonly', 'keyspace', [], '2.8.0', scan),
  row(
    'sort',
    -2,
    'write denyoom movablekeys',
    'set sortedset list dangerous',
    [key('RO ACCESS'), otherKeys('RO ACCESS'), otherKeys('OW UPDATE')],
    '1.0.0',
    sort,
    { keysOf: keysOfSort },
  ),
  row(
    'sort_ro',
    -2,
    'readonly movablekeys',
    'set sortedset list dangerous',
    [key('RO ACCESS'), otherKeys('RO ACCESS')],
    '7.0.0',
    sortRo,
    { keysOf: (args) => args.slice(1, 2) },
  ),
  row('touch', -2, 'readonly fast', 'keyspace', [keysFrom('RO')], '3.2.1', touch),
  row('ttl', 2, 'readonly fast', 'keyspace', [key('RO ACCESS')], '1.0.0', ttl),
  row('type', 2, 'readonly fast', 'keyspace', [key('RO')], '1.0.0', type),
  row('unlink', -2, 'write fast', 'keyspace', [keysFrom('RM DELETE')], '4.0.0', unlink),
  row('wait', 3, 'noscript', 'connection', [], '3.0.0', wait),
  row('waitaof', 4, 'noscript', 'connection', [], '7.2.0', waitAof),
  serverRow('dbsize', 1, 'readonly fast', 'keyspace', [], '1.0.0', dbSize),
  serverRow('flushall', -1, 'write', 'keyspace dangerous', [], '1.0.0', flushAll),
  serverRow('flushdb', -1, 'write', 'keyspace dangerous', [], '1.0.0', flushDb),
  serverRow('lolwut', -1, 'readonly fast', '', [], '5.0.0', lolwut),
  serverRow('swapdb', 3, 'write fast', 'keyspace dangerous', [], '4.0.0', swapDb),
  serverRow('time', 1, 'loading stale fast', '', [], '2.6.0', time),
];
