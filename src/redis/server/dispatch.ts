/**
 * From a request to a reply: finds the command, checks whether it may run, queues it or runs it.
 *
 * The checks are a list of gates. Each gives the error for the client, or lets the command through.
 */
import { Call, type Circumstances } from '../calls/call.ts';
import type { Client, QueuedCommand } from '../calls/client.ts';
import type { CommandRow, Flag } from '../calls/command.ts';
import { CommandError, CommitFull } from '../calls/errors.ts';
import { LARGEST_COMMIT } from '../calls/limits.ts';
import type { Dispatch, Parts } from '../calls/parts.ts';
import { charactersOf } from './commit-size.ts';

/** Says why a command may not run now; undefined when it may. */
export type Gate = (client: Client, row: CommandRow, args: readonly string[]) => string | undefined;

/** Told about each command. */
export interface RunObserver {
  /**
   * A command has run.
   *
   * @param args without secrets
   * @param error the error that the client got
   */
  ran(client: Client, row: CommandRow, args: readonly string[], micros: number, error: string | undefined): void;
  /** A command has run for the first time, and now waits or is over. */
  tried?(client: Client, row: CommandRow, args: readonly string[]): void;
  /** A command waited, and its wait ended without a further run. @param error the error that the client got */
  waited?(row: CommandRow, error: string | undefined): void;
  /** A command was refused. @param row undefined for an unknown command */
  refused?(row: CommandRow | undefined, error: string): void;
}

export interface DispatchSetup {
  readonly parts: Parts;
  readonly gates: readonly Gate[];
  readonly observers: readonly RunObserver[];
  /** Whether the client has to wait before the command runs. Then the same request comes again, later. */
  readonly postpones: (client: Client, row: CommandRow, args: readonly string[]) => boolean;
  /** Asked again before each command of a transaction runs. */
  readonly queuedGate: Gate;
  /** The state and the time of the turn that runs. @param row the command, if one runs */
  readonly circumstances: (client: Client, row?: CommandRow) => Circumstances;
  /** Reports a defect of ours: a command threw something else than an error for the client. */
  readonly onDefect: (error: unknown, row: CommandRow) => void;
}

/** Commands that run at once between MULTI and EXEC. */
const NOT_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);

/** What a queued argument takes beside its bytes, roughly. */
const QUEUED_ARGUMENT_BYTES = 24;

export class Dispatcher implements Dispatch {
  /** The client whose command runs now. */
  current: Client | undefined;
  readonly #setup: DispatchSetup;

  constructor(setup: DispatchSetup) {
    this.#setup = setup;
  }

  /** Runs or queues a request, and writes exactly one reply, unless the command blocks or asked for none. */
  request(client: Client, args: readonly string[]): void {
    const { parts, postpones } = this.#setup;
    const row = parts.commands.find(args);
    if (row !== undefined) client.lastCommand = row.name;
    const refusal = row === undefined ? unknownCommand(parts, args) : this.#refusalOf(client, row, args);
    if (refusal !== undefined) {
      this.#reject(client, row, refusal);
    } else if (postpones(client, row!, args)) {
      return;
    } else if (client.transaction !== undefined && !NOT_QUEUED.has(row!.name)) {
      this.#queue(client, row!, args);
    } else if (parts.past.placeOf(client) !== undefined && row!.flags.includes('readonly')) {
      parts.past.run(client, [{ row: row!, args }], false);
    } else {
      this.current = client;
      this.run(client, row!, args, false);
      this.current = undefined;
    }
    if (client.replies !== 'on') endReplies(client);
    if (client.tracking?.isCachingSet && row?.name !== 'client|caching' && client.transaction === undefined) {
      client.tracking.isCachingSet = false;
    }
  }

