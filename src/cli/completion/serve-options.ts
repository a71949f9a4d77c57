/** The options of `refold serve`, which parses its line itself. Its help names the same ones. */
import type { OptionGrammar } from './grammar.ts';

export const SERVE_OPTIONS: readonly OptionGrammar[] = [
  option('config', 'file', 'read parameters from a redis.conf'),
  option('durability', 'level', 'when a write counts as done', ['always', 'everysec', 'os']),
  option('history', 'what', 'how much of the history is kept; also a time or a size', ['keep', 'discard']),
  option('max-heap', 'size', 'memory that the process may use, such as 4gb'),
  option('audit', undefined, 'record with each effect the command, the client and the user'),
  option('read-only', undefined, 'serve reads of a file that another process may write'),
  option('wait-for-lock', 'time', 'wait for another process that writes the file, such as 10s'),
  option('at', 'position', 'with --read-only, serve the state of a past moment'),
  option('port', 'number', 'a parameter of redis.conf'),
  option('bind', 'address', 'a parameter of redis.conf'),
  option('dir', 'folder', 'a parameter of redis.conf'),
  option('save', 'seconds', 'a parameter of redis.conf'),
  option('requirepass', 'password', 'a parameter of redis.conf'),
  option('maxmemory', 'size', 'a parameter of redis.conf'),
  option('appendfsync', 'level', 'a parameter of redis.conf', ['always', 'everysec', 'no']),
];

function option(
  name: string,
  value: string | undefined,
  description: string,
  choices?: readonly string[],
): OptionGrammar {
  return {
    flags: [`--${name}`],
    description,
    ...(value !== undefined && { value: { name: value, ...(choices !== undefined && { choices }) } }),
    isRepeated: false,
  };
}
