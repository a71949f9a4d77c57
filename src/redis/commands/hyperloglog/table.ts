/** Commands on HyperLogLogs: strings that estimate how many different elements they have seen. */
import type { CommandRow } from '../../calls/command.ts';
import { key, keys, rowsOf } from '../../calls/rows.ts';
import { pfadd, pfcount, pfmerge } from './commands.ts';
import { pfdebug, pfselftest } from './pfdebug.ts';

const row = rowsOf('hyperloglog');

export const HYPERLOGLOG_COMMANDS: readonly CommandRow[] = [
  row('pfadd', -2, 'write denyoom fast', 'hyperloglog', [key('RW INSERT')], '2.8.9', pfadd),
  row('pfcount', -2, 'readonly may_replicate', 'hyperloglog', [keys('RW ACCESS')], '2.8.9', pfcount),
  row('pfdebug', 3, 'write denyoom admin', 'hyperloglog', [key('RW ACCESS', 2)], '2.8.9', pfdebug),
  row('pfmerge', -2, 'write denyoom', 'hyperloglog', [key('RW ACCESS INSERT'), keys('RO ACCESS', 2)], '2.8.9', pfmerge),
  row('pfselftest', 1, 'admin', 'hyperloglog', [], '2.8.9', pfselftest),
];
