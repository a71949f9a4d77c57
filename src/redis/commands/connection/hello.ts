/** HELLO: the version of the protocol, who the client is, and who the server is. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { parseInt64 } from '../../protocol/numbers.ts';
import { wrongPassword } from './auth.ts';
import { clientName } from './client.ts';

/** The version of Redis whose behaviour this is. */
export const REDIS_VERSION = '7.0.15';

interface Wishes {
  resp?: 2 | 3;
  name?: string;
  login?: readonly [user: string, password: string];
}

export function hello(call: Call): void {
  const { client, parts, reply } = call;
  const wishes = readWishes(call);
  if (wishes.login !== undefined && !parts.users.authenticate(client, ...wishes.login)) throw wrongPassword();
  if (client.user === undefined) {
    throw new CommandError(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  }
  if (wishes.name !== undefined) client.name = wishes.name;
  if (wishes.resp !== undefined) reply.resp = wishes.resp;
  reply.map(7);
  const facts: readonly (readonly [string, string | number])[] = [
    ['server', 'redis'],
    ['version', REDIS_VERSION],
    ['proto', reply.resp],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', parts.administration.isReadOnly ? 'replica' : 'master'],
  ];
  for (const [name, value] of facts) {
    reply.bulk(name);
    if (typeof value === 'number') reply.integer(value);
    else reply.bulk(value);
  }
  reply.bulk('modules');
  reply.array(0);
}

/** Checks everything before the first wish is granted. @throws CommandError */
function readWishes(call: Call): Wishes {
  const { args } = call;
  const wishes: Wishes = {};
  if (args[1] === undefined) return wishes;
  const version = parseInt64(args[1]);
  if (version === undefined) throw new CommandError('ERR Protocol version is not an integer or out of range');
  if (version !== 2 && version !== 3) throw new CommandError('NOPROTO unsupported protocol version');
  wishes.resp = version;
  for (let at = 2; at < args.length; at++) {
    const option = args[at]!.toUpperCase();
    const more = args.length - 1 - at;
    if (option === 'AUTH' && more >= 2) {
      call.redact(at + 1, at + 2);
      wishes.login = [args[at + 1]!, args[at + 2]!];
      at += 2;
    } else if (option === 'SETNAME' && more >= 1) {
      wishes.name = clientName(args[++at]!);
    } else {
      throw new CommandError(`ERR Syntax error in HELLO option '${args[at]}'`);
    }
  }
  return wishes;
}
