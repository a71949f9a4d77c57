/** Clients that wait for work outside of turns. */
import type { Client } from '../calls/client.ts';
import type { Tasks } from '../calls/contracts/tasks.ts';
import { CommandError } from '../calls/errors.ts';

export interface WaitingHost {
  /** Runs `job` in a turn. */
  schedule(job: () => void): void;
  /** The client goes on with what it has sent since. */
  resume(client: Client): void;
  onDefect(error: unknown): void;
}

export class WaitingClients implements Tasks {
  readonly #host: WaitingHost;

  constructor(host: WaitingHost) {
    this.#host = host;
  }

  wait<Result>(client: Client, promise: Promise<Result>, write: (result: Result) => void): void {
    client.isBlocked = true;
    promise.then(
      (result) => this.#end(client, () => write(result)),
      (error) => this.#end(client, () => this.#refuse(client, error)),
    );
  }

  #end(client: Client, write: () => void): void {
    this.#host.schedule(() => {
      client.isBlocked = false;
      const mark = client.reply.mark();
      try {
        write();
      } catch (error) {
        client.reply.rewind(mark);
        this.#refuse(client, error);
      }
      this.#host.resume(client);
    });
  }

  #refuse(client: Client, error: unknown): void {
    if (!(error instanceof CommandError)) this.#host.onDefect(error);
    client.reply.error(error instanceof CommandError ? error.message : 'ERR internal error: the server has logged it');
  }
}