  /** What no commit could hold is refused while it is queued: so a transaction without an end has a bound, too. */
  #queue(client: Client, row: CommandRow, args: readonly string[]): void {
    const transaction = client.transaction!;
    transaction.bytes += args.reduce((sum, arg) => sum + arg.length + QUEUED_ARGUMENT_BYTES, 0);
    if (row.flags.includes('write')) transaction.recordedCharacters += charactersOf(args);
    if (Math.max(transaction.bytes, transaction.recordedCharacters) > LARGEST_COMMIT) {
      transaction.queue.length = 0;
      this.#reject(client, row, 'ERR the transaction is too large');
      return;
    }
    transaction.queue.push({ row, args });
    for (const flag of row.flags) transaction.flags.add(flag);
    client.reply.simple('QUEUED');
  }

  runQueued(client: Client, { row, args }: QueuedCommand): void {
    const refusal = this.#setup.queuedGate(client, row, args);
    if (refusal === undefined) this.run(client, row, args, true);
    else this.#refuse(client, row, refusal);
  }

  /** Runs the command of a client that waited. */
  rerun(client: Client, args: readonly string[]): void {
    this.current = client;
    this.run(client, this.#setup.parts.commands.find(args)!, args, false, true);
    this.current = undefined;
  }

  /** Counts a command whose wait ended without a further run. @param failure its reply, if that is an error */
  waitEnded(args: readonly string[], failure: string | undefined): void {
    const { observers, parts } = this.#setup;
    const row = parts.commands.find(args)!;
    if (failure !== undefined) parts.stats.errors++;
    for (const observer of observers) observer.waited?.(row, failure);
  }

  callFor(client: Client, args: readonly string[]): Call {
    return new Call(args, client, this.#setup.parts, this.#setup.circumstances(client), false);
  }

  /** Runs a command without asking the gates again. */
  run(client: Client, row: CommandRow, args: readonly string[], isInTransaction: boolean, isAgain = false): void {
    const { parts, observers, circumstances, onDefect } = this.#setup;
    const call = new Call(args, client, parts, circumstances(client, row), isInTransaction);
    const mark = client.reply.mark();
    client.hasBlocked = false;
    const start = performance.now();
    let failure: string | undefined;
    try {
      row.run!(call);
    } catch (error) {
      client.reply.rewind(mark);
      if (!(error instanceof CommandError)) onDefect(error, row);
      failure = error instanceof CommandError ? error.message : 'ERR internal error: the server has logged it';
      parts.stats.errors++;
      client.reply.error(failure);
      // Half of a command must not be recorded: nothing of this turn is, and the file is opened again.
      if (call.hasApplied && error instanceof CommitFull) throw error;
    }
    parts.stats.commands++;
    const micros = (performance.now() - start + call.waitedMs) * 1000;
    for (const observer of observers) {
      if (!isAgain) observer.tried?.(client, row, call.shownArgs);
      if (!client.hasBlocked) observer.ran(client, row, call.shownArgs, micros, failure);
    }
  }

  /** A refused EXEC ends the transaction, any other refusal breaks it. */
  #reject(client: Client, row: CommandRow | undefined, refusal: string): void {
    let message = refusal;
    if (row?.name === 'exec') {
      client.transaction = undefined;
      this.#setup.parts.watching.unwatch(client);
      message = `EXECABORT Transaction discarded because of: ${refusal.replace(/^ERR /, '')}`;
    } else if (client.transaction !== undefined) {
      client.transaction.isBroken = true;
    }
    this.#refuse(client, row, message);
  }

  #refuse(client: Client, row: CommandRow | undefined, message: string): void {
    this.#setup.parts.stats.errors++;
    for (const observer of this.#setup.observers) observer.refused?.(row, message);
    client.reply.error(message);
  }

  #refusalOf(client: Client, row: CommandRow, args: readonly string[]): string | undefined {
    if (row.arity > 0 ? args.length !== row.arity : args.length < -row.arity) {
      return `ERR wrong number of arguments for '${row.name}' command`;
    }
    for (const gate of this.#setup.gates) {
      const refusal = gate(client, row, args);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}

/** Whether the command has the flag, or is EXEC and a queued command has it. */
export function isFlagged(client: Client, row: CommandRow, flag: Flag): boolean {
  return row.flags.includes(flag) || (row.name === 'exec' && client.transaction?.flags.has(flag) === true);
}

/** What CLIENT REPLY asked for begins, or has held for its one command. */
function endReplies(client: Client): void {
  if (client.replies === 'skip-next') client.replies = 'skip';
  else if (client.replies === 'skip') client.replies = 'on';
  client.reply.isMuted = client.replies !== 'on';
}

/** Names in errors are cut, because a client may send anything. */
const SHOWN_CHARACTERS = 128;

function unknownCommand(parts: Parts, args: readonly string[]): string {
  const name = args[0]!;
  const container = parts.commands.find([name]);
  if (container !== undefined && args.length > 1) {
    return `ERR unknown subcommand '${shown(args[1]!)}'. Try ${name.toUpperCase()} HELP.`;
  }
  const texts = [];
  let length = 0;
  for (const arg of args.slice(1)) {
    if (length >= SHOWN_CHARACTERS) break;
    const text = shown(arg, SHOWN_CHARACTERS - length);
    texts.push(`'${text}' `);
    length += text.length + 3;
  }
  return `ERR unknown command '${shown(name)}', with args beginning with: ${texts.join('')}`;
}

/** Up to the first zero byte, as C has it. */
function shown(text: string, characters = SHOWN_CHARACTERS): string {
  const [read = ''] = text.split('\0', 1);
  return read.slice(0, characters);
}
