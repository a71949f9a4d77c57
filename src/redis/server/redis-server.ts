/** The server: a store with the key space, a listener, and the parts that commands use. */
import { setImmediate } from 'node:timers/promises';
import { type Durability, type History, RefoldError, type Store } from '../../index.ts';
import { Call, type Circumstances } from '../calls/call.ts';
import { Client } from '../calls/client.ts';
import type { CommandRow } from '../calls/command.ts';
import type { Persistence } from '../calls/contracts/persistence.ts';
import { noStats } from '../calls/contracts/stats.ts';
import type { Parts } from '../calls/parts.ts';
import { clientLine } from '../commands/connection/client-line.ts';
import { commandTable } from '../commands/table.ts';
import {
  DATABASES,
  databaseOf,
  emptyKeySpace,
  expiryOf,
  type KeySpace,
  sizeOfSpace,
  valueAtKey,
} from '../model/key-space.ts';
import type { Effects } from '../model/model.ts';
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
import { Snapshots } from './persistence/snapshots.ts';
import { storeRefusal } from './persistence/store-gate.ts';
import { StoreKeeper } from './persistence/store-keeper.ts';
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
  /** Parameters of redis.conf by name. An unknown name or a bad value is refused. */
  readonly config?: { readonly [name: string]: string } | undefined;
  /** What compaction may drop; default: what exceeds 10 GiB. */
  readonly history?: History | undefined;
  /** Serves reads beside another process that writes the file. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Called when the server ends by itself. */
  readonly onEnd?: ((end: ServerEnd) => void) | undefined;
}

