/** Commands on hashes. */
import type { CommandRow } from '../../calls/command.ts';
import { key, rowsOf } from '../../calls/rows.ts';
import { hincrby, hincrbyfloat } from './counters.ts';
import { hrandfield } from './random.ts';
import { hexists, hget, hgetall, hkeys, hlen, hmget, hscan, hstrlen, hvals } from './read.ts';
import { hdel, hmset, hset, hsetnx } from './set.ts';

const row = rowsOf('hash');

export const HASH_COMMANDS: readonly CommandRow[] = [
  row('hdel', -3, 'write fast', 'hash', [key('RW DELETE')], '2.0.0', hdel),
  row('hexists', 3, 'readonly fast', 'hash', [key('RO')], '2.0.0', hexists),
  row('hget', 3, 'readonly fast', 'hash', [key('RO ACCESS')], '2.0.0', hget),
  row('hgetall', 2, 'readonly', 'hash', [key('RO ACCESS')], '2.0.0', hgetall),
  row('hincrby', 4, 'write denyoom fast', 'hash', [key('RW ACCESS UPDATE')], '2.0.0', hincrby),
  row('hincrbyfloat', 4, 'write denyoom fast', 'hash', [key('RW ACCESS UPDATE')], '2.6.0', hincrbyfloat),
  row('hkeys', 2, 'readonly', 'hash', [key('RO ACCESS')], '2.0.0', hkeys),
  row('hlen', 2, 'readonly fast', 'hash', [key('RO')], '2.0.0', hlen),
  row('hmget', -3, 'readonly fast', 'hash', [key('RO ACCESS')], '2.0.0', hmget),
  row('hmset', -4, 'write denyoom fast', 'hash', [key('RW UPDATE')], '2.0.0', hmset),
  row('hrandfield', -2, 'readonly', 'hash', [key('RO ACCESS')], '6.2.0', hrandfield),
  row('hscan', -3, 'readonly', 'hash', [key('RO ACCESS')], '2.8.0', hscan),
  row('hset', -4, 'write denyoom fast', 'hash', [key('RW UPDATE')], '2.0.0', hset),
  row('hsetnx', 4, 'write denyoom fast', 'hash', [key('RW INSERT')], '2.0.0', hsetnx),
  row('hstrlen', 3, 'readonly fast', 'hash', [key('RO')], '3.2.0', hstrlen),
  row('hvals', 2, 'readonly', 'hash', [key('RO ACCESS')], '2.0.0', hvals),
];
