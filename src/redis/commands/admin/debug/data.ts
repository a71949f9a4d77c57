/** DEBUG DIGEST, DIGEST-VALUE, RELOAD and LOADAOF: whether data is what it should be. */
import type { Call } from '../../../calls/call.ts';
import { digestOfKey, digestOfSpace } from '../../../plain/plain-value.ts';

export function digest({ reply, space }: Call): void {
  reply.simple(digestOfSpace(space));
}

export function digestValue({ args, database, reply }: Call): void {
  reply.array(args.length - 2);
  for (const key of args.slice(2)) reply.simple(digestOfKey(database, key));
}

/** Drops the state and builds it again from snapshot and log. NOSAVE, MERGE and NOFLUSH have no meaning here. */
export function reload({ client, parts, reply }: Call): void {
  parts.tasks.wait(client, parts.persistence.reload(), () => reply.ok());
}
