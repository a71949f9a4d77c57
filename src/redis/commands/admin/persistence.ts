/** SAVE, BGSAVE, LASTSAVE, BGREWRITEAOF and SHUTDOWN. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

export function save({ client, parts, reply }: Call): void {
  parts.tasks.wait(client, parts.administration.persistence.saving.save(), () => reply.ok());
}

export function backgroundSave({ args, parts, reply }: Call): void {
  const isScheduled = isOption(args[1], 'SCHEDULE');
  if (args.length > 2 || (args.length === 2 && !isScheduled)) throw syntaxError();
  reply.simple(parts.administration.persistence.saving.backgroundSave(isScheduled));
}

export function lastSave({ parts, reply }: Call): void {
  reply.integer(Math.floor(parts.administration.persistence.saving.lastSaveAt / 1000));
}

export function backgroundRewrite({ parts, reply }: Call): void {
  reply.simple(parts.administration.persistence.saving.backgroundRewrite());
}

/** SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]. Nothing here waits for replicas, so nothing can be aborted. */
export function shutDown({ args, client, parts }: Call): void {
  const options = new Set(args.slice(1).map((arg) => arg.toUpperCase()));
  const known = ['NOSAVE', 'SAVE', 'NOW', 'FORCE', 'ABORT'];
  if ([...options].some((option) => !known.includes(option))) throw syntaxError();
  const isAbort = options.has('ABORT');
  if ((options.has('SAVE') && options.has('NOSAVE')) || (isAbort && options.size > 1)) throw syntaxError();
  if (isAbort) throw new CommandError('ERR No shutdown in progress.');
  const wanted = options.has('SAVE') ? true : options.has('NOSAVE') ? false : undefined;
  const done = parts.administration.shutDown({ save: wanted, force: options.has('FORCE') });
  // After the end no connection is left for a reply.
  parts.tasks.wait(client, done, () => undefined);
}
