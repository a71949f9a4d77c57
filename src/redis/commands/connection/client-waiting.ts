/** CLIENT PAUSE, UNPAUSE and UNBLOCK: who has to wait, and for how long. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, subcommandSyntax } from '../../calls/errors.ts';

export function clientPause({ args, now, parts, reply }: Call): void {
  if (args.length > 4) throw subcommandSyntax('CLIENT', args[1]!);
  const isWrite = isOption(args[3], 'WRITE');
  if (args[3] !== undefined && !isWrite && !isOption(args[3], 'ALL')) {
    throw new CommandError('ERR CLIENT PAUSE mode must be WRITE or ALL');
  }
  const ms = integerArgument(args[2]!, 'ERR timeout is not an integer or out of range');
  if (ms < 0) throw new CommandError('ERR timeout is negative');
  if (ms > Number.MAX_SAFE_INTEGER - now) throw new CommandError('ERR timeout is out of range');
  parts.pauses.pause(isWrite ? 'write' : 'all', now + ms);
  reply.ok();
}

export function clientUnpause({ parts, reply }: Call): void {
  parts.pauses.unpause();
  reply.ok();
}

export function clientUnblock({ args, parts, reply }: Call): void {
  if (args.length > 4) throw subcommandSyntax('CLIENT', args[1]!);
  const isError = isOption(args[3], 'ERROR');
  if (args[3] !== undefined && !isError && !isOption(args[3], 'TIMEOUT')) {
    throw new CommandError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  }
  const client = parts.clients.byId(integerArgument(args[2]!));
  const how = isError ? 'error' : 'timeout';
  reply.integer(client !== undefined && parts.blocking.release(client, how) ? 1 : 0);
}
