/** Commands that show what the server does: MONITOR, SLOWLOG, LATENCY. */
import type { CommandRow } from '../../calls/command.ts';
import { rowsOf } from '../../calls/rows.ts';
import {
  latencyDoctor,
  latencyGraph,
  latencyHelp,
  latencyHistogram,
  latencyHistory,
  latencyLatest,
  latencyReset,
} from './latency.ts';
import { monitor } from './monitor.ts';
import { slowlogGet, slowlogHelp, slowlogLen, slowlogReset } from './slowlog.ts';

const row = rowsOf('server');

export const OBSERVING_COMMANDS: readonly CommandRow[] = [
  row('latency|doctor', 2, 'admin noscript loading stale', '', [], '2.8.13', latencyDoctor),
  row('latency|graph', 3, 'admin noscript loading stale', '', [], '2.8.13', latencyGraph),
  row('latency|help', 2, 'loading stale', '', [], '2.8.13', latencyHelp),
  row('latency|histogram', -2, 'admin noscript loading stale', '', [], '7.0.0', latencyHistogram),
  row('latency|history', 3, 'admin noscript loading stale', '', [], '2.8.13', latencyHistory),
  row('latency|latest', 2, 'admin noscript loading stale', '', [], '2.8.13', latencyLatest),
  row('latency|reset', -2, 'admin noscript loading stale', '', [], '2.8.13', latencyReset),
  row('latency', -2, '', '', [], '2.8.13', undefined),
  row('monitor', 1, 'admin noscript loading stale', '', [], '1.0.0', monitor),
  row('slowlog|get', -2, 'admin loading stale', '', [], '2.2.12', slowlogGet),
  row('slowlog|help', 2, 'loading stale', '', [], '6.2.0', slowlogHelp),
  row('slowlog|len', 2, 'admin loading stale', '', [], '2.2.12', slowlogLen),
  row('slowlog|reset', 2, 'admin loading stale', '', [], '2.2.12', slowlogReset),
  row('slowlog', -2, '', '', [], '2.2.12', undefined),
];
