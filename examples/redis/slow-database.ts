/** Stands for the database behind the cache: a query takes 200 ms, and it counts its queries. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const QUERY_MS = 200;

export class SlowDatabase implements AsyncDisposable {
  queries = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      this.queries++;
      await pause(QUERY_MS);
      response.end(JSON.stringify({ lecture: request.url?.slice(1), title: 'Graphs and trees' }));
    });
  }

  static async start(): Promise<SlowDatabase> {
    const database = new SlowDatabase();
    database.#server.listen(0, '127.0.0.1');
    await once(database.#server, 'listening');
    return database;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
