/** Commands on strings. */
import type { CommandRow } from '../../calls/command.ts';
import { key, keys, rowsOf } from '../../calls/rows.ts';
import { decr, decrby, incr, incrby, incrbyfloat } from './counters.ts';
import { get, getdel, getex, getset } from './get.ts';
import { lcs } from './lcs.ts';
import { mget, mset, msetnx } from './many.ts';
import { append, getrange, setrange, strlen } from './ranges.ts';
import { psetex, set, setex, setnx } from './set.ts';

const row = rowsOf('string');

export const STRING_COMMANDS: readonly CommandRow[] = [
  row('append', 3, 'write denyoom fast', 'string', [key('RW INSERT')], '2.0.0', append),
  row('decr', 2, 'write denyoom fast', 'string', [key('RW ACCESS UPDATE')], '1.0.0', decr),
  row('decrby', 3, 'write denyoom fast', 'string', [key('RW ACCESS UPDATE')], '1.0.0', decrby),
  row('get', 2, 'readonly fast', 'string', [key('RO ACCESS')], '1.0.0', get),
  row('getdel', 2, 'write fast', 'string', [key('RW ACCESS DELETE')], '6.2.0', getdel),
  row('getex', -2, 'write fast', 'string', [key('RW ACCESS UPDATE')], '6.2.0', getex),
  row('getrange', 4, 'readonly', 'string', [key('RO ACCESS')], '2.4.0', getrange),
  row('getset', 3, 'write denyoom fast', 'string', [key('RW ACCESS UPDATE')], '1.0.0', getset),
  row('incr', 2, 'write denyoom fast', 'string', [key('RW ACCESS UPDATE')], '1.0.0', incr),
  row('incrby', 3, 'write denyoom fast', 'string', [key('RW ACCESS UPDATE')], '1.0.0', incrby),
  row('incrbyfloat', 3, 'write denyoom fast', 'string', [key('RW ACCESS UPDATE')], '2.6.0', incrbyfloat),
  row('lcs', -3, 'readonly', 'string', [keys('RO ACCESS', 1, 1)], '7.0.0', lcs),
  row('mget', -2, 'readonly fast', 'string', [keys('RO ACCESS')], '1.0.0', mget),
  row('mset', -3, 'write denyoom', 'string', [keys('OW UPDATE', 1, -1, 2)], '1.0.1', mset),
  row('msetnx', -3, 'write denyoom', 'string', [keys('OW INSERT', 1, -1, 2)], '1.0.1', msetnx),
  row('psetex', 4, 'write denyoom', 'string', [key('OW UPDATE')], '2.6.0', psetex),
  row('set', -3, 'write denyoom', 'string', [key('RW ACCESS UPDATE VARIABLE_FLAGS')], '1.0.0', set),
  row('setex', 4, 'write denyoom', 'string', [key('OW UPDATE')], '2.0.0', setex),
  row('setnx', 3, 'write denyoom fast', 'string', [key('OW INSERT')], '1.0.0', setnx),
  row('setrange', 4, 'write denyoom', 'string', [key('RW UPDATE')], '2.2.0', setrange),
  row('strlen', 2, 'readonly fast', 'string', [key('RO')], '2.2.0', strlen),
  row('substr', 4, 'readonly', 'string', [key('RO ACCESS')], '1.0.0', getrange),
];
