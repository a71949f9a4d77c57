/** Commands of administrators. */
import type { CommandRow } from '../../calls/command.ts';
import { helpCommand } from '../../calls/help.ts';
import { key, rowsOf } from '../../calls/rows.ts';
import { configGet, configResetStat, configRewrite, configSet } from './config.ts';
import { debug } from './debug/debug.ts';
import { info } from './info.ts';
import { memoryDoctor, memoryMallocStats, memoryPurge, memoryStats, memoryUsage } from './memory.ts';
import { moduleHelp, moduleList, moduleLoad, moduleUnload } from './modules.ts';
import { backgroundRewrite, backgroundSave, lastSave, save, shutDown } from './persistence.ts';
import { failover, replicaOf, role } from './replication.ts';

const row = rowsOf('server');

const configHelp = helpCommand('CONFIG', [
  ['GET <pattern>', 'Return parameters matching the glob-like <pattern> and their values.'],
  ['SET <directive> <value>', 'Set the configuration <directive> to <value>.'],
  ['RESETSTAT', 'Reset statistics reported by the INFO command.'],
  ['REWRITE', 'Rewrite the configuration file.'],
]);

const memoryHelp = helpCommand('MEMORY', [
  ['DOCTOR', 'Return memory problems reports.'],
  ['MALLOC-STATS', 'Return internal statistics report from the memory allocator.'],
  ['PURGE', 'Attempt to purge dirty pages for reclamation by the allocator.'],
  ['STATS', 'Return information about the memory usage of the server.'],
  ['USAGE <key> [SAMPLES <count>]', 'Return memory in bytes used by <key> and its value.'],
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
  row('failover', -1, 'admin noscript stale', '', [], '6.2.0', failover),
  row('info', -1, 'loading stale sentinel', 'dangerous', [], '1.0.0', info),
  row('lastsave', 1, 'loading stale fast', 'admin dangerous', [], '1.0.0', lastSave),
  row('memory|doctor', 2, '', '', [], '4.0.0', memoryDoctor),
  row('memory|help', 2, 'loading stale', '', [], '4.0.0', memoryHelp),
  row('memory|malloc-stats', 2, '', '', [], '4.0.0', memoryMallocStats),
  row('memory|purge', 2, '', '', [], '4.0.0', memoryPurge),
  row('memory|stats', 2, '', '', [], '4.0.0', memoryStats),
  row('memory|usage', -3, 'readonly', '', [key('RO', 2)], '4.0.0', memoryUsage),
  row('memory', -2, '', '', [], '4.0.0', undefined),
  row('module|help', 2, 'loading stale', '', [], '5.0.0', moduleHelp),
  row('module|list', 2, 'admin noscript', '', [], '4.0.0', moduleList),
  row('module|load', -3, 'admin noscript no_async_loading protected', '', [], '4.0.0', moduleLoad),
  row('module|loadex', -3, 'admin noscript no_async_loading protected', '', [], '7.0.0', moduleLoad),
  row('module|unload', 3, 'admin noscript no_async_loading protected', '', [], '4.0.0', moduleUnload),
  row('module', -2, '', '', [], '4.0.0', undefined),
  row('replicaof', 3, 'no_async_loading admin noscript stale', '', [], '5.0.0', replicaOf),
  row('role', 1, 'noscript loading stale fast sentinel', 'admin dangerous', [], '2.8.12', role),
  row('slaveof', 3, 'no_async_loading admin noscript stale', '', [], '1.0.0', replicaOf),
  row('save', 1, 'no_async_loading admin noscript no_multi', '', [], '1.0.0', save),
  row('shutdown', -1, 'admin noscript loading stale no_multi sentinel allow_busy', '', [], '1.0.0', shutDown),
];
