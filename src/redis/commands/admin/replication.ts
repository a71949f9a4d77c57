/** ROLE, REPLICAOF and FAILOVER: the server is a master without replicas, and stays one. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

/** ROLE. The offset is the sequence of the last event. */
export function role({ parts, reply }: Call): void {
  if (parts.administration.isReadOnly) {
    reply.array(5);
    reply.bulk('slave');
    reply.bulk('');
    reply.integer(0);
    reply.bulk('connected');
    reply.integer(parts.administration.sequence);
    return;
  }
  reply.array(3);
  reply.bulk('master');
  reply.integer(parts.administration.sequence);
  reply.array(0);
}

/** REPLICAOF for a server that has no master: it stays one, so this changes nothing. Replication is not there. */
export function replicaOf({ args, reply }: Call): void {
  if (!isOption(args[1], 'NO') || !isOption(args[2], 'ONE')) {
    throw new CommandError('ERR this server cannot be a replica of another one');
  }
  reply.ok();
}

/** FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT ms]: there is no replica that could take over. */
export function failover({ args }: Call): void {
  if (args.length === 2 && isOption(args[1], 'ABORT')) throw new CommandError('ERR No failover in progress.');
  for (let at = 1; at < args.length; at++) {
    if (isOption(args[at], 'TIMEOUT') && at + 1 < args.length) {
      if (integerArgument(args[++at]!) <= 0) throw new CommandError('ERR FAILOVER timeout must be greater than 0');
    } else if (isOption(args[at], 'TO') && at + 2 < args.length) {
      integerArgument(args[(at += 2)]!);
    } else if (!isOption(args[at], 'FORCE')) {
      throw syntaxError();
    }
  }
  throw new CommandError('ERR FAILOVER requires connected replicas.');
}
