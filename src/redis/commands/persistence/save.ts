/** SAVE, BGSAVE, LASTSAVE and BGREWRITEAOF. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

/** Takes a snapshot, and answers when it is there. Other clients go on. */
export function save({ client, parts, reply }: Call): void {
  const { persistence, tasks } = parts;
  if (persistence.isSaving) throw new CommandError('ERR Background save already in progress');
  tasks.wait(client, persistence.save(), () => reply.ok());
}

export function bgSave({ args, parts, reply }: Call): void {
  const { persistence } = parts;
  const isScheduled = args.length === 2 && isOption(args[1], 'SCHEDULE');
  if (args.length > 1 && !isScheduled) throw syntaxError();
  if (persistence.isSaving) throw new CommandError('ERR Background save already in progress');
  if (persistence.isRewriting && !isScheduled) {
    throw new CommandError(
      "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a " +
        'BGSAVE whenever possible.',
    );
  }
  persistence.save().catch(() => undefined); // INFO tells how it ended
  reply.simple(persistence.isRewriting ? 'Background saving scheduled' : 'Background saving started');
}

export function lastSave({ parts, reply }: Call): void {
  reply.integer(Math.floor(parts.persistence.lastSaveAt / 1000));
}

export function bgRewriteAof({ parts, reply }: Call): void {
  const { persistence } = parts;
  if (persistence.isRewriting) throw new CommandError('ERR Background append only file rewriting already in progress');
  const { isSaving } = persistence;
  persistence.rewrite().catch(() => undefined); // INFO tells how it ended
  reply.simple(`Background append only file rewriting ${isSaving ? 'scheduled' : 'started'}`);
}
