/** Commands on streams. */
import type { CommandRow } from '../../calls/command.ts';
import { key, keysAfter, rowsOf } from '../../calls/rows.ts';
import { xadd, xsetid, xtrim } from './adding.ts';
import { xautoclaim, xclaim } from './claiming.ts';
import { xdel, xlen, xrange, xrevrange } from './entries.ts';
import {
  xgroupCreate,
  xgroupCreateConsumer,
  xgroupDelConsumer,
  xgroupDestroy,
  xgroupHelp,
  xgroupSetId,
} from './groups.ts';
import { xinfoConsumers, xinfoGroups, xinfoHelp, xinfoStream } from './info.ts';
import { xack, xpending } from './pending.ts';
import { xread } from './reading.ts';
import { xreadgroup } from './reading-groups.ts';

const row = rowsOf('stream');

export const STREAM_COMMANDS: readonly CommandRow[] = [
  row('xack', -4, 'write fast', 'stream', [key('RW UPDATE')], '5.0.0', xack),
  row('xadd', -5, 'write denyoom fast', 'stream', [key('RW UPDATE')], '5.0.0', xadd),
  row('xautoclaim', -6, 'write fast', 'stream', [key('RW DELETE')], '6.2.0', xautoclaim),
  row('xclaim', -6, 'write fast', 'stream', [key('RW UPDATE')], '5.0.0', xclaim),
  row('xdel', -3, 'write fast', 'stream', [key('RW DELETE')], '5.0.0', xdel),
  row('xgroup|create', -5, 'write denyoom', 'stream', [key('RW INSERT', 2)], '5.0.0', xgroupCreate),
  row('xgroup|createconsumer', 5, 'write denyoom', 'stream', [key('RW INSERT', 2)], '6.2.0', xgroupCreateConsumer),
  row('xgroup|delconsumer', 5, 'write', 'stream', [key('RW DELETE', 2)], '5.0.0', xgroupDelConsumer),
  row('xgroup|destroy', 4, 'write', 'stream', [key('RW DELETE', 2)], '5.0.0', xgroupDestroy),
  row('xgroup|help', 2, 'loading stale', 'stream', [], '5.0.0', xgroupHelp),
  row('xgroup|setid', -5, 'write', 'stream', [key('RW UPDATE', 2)], '5.0.0', xgroupSetId),
  row('xgroup', -2, '', '', [], '5.0.0', undefined),
  row('xinfo|consumers', 4, 'readonly', 'stream', [key('RO ACCESS', 2)], '5.0.0', xinfoConsumers),
  row('xinfo|groups', 3, 'readonly', 'stream', [key('RO ACCESS', 2)], '5.0.0', xinfoGroups),
  row('xinfo|help', 2, 'loading stale', 'stream', [], '5.0.0', xinfoHelp),
  row('xinfo|stream', -3, 'readonly', 'stream', [key('RO ACCESS', 2)], '5.0.0', xinfoStream),
  row('xinfo', -2, '', '', [], '5.0.0', undefined),
  row('xlen', 2, 'readonly fast', 'stream', [key('RO')], '5.0.0', xlen),
  row('xpending', -3, 'readonly', 'stream', [key('RO ACCESS')], '5.0.0', xpending),
  row('xrange', -4, 'readonly', 'stream', [key('RO ACCESS')], '5.0.0', xrange),
  row(
    'xread',
    -4,
    'blocking readonly blocking',
    'stream',
    [keysAfter('RO ACCESS', 'STREAMS', 1, -1, 1, 2)],
    '5.0.0',
    xread,
  ),
  row(
    'xreadgroup',
    -7,
    'blocking write',
    'stream',
    [keysAfter('RO ACCESS', 'STREAMS', 4, -1, 1, 2)],
    '5.0.0',
    xreadgroup,
  ),
  row('xrevrange', -4, 'readonly', 'stream', [key('RO ACCESS')], '5.0.0', xrevrange),
  row('xsetid', -3, 'write denyoom fast', 'stream', [key('RW UPDATE')], '5.0.0', xsetid),
  row('xtrim', -4, 'write', 'stream', [key('RW DELETE')], '5.0.0', xtrim),
];
