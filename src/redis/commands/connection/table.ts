/** Commands about the connection. */
import type { CommandRow } from '../../calls/command.ts';
import { rowsOf } from '../../calls/rows.ts';
import { auth } from './auth.ts';
import {
  clientGetname,
  clientHelp,
  clientId,
  clientInfo,
  clientList,
  clientNoEvict,
  clientReply,
  clientSetname,
} from './client.ts';
import { clientKill } from './client-kill.ts';
import { clientCaching, clientGetredir, clientTracking, clientTrackinginfo } from './client-tracking.ts';
import { clientPause, clientUnblock, clientUnpause } from './client-waiting.ts';
import { echo, ping, quit, select } from './connection.ts';
import { hello } from './hello.ts';
import { reset } from './reset.ts';

const row = rowsOf('connection');

export const CONNECTION_COMMANDS: readonly CommandRow[] = [
  row('auth', -2, 'noscript loading stale fast no_auth sentinel allow_busy', 'connection', [], '1.0.0', auth),
  row('client|caching', 3, 'noscript loading stale sentinel', 'connection', [], '6.0.0', clientCaching),
  row('client|getname', 2, 'noscript loading stale sentinel', 'connection', [], '2.6.9', clientGetname),
  row('client|getredir', 2, 'noscript loading stale sentinel', 'connection', [], '6.0.0', clientGetredir),
  row('client|help', 2, 'loading stale sentinel', 'connection', [], '5.0.0', clientHelp),
  row('client|id', 2, 'noscript loading stale sentinel', 'connection', [], '5.0.0', clientId),
  row('client|info', 2, 'noscript loading stale sentinel', 'connection', [], '6.2.0', clientInfo),
  row('client|kill', -3, 'admin noscript loading stale sentinel', 'connection', [], '2.4.0', clientKill),
  row('client|list', -2, 'admin noscript loading stale sentinel', 'connection', [], '2.4.0', clientList),
  row('client|no-evict', 3, 'admin noscript loading stale sentinel', 'connection', [], '7.0.0', clientNoEvict),
  row('client|pause', -3, 'admin noscript loading stale sentinel', 'connection', [], '2.9.50', clientPause),
  row('client|reply', 3, 'noscript loading stale sentinel', 'connection', [], '3.2.0', clientReply),
  row('client|setname', 3, 'noscript loading stale sentinel', 'connection', [], '2.6.9', clientSetname),
  row('client|tracking', -3, 'noscript loading stale sentinel', 'connection', [], '6.0.0', clientTracking),
  row('client|trackinginfo', 2, 'noscript loading stale sentinel', 'connection', [], '6.2.0', clientTrackinginfo),
  row('client|unblock', -3, 'admin noscript loading stale sentinel', 'connection', [], '5.0.0', clientUnblock),
  row('client|unpause', 2, 'admin noscript loading stale sentinel', 'connection', [], '6.2.0', clientUnpause),
  row('client', -2, 'sentinel', '', [], '2.4.0', undefined),
  row('echo', 2, 'loading stale fast', 'connection', [], '1.0.0', echo),
  row('hello', -1, 'noscript loading stale fast no_auth sentinel allow_busy', 'connection', [], '6.0.0', hello),
  row('ping', -1, 'fast sentinel', 'connection', [], '1.0.0', ping),
  row('quit', -1, 'allow_busy noscript loading stale fast no_auth', 'connection', [], '1.0.0', quit),
  row('reset', 1, 'noscript loading stale fast no_auth allow_busy', 'connection', [], '6.2.0', reset),
  row('select', 2, 'loading stale fast', 'connection', [], '1.0.0', select),
];
