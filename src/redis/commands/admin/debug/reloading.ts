/** DEBUG RELOAD, LOADAOF, DIGEST and DIGEST-VALUE. */
import type { Call } from '../../../calls/call.ts';
import { CommandError } from '../../../calls/errors.ts';
import { digestOfKey, digestOfSpace } from '../../../plain/plain-value.ts';

const RELOAD_OPTIONS = ['MERGE', 'NOFLUSH', 'NOSAVE'];

/** The state comes back from the newest snapshot and the log, so it is the same with every option. */
export function reload({ args, client, parts, reply }: Call): void {
  const options = args.slice(2).map((arg) => arg.toUpperCase());
  if (options.some((option) => !RELOAD_OPTIONS.includes(option))) {
    throw new CommandError('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  }
  const reloaded = parts.administration.persistence.reload(!options.includes('NOSAVE'));
  parts.tasks.wait(client, reloaded, () => reply.ok());
}

export function loadAof({ client, parts, reply }: Call): void {
  parts.tasks.wait(client, parts.administration.persistence.reload(false), () => reply.ok());
}

export function digest({ reply, space }: Call): void {
  reply.simple(digestOfSpace(space));
}

export function digestValue({ args, database, reply }: Call): void {
  reply.array(args.length - 2);
  for (const key of args.slice(2)) reply.simple(digestOfKey(database, key));
}

export function changeReplicationId({ parts, reply }: Call): void {
  parts.administration.changeReplicationId();
  reply.ok();
}

/** DEBUG CONFIG-REWRITE-FORCE-ALL: as CONFIG REWRITE, with every parameter. */
export function rewriteEverything({ parts, reply }: Call): void {
  parts.administration.rewriteConfig(true);
  reply.ok();
}
