/** MULTI, EXEC and WATCH. */
import type { CommandRow } from '../../calls/command.ts';
import { keys, rowsOf } from '../../calls/rows.ts';
import { discard, exec, multi, unwatch, watch } from './transactions.ts';

const row = rowsOf('transactions');

export const TRANSACTION_COMMANDS: readonly CommandRow[] = [
  row('discard', 1, 'noscript loading stale fast allow_busy', 'transaction', [], '2.0.0', discard),
  row('exec', 1, 'noscript loading stale skip_slowlog', 'transaction', [], '1.2.0', exec),
  row('multi', 1, 'noscript loading stale fast allow_busy', 'transaction', [], '1.2.0', multi),
  row('unwatch', 1, 'noscript loading stale fast allow_busy', 'transaction', [], '2.2.0', unwatch),
  row('watch', -2, 'noscript loading stale fast allow_busy', 'transaction', [keys('RO')], '2.2.0', watch),
];
