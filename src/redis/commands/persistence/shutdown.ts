/** SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]. */
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

/** Ends the server. There are no replicas to wait for, so NOW and FORCE change nothing but a snapshot that fails. */
export function shutdown({ args, client, parts }: Call): void {
  const { persistence, config, tasks } = parts;
  const options = args.slice(1).map((arg) => arg.toUpperCase());
  const unknown = options.filter((option) => !['NOSAVE', 'SAVE', 'NOW', 'FORCE', 'ABORT'].includes(option));
  const isAbort = options.includes('ABORT');
  if (
    unknown.length > 0 ||
    (options.includes('SAVE') && options.includes('NOSAVE')) ||
    (isAbort && options.length > 1)
  ) {
    throw syntaxError();
  }
  if (isAbort) throw new CommandError('ERR No shutdown in progress.');
  const saves = options.includes('SAVE') || (!options.includes('NOSAVE') && config.text('save') !== '');
  const ending = persistence.shutDown(saves).catch((error: unknown) => {
    if (options.includes('FORCE')) return persistence.shutDown(false);
    throw new CommandError(`ERR Errors trying to SHUTDOWN. Check logs. ${String(error)}`);
  });
  tasks.wait(client, ending, () => undefined); // the connection ends with the server
}
