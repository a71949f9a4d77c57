/**
 * From a request to a reply: finds the command, checks whether it may run, queues it or runs it.
 *
 * The checks are a list of gates. Each gives the error for the client, or lets the command through.
 */
import { Call, type Circumstances } from '../calls/call.ts';
import type { Client, QueuedCommand } from '../calls/client.ts';
import type { CommandRow } from '../calls/command.ts';
import { CommandError } from '../calls/errors.ts';
import type { Dispatch, Parts } from '../calls/parts.ts';

/** Says why a command may not run now; undefined when it may. */
export type Gate = (client: Client, row: CommandRow, args: readonly string[]) => string | undefined;

/** Told about each command that has run. */
export interface RunObserver {
  /** @param error the error that the client got */
  ran(client: Client, row: CommandRow, args: readonly string[], micros: number, error: string | undefined): void;
  /** A command was not run. @param row undefined for an unknown command */
  refused?(row: CommandRow | undefined, error: string): void;
}

export interface DispatchSetup {
  readonly parts: Parts;
  readonly gates: readonly Gate[];
  readonly observers: readonly RunObserver[];
  /** The state and the time of the turn that runs. */
  readonly circumstances: (client: Client) => Circumstances;
  /** Reports a defect of ours: a command threw something else than an error for the client. */
  readonly onDefect: (error: unknown, row: CommandRow) => void;
}

/** Commands that run at once between MULTI and EXEC. */
const NOT_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);

export class Dispatcher implements Dispatch {
  readonly #setup: DispatchSetup;

  constructor(setup: DispatchSetup) {
    this.#setup = setup;
  }

  /** Runs or queues a request, and writes exactly one reply, unless the command blocks or asked for none. */
  request(client: Client, args: readonly string[]): void {
    const { parts } = this.#setup;
    const row = parts.commands.find(args);
    const refusal = row === undefined ? unknownCommand(parts, args) : this.#refusalOf(client, row, args);
    if (refusal !== undefined) {
      if (client.transaction !== undefined) client.transaction.isBroken = true;
      this.#refuse(client, refusal);
      for (const observer of this.#setup.observers) observer.refused?.(row, refusal);
    } else if (client.transaction !== undefined && !NOT_QUEUED.has(row!.name)) {
      client.transaction.queue.push({ row: row!, args });
      client.reply.simple('QUEUED');
    } else {
      this.run(client, row!, args, false);
    }
  }

  runQueued(client: Client, { row, args }: QueuedCommand): void {
    this.run(client, row, args, true);
  }

  /** Runs a command without asking the gates again. */
  run(client: Client, row: CommandRow, args: readonly string[], isInTransaction: boolean): void {
    const { parts, observers, circumstances, onDefect } = this.#setup;
    const call = new Call(args, client, parts, circumstances(client), isInTransaction);
    const mark = client.reply.mark();
    const start = performance.now();
    let failure: string | undefined;
    try {
      row.run!(call);
    } catch (error) {
      client.reply.rewind(mark);
      if (!(error instanceof CommandError)) onDefect(error, row);
      failure = error instanceof CommandError ? error.message : 'ERR internal error: the server has logged it';
      this.#refuse(client, failure);
    }
    const micros = (performance.now() - start) * 1000;
    for (const observer of observers) observer.ran(client, row, args, micros, failure);
  }

  #refuse(client: Client, message: string): void {
    this.#setup.parts.stats.errors++;
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

/** Names in errors are cut, because a client may send anything. */
const SHOWN_CHARACTERS = 128;

function unknownCommand(parts: Parts, args: readonly string[]): string {
  const name = args[0]!;
  const container = parts.commands.find([name]);
  if (container !== undefined && args.length > 1) {
    const sub = args[1]!.slice(0, SHOWN_CHARACTERS);
    return `ERR unknown subcommand '${sub}'. Try ${name.toUpperCase()} HELP.`;
  }
  const shown = [];
  let length = 0;
  for (const arg of args.slice(1)) {
    if (length >= SHOWN_CHARACTERS) break;
    const text = arg.slice(0, SHOWN_CHARACTERS - length);
    shown.push(`'${text}' `);
    length += text.length + 3;
  }
  return `ERR unknown command '${name.slice(0, SHOWN_CHARACTERS)}', with args beginning with: ${shown.join('')}`;
}
