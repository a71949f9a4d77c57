/** COMMAND COUNT, LIST, GETKEYS and GETKEYSANDFLAGS: what the table of commands knows. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import type { CommandRow } from '../../calls/command.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { globOf } from '../../calls/glob.ts';
import { helpCommand } from '../../calls/help.ts';
import { categoriesOf } from '../../calls/requests/categories.ts';
import { type FoundKey, hasKeys, keysOfRequest } from '../../calls/requests/keys-of.ts';

export function commandCount({ parts, reply }: Call): void {
  reply.integer(parts.commands.all().filter(({ name }) => !name.includes('|')).length);
}

export function commandList(call: Call): void {
  const { args, parts, reply } = call;
  const isWanted = args.length === 2 ? () => true : filterOf(args);
  reply.bulks(
    parts.commands
      .all()
      .filter(isWanted)
      .map(({ name }) => name),
  );
}

/** @throws CommandError for a filter that does not exist */
function filterOf(args: readonly string[]): (row: CommandRow) => boolean {
  if (args.length !== 5 || !isOption(args[2], 'FILTERBY')) throw syntaxError();
  const value = args[4]!;
  if (isOption(args[3], 'MODULE')) return () => false;
  if (isOption(args[3], 'ACLCAT')) return (row) => categoriesOf(row).has(value.toLowerCase());
  if (!isOption(args[3], 'PATTERN')) throw syntaxError();
  const matches = globOf(value, true);
  return ({ name }) => matches(name);
}

export function commandGetkeys(call: Call): void {
  call.reply.bulks(keysOfCall(call).map(({ key }) => key));
}

export function commandGetkeysandflags(call: Call): void {
  const { reply } = call;
  const keys = keysOfCall(call);
  reply.array(keys.length);
  for (const { key, flags } of keys) {
    reply.array(2);
    reply.bulk(key);
    const words = keyFlags(flags);
    reply.set(words.length);
    for (const word of words) reply.simple(word);
  }
}

/** @throws CommandError for a command that does not exist, has no keys, or does not take these arguments */
function keysOfCall({ args, parts }: Call): readonly FoundKey[] {
  const request = args.slice(2);
  const row = parts.commands.find(request);
  if (row === undefined) throw new CommandError('ERR Invalid command specified');
  if (!hasKeys(row)) throw new CommandError('ERR The command has no key arguments');
  if (row.arity > 0 ? request.length !== row.arity : request.length < -row.arity) {
    throw new CommandError('ERR Invalid number of arguments specified for command');
  }
  const keys = keysOfRequest(row, request) ?? [];
  // A script needs no keys.
  if (keys.length > 0 || row.categories.includes('scripting')) return keys;
  throw new CommandError('ERR Invalid arguments specified for command');
}

/** How a key is used, as clients read it: the kind of access in capitals, the rest in small letters. */
export function keyFlags(flags: string): readonly string[] {
  return flags
    .split(' ')
    .filter((flag) => flag !== '')
    .map((flag) => (flag.length === 2 ? flag : flag.toLowerCase()));
}

export const commandHelp: (call: Call) => void = helpCommand('COMMAND', [
  ['(no subcommand)', 'Facts about all commands.'],
  ['COUNT', 'How many commands there are.'],
  ['LIST [FILTERBY (MODULE <name> | ACLCAT <category> | PATTERN <pattern>)]', 'Names of commands.'],
  ['INFO [<name> ...]', 'Facts about these commands, or all.'],
  ['DOCS [<name> ...]', 'What these commands do, or all.'],
  ['GETKEYS <command> [<arg> ...]', 'The keys of a request.'],
  ['GETKEYSANDFLAGS <command> [<arg> ...]', 'The keys of a request, and how they are used.'],
]);
