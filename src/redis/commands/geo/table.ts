/** Commands on places: sorted sets whose scores are geohashes. */
import type { CommandRow } from '../../calls/command.ts';
import { key, keysAfter, rowsOf } from '../../calls/rows.ts';
import { geoadd } from './geoadd.ts';
import {
  georadius,
  georadiusbymember,
  georadiusbymemberRo,
  georadiusRo,
  geosearch,
  geosearchstore,
} from './geosearch.ts';
import { geodist, geohash, geopos } from './reading.ts';

const row = rowsOf('geo');

export const GEO_COMMANDS: readonly CommandRow[] = [
  row('geoadd', -5, 'write denyoom', 'geo', [key('RW UPDATE')], '3.2.0', geoadd),
  row('geodist', -4, 'readonly', 'geo', [key('RO ACCESS')], '3.2.0', geodist),
  row('geohash', -2, 'readonly', 'geo', [key('RO ACCESS')], '3.2.0', geohash),
  row('geopos', -2, 'readonly', 'geo', [key('RO ACCESS')], '3.2.0', geopos),
  row(
    'georadius',
    -6,
    'write denyoom',
    'geo',
    [key('RO ACCESS'), keysAfter('OW UPDATE', 'STORE', 6, 0, 1, 0), keysAfter('OW UPDATE', 'STOREDIST', 6, 0, 1, 0)],
    '3.2.0',
    georadius,
  ),
  row('georadius_ro', -6, 'readonly', 'geo', [key('RO ACCESS')], '3.2.10', georadiusRo),
  row(
    'georadiusbymember',
    -5,
    'write denyoom',
    'geo',
    [key('RO ACCESS'), keysAfter('OW UPDATE', 'STORE', 5, 0, 1, 0), keysAfter('OW UPDATE', 'STOREDIST', 5, 0, 1, 0)],
    '3.2.0',
    georadiusbymember,
  ),
  row('georadiusbymember_ro', -5, 'readonly', 'geo', [key('RO ACCESS')], '3.2.10', georadiusbymemberRo),
  row('geosearch', -7, 'readonly', 'geo', [key('RO ACCESS')], '6.2.0', geosearch),
  row('geosearchstore', -8, 'write denyoom', 'geo', [key('OW UPDATE'), key('RO ACCESS', 2)], '6.2.0', geosearchstore),
];
