/** Commands on sets. */
import type { CommandRow } from '../../calls/command.ts';
import { countedKeys, key, keys, rowsOf } from '../../calls/rows.ts';
import { sadd, smove, srem } from './change.ts';
import { sdiff, sdiffstore, sinter, sintercard, sinterstore, sunion, sunionstore } from './combine.ts';
import { spop, srandmember } from './random.ts';
import { scard, sismember, smembers, smismember, sscan } from './read.ts';

const row = rowsOf('set');

export const SET_COMMANDS: readonly CommandRow[] = [
  row('sadd', -3, 'write denyoom fast', 'set', [key('RW INSERT')], '1.0.0', sadd),
  row('scard', 2, 'readonly fast', 'set', [key('RO')], '1.0.0', scard),
  row('sdiff', -2, 'readonly', 'set', [keys('RO ACCESS')], '1.0.0', sdiff),
  row('sdiffstore', -3, 'write denyoom', 'set', [key('OW UPDATE'), keys('RO ACCESS', 2)], '1.0.0', sdiffstore),
  row('sinter', -2, 'readonly', 'set', [keys('RO ACCESS')], '1.0.0', sinter),
  row('sintercard', -3, 'readonly', 'set', [countedKeys('RO ACCESS', 1)], '7.0.0', sintercard),
  row('sinterstore', -3, 'write denyoom', 'set', [key('RW UPDATE'), keys('RO ACCESS', 2)], '1.0.0', sinterstore),
  row('sismember', 3, 'readonly fast', 'set', [key('RO')], '1.0.0', sismember),
  row('smembers', 2, 'readonly', 'set', [key('RO ACCESS')], '1.0.0', smembers),
  row('smismember', -3, 'readonly fast', 'set', [key('RO ACCESS')], '6.2.0', smismember),
  row('smove', 4, 'write fast', 'set', [key('RW ACCESS DELETE'), key('RW INSERT', 2)], '1.0.0', smove),
  row('spop', -2, 'write fast', 'set', [key('RW ACCESS DELETE')], '1.0.0', spop),
  row('srandmember', -2, 'readonly', 'set', [key('RO ACCESS')], '1.0.0', srandmember),
  row('srem', -3, 'write fast', 'set', [key('RW DELETE')], '1.0.0', srem),
  row('sscan', -3, 'readonly', 'set', [key('RO ACCESS')], '2.8.0', sscan),
  row('sunion', -2, 'readonly', 'set', [keys('RO ACCESS')], '1.0.0', sunion),
  row('sunionstore', -3, 'write denyoom', 'set', [key('OW UPDATE'), keys('RO ACCESS', 2)], '1.0.0', sunionstore),
];
