/** What Redis does not have: the past, and single flight. */
import type { CommandRow } from '../../calls/command.ts';
import { key, rowsOf } from '../../calls/rows.ts';
import { at, now } from './at.ts';
import { history, why } from './history.ts';
import { fill, lease } from './lease.ts';
import { rewind } from './rewind.ts';

const row = rowsOf('refold');

export const REFOLD_COMMANDS: readonly CommandRow[] = [
  row('refold.at', -1, 'noscript no_multi', 'connection', [], '7.0.15', at),
  row('refold.fill', -4, 'write denyoom', 'string', [key('OW UPDATE')], '7.0.15', fill),
  row('refold.history', -2, 'readonly noscript no_multi', 'keyspace slow', [key('RO ACCESS')], '7.0.15', history),
  row('refold.lease', 3, 'write blocking noscript', 'string', [key('RO ACCESS')], '7.0.15', lease),
  row('refold.now', 1, 'noscript no_multi fast', 'connection', [], '7.0.15', now),
  row('refold.rewind', 4, 'write denyoom noscript no_multi', 'keyspace dangerous', [], '7.0.15', rewind),
  row('refold.why', -2, 'readonly noscript no_multi', 'keyspace slow', [key('RO ACCESS')], '7.0.15', why),
];
