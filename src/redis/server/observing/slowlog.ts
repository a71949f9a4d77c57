/** SLOWLOG: the commands that took longest, newest first. */
import type { Client } from '../../calls/client.ts';
import type { Slowlog, SlowlogEntry } from '../../calls/contracts/observations.ts';
import type { Config } from '../../calls/parts.ts';

const MOST_ARGUMENTS = 32;
const SHOWN_CHARACTERS_OF_ARGUMENT = 128;

export class SlowCommands implements Slowlog {
  readonly #config: Config;
  readonly #entries: SlowlogEntry[] = [];
  #nextId = 0;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Newest first. */
  entries(): readonly SlowlogEntry[] {
    return this.#entries.toReversed();
  }

  clear(): void {
    this.#entries.length = 0;
  }

  ran(client: Client, args: readonly string[], micros: number): void {
    const slow = this.#config.number('slowlog-log-slower-than');
    if (slow < 0 || micros < slow) return;
    this.#entries.push({
      id: this.#nextId++,
      time: Math.floor(Date.now() / 1000),
      micros: Math.round(micros),
      args: cut(args),
      address: client.address,
      name: client.name,
    });
    const tooMany = this.#entries.length - this.#config.number('slowlog-max-len');
    if (tooMany > 0) this.#entries.splice(0, tooMany);
  }
}

function cut(args: readonly string[]): readonly string[] {
  if (args.length <= MOST_ARGUMENTS) return args.map(cutArgument);
  const left = args.length - MOST_ARGUMENTS + 1;
  return [...args.slice(0, MOST_ARGUMENTS - 1).map(cutArgument), `... (${left} more arguments)`];
}

function cutArgument(arg: string): string {
  const left = arg.length - SHOWN_CHARACTERS_OF_ARGUMENT;
  return left <= 0 ? arg : `${arg.slice(0, SHOWN_CHARACTERS_OF_ARGUMENT)}... (${left} more bytes)`;
}
