/** Commands of a cluster. This server is not part of one. It answers as Redis does where cluster support is off. */
import type { CommandRow } from '../../calls/command.ts';
import { CommandError } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { rowsOf } from '../../calls/rows.ts';

const row = rowsOf('cluster');

function disabled(): never {
  throw new CommandError('ERR This instance has cluster support disabled');
}

const clusterHelp = helpCommand('CLUSTER', []);

export const CLUSTER_COMMANDS: readonly CommandRow[] = [
  row('asking', 1, 'fast', 'connection', [], '3.0.0', disabled),
  row('cluster|addslots', -3, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|addslotsrange', -4, 'no_async_loading admin stale', '', [], '7.0.0', disabled),
  row('cluster|bumpepoch', 2, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|count-failure-reports', 3, 'admin stale', '', [], '3.0.0', disabled),
  row('cluster|countkeysinslot', 3, 'stale', '', [], '3.0.0', disabled),
  row('cluster|delslots', -3, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|delslotsrange', -4, 'no_async_loading admin stale', '', [], '7.0.0', disabled),
  row('cluster|failover', -2, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|flushslots', 2, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|forget', 3, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|getkeysinslot', 4, 'stale', '', [], '3.0.0', disabled),
  row('cluster|help', 2, 'loading stale', '', [], '5.0.0', clusterHelp),
  row('cluster|info', 2, 'stale', '', [], '3.0.0', disabled),
  row('cluster|keyslot', 3, 'stale', '', [], '3.0.0', disabled),
  row('cluster|links', 2, 'stale', '', [], '7.0.0', disabled),
  row('cluster|meet', -4, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|myid', 2, 'stale', '', [], '3.0.0', disabled),
  row('cluster|nodes', 2, 'stale', '', [], '3.0.0', disabled),
  row('cluster|replicas', 3, 'admin stale', '', [], '5.0.0', disabled),
  row('cluster|replicate', 3, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|reset', -2, 'admin stale noscript', '', [], '3.0.0', disabled),
  row('cluster|saveconfig', 2, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|set-config-epoch', 3, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|setslot', -4, 'no_async_loading admin stale', '', [], '3.0.0', disabled),
  row('cluster|shards', 2, 'stale', '', [], '7.0.0', disabled),
  row('cluster|slaves', 3, 'admin stale', '', [], '3.0.0', disabled),
  row('cluster|slots', 2, 'stale', '', [], '3.0.0', disabled),
  row('cluster', -2, '', '', [], '3.0.0', undefined),
  row('readonly', 1, 'fast loading stale', 'connection', [], '3.0.0', disabled),
  row('readwrite', 1, 'fast loading stale', 'connection', [], '3.0.0', disabled),
];
