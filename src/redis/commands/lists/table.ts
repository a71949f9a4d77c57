/** Commands on lists. */
import type { CommandRow } from '../../calls/command.ts';
import { countedKeys, key, keys, rowsOf } from '../../calls/rows.ts';
import { linsert, lrem, lset, ltrim } from './change.ts';
import { blmove, brpoplpush, lmove, rpoplpush } from './move.ts';
import { blmpop, blpop, brpop, lmpop, lpop, rpop } from './pop.ts';
import { lpush, lpushx, rpush, rpushx } from './push.ts';
import { lindex, llen, lpos, lrange } from './read.ts';

const row = rowsOf('list');

export const LIST_COMMANDS: readonly CommandRow[] = [
  row(
    'blmove',
    6,
    'write denyoom noscript blocking',
    'list',
    [key('RW ACCESS DELETE'), key('RW INSERT', 2)],
    '6.2.0',
    blmove,
  ),
  row('blmpop', -5, 'write blocking', 'list', [countedKeys('RW ACCESS DELETE', 2)], '7.0.0', blmpop),
  row('blpop', -3, 'write noscript blocking', 'list', [keys('RW ACCESS DELETE', 1, -2)], '2.0.0', blpop),
  row('brpop', -3, 'write noscript blocking', 'list', [keys('RW ACCESS DELETE', 1, -2)], '2.0.0', brpop),
  row(
    'brpoplpush',
    4,
    'write denyoom noscript blocking',
    'list',
    [key('RW ACCESS DELETE'), key('RW INSERT', 2)],
    '2.2.0',
    brpoplpush,
  ),
  row('lindex', 3, 'readonly', 'list', [key('RO ACCESS')], '1.0.0', lindex),
  row('linsert', 5, 'write denyoom', 'list', [key('RW INSERT')], '2.2.0', linsert),
  row('llen', 2, 'readonly fast', 'list', [key('RO')], '1.0.0', llen),
  row('lmove', 5, 'write denyoom', 'list', [key('RW ACCESS DELETE'), key('RW INSERT', 2)], '6.2.0', lmove),
  row('lmpop', -4, 'write', 'list', [countedKeys('RW ACCESS DELETE', 1)], '7.0.0', lmpop),
  row('lpop', -2, 'write fast', 'list', [key('RW ACCESS DELETE')], '1.0.0', lpop),
  row('lpos', -3, 'readonly', 'list', [key('RO ACCESS')], '6.0.6', lpos),
  row('lpush', -3, 'write denyoom fast', 'list', [key('RW INSERT')], '1.0.0', lpush),
  row('lpushx', -3, 'write denyoom fast', 'list', [key('RW INSERT')], '2.2.0', lpushx),
  row('lrange', 4, 'readonly', 'list', [key('RO ACCESS')], '1.0.0', lrange),
  row('lrem', 4, 'write', 'list', [key('RW DELETE')], '1.0.0', lrem),
  row('lset', 4, 'write denyoom', 'list', [key('RW UPDATE')], '1.0.0', lset),
  row('ltrim', 4, 'write', 'list', [key('RW DELETE')], '1.0.0', ltrim),
  row('rpop', -2, 'write fast', 'list', [key('RW ACCESS DELETE')], '1.0.0', rpop),
  row('rpoplpush', 3, 'write denyoom', 'list', [key('RW ACCESS DELETE'), key('RW INSERT', 2)], '1.2.0', rpoplpush),
  row('rpush', -3, 'write denyoom fast', 'list', [key('RW INSERT')], '1.0.0', rpush),
  row('rpushx', -3, 'write denyoom fast', 'list', [key('RW INSERT')], '2.2.0', rpushx),
];
