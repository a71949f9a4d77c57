/** Commands on sorted sets. */
import type { CommandRow } from '../../calls/command.ts';
import { countedKeys, key, keys, rowsOf } from '../../calls/rows.ts';
import { zdiff, zdiffstore, zinter, zintercard, zinterstore, zunion, zunionstore } from './combining.ts';
import { zrandmember, zscan } from './random.ts';
import { zcard, zcount, zlexcount, zmscore, zrank, zrevrank, zscore } from './reading.ts';
import { zadd, zincrby } from './zadd.ts';
import { bzmpop, bzpopmax, bzpopmin, zmpop, zpopmax, zpopmin } from './zpop.ts';
import {
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
} from './zrange.ts';
import { zrem, zremrangebylex, zremrangebyrank, zremrangebyscore } from './zrem.ts';

const row = rowsOf('sorted-set');

export const SORTED_SET_COMMANDS: readonly CommandRow[] = [
  row('bzmpop', -5, 'write blocking', 'sortedset', [countedKeys('RW ACCESS DELETE', 2)], '7.0.0', bzmpop),
  row(
    'bzpopmax',
    -3,
    'write noscript fast blocking',
    'sortedset',
    [keys('RW ACCESS DELETE', 1, -2)],
    '5.0.0',
    bzpopmax,
  ),
  row(
    'bzpopmin',
    -3,
    'write noscript fast blocking',
    'sortedset',
    [keys('RW ACCESS DELETE', 1, -2)],
    '5.0.0',
    bzpopmin,
  ),
  row('zadd', -4, 'write denyoom fast', 'sortedset', [key('RW UPDATE')], '1.2.0', zadd),
  row('zcard', 2, 'readonly fast', 'sortedset', [key('RO')], '1.2.0', zcard),
  row('zcount', 4, 'readonly fast', 'sortedset', [key('RO ACCESS')], '2.0.0', zcount),
  row('zdiff', -3, 'readonly', 'sortedset', [countedKeys('RO ACCESS', 1)], '6.2.0', zdiff),
  row(
    'zdiffstore',
    -4,
    'write denyoom',
    'sortedset',
    [key('OW UPDATE'), countedKeys('RO ACCESS', 2)],
    '6.2.0',
    zdiffstore,
  ),
  row('zincrby', 4, 'write denyoom fast', 'sortedset', [key('RW ACCESS UPDATE')], '1.2.0', zincrby),
  row('zinter', -3, 'readonly', 'sortedset', [countedKeys('RO ACCESS', 1)], '6.2.0', zinter),
  row('zintercard', -3, 'readonly', 'sortedset', [countedKeys('RO ACCESS', 1)], '7.0.0', zintercard),
  row(
    'zinterstore',
    -4,
    'write denyoom',
    'sortedset',
    [key('OW UPDATE'), countedKeys('RO ACCESS', 2)],
    '2.0.0',
    zinterstore,
  ),
  row('zlexcount', 4, 'readonly fast', 'sortedset', [key('RO ACCESS')], '2.8.9', zlexcount),
  row('zmpop', -4, 'write', 'sortedset', [countedKeys('RW ACCESS DELETE', 1)], '7.0.0', zmpop),
  row('zmscore', -3, 'readonly fast', 'sortedset', [key('RO ACCESS')], '6.2.0', zmscore),
  row('zpopmax', -2, 'write fast', 'sortedset', [key('RW ACCESS DELETE')], '5.0.0', zpopmax),
  row('zpopmin', -2, 'write fast', 'sortedset', [key('RW ACCESS DELETE')], '5.0.0', zpopmin),
  row('zrandmember', -2, 'readonly', 'sortedset', [key('RO ACCESS')], '6.2.0', zrandmember),
  row('zrange', -4, 'readonly', 'sortedset', [key('RO ACCESS')], '1.2.0', zrange),
  row('zrangebylex', -4, 'readonly', 'sortedset', [key('RO ACCESS')], '2.8.9', zrangebylex),
  row('zrangebyscore', -4, 'readonly', 'sortedset', [key('RO ACCESS')], '1.0.5', zrangebyscore),
  row('zrangestore', -5, 'write denyoom', 'sortedset', [key('OW UPDATE'), key('RO ACCESS', 2)], '6.2.0', zrangestore),
  row('zrank', 3, 'readonly fast', 'sortedset', [key('RO ACCESS')], '2.0.0', zrank),
  row('zrem', -3, 'write fast', 'sortedset', [key('RW DELETE')], '1.2.0', zrem),
  row('zremrangebylex', 4, 'write', 'sortedset', [key('RW DELETE')], '2.8.9', zremrangebylex),
  row('zremrangebyrank', 4, 'write', 'sortedset', [key('RW DELETE')], '2.0.0', zremrangebyrank),
  row('zremrangebyscore', 4, 'write', 'sortedset', [key('RW DELETE')], '1.2.0', zremrangebyscore),
  row('zrevrange', -4, 'readonly', 'sortedset', [key('RO ACCESS')], '1.2.0', zrevrange),
  row('zrevrangebylex', -4, 'readonly', 'sortedset', [key('RO ACCESS')], '2.8.9', zrevrangebylex),
  row('zrevrangebyscore', -4, 'readonly', 'sortedset', [key('RO ACCESS')], '2.2.0', zrevrangebyscore),
  row('zrevrank', 3, 'readonly fast', 'sortedset', [key('RO ACCESS')], '2.0.0', zrevrank),
  row('zscan', -3, 'readonly', 'sortedset', [key('RO ACCESS')], '2.8.0', zscan),
  row('zscore', 3, 'readonly fast', 'sortedset', [key('RO ACCESS')], '1.2.0', zscore),
  row('zunion', -3, 'readonly', 'sortedset', [countedKeys('RO ACCESS', 1)], '6.2.0', zunion),
  row(
    'zunionstore',
    -4,
    'write denyoom',
    'sortedset',
    [key('OW UPDATE'), countedKeys('RO ACCESS', 2)],
    '2.0.0',
    zunionstore,
  ),
];
