/** Commands about the connection. */
import type { CommandRow } from '../../calls/command.ts';
import { rowsOf } from '../../calls/rows.ts';
import { echo, ping, quit, select } from './connection.ts';
import { hello } from './hello.ts';

const row = rowsOf('connection');

export const CONNECTION_COMMANDS: readonly CommandRow[] = [
  row('echo', 2, 'loading stale fast', 'connection', [], '1.0.0', echo),
  row('hello', -1, 'noscript loading stale fast no_auth allow_busy', 'connection', [], '6.0.0', hello),
  row('ping', -1, 'fast sentinel', 'connection', [], '1.0.0', ping),
  row('quit', -1, 'allow_busy noscript loading stale fast no_auth', 'connection', [], '1.0.0', quit),
  row('select', 2, 'loading stale fast', 'connection', [], '1.0.0', select),
];
