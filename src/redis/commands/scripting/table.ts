/** Commands of scripts and functions. */
import type { CommandRow } from '../../calls/command.ts';
import { helpCommand } from '../../calls/help.ts';
import { countedKeys, rowsOf } from '../../calls/rows.ts';
import {
  functionDelete,
  functionFlush,
  functionList,
  functionStats,
  killScript,
  refuseScripts,
  runFunction,
  runScript,
  runScriptBySha,
  scriptExists,
  scriptFlush,
} from './scripting.ts';

const row = rowsOf('scripting');

const WRITING = 'noscript skip_monitor may_replicate no_mandatory_keys stale';
const READING = 'noscript skip_monitor no_mandatory_keys stale readonly';
const keysToWrite = [countedKeys('RW ACCESS UPDATE', 2)];
const keysToRead = [countedKeys('RO ACCESS', 2)];

const functionHelp = helpCommand('FUNCTION', [
  ['LIST [LIBRARYNAME PATTERN] [WITHCODE]', 'Give the libraries. The list is always empty here.'],
  ['STATS', 'Tell what runs, and the engines. The list is always empty here.'],
  ['FLUSH [ASYNC|SYNC]', 'Delete all libraries.'],
]);
const scriptHelp = helpCommand('SCRIPT', [
  ['EXISTS <sha1> [<sha1> ...]', 'Tell which scripts are cached: always 0 here.'],
  ['FLUSH [ASYNC|SYNC]', 'Forget the cached scripts.'],
]);

export const SCRIPTING_COMMANDS: readonly CommandRow[] = [
  row('eval', -3, WRITING, 'scripting', keysToWrite, '2.6.0', runScript),
  row('eval_ro', -3, READING, 'scripting', keysToRead, '7.0.0', runScript),
  row('evalsha', -3, WRITING, 'scripting', keysToWrite, '2.6.0', runScriptBySha),
  row('evalsha_ro', -3, READING, 'scripting', keysToRead, '7.0.0', runScriptBySha),
  row('fcall', -3, WRITING, 'scripting', keysToWrite, '7.0.0', runFunction),
  row('fcall_ro', -3, READING, 'scripting', keysToRead, '7.0.0', runFunction),
  row('function|delete', 3, 'noscript write', 'scripting', [], '7.0.0', functionDelete),
  row('function|dump', 2, 'noscript', 'scripting', [], '7.0.0', refuseScripts),
  row('function|flush', -2, 'noscript write', 'scripting', [], '7.0.0', functionFlush),
  row('function|help', 2, 'loading stale', 'scripting', [], '7.0.0', functionHelp),
  row('function|kill', 2, 'noscript allow_busy', 'scripting', [], '7.0.0', killScript),
  row('function|list', -2, 'noscript', 'scripting', [], '7.0.0', functionList),
  row('function|load', -3, 'noscript write denyoom', 'scripting', [], '7.0.0', refuseScripts),
  row('function|restore', -3, 'noscript write denyoom', 'scripting', [], '7.0.0', refuseScripts),
  row('function|stats', 2, 'noscript allow_busy', 'scripting', [], '7.0.0', functionStats),
  row('function', -2, '', '', [], '7.0.0', undefined),
  row('script|debug', 3, 'noscript', 'scripting', [], '3.2.0', refuseScripts),
  row('script|exists', -3, 'noscript', 'scripting', [], '2.6.0', scriptExists),
  row('script|flush', -2, 'noscript', 'scripting', [], '2.6.0', scriptFlush),
  row('script|help', 2, 'loading stale', 'scripting', [], '5.0.0', scriptHelp),
  row('script|kill', 2, 'noscript allow_busy', 'scripting', [], '2.6.0', killScript),
  row('script|load', 3, 'noscript stale', 'scripting', [], '2.6.0', refuseScripts),
  row('script', -2, '', '', [], '2.6.0', undefined),
];
