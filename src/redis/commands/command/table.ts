/** COMMAND: what the server can do. */
import type { CommandRow } from '../../calls/command.ts';
import { rowsOf } from '../../calls/rows.ts';
import { commandCount, commandGetkeys, commandGetkeysandflags, commandHelp, commandList } from './command.ts';
import { commandDocs } from './command-docs.ts';
import { command, commandInfo } from './command-info.ts';

const row = rowsOf('server');

export const COMMAND_COMMANDS: readonly CommandRow[] = [
  row('command|count', 2, 'loading stale sentinel', 'connection', [], '2.8.13', commandCount),
  row('command|docs', -2, 'loading stale sentinel', 'connection', [], '7.0.0', commandDocs),
  row('command|getkeys', -4, 'loading stale sentinel', 'connection', [], '2.8.13', commandGetkeys),
  row('command|getkeysandflags', -4, 'loading stale sentinel', 'connection', [], '7.0.0', commandGetkeysandflags),
  row('command|help', 2, 'loading stale sentinel', 'connection', [], '5.0.0', commandHelp),
  row('command|info', -2, 'loading stale sentinel', 'connection', [], '2.8.13', commandInfo),
  row('command|list', -2, 'loading stale sentinel', 'connection', [], '7.0.0', commandList),
  row('command', -1, 'loading stale sentinel', 'connection', [], '2.8.13', command),
];
