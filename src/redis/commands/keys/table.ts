/** Commands on keys of every kind. */
import type { CommandRow } from '../../calls/command.ts';
import { keys, rowsOf } from '../../calls/rows.ts';
import { del, exists, flushAll } from './keys.ts';

const row = rowsOf('generic');
const serverRow = rowsOf('server');

export const KEY_COMMANDS: readonly CommandRow[] = [
  row('del', -2, 'write', 'keyspace', [keys('RM DELETE')], '1.0.0', del),
  row('exists', -2, 'readonly fast', 'keyspace', [keys('RO')], '1.0.0', exists),
  serverRow('flushall', -1, 'write', 'keyspace dangerous', [], '1.0.0', flushAll),
];
