/** Runs reading commands on a past state. Keys that had expired at that moment are hidden. */
import { Call, type Circumstances } from '../calls/call.ts';
import { Client } from '../calls/client.ts';
import { CommandError } from '../calls/errors.ts';
import type { Config, Parts } from '../calls/parts.ts';
import { silentParts } from '../commands/silent-parts.ts';
import { commandTable } from '../commands/table.ts';
import type { KeySpace } from '../model/key-space.ts';
import type { Output } from '../protocol/reply.ts';
import type { PastRequest } from './messages.ts';

export class PastReader {
  readonly #circumstances: Circumstances;
  readonly #client = new Client(0, 0, '', '');
  #config: NonNullable<PastRequest['config']> = {};
  readonly #parts: Parts;

  /** @param now when the state was, in ms since the epoch */
  constructor(space: KeySpace, now: number) {
    const append = (): never => {
      throw new CommandError('ERR the past cannot be changed');
    };
    this.#circumstances = { space, isPast: true, now, append, fits: () => true, isLarge: () => false };
    this.#parts = silentParts(
      configOf((name) => this.#config[name]),
      false,
    );
  }

  run({ db, resp, commands, isTransaction, config }: PastRequest): Output[] {
    const client = this.#client;
    client.db = db;
    client.reply.resp = resp;
    this.#config = config ?? this.#config;
    if (isTransaction) client.reply.array(commands.length);
    for (const args of commands) this.#runOne(args);
    return client.reply.take();
  }

  #runOne(args: readonly string[]): void {
    const { reply } = this.#client;
    const mark = reply.mark();
    try {
      commandTable.find(args)!.run!(new Call(args, this.#client, this.#parts, this.#circumstances, true));
    } catch (error) {
      reply.rewind(mark);
      reply.error(error instanceof CommandError ? error.message : 'ERR internal error while reading the past');
    }
  }
}

/** The parameters of the server at present. */
function configOf(lookUp: (name: string) => string | undefined): Config {
  const text = (name: string): string => lookUp(name) ?? '';
  return { text, number: (name) => Number(text(name)), flag: (name) => text(name) === 'yes' } as Config;
}
