/** PING, ECHO, SELECT, QUIT. */
import { integerArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, wrongArity } from '../../calls/errors.ts';
import { DATABASES } from '../../model/key-space.ts';

export function ping({ args, client, reply }: Call): void {
  if (args.length > 2) throw wrongArity('ping');
  if (client.isSubscriber && reply.resp === 2) reply.bulks(['pong', args[1] ?? '']);
  else if (args.length === 1) reply.simple('PONG');
  else reply.bulk(args[1]);
}

export function echo({ args, reply }: Call): void {
  reply.bulk(args[1]);
}

export function select({ args, client, reply }: Call): void {
  const db = integerArgument(args[1]!);
  if (db < 0 || db >= DATABASES) throw new CommandError('ERR DB index is out of range');
  client.db = db;
  reply.ok();
}

export function quit({ client, reply }: Call): void {
  reply.ok();
  client.isClosing = true;
}
