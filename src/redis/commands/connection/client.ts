/** CLIENT: who is connected, names, and what a client wants to be told. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import type { Client } from '../../calls/client.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { parseSafeInteger } from '../../protocol/numbers.ts';
import { clientLine } from './client-line.ts';

export function clientId({ client, reply }: Call): void {
  reply.integer(client.id);
}

export function clientInfo(call: Call): void {
  call.reply.verbatim(`${lineOf(call.client, call)}\n`);
}

function lineOf(client: Client, { args, client: asker, now, parts }: Call): string {
  return clientLine(client, parts.clients.facts(client), client === asker ? args : [], now);
}

export function clientList(call: Call): void {
  const { args, parts } = call;
  let clients = [...parts.clients.all()];
  if (args.length === 4 && isOption(args[2], 'TYPE')) {
    const type = clientType(args[3]!);
    clients = clients.filter((client) => typeOf(client) === type);
  } else if (args.length >= 4 && isOption(args[2], 'ID')) {
    const ids = args.slice(3).map((text) => parseSafeInteger(text));
    if (ids.includes(undefined)) throw new CommandError('ERR Invalid client ID');
    clients = ids.map((id) => parts.clients.byId(id!)).filter((client) => client !== undefined);
  } else if (args.length !== 2) {
    throw syntaxError();
  }
  call.reply.verbatim(clients.map((client) => `${lineOf(client, call)}\n`).join(''));
}

/** The kinds of clients that CLIENT LIST and CLIENT KILL know. This server has neither masters nor replicas. */
export type ClientType = 'normal' | 'master' | 'replica' | 'pubsub';

/** @throws CommandError for a type that does not exist */
export function clientType(text: string): ClientType {
  const type = text.toLowerCase();
  if (type === 'slave') return 'replica';
  if (type === 'normal' || type === 'master' || type === 'replica' || type === 'pubsub') return type;
  throw new CommandError(`ERR Unknown client type '${text}'`);
}

export function typeOf(client: Client): ClientType {
  return client.isSubscriber ? 'pubsub' : 'normal';
}

export function clientGetname({ client, reply }: Call): void {
  if (client.name === '') reply.null();
  else reply.bulk(client.name);
}

export function clientSetname({ args, client, reply }: Call): void {
  client.name = clientName(args[2]!);
  reply.ok();
}

/** @throws CommandError for a name that would break the lines of CLIENT LIST */
export function clientName(text: string): string {
  if (/[^!-~]/.test(text)) {
    throw new CommandError('ERR Client names cannot contain spaces, newlines or special characters.');
  }
  return text;
}

export function clientReply({ args, client, reply }: Call): void {
  const mode = args[2]!.toLowerCase();
  if (mode === 'on') {
    client.replies = 'on';
    reply.isMuted = false;
    reply.ok();
  } else if (mode === 'off') {
    client.replies = 'off';
    reply.isMuted = true;
  } else if (mode === 'skip') {
    if (client.replies !== 'off') client.replies = 'skip-next';
  } else {
    throw syntaxError();
  }
}

export function clientNoEvict({ args, client, reply }: Call): void {
  const mode = args[2]!.toLowerCase();
  if (mode !== 'on' && mode !== 'off') throw syntaxError();
  client.isKept = mode === 'on';
  reply.ok();
}

export const clientHelp: (call: Call) => void = helpCommand('CLIENT', [
  ['CACHING (YES|NO)', 'Track the keys of the next command, or do not, in OPTIN or OPTOUT mode.'],
  ['GETNAME', 'The name of this connection.'],
  ['GETREDIR', 'The id of the client that gets the invalidation messages.'],
  ['ID', 'The id of this connection.'],
  ['INFO', 'Facts about this connection.'],
  ['KILL <ip:port>', 'Close the connection from this address.'],
  [
    'KILL <option> <value> [<option> <value> [...]]',
    'Close the connections that match every option: ADDR <ip:port>, LADDR <ip:port>, TYPE (NORMAL|MASTER|REPLICA|PUBSUB), USER <name>, SKIPME (YES|NO), ID <id>.',
  ],
  ['LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB) | ID <id> [<id> ...]]', 'Facts about the connections, one a line.'],
  ['NO-EVICT (ON|OFF)', 'Never close this connection to save memory.'],
  ['PAUSE <ms> [WRITE|ALL]', 'Let the commands of all clients wait, or those that write.'],
  ['REPLY (ON|OFF|SKIP)', 'Whether this connection gets replies.'],
  ['SETNAME <name>', 'Give this connection a name.'],
  [
    'TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]] [OPTIN] [OPTOUT] [NOLOOP]',
    'Tell this connection when keys change that it may have cached.',
  ],
  ['TRACKINGINFO', 'What CLIENT TRACKING asked for.'],
  ['UNBLOCK <id> [TIMEOUT|ERROR]', 'End the wait of a client that is blocked.'],
  ['UNPAUSE', 'End a pause.'],
]);
