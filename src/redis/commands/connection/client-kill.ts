/** CLIENT KILL: closes connections by address, id, type or user. */
import type { Call } from '../../calls/call.ts';
import type { Client } from '../../calls/client.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { parseSafeInteger } from '../../protocol/numbers.ts';
import { type ClientType, clientType, typeOf } from './client.ts';

interface Wanted {
  id?: number;
  type?: ClientType;
  user?: string;
  address?: string;
  localAddress?: string;
  skipsMe: boolean;
}

export function clientKill(call: Call): void {
  const { args, parts, reply } = call;
  const isOldForm = args.length === 3;
  const wanted = isOldForm ? { address: args[2]!, skipsMe: false } : readFilters(call);
  const killed = [...parts.clients.all()].filter((client) => isWanted(client, wanted, call.client));
  if (isOldForm && killed.length === 0) throw new CommandError('ERR No such client');
  if (isOldForm) reply.ok();
  else reply.integer(killed.length);
  // The one who asks reads the answer first.
  for (const client of killed) parts.clients.close(client, client !== call.client);
}

function isWanted(client: Client, wanted: Wanted, asker: Client): boolean {
  if (client.isClosing) return false;
  if (wanted.address !== undefined && client.address !== wanted.address) return false;
  if (wanted.localAddress !== undefined && client.localAddress !== wanted.localAddress) return false;
  if (wanted.type !== undefined && typeOf(client) !== wanted.type) return false;
  if (wanted.id !== undefined && client.id !== wanted.id) return false;
  if (wanted.user !== undefined && client.user !== wanted.user) return false;
  return !(wanted.skipsMe && client === asker);
}

function readFilters({ args, parts }: Call): Wanted {
  const wanted: Wanted = { skipsMe: true };
  for (let at = 2; at < args.length; at += 2) {
    const value = args[at + 1];
    if (value === undefined) throw syntaxError();
    switch (args[at]!.toLowerCase()) {
      case 'id': {
        const id = parseSafeInteger(value);
        if (id === undefined || id < 1) throw new CommandError('ERR client-id should be greater than 0');
        wanted.id = id;
        break;
      }
      case 'type':
        wanted.type = clientType(value);
        break;
      case 'addr':
        wanted.address = value;
        break;
      case 'laddr':
        wanted.localAddress = value;
        break;
      case 'user':
        if (!parts.users.has(value)) throw new CommandError(`ERR No such user '${value}'`);
        wanted.user = value;
        break;
      case 'skipme':
        if (!/^(?:yes|no)$/i.test(value)) throw syntaxError();
        wanted.skipsMe = value.toLowerCase() === 'yes';
        break;
      default:
        throw syntaxError();
    }
  }
  return wanted;
}
