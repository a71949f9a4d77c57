/** Commands on bits of strings. */
import type { CommandRow } from '../../calls/command.ts';
import { key, keys, rowsOf } from '../../calls/rows.ts';
import { bitfield, bitfieldRo } from './bitfield.ts';
import { bitop } from './bitop.ts';
import { bitcount, bitpos } from './ranges.ts';
import { getbit, setbit } from './single.ts';

const row = rowsOf('bitmap');

export const BITMAP_COMMANDS: readonly CommandRow[] = [
  row('bitcount', -2, 'readonly', 'bitmap', [key('RO ACCESS')], '2.6.0', bitcount),
  row('bitfield', -2, 'write denyoom', 'bitmap', [key('RW UPDATE ACCESS VARIABLE_FLAGS')], '3.2.0', bitfield),
  row('bitfield_ro', -2, 'readonly fast', 'bitmap', [key('RO ACCESS')], '6.0.0', bitfieldRo),
  row('bitop', -4, 'write denyoom', 'bitmap', [key('OW UPDATE', 2), keys('RO ACCESS', 3)], '2.6.0', bitop),
  row('bitpos', -3, 'readonly', 'bitmap', [key('RO ACCESS')], '2.8.7', bitpos),
  row('getbit', 3, 'readonly fast', 'bitmap', [key('RO ACCESS')], '2.2.0', getbit),
  row('setbit', 4, 'write denyoom', 'bitmap', [key('RW ACCESS UPDATE')], '2.2.0', setbit),
];
