/** HELLO: the version of the protocol, and who the server is. */
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

/** The version of Redis whose behaviour this is. */
export const REDIS_VERSION = '7.0.15';

export function hello({ args, client, reply }: Call): void {
  const version = args[1];
  if (version !== undefined) {
    if (!/^-?\d+$/.test(version)) throw new CommandError('ERR Protocol version is not an integer or out of range');
    if (version !== '2' && version !== '3') throw new CommandError('NOPROTO unsupported protocol version');
    for (let at = 2; at < args.length; at++) {
      const option = args[at]!.toUpperCase();
      if (option === 'SETNAME' && at + 1 < args.length) client.name = args[++at]!;
      else throw syntaxError();
    }
    reply.resp = version === '3' ? 3 : 2;
  }
  reply.map(7);
  const facts: readonly (readonly [string, string | number])[] = [
    ['server', 'redis'],
    ['version', REDIS_VERSION],
    ['proto', reply.resp],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', 'master'],
  ];
  for (const [name, value] of facts) {
    reply.bulk(name);
    if (typeof value === 'number') reply.integer(value);
    else reply.bulk(value);
  }
  reply.bulk('modules');
  reply.array(0);
}
