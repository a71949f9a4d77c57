/** COMMAND DOCS: what commands do, and their arguments. redis-cli reads it for its hints. */
import type { Call } from '../../calls/call.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { Commands } from '../../calls/parts.ts';
import type { Reply } from '../../protocol/reply.ts';
import { rowNamed, subcommandsOf, topLevel } from './command-info.ts';
import { docsOf } from './docs/docs.ts';
import type { Argument } from './docs/notation.ts';

export function commandDocs({ args, parts, reply }: Call): void {
  const { commands } = parts;
  const rows = args.length === 2 ? topLevel(commands) : args.slice(2).map((name) => rowNamed(commands, name));
  const known = rows.filter((row) => row !== undefined);
  reply.map(known.length);
  for (const row of known) writeDocs(reply, row, commands);
}

function writeDocs(reply: Reply, row: CommandRow, commands: Commands): void {
  const docs = docsOf(row.name);
  const texts = [
    ['summary', row.summary ?? docs?.summary],
    ['since', row.since],
    ['group', row.group.replace('_', '-')],
    ['complexity', row.complexity ?? docs?.complexity],
  ].filter(([, text]) => text !== undefined && text !== '');
  const args = docs?.args ?? [];
  const subcommands = subcommandsOf(row, commands);
  reply.bulk(row.name);
  reply.map(texts.length + (args.length > 0 ? 1 : 0) + (subcommands.length > 0 ? 1 : 0));
  for (const [name, text] of texts) {
    reply.bulk(name);
    reply.bulk(text);
  }
  if (args.length > 0) writeArguments(reply, args);
  if (subcommands.length === 0) return;
  reply.bulk('subcommands');
  reply.map(subcommands.length);
  for (const each of subcommands) writeDocs(reply, each, commands);
}

function writeArguments(reply: Reply, args: readonly Argument[]): void {
  reply.bulk('arguments');
  reply.array(args.length);
  for (const argument of args) writeArgument(reply, argument);
}

function writeArgument(reply: Reply, argument: Argument): void {
  const { keySpec, name, parts, token, type } = argument;
  const flags = flagsOf(argument);
  const extras = [keySpec, token, flags.length > 0 || undefined, parts.length > 0 || undefined];
  reply.map(2 + extras.filter((extra) => extra !== undefined).length);
  for (const [word, text] of Object.entries({ name, type })) {
    reply.bulk(word);
    reply.bulk(text);
  }
  if (keySpec !== undefined) {
    reply.bulk('key_spec_index');
    reply.integer(keySpec);
  }
  if (token !== undefined) {
    reply.bulk('token');
    reply.bulk(token);
  }
  if (flags.length > 0) {
    reply.bulk('flags');
    reply.set(flags.length);
    for (const flag of flags) reply.simple(flag);
  }
  if (parts.length > 0) writeArguments(reply, parts);
}

function flagsOf({ isMultiple, isOptional, repeatsToken }: Argument): readonly string[] {
  const flags: readonly (readonly [string, boolean])[] = [
    ['optional', isOptional],
    ['multiple', isMultiple],
    ['multiple_token', repeatsToken],
  ];
  return flags.filter(([, isSet]) => isSet).map(([flag]) => flag);
}
