/** The past of a server's log: the door to this wing. */
import type { Client, QueuedCommand } from '../calls/client.ts';
import type { Former, Found, Moment, Past, PastPlace, Search } from '../calls/contracts/past.ts';
import type { Tasks } from '../calls/contracts/tasks.ts';
import { CommandError } from '../calls/errors.ts';
import type { Config } from '../calls/parts.ts';
import { PastError } from './past-error.ts';
import { type PastState, PastStates } from './past-states.ts';
import { Searches } from './searches.ts';

/** What the past needs of the server. */
export interface PastHost {
  readonly path: string;
  readonly config: Config;
  readonly tasks: Tasks;
  /** The last sequence that the server shows; undefined when it shows all. */
  lastSequence(): number | undefined;
  /** Values of the configuration, for commands that run in another thread. */
  configValues(): { readonly [name: string]: string };
}

export class LogPast implements Past {
  readonly #host: PastHost;
  readonly #states: PastStates;
  readonly #searches: Searches;
  readonly #places = new Map<Client, { readonly state: PastState; readonly place: PastPlace }>();

  constructor(host: PastHost) {
    this.#host = host;
    this.#states = new PastStates(host.path, () => host.config.number('refold-past-states'));
    this.#searches = new Searches(host.path);
  }

  enter(client: Client, moment: Moment): Promise<PastPlace> {
    return this.#ask(async () => {
      const { state, place } = await this.#states.enter(client, moment);
      this.#places.set(client, { state, place });
      return place;
    });
  }

  leave(client: Client): void {
    this.#places.delete(client);
    this.#states.leave(client);
  }

  placeOf(client: Client): PastPlace | undefined {
    return this.#places.get(client)?.place;
  }

  run(client: Client, commands: readonly QueuedCommand[], isTransaction: boolean): void {
    const { db, reply } = client;
    const answer = this.#places.get(client)!.state.run({
      db,
      resp: reply.resp,
      commands: commands.map(({ args }) => args),
      isTransaction,
      config: this.#host.configValues(),
    });
    this.#host.tasks.wait(client, answer, (output) => reply.adopt(output));
  }

  search(search: Search): Promise<Found> {
    const upTo = this.#host.lastSequence();
    return this.#ask(() => this.#searches.search({ ...search, ...(upTo !== undefined && { upTo }) }));
  }

  former(moment: Moment, db: number, pattern: string): Promise<Former> {
    return this.#ask(() => this.#searches.former(moment, db, pattern));
  }

  close(): Promise<void> {
    return this.#states.close();
  }

  /** Asks the log, with the failures in Redis's form. */
  async #ask<Result>(question: () => Promise<Result>): Promise<Result> {
    if (this.#host.path === ':memory:')
      throw new CommandError('ERR this server keeps its log in memory: the past needs a file');
    try {
      return await question();
    } catch (error) {
      throw error instanceof PastError ? refusalOf(error) : error;
    }
  }
}

function refusalOf({ code, message, firstSequence }: PastError): CommandError {
  return new CommandError(
    code === 'HISTORY_GONE' ? `HISTORYGONE first sequence is ${firstSequence}` : `ERR ${message}`,
  );
}
