/** COMMAND DOCS: what commands do, and their arguments. redis-cli reads it for its hints. */
import type { Call } from '../../calls/call.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { Commands } from '../../calls/parts.ts';
import type { Reply } from '../../protocol/reply.ts';
import { rowNamed, subcommandsOf, topLevel } from './command-info.ts';
import { deprecationOf, isSystemCommand } from './docs/deprecated.ts';
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
  const deprecation = deprecationOf(row.name);
  const texts = said({
    summary: row.summary ?? docs?.summary,
    since: row.since,
    group: row.group.replace('_', '-'),
    complexity: row.complexity ?? docs?.complexity,
  });
  const replacement = said({ deprecated_since: deprecation?.since, replaced_by: deprecation?.replacedBy });
  const docFlag = deprecation !== undefined ? 'deprecated' : isSystemCommand(row.name) ? 'syscmd' : undefined;
  const args = docs?.args ?? [];
  const subcommands = subcommandsOf(row, commands);
  const others = [docFlag !== undefined, args.length > 0, subcommands.length > 0].filter(Boolean);
  reply.bulk(row.name);
  reply.map(texts.length + replacement.length + others.length);
  writeTexts(reply, texts);
  if (docFlag !== undefined) {
    reply.bulk('doc_flags');
    reply.set(1);
    reply.simple(docFlag);
  }
  writeTexts(reply, replacement);
  if (args.length > 0) writeArguments(reply, args);
  if (subcommands.length === 0) return;
  reply.bulk('subcommands');
  reply.map(subcommands.length);
  for (const each of subcommands) writeDocs(reply, each, commands);
}

type Text = readonly [name: string, text: string];

/** Those texts that say something, by name. */
function said(texts: { readonly [name: string]: string | undefined }): readonly Text[] {
  return Object.entries(texts).filter((text): text is [string, string] => text[1] !== undefined && text[1] !== '');
}

function writeTexts(reply: Reply, texts: readonly Text[]): void {
  for (const [name, text] of texts) {
    reply.bulk(name);
    reply.bulk(text);
  }
}

function writeArguments(reply: Reply, args: readonly Argument[]): void {
  reply.bulk('arguments');
  reply.array(args.length);
  for (const argument of args) writeArgument(reply, argument);
}

function writeArgument(reply: Reply, argument: Argument): void {
  const { deprecatedSince, keySpec, name, parts, since, token, type } = argument;
  const flags = flagsOf(argument);
  const extras = [keySpec, token, since, deprecatedSince, flags[0], parts[0]];
  reply.map(2 + extras.filter((extra) => extra !== undefined).length);
  writeTexts(reply, said({ name, type }));
  if (keySpec !== undefined) {
    reply.bulk('key_spec_index');
    reply.integer(keySpec);
  }
  if (token !== undefined) {
    reply.bulk('token');
    reply.bulk(token);
  }
  writeTexts(reply, said({ since, deprecated_since: deprecatedSince }));
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
