/** Commands on strings. */
import type { CommandRow } from '../../calls/command.ts';
import { key, rowsOf } from '../../calls/rows.ts';
import { get } from './get.ts';
import { set } from './set.ts';

const row = rowsOf('string');

export const STRING_COMMANDS: readonly CommandRow[] = [
  row('get', 2, 'readonly fast', 'string', [key('RO ACCESS')], '1.0.0', get),
  row('set', -3, 'write denyoom', 'string', [key('RW ACCESS UPDATE VARIABLE_FLAGS')], '1.0.0', set),
];
