/** MONITOR: the client reads every command that the server runs from now on. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';

export function monitor({ client, isInTransaction, parts, reply }: Call): void {
  if (isInTransaction) throw new CommandError("ERR MONITOR isn't allowed for DENY BLOCKING client");
  parts.monitors.add(client);
  reply.ok();
}
