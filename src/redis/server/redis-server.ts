/** The server: a store with the key space, a listener, and the parts that commands use. */
import { setImmediate } from 'node:timers/promises';
import { openStore, type Store } from '../../index.ts';
import { Call, type Circumstances } from '../calls/call.ts';
import { Client } from '../calls/client.ts';
import type { CommandRow } from '../calls/command.ts';
import { noStats } from '../calls/contracts/stats.ts';
import type { Parts } from '../calls/parts.ts';
import { clientLine } from '../commands/connection/client-line.ts';
import { commandTable } from '../commands/table.ts';
import { databaseOf, expiryOf, type KeySpace, sizeOfSpace, valueAtKey } from '../model/key-space.ts';
import { type Effects, keySpaceModel } from '../model/model.ts';
import { LogPast } from '../past/past.ts';
import { pastGate } from '../past/past-gate.ts';
import { ServerAdministration } from './administration.ts';
import { BlockedClients } from './blocking.ts';
import { ChangeHub } from './changes.ts';
import { knownGate, replicasGate, subscriberGate, transactionGate } from './clients/gates.ts';
import { keepHouse } from './clients/housekeeping.ts';
import { Listeners } from './clients/listeners.ts';
import { MonitorClients } from './clients/monitors.ts';
import { classOf, parseOutputLimits } from './clients/output-limits.ts';
import { ClientPauses } from './clients/pauses.ts';
import { Subscriptions } from './clients/pubsub.ts';
import { isHttp, SecurityWarning } from './clients/security-warning.ts';
import { TrackedKeys } from './clients/tracking.ts';
import { ServerUsers } from './clients/users.ts';
import { ServerConfig } from './config/server-config.ts';
import { Connections } from './connections.ts';
import { Dispatcher, isFlagged } from './dispatch.ts';
import type { Gauges } from './info/traffic.ts';
import { AccessTable, type ClockedSpace } from './keeping/access-clock.ts';
import { Evictor } from './keeping/eviction.ts';
import { ExpiryCycle, expireAtLoad } from './keeping/expiry.ts';
import { HeapGuard } from './keeping/heap-guard.ts';
import { MemoryMeter } from './keeping/memory.ts';
import { KeyspaceNotifications } from './keeping/notifications.ts';
import { LeaseBook } from './leases.ts';
import { CommandObserver } from './observing/command-observer.ts';
import { type PersistenceFacts, persistenceFields } from './persistence/fields.ts';
import { Turns } from './turns.ts';
import { WaitingClients } from './waiting-clients.ts';
import { type Presence, WatchedKeys } from './watching.ts';

