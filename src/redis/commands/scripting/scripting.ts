/** Scripts and functions: the server runs none. What asks about them is answered; what would run one is refused. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';

const NO_SCRIPTS = 'ERR This server does not run scripts or functions';

/** EVAL, FCALL and their like. */
export function runScript({ args }: Call): void {
  const count = /^-?\d{1,15}$/.test(args[2]!) ? Number(args[2]) : undefined;
  if (count === undefined) throw new CommandError('ERR value is not an integer or out of range');
  if (count > args.length - 3) throw new CommandError("ERR Number of keys can't be greater than number of args");
  if (count < 0) throw new CommandError("ERR Number of keys can't be negative");
  throw new CommandError(NO_SCRIPTS);
}

/** EVALSHA: no script is known, so clients fall back to EVAL. */
export function runScriptBySha(): void {
  throw new CommandError('NOSCRIPT No matching script. Please use EVAL.');
}

export function runFunction(): void {
  throw new CommandError('ERR Function not found');
}

export function refuseScripts(): void {
  throw new CommandError(NO_SCRIPTS);
}

export function killScript(): void {
  throw new CommandError('NOTBUSY No scripts in execution right now.');
}

export function functionFlush({ args, reply }: Call): void {
  if (args.length > 3) {
    throw new CommandError("ERR unknown subcommand or wrong number of arguments for 'flush'. Try FUNCTION HELP.");
  }
  requireFlushMode(args[2], 'ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
  reply.ok();
}

export function scriptFlush({ args, reply }: Call): void {
  const message = 'ERR SCRIPT FLUSH only support SYNC|ASYNC option';
  if (args.length > 3) throw new CommandError(message);
  requireFlushMode(args[2], message);
  reply.ok();
}

function requireFlushMode(mode: string | undefined, message: string): void {
  if (mode !== undefined && !/^a?sync$/i.test(mode)) throw new CommandError(message);
}

export function functionDelete(): void {
  throw new CommandError('ERR Library not found');
}

export function functionList({ args, reply }: Call): void {
  for (let at = 2; at < args.length; at++) {
    const option = args[at]!.toLowerCase();
    if (option === 'withcode') continue;
    if (option !== 'libraryname') throw new CommandError(`ERR Unknown argument ${args[at]}`);
    if (++at >= args.length) throw new CommandError('ERR library name argument was not given');
  }
  reply.array(0);
}

export function functionStats({ reply }: Call): void {
  reply.map(2);
  reply.bulk('running_script');
  reply.null();
  reply.bulk('engines');
  reply.map(0);
}

export function scriptExists({ args, reply }: Call): void {
  reply.array(args.length - 2);
  for (let at = 2; at < args.length; at++) reply.integer(0);
}
