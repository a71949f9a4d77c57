/** AUTH: a client says who it is. */
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

export function auth(call: Call): void {
  const { args, client, parts, reply } = call;
  if (args.length > 3) throw syntaxError();
  call.redact(1, 2);
  if (args.length === 2 && parts.users.isOpen) {
    throw new CommandError(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
  }
  const [name, password] = args.length === 2 ? ['default', args[1]!] : [args[1]!, args[2]!];
  if (!parts.users.authenticate(client, name, password)) throw wrongPassword();
  reply.ok();
}

export function wrongPassword(): CommandError {
  return new CommandError('WRONGPASS invalid username-password pair or user is disabled.');
}
