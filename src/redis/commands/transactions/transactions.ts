/** MULTI, EXEC, DISCARD, WATCH and UNWATCH. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';

export function multi({ client, reply }: Call): void {
  if (client.transaction !== undefined) throw new CommandError('ERR MULTI calls can not be nested');
  client.transaction = { queue: [], flags: new Set(), bytes: 0, recordedCharacters: 0, isBroken: false };
  reply.ok();
}

/** Runs what was queued. An error of one command does not stop the others, and takes nothing back. */
export function exec(call: Call): void {
  const { client, parts, reply } = call;
  const { transaction } = client;
  if (transaction === undefined) throw new CommandError('ERR EXEC without MULTI');
  parts.watching.checkExpiry(client);
  const { isDirty } = client;
  endTransaction(call);
  if (transaction.isBroken) {
    throw new CommandError('EXECABORT Transaction discarded because of previous errors.');
  }
  if (isDirty) {
    reply.nullArray();
    return;
  }
  if (parts.past.placeOf(client) !== undefined) {
    parts.past.run(client, transaction.queue, true);
    return;
  }
  reply.array(transaction.queue.length);
  for (const queued of transaction.queue) parts.dispatch.runQueued(client, queued);
}

export function discard(call: Call): void {
  if (call.client.transaction === undefined) throw new CommandError('ERR DISCARD without MULTI');
  endTransaction(call);
  call.reply.ok();
}

export function watch(call: Call): void {
  const { args, client, parts, reply } = call;
  if (client.transaction !== undefined) throw new CommandError('ERR WATCH inside MULTI is not allowed');
  for (const key of args.slice(1)) parts.watching.watch(client, key, client.db);
  reply.ok();
}

export function unwatch({ client, parts, reply }: Call): void {
  parts.watching.unwatch(client);
  reply.ok();
}

function endTransaction({ client, parts }: Call): void {
  client.transaction = undefined;
  parts.watching.unwatch(client);
}
