/** Commands about snapshots, compaction, and the end of the server. */
import type { CommandRow } from '../../calls/command.ts';
import { rowsOf } from '../../calls/rows.ts';
import { bgRewriteAof, bgSave, lastSave, save } from './save.ts';
import { shutdown } from './shutdown.ts';

const row = rowsOf('server');

export const PERSISTENCE_COMMANDS: readonly CommandRow[] = [
  row('bgrewriteaof', 1, 'no_async_loading admin noscript', '', [], '1.0.0', bgRewriteAof),
  row('bgsave', -1, 'no_async_loading admin noscript', '', [], '1.0.0', bgSave),
  row('lastsave', 1, 'loading stale fast', 'admin dangerous', [], '1.0.0', lastSave),
  row('save', 1, 'no_async_loading admin noscript no_multi', '', [], '1.0.0', save),
  row('shutdown', -1, 'admin noscript loading stale no_multi sentinel allow_busy', '', [], '1.0.0', shutdown),
];
