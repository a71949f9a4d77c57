/** The server: a store with the key space, a listener, and the parts that commands use. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { openStore, type Store } from '../../index.ts';
import type { Circumstances } from '../calls/call.ts';
import type { Client } from '../calls/client.ts';
import type { CommandRow } from '../calls/command.ts';
import type { Parts } from '../calls/parts.ts';
import { noStats } from '../calls/stats.ts';
import { commandTable } from '../commands/table.ts';
import { databaseOf, expiryOf, type KeySpace, valueAtKey } from '../model/key-space.ts';
import { type Effects, keySpaceModel } from '../model/model.ts';
import { LogPast } from '../past/past.ts';
import { pastGate } from '../past/past-gate.ts';
import { ServerAdministration } from './administration.ts';
import { BlockedClients } from './blocking.ts';
import { ChangeHub } from './changes.ts';
import { knownGate, subscriberGate, transactionGate } from './clients/gates.ts';
import { MonitorClients } from './clients/monitors.ts';
import { ClientPauses } from './clients/pauses.ts';
import { Subscriptions } from './clients/pubsub.ts';
import { TrackedKeys } from './clients/tracking.ts';
import { ServerUsers } from './clients/users.ts';
import { ServerConfig } from './config/server-config.ts';
import { Connections } from './connections.ts';
import { Dispatcher, isFlagged } from './dispatch.ts';
import type { Gauges } from './info/traffic.ts';
import { LeaseBook } from './leases.ts';
import { CommandObserver } from './observing/command-observer.ts';
import { type PersistenceFacts, persistenceFields } from './persistence/fields.ts';
import { Turns } from './turns.ts';
import { WaitingClients } from './waiting-clients.ts';
import { type Presence, WatchedKeys } from './watching.ts';

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
  readonly #past: LogPast;
  readonly #leases: LeaseBook;
  readonly #subscriptions = new Subscriptions();
  readonly #monitors = new MonitorClients();
  readonly #tracking: TrackedKeys;
  readonly #pauses: ClientPauses;
  readonly #users: ServerUsers;
  readonly #watching: WatchedKeys;

  private constructor(store: Store<KeySpace>) {
    this.store = store;
    const config = new ServerConfig();
    const stats = noStats();
    const connections = new Connections({
      woke: (client) => this.#turns.wake(client),
      talks: (client) => this.#turns.talks(client),
      left: (client) => this.#left(client),
      maxBulkBytes: () => config.number('proto-max-bulk-len'),
    });
    const blocked = new BlockedClients({
      valueAt: (db, key) => valueAtKey(databaseOf(this.#state, db), key),
      rerun: (client, args) => this.#rerun(client, args),
      schedule: (job) => this.#turns.schedule(job),
      resume: (client) => this.#turns.wake(client),
    });
    const watching = new WatchedKeys((db, key) => this.#presence(db, key));
    this.#tracking = new TrackedKeys({
      current: () => this.#dispatcher.current,
      byId: (id) => connections.byId(id),
      maxKeys: () => config.number('tracking-table-max-keys'),
    });
    this.#pauses = new ClientPauses({
      schedule: (job) => this.#turns.schedule(job),
      resume: (client) => this.#turns.wake(client),
    });
    this.#users = new ServerUsers(config);
    const observations = new CommandObserver(config);
    const tasks = new WaitingClients({
      schedule: (job) => this.#turns.schedule(job),
      resume: (client) => this.#turns.wake(client),
      onDefect: (error) => console.error(error),
    });
    const leases = new LeaseBook((db, key) => {
      this.#turns.schedule(() => {
        blocked.keyChanged(db, key);
        blocked.serve();
      });
    });
    const past = new LogPast({
      path: store.path,
      config,
      tasks,
      firstSequence: () => store.stats().firstSequence,
      configValues: () => config.values(),
    });
    const changes = new ChangeHub([watching, leases, blocked, this.#tracking]);
    const administration = new ServerAdministration({
      config,
      stats,
      observations,
      space: () => store.state as KeySpace,
      sequence: () => store.sequence,
      gauges: () => this.#gauges(),
      persistence: (now) => persistenceFields(this.#persistence(changes), now),
      pause: (ms) => this.#turns.pause(ms),
      log: (message) => console.error(message),
    });
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
      tasks,
      administration,
      past,
      leases,
      dispatch: {
        runQueued: (client, queued) => this.#dispatcher.runQueued(client, queued),
        callFor: (client, args) => this.#dispatcher.callFor(client, args),
      },
      publisher: this.#subscriptions,
      tracking: this.#tracking,
      pauses: this.#pauses,
      monitors: this.#monitors,
      observations,
      users: this.#users,
      isExpirySuspended: () => false,
    };
    this.#connections = connections;
    this.#watching = watching;
    this.#blocked = blocked;
    this.#past = past;
    this.#leases = leases;
    this.#dispatcher = new Dispatcher({
      parts,
      gates: [knownGate, transactionGate, subscriberGate, pastGate(past)],
      observers: [observations, this.#monitors, this.#tracking],
      postpones: (client, row, args) => this.#postpones(client, row, args),
      queuedGate: () => undefined,
      circumstances: () => this.#circumstances(),
      onDefect: (error) => console.error(error),
    });
    this.#turns = new Turns(store, {
      step: (client) => this.#step(client),
      turnEnds: () => this.#tracking.turnEnds(),
      send: (client, output) => connections.send(client, output),
      failed: (error, clients) => this.#failed(error, clients),
    });
    this.#listener = createServer((socket) => {
      stats.connections++;
      const client = connections.accept(socket);
      this.#users.reset(client);
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
    this.#pauses.close();
    for (const client of [...this.#connections.all()]) this.#connections.close(client, true);
    this.#leases.close();
    await this.#past.close();
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
    this.#perform(client, args);
    return true;
  }

  #perform(client: Client, args: readonly string[]): void {
    this.#blocked.current = args;
    this.#dispatcher.request(client, args);
    this.#tracking.commandEnds(client);
    this.#blocked.serve();
  }

  #rerun(client: Client, args: readonly string[]): void {
    this.#dispatcher.rerun(client, args);
    this.#tracking.commandEnds(client);
  }

  /** Lets the client wait when CLIENT PAUSE holds for its command. */
  #postpones(client: Client, row: CommandRow, args: readonly string[]): boolean {
    const writes = isFlagged(client, row, 'write') || isFlagged(client, row, 'may_replicate');
    if (!this.#pauses.isPaused(writes ? 'write' : 'all')) return false;
    this.#pauses.postpone(client, () => this.#perform(client, args));
    return true;
  }

  #presence(db: number, key: string): Presence {
    const database = databaseOf(this.#state, db);
    if (valueAtKey(database, key) === undefined) return 'absent';
    const at = expiryOf(database, key);
    return at !== undefined && at <= this.#turns.transaction.now ? 'expired' : 'present';
  }

  #left(client: Client): void {
    this.#turns.forget(client);
    this.#blocked.drop(client);
    this.#past.leave(client);
    this.#subscriptions.forget(client);
    this.#tracking.disable(client);
    this.#monitors.remove(client);
    this.#pauses.drop(client);
    this.#watching.unwatch(client);
  }

  #gauges(): Gauges {
    const { clients, keys, items, prefixes } = this.#tracking.counts;
    return {
      clients: this.#connections.size,
      blocked: this.#blocked.count,
      timeouts: 0,
      tracking: clients,
      channels: [...this.#subscriptions.channels('channel')].length,
      patterns: this.#subscriptions.patternCount,
      shardChannels: [...this.#subscriptions.channels('shard')].length,
      trackedKeys: keys,
      trackedItems: items,
      trackedPrefixes: prefixes,
    };
  }

  #persistence({ sinceSave }: ChangeHub): PersistenceFacts {
    const idle = { since: undefined, lastMs: undefined, hasFailed: false, done: 0 };
    return {
      isLoading: false,
      changesSinceSave: sinceSave,
      lastSaveAt: Date.now(),
      save: idle,
      rewrite: idle,
      isRewriteScheduled: false,
      isWriteFailing: false,
      isAppendOnly: true,
      logBytes: 0,
      baseBytes: 0,
      queuedBytes: this.store.stats().queuedBytes,
      keysLoaded: 0,
    };
  }

  #failed(error: unknown, clients: readonly Client[]): void {
    console.error(error);
    for (const client of clients) this.#connections.close(client, true);
  }
}
