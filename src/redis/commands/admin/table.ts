/** Commands of administrators. */
import type { CommandRow } from '../../calls/command.ts';
import { helpCommand } from '../../calls/help.ts';
import { rowsOf } from '../../calls/rows.ts';
import { configGet, configResetStat, configRewrite, configSet } from './config.ts';
import { debug } from './debug/debug.ts';
import { info } from './info.ts';
import { backgroundRewrite, backgroundSave, lastSave, save, shutDown } from './persistence.ts';

const row = rowsOf('server');

const configHelp = helpCommand('CONFIG', [
  ['GET <pattern>', 'Return parameters matching the glob-like <pattern> and their values.'],
  ['SET <directive> <value>', 'Set the configuration <directive> to <value>.'],
  ['RESETSTAT', 'Reset statistics reported by the INFO command.'],
  ['REWRITE', 'Rewrite the configuration file.'],
]);

export const ADMIN_COMMANDS: readonly CommandRow[] = [
  row('bgrewriteaof', 1, 'no_async_loading admin noscript', '', [], '1.0.0', backgroundRewrite),
  row('bgsave', -1, 'no_async_loading admin noscript', '', [], '1.0.0', backgroundSave),
  row('config|get', -3, 'admin noscript loading stale', '', [], '2.0.0', configGet),
  row('config|help', 2, 'loading stale', '', [], '5.0.0', configHelp),
  row('config|resetstat', 2, 'admin noscript loading stale', '', [], '2.0.0', configResetStat),
  row('config|rewrite', 2, 'admin noscript loading stale', '', [], '2.8.0', configRewrite),
  row('config|set', -4, 'admin noscript loading stale', '', [], '2.0.0', configSet),
  row('config', -2, '', '', [], '2.0.0', undefined),
  row('debug', -2, 'admin noscript loading stale protected', '', [], '1.0.0', debug),
  row('info', -1, 'loading stale sentinel', 'dangerous', [], '1.0.0', info),
  row('lastsave', 1, 'loading stale fast', 'admin dangerous', [], '1.0.0', lastSave),
  row('save', 1, 'no_async_loading admin noscript no_multi', '', [], '1.0.0', save),
  row('shutdown', -1, 'admin noscript loading stale no_multi sentinel allow_busy', '', [], '1.0.0', shutDown),
];
