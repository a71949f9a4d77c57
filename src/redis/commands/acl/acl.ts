/** ACL: users, and what they may do. */
import { randomBytes } from 'node:crypto';
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import type { SelectorFacts } from '../../calls/contracts/users.ts';
import { CommandError, NOT_AN_INTEGER, subcommandSyntax, wrongArity } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { CATEGORIES, categoriesOf } from '../../calls/requests/categories.ts';
import { parseSafeInteger } from '../../protocol/numbers.ts';

export function aclWhoami({ client, reply }: Call): void {
  reply.bulk(client.user);
}

export function aclUsers({ parts, reply }: Call): void {
  reply.bulks(parts.users.names());
}

export function aclList({ parts, reply }: Call): void {
  reply.bulks(parts.users.lines());
}

export function aclCat({ args, parts, reply }: Call): void {
  if (args.length > 3) throw subcommandSyntax('ACL', args[1]!);
  const category = args[2]?.toLowerCase();
  if (category === undefined) {
    reply.bulks(CATEGORIES);
    return;
  }
  if (!CATEGORIES.includes(category)) throw new CommandError(`ERR Unknown category '${args[2]}'`);
  const rows = parts.commands.all().filter((row) => categoriesOf(row).has(category));
  reply.bulks(rows.map(({ name }) => name));
}

export function aclSetuser(call: Call): void {
  const { args, parts, reply } = call;
  // Every argument may be a password, or the name of someone who would not be known.
  call.redact(...args.keys().drop(2));
  parts.users.change(args[2]!, args.slice(3));
  reply.ok();
}

export function aclDeluser(call: Call): void {
  const { args, parts, reply } = call;
  call.redact(...args.keys().drop(2));
  const names = args.slice(2);
  if (names.includes('default')) throw new CommandError("ERR The 'default' user cannot be removed");
  reply.integer(names.filter((name) => parts.users.remove(name)).length);
}

export function aclGetuser(call: Call): void {
  const { args, parts, reply } = call;
  call.redact(2);
  const facts = parts.users.facts(args[2]!);
  if (facts === undefined) {
    reply.null();
    return;
  }
  reply.map(6);
  reply.bulk('flags');
  reply.set(facts.flags.length);
  for (const flag of facts.flags) reply.bulk(flag);
  reply.bulk('passwords');
  reply.bulks(facts.passwords);
  writeSelector(call, facts);
  reply.bulk('selectors');
  reply.array(facts.selectors.length);
  for (const selector of facts.selectors) {
    reply.map(3);
    writeSelector(call, selector);
  }
}

function writeSelector({ reply }: Call, { channels, commands, keys }: SelectorFacts): void {
  for (const [name, text] of Object.entries({ commands, keys, channels })) {
    reply.bulk(name);
    reply.bulk(text);
  }
}

export function aclDryrun({ args, parts, reply }: Call): void {
  const request = args.slice(3);
  const { users } = parts;
  if (!users.has(args[2]!)) throw new CommandError(`ERR User '${args[2]}' not found`);
  const row = parts.commands.find(request);
  if (row === undefined) throw new CommandError(`ERR Command '${request[0]}' not found`);
  if (row.arity > 0 ? request.length !== row.arity : request.length < -row.arity) throw wrongArity(row.name);
  const denial = users.tryOut(args[2]!, row, request);
  if (denial === undefined) reply.ok();
  else reply.bulk(denial);
}

const PASSWORD_BITS = 256;
const MOST_PASSWORD_BITS = 4096;

export function aclGenpass({ args, reply }: Call): void {
  if (args.length > 3) throw subcommandSyntax('ACL', args[1]!);
  const bits = args[2] === undefined ? PASSWORD_BITS : parseSafeInteger(args[2]);
  if (bits === undefined) throw new CommandError(NOT_AN_INTEGER);
  if (bits <= 0 || bits > MOST_PASSWORD_BITS) {
    throw new CommandError(
      'ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096',
    );
  }
  const characters = Math.ceil(bits / 4);
  reply.bulk(
    randomBytes(Math.ceil(characters / 2))
      .toString('hex')
      .slice(0, characters),
  );
}

const LOG_ENTRIES = 10;

export function aclLog(call: Call): void {
  const { args, now, parts, reply } = call;
  if (args.length > 3) throw subcommandSyntax('ACL', args[1]!);
  if (isOption(args[2], 'RESET')) {
    parts.users.clearLog();
    reply.ok();
    return;
  }
  const count = args[2] === undefined ? LOG_ENTRIES : parseSafeInteger(args[2]);
  if (count === undefined) throw new CommandError(NOT_AN_INTEGER);
  const entries = parts.users.log().slice(0, Math.max(0, count));
  reply.array(entries.length);
  for (const entry of entries) {
    const { at, clientInfo, context, object, reason, username } = entry;
    reply.map(7);
    reply.bulk('count');
    reply.integer(entry.count);
    for (const [name, text] of Object.entries({ reason, context, object, username })) {
      reply.bulk(name);
      reply.bulk(text);
    }
    reply.bulk('age-seconds');
    reply.double(Math.max(0, now - at) / 1000);
    reply.bulk('client-info');
    reply.bulk(clientInfo);
  }
}

export function aclLoad({ parts, reply }: Call): void {
  parts.users.load();
  reply.ok();
}

export function aclSave({ parts, reply }: Call): void {
  parts.users.save();
  reply.ok();
}

export const aclHelp: (call: Call) => void = helpCommand('ACL', [
  ['CAT [<category>]', 'The categories of commands, or the commands of one.'],
  ['DELUSER <username> [<username> ...]', 'Delete users, and close their connections.'],
  ['DRYRUN <username> <command> [<arg> ...]', 'Whether the user may run the request. It is not run.'],
  ['GETUSER <username>', 'What a user may do.'],
  ['GENPASS [<bits>]', 'A random password, of 256 bits by default.'],
  ['LIST', 'All users, as an ACL file has them.'],
  ['LOAD', 'Read the ACL file again.'],
  ['LOG [<count> | RESET]', 'What users were not allowed to do, newest first.'],
  ['SAVE', 'Write the ACL file.'],
  ['SETUSER <username> <rule> [<rule> ...]', 'Make or change a user.'],
  ['USERS', 'The names of all users.'],
  ['WHOAMI', 'The user of this connection.'],
]);
