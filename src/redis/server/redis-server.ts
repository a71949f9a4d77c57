/** The server: a store with the key space, a listener, and the parts that commands use. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { openStore, type Store } from '../../index.ts';
import type { Circumstances } from '../calls/call.ts';
import type { Client } from '../calls/client.ts';
import type { Parts } from '../calls/parts.ts';
import { commandTable } from '../commands/table.ts';
import { databaseOf, type KeySpace, valueAtKey } from '../model/key-space.ts';
import { type Effects, keySpaceModel } from '../model/model.ts';
import { ServerAdministration } from './administration.ts';
import { BlockedClients } from './blocking.ts';
import { ChangeHub } from './changes.ts';
import { ServerConfig } from './config/server-config.ts';
import { Connections } from './connections.ts';
import { Dispatcher } from './dispatch.ts';
import { CommandStatistics } from './info/command-statistics.ts';
import type { Gauges } from './info/traffic.ts';
import { persistenceFields } from './persistence/fields.ts';
import { Turns } from './turns.ts';
import { WaitingClients } from './waiting-clients.ts';
import { WatchedKeys } from './watching.ts';

export interface RedisServerOptions {
  /** The log's file, created if it does not exist, or `':memory:'`. */
  readonly path: string;
  /** Default 6379; 0 takes a free port. */
  readonly port?: number | undefined;
  /** The address to listen on; default 127.0.0.1. */
  readonly host?: string | undefined;
}

export class RedisServer implements AsyncDisposable {
  readonly store: Store<KeySpace>;
  readonly #listener: Server;
  readonly #connections: Connections;
  readonly #turns: Turns;
  readonly #dispatcher: Dispatcher;
  readonly #blocked: BlockedClients;

  private constructor(store: Store<KeySpace>) {
    this.store = store;
    const config = new ServerConfig();
    const stats = noStats();
    const statistics = new CommandStatistics(() => config.flag('latency-tracking'));
    const connections = new Connections({
      woke: (client) => this.#turns.wake(client),
      talks: (client) => this.#turns.talks(client),
      left: (client) => this.#left(client),
      maxBulkBytes: () => config.number('proto-max-bulk-len'),
    });
    const blocked = new BlockedClients({
      valueAt: (db, key) => valueAtKey(databaseOf(this.#state, db), key),
      rerun: (client, args) => this.#dispatcher.run(client, parts.commands.find(args)!, args, false),
      schedule: (job) => this.#turns.schedule(job),
      resume: (client) => this.#turns.wake(client),
    });
    const watching = new WatchedKeys();
    const changes = new ChangeHub([watching, blocked]);
    const administration = new ServerAdministration(
      {
        config,
        stats,
        statistics,
        space: () => store.state as KeySpace,
        sequence: () => store.sequence,
        gauges: () => this.#gauges(),
        persistence: (now) => persistenceFields(this.#persistence(changes), now),
        pause: (ms) => this.#turns.pause(ms),
        log: (message) => console.error(message),
      },
      Date.now(),
    );
    const parts: Parts = {
      changes,
      stats,
      access: { touch: () => undefined },
      notifications: { notify: () => undefined },
      config,
      blocking: blocked,
      clients: connections,
      commands: commandTable,
      watching,
      dispatch: { runQueued: (client, queued) => this.#dispatcher.runQueued(client, queued) },
      tasks: new WaitingClients({
        schedule: (job) => this.#turns.schedule(job),
        resume: (client) => this.#turns.wake(client),
        onDefect: (error) => console.error(error),
      }),
      administration,
      isExpirySuspended: () => false,
    };
    this.#connections = connections;
    this.#blocked = blocked;
    this.#dispatcher = new Dispatcher({
      parts,
      gates: [],
      observers: [statistics],
      circumstances: () => this.#circumstances(),
      onDefect: (error) => console.error(error),
    });
    this.#turns = new Turns(store, {
      step: (client) => this.#step(client),
      send: (client, output) => connections.send(client, output),
      failed: (error, clients) => this.#failed(error, clients),
    });
    this.#listener = createServer((socket) => {
      stats.connections++;
      connections.accept(socket);
    });
  }

  static async open({ path, port = 6379, host = '127.0.0.1' }: RedisServerOptions): Promise<RedisServer> {
    const store = (await openStore(keySpaceModel, { path, fold: 'direct' })) as Store<KeySpace>;
    const server = new RedisServer(store);
    await new Promise<void>((resolve, reject) => {
      server.#listener.once('error', reject).listen(port, host, resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#listener.close();
    for (const client of [...this.#connections.all()]) this.#connections.close(client, true);
    await this.store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #state(): KeySpace {
    return this.#turns.transaction.state as KeySpace;
  }

  #circumstances(): Circumstances {
    const { now } = this.#turns.transaction;
    return {
      space: this.#state,
      isPast: false,
      now,
      append: (type, data) => this.#turns.append(type as keyof Effects, data),
    };
  }

  #step(client: Client): boolean {
    const args = this.#connections.next(client);
    if (args === undefined) return false;
    this.#blocked.current = args;
    this.#dispatcher.request(client, args);
    this.#blocked.serve();
    return true;
  }

  #left(client: Client): void {
    this.#turns.forget(client);
    this.#blocked.drop(client);
  }

  #failed(error: unknown, clients: readonly Client[]): void {
    console.error(error);
    for (const client of clients) this.#connections.close(client, true);
  }
}
