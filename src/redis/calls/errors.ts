/** Errors that a command answers with. Throw them before the first effect: effects cannot be taken back. */

/** The message is the reply, with its code: `ERR syntax error`. */
export class CommandError extends Error {}

/** The reply to a command whose effects do not fit into one commit. */
export const TOO_LARGE = 'ERR the command changes more than one commit may hold';

/** An effect does not fit into the commit of the turn. */
export class CommitFull extends CommandError {
  constructor() {
    super(TOO_LARGE);
  }
}

export const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const SYNTAX = 'ERR syntax error';
export const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
export const NOT_A_FLOAT = 'ERR value is not a valid float';
export const NO_SUCH_KEY = 'ERR no such key';
export const OUT_OF_RANGE = 'ERR index out of range';

export function wrongType(): CommandError {
  return new CommandError(WRONG_TYPE);
}

export function syntaxError(): CommandError {
  return new CommandError(SYNTAX);
}

/** For a subcommand that exists, and was called with arguments that it does not take. */
export function subcommandSyntax(container: string, subcommand: string): CommandError {
  return new CommandError(
    `ERR unknown subcommand or wrong number of arguments for '${subcommand.slice(0, 128)}'. Try ${container.toUpperCase()} HELP.`,
  );
}

/** @param name in lower case; a subcommand as `config|get` */
export function wrongArity(name: string): CommandError {
  return new CommandError(`ERR wrong number of arguments for '${name}' command`);
}
