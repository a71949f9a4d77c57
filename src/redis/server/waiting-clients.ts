/** Clients that wait for work outside of turns. */
import type { Client } from '../calls/client.ts';
import { CommandError } from '../calls/errors.ts';
import type { Tasks } from '../calls/tasks.ts';

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
      (error) => {
        if (!(error instanceof CommandError)) this.#host.onDefect(error);
        const message = error instanceof CommandError ? error.message : 'ERR internal error: the server has logged it';
        this.#end(client, () => client.reply.error(message));
      },
    );
  }

  #end(client: Client, write: () => void): void {
    this.#host.schedule(() => {
      client.isBlocked = false;
      write();
      this.#host.resume(client);
    });
  }
}
