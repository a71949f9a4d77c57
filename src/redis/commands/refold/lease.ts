/**
 * REFOLD.LEASE and REFOLD.FILL: single flight. When a hundred callers miss a key, one gets the lease and fetches the value; the
 * others wait for it.
 */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { requireString } from '../../calls/lookup.ts';
import { replyString } from '../strings/get.ts';

/**
 * `REFOLD.LEASE key ttl`: `[value]` when the key is there; `[nil, token]` for the one caller who has to fetch it within
 * `ttl` ms. The others wait for REFOLD.FILL, or until the ttl is over: then the next of them gets a lease.
 */
export function lease(call: Call): void {
  const { args, client, parts, reply } = call;
  const [, key = '', ttlText = ''] = args;
  const ttl = integerArgument(ttlText);
  if (ttl < 1 || ttl > LONGEST_TTL) throw new CommandError("ERR invalid expire time in 'refold.lease' command");
  const value = requireString(call.read(key));
  if (value !== undefined) {
    reply.array(1);
    replyString(call, value);
    return;
  }
  const { db } = client;
  const token = parts.leases.take(db, key, ttl, call.now);
  if (token !== undefined) {
    reply.array(2);
    reply.null();
    reply.integer(token);
    return;
  }
  if (call.isInTransaction) {
    reply.nullArray();
    return;
  }
  parts.blocking.block(client, {
    keys: [key],
    kind: 'string',
    wakesOnLoss: true,
    timeoutMs: 0,
    expire: () => reply.nullArray(),
  });
}

/** `REFOLD.FILL key token value [PX ms]`: OK, or an error when the lease is over or another caller has it. */
export function fill(call: Call): void {
  const { args, client, parts, reply } = call;
  const [, key = '', tokenText = '', value = ''] = args;
  const token = integerArgument(tokenText);
  const at = expiryArgument(call);
  if (!parts.leases.end(client.db, key, token))
    throw new CommandError('STALELEASE another caller may have the lease now');
  call.peek(key); // an expired value is deleted first
  const { db } = client;
  if (at === undefined) call.apply('StringSet', { db, key, value });
  else call.apply('StringSetUntil', { db, key, value, at });
  call.notify('$', 'set', key);
  if (at !== undefined) call.notify('g', 'expire', key);
  reply.ok();
}

/** An hour. */
const LONGEST_TTL = 3_600_000;

function expiryArgument({ args, now }: Call): number | undefined {
  if (args.length === 4) return undefined;
  if (args.length !== 6 || !isOption(args[4], 'PX')) throw syntaxError();
  const ms = integerArgument(args[5]!);
  if (ms < 1 || now + ms > Number.MAX_SAFE_INTEGER)
    throw new CommandError("ERR invalid expire time in 'refold.fill' command");
  return now + ms;
}