/** How often clients are looked after, in ms. */
const HOUSEKEEPING_MS = 100;

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
  readonly #listeners: Listeners;
  readonly #housekeeping: NodeJS.Timeout;
  readonly #warning: SecurityWarning;
  #port = 0;
  readonly #connections: Connections;
  readonly #turns: Turns;
  readonly #dispatcher: Dispatcher;
  readonly #blocked: BlockedClients;
  readonly #parts: Parts;
  readonly #expiry: ExpiryCycle;
  readonly #heap: HeapGuard;
  /** Stands for the server itself where a call needs a client. */
  readonly #self = new Client(0, Date.now(), '', '');
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
    const log = (message: string) => console.error(message);
    const connections = new Connections({
      woke: (client) => this.#turns.wake(client),
      talks: (client) => this.#turns.talks(client),
      left: (client) => this.#left(client),
      log,
      maxBulkBytes: () => config.number('proto-max-bulk-len'),
      maxQueryBytes: () => config.number('client-query-buffer-limit'),
      outputLimit: (client) => parseOutputLimits(config.text('client-output-buffer-limit'))[classOf(client)],
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
    this.#users = new ServerUsers({
      config,
      commands: commandTable,
      clients: () => connections.all(),
      close: (client) => connections.close(client, client !== this.#dispatcher.current),
      lineOf: (client, args) => clientLine(client, connections.facts(client), args, Date.now()),
    });
    const observations = new CommandObserver(config);
    const access = new AccessTable(config, this.#clockedSpace(), Date.now());
    const expiry = new ExpiryCycle(config, {
      inTurn: (job) => this.#inTurn(job),
      hasExpiringKeys: () =>
        !this.#pauses.isPaused('write') && this.#liveSpace.databases.some(({ expires }) => expires.keys.length > 0),
      monotonicMs: () => performance.now(),
    });
    const heap = new HeapGuard(() => sizeOfSpace(this.#liveSpace));
    const memory = new MemoryMeter({
      config,
      heap,
      evictor: new Evictor(config, access),
      space: () => this.#liveSpace,
      call: () => this.#ownCall(),
      bufferBytes: () => connections.bufferBytes,
    });
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
    const stats = noStats();
    const changes = new ChangeHub([watching, leases, blocked, this.#tracking, access]);
    const administration = new ServerAdministration({
      config,
      stats,
      observations,
      expiry,
      memory,
      space: () => this.#liveSpace,
      sequence: () => store.sequence,
      gauges: () => this.#gauges(),
      persistence: (now) => persistenceFields(this.#persistence(changes), now),
      pause: (ms) => this.#turns.pause(ms),
      log,
    });
    const parts: Parts = {
      changes,
      stats,
      access,
      notifications: new KeyspaceNotifications(config, (channel, message) =>
        this.#subscriptions.publish(channel, message),
      ),
      expiry,
      memory,
      // The turn that asks has to be over: its effects are flushed as well.
      disk: { flush: () => setImmediate().then(() => this.store.flush()) },
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
    this.#parts = parts;
    this.#expiry = expiry;
    this.#heap = heap;
    this.#connections = connections;
    this.#watching = watching;
    this.#blocked = blocked;
    this.#past = past;
    this.#leases = leases;
    this.#dispatcher = new Dispatcher({
      parts,
      gates: [
        knownGate,
        transactionGate,
        this.#users.gate,
        subscriberGate,
        pastGate(past),
        (client, row, args) => (this.#pauses.isPaused('write') ? undefined : memory.gate(client, row, args)),
        memory.keyLimitGate,
        replicasGate(config),
      ],
      observers: [observations, this.#monitors, this.#tracking],
      postpones: (client, row, args) => this.#postpones(client, row, args),
      queuedGate: this.#users.queuedGate,
      circumstances: () => this.#circumstances(),
      onDefect: (error) => console.error(error),
    });
    this.#turns = new Turns(store, {
      step: (client) => this.#step(client),
      turnEnds: () => this.#tracking.turnEnds(),
      send: (client, output) => connections.send(client, output),
      failed: (error, clients) => this.#failed(error, clients),
    });
    this.#listeners = new Listeners({
      config,
      clients: () => connections.size,
      isOpen: () => this.#users.isOpen,
      accept: (socket) => {
        parts.stats.connections++;
        this.#users.reset(connections.accept(socket));
      },
      refused: () => void connections.rejected++,
      log,
    });
    this.#warning = new SecurityWarning(log);
    this.#housekeeping = setInterval(() => keepHouse({ config, connections, log }, Date.now()), HOUSEKEEPING_MS);
  }

  static async open({ path, port = 6379, host = '127.0.0.1' }: RedisServerOptions): Promise<RedisServer> {
    const store = (await openStore(keySpaceModel, { path, fold: 'direct' })) as Store<KeySpace>;
    const server = new RedisServer(store);
    server.#parts.stats.expiredAtLoad = await expireAtLoad((job) => server.#inTurn(job));
    server.#expiry.start();
    server.#port = await server.#listeners.listen(port, host);
    return server;
  }

  get port(): number {
    return this.#port;
  }

  async close(): Promise<void> {
    this.#listeners.close();
    clearInterval(this.#housekeeping);
    this.#pauses.close();
    this.#expiry.stop();
    this.#heap.close();
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

  /** The state outside of turns. Under the direct fold it is the same object. */
  get #liveSpace(): KeySpace {
    return this.store.state as KeySpace;
  }

  /** A call of the server itself, in the turn that runs. */
  #ownCall(): Call {
    return new Call([], this.#self, this.#parts, this.#circumstances(), false);
  }

  #inTurn(job: (call: Call) => void): void {
    this.#turns.schedule(() => {
      job(this.#ownCall());
      this.#blocked.serve();
    });
  }

  #clockedSpace(): ClockedSpace {
    return {
      keyCount: () => this.#liveSpace.databases.reduce((count, { keys }) => count + keys.keys.length, 0),
      databaseOf: (db) => this.#liveSpace.index[db]!,
    };
  }

  #step(client: Client): boolean {
    const args = this.#connections.next(client);
    if (args === undefined) return false;
    if (isHttp(args)) {
      this.#warning.warn(client.address, this.#turns.transaction.now);
      this.#connections.close(client, true);
      return false;
    }
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
      rejected: this.#connections.rejected,
      blocked: this.#blocked.count + this.#pauses.count,
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