/** @throws RefoldError `INVALID_OPTION` for an unknown parameter, or a value that it cannot have */
function presetParameter(config: ServerConfig, name: string, value: string): void {
  try {
    config.preset(name, value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RefoldError('INVALID_OPTION', `Cannot start the server with ${name} ${value}: ${why}`, {
      type: name,
      cause,
      hint: 'Give a parameter of redis.conf and a value that it may have',
    });
  }
}

/** Why a server has ended by itself: a client said SHUTDOWN, or its file cannot be read any more. */
export type ServerEnd = { readonly reason: 'shutdown' } | { readonly reason: 'lost'; readonly error: unknown };

/** appendfsync in refold's words. */
const DURABILITIES: { readonly [appendfsync: string]: Durability } = {
  always: 'always',
  everysec: 'everysec',
  no: 'os',
};

const DEFAULT_HISTORY: History = { maxBytes: 10 * 1024 ** 3 };

/** How often save rules are looked at, in ms. */
const CRON_MS = 100;

export class RedisServer implements AsyncDisposable {
  readonly #keeper: StoreKeeper;
  readonly #snapshots: Snapshots;
  /** What commands read while no store is open. */
  readonly #nothing = emptyKeySpace();
  /** Called when the server has ended by itself: by SHUTDOWN, or because its file is lost. */
  readonly #onEnd: (end: ServerEnd) => void;
  readonly #cron: NodeJS.Timeout;
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

  private constructor(options: RedisServerOptions) {
    const { path } = options;
    this.#onEnd = options.onEnd ?? (() => undefined);
    const config = new ServerConfig();
    for (const [name, value] of Object.entries(options.config ?? {})) presetParameter(config, name, value);
    const log = (message: string) => console.error(message);
    this.#keeper = new StoreKeeper(
      {
        path,
        durability: () => DURABILITIES[config.text('appendfsync')]!,
        history: options.history ?? DEFAULT_HISTORY,
        isReadOnly: options.readOnly ?? false,
      },
      {
        changed: () => this.#storeChanged(),
        log,
        lost: (error) => this.#onEnd({ reason: 'lost', error }),
      },
    );
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
      path,
      config,
      tasks,
      firstSequence: () => this.#keeper.store?.stats().firstSequence ?? 1,
      configValues: () => config.values(),
    });
    const stats = noStats();
    const changes = new ChangeHub([watching, leases, blocked, this.#tracking, access]);
    this.#snapshots = new Snapshots({ config, changes, store: () => this.#keeper.store, log }, Date.now());
    const administration = new ServerAdministration({
      config,
      stats,
      observations,
      expiry,
      memory,
      space: () => this.#liveSpace,
      sequence: () => this.#keeper.store?.sequence ?? 0,
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
      disk: { flush: () => setImmediate().then(() => this.#keeper.store?.flush()) },
      config,
      blocking: blocked,
      clients: connections,
      commands: commandTable,
      watching,
      tasks,
      administration,
      past,
      persistence: this.#persistencePart(),
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
        (_client, row) => storeRefusal(this.#keeper.state, options.readOnly === true, row),
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
    const writable = () => (this.#keeper.state === 'open' ? this.#keeper.store : undefined);
    this.#turns = new Turns(
      { store: writable, space: () => this.#liveSpace },
      {
        step: (client) => this.#step(client),
        turnEnds: () => this.#tracking.turnEnds(),
        send: (client, output) => connections.send(client, output),
        failed: (error, clients) => this.#failed(error, clients),
      },
    );
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
    this.#cron = setInterval(() => {
      if (this.#keeper.state === 'open' && !administration.debug.pausesCron) this.#snapshots.tick(Date.now());
    }, CRON_MS);
    this.#cron.unref();
    this.#housekeeping = setInterval(() => keepHouse({ config, connections, log }, Date.now()), HOUSEKEEPING_MS);
  }

  /** Listens, then opens the log. Until it is open, clients get LOADING. */
  static async open(options: RedisServerOptions): Promise<RedisServer> {
    const server = new RedisServer(options);
    try {
      server.#port = await server.#listeners.listen(options.port ?? 6379, options.host ?? '127.0.0.1');
      await server.#keeper.open();
    } catch (error) {
      await server.close();
      throw error;
    }
    if (server.#keeper.state === 'open') {
      server.#parts.stats.expiredAtLoad = await expireAtLoad((job) => server.#inTurn(job));
      server.#expiry.start();
    }
    return server;
  }

  /** The store underneath. It is another one after DEBUG RELOAD, and after a write that failed. */
  get store(): Store<KeySpace> {
    const { store } = this.#keeper;
    if (store === undefined)
      throw new RefoldError('STORE_CLOSED', 'Cannot use the store: the server is loading it', {});
    return store;
  }

  get port(): number {
    return this.#port;
  }

  async close(): Promise<void> {
    this.#listeners.close();
    clearInterval(this.#housekeeping);
    clearInterval(this.#cron);
    this.#pauses.close();
    this.#expiry.stop();
    this.#heap.close();
    for (const client of [...this.#connections.all()]) this.#connections.close(client, true);
    this.#leases.close();
    await this.#past.close();
    await this.#keeper.close();
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
      isPast: this.#keeper.state !== 'open',
      now,
      append: (type, data) => this.#turns.append(type as keyof Effects, data),
    };
  }

  /** The state outside of turns. Under the direct fold it is the same object. */
  get #liveSpace(): KeySpace {
    return (this.#keeper.store?.state as KeySpace | undefined) ?? this.#nothing;
  }

  /** A call of the server itself, in the turn that runs. */
  #ownCall(): Call {
    return new Call([], this.#self, this.#parts, this.#circumstances(), false);
  }

  #inTurn(job: (call: Call) => void): void {
    this.#turns.schedule(() => {
      if (this.#keeper.state === 'open') job(this.#ownCall());
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
    const stats = this.#keeper.store?.stats();
    return {
      isLoading: this.#keeper.state === 'loading',
      changesSinceSave: sinceSave,
      lastSaveAt: this.#snapshots.lastSaveAt,
      save: this.#snapshots.saving,
      rewrite: this.#snapshots.rewriting,
      isRewriteScheduled: false,
      isWriteFailing: this.#keeper.state === 'read-only',
      isAppendOnly: this.#parts.config.flag('appendonly'),
      logBytes: stats?.fileBytes ?? 0,
      baseBytes: 0,
      queuedBytes: stats?.queuedBytes ?? 0,
      keysLoaded: 0,
    };
  }

  #persistencePart(): Persistence {
    const snapshots = this.#snapshots;
    return {
      get lastSaveAt() {
        return snapshots.lastSaveAt;
      },
      get isSaving() {
        return snapshots.saving.since !== undefined;
      },
      get isRewriting() {
        return snapshots.rewriting.since !== undefined;
      },
      save: () => snapshots.save(),
      rewrite: () => snapshots.rewrite(),
      reload: () => setImmediate().then(() => this.#keeper.reload()),
      shutDown: async (saves) => {
        await setImmediate(); // the turn that asks has to be over
        if (saves) await snapshots.save();
        this.#onEnd({ reason: 'shutdown' });
        await this.close();
      },
    };
  }

  #storeChanged(): void {
    this.#turns.schedule(() => this.#blocked.serve());
  }

  /** A turn is not durable: whoever waits for its replies must not take the state for granted. */
  #failed(error: unknown, clients: readonly Client[]): void {
    for (const client of clients) this.#connections.close(client, true);
    for (let db = 0; db < DATABASES; db++) this.#parts.changes.changed('DatabaseFlushed', { db }, 0);
    this.#keeper.failed(error);
  }
}
