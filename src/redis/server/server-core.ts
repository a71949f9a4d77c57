/**
 * The core of the server: the parts that commands use, wired together. How a request runs through them is in `requests.ts`.
 *
 * It knows clients, and no listener: `redis-server.ts` gives it sockets, and begins and ends it.
 */
import { setImmediate } from 'node:timers/promises';
import type { Call } from '../calls/call.ts';
import type { Client } from '../calls/client.ts';
import type { ShutdownOptions } from '../calls/contracts/persistence.ts';
import { noStats } from '../calls/contracts/stats.ts';
import type { Parts } from '../calls/parts.ts';
import { clientLine } from '../commands/connection/client-line.ts';
import { commandTable } from '../commands/table.ts';
import { databaseOf, hasExpiringKeys, type KeySpace, keyCountOf, sizeOfSpace, valueAtKey } from '../model/key-space.ts';
import { LogPast } from '../past/past.ts';
import { pastGate } from '../past/past-gate.ts';
import { ServerAdministration } from './administration.ts';
import { BlockedClients } from './blocking.ts';
import { ChangeHub } from './changes.ts';
import { knownGate, replicasGate, subscriberGate, transactionGate } from './clients/gates.ts';
import { evictClients } from './clients/housekeeping.ts';
import { MonitorClients } from './clients/monitors.ts';
import { outputLimits } from './clients/output-limits.ts';
import { ClientPauses } from './clients/pauses.ts';
import { Subscriptions } from './clients/pubsub.ts';
import { TrackedKeys } from './clients/tracking.ts';
import { ServerUsers } from './clients/users.ts';
import { Connections } from './connections.ts';
import { Dispatcher } from './dispatch.ts';
import { gaugesOf } from './info/gauges.ts';
import { AccessTable } from './keeping/access-clock.ts';
import { Evictor } from './keeping/eviction.ts';
import { ExpiryCycle } from './keeping/expiry.ts';
import { HeapGuard } from './keeping/heap-guard.ts';
import { MemoryMeter } from './keeping/memory.ts';
import { KeyspaceNotifications } from './keeping/notifications.ts';
import { LeaseBook } from './leases.ts';
import { CommandObserver } from './observing/command-observer.ts';
import type { ServerSettings } from './options.ts';
import { FollowedChanges } from './persistence/following.ts';
import { loadingGate, writableGate } from './persistence/gates.ts';
import { StoreKeeper } from './persistence/keeper.ts';
import { Requests } from './requests.ts';
import { Turns } from './turns.ts';
import { WaitingClients } from './waiting-clients.ts';
import { presenceOf, WatchedKeys } from './watching.ts';

/** What the core asks of the server around it. */
export interface CoreHost {
  /** A client said SHUTDOWN. */
  shutDown(options: ShutdownOptions): Promise<void>;
  /** The file can neither be written nor read. */
  lost(error: unknown): void;
}

export class ServerCore {
  readonly #settings: ServerSettings;
  readonly connections: Connections;
  readonly turns: Turns;
  readonly parts: Parts;
  readonly expiry: ExpiryCycle;
  readonly memory: MemoryMeter;
  readonly users: ServerUsers;
  readonly keeper: StoreKeeper;
  readonly administration: ServerAdministration;
  readonly #dispatcher: Dispatcher;
  readonly #blocked: BlockedClients;
  readonly #heap: HeapGuard;
  readonly #past: LogPast;
  readonly #leases: LeaseBook;
  readonly #tracking: TrackedKeys;
  readonly #pauses: ClientPauses;
  readonly #watching: WatchedKeys;
  readonly #subscriptions = new Subscriptions();
  readonly #monitors = new MonitorClients();
  readonly #requests: Requests;
  readonly #changes: ChangeHub;

  constructor(settings: ServerSettings, host: CoreHost) {
    this.#settings = settings;
    const { config, log } = settings;
    const stats = noStats();
    const connections = new Connections({
      woke: (client) => this.turns.wake(client),
      talks: (client) => this.turns.talks(client),
      left: (client) => this.#left(client),
      log,
      stats,
      maxBulkBytes: () => config.number('proto-max-bulk-len'),
      maxQueryBytes: () => config.number('client-query-buffer-limit'),
      outputLimit: outputLimits(config),
    });
    const blocked = new BlockedClients({
      valueAt: (db, key) => valueAtKey(databaseOf(this.#space, db), key),
      rerun: (client, args) => this.#requests.rerun(client, args),
      ended: (args, error) => this.#dispatcher.waitEnded(args, error),
      schedule: (job) => this.turns.schedule(job),
      resume: (client) => this.turns.wake(client),
    });
    const watching = new WatchedKeys((db, key) =>
      presenceOf(this.#space, db, key, keeper.moment?.recordedAt ?? this.turns.now),
    );
    this.#tracking = new TrackedKeys({
      current: () => this.#dispatcher.current,
      byId: (id) => connections.byId(id),
      maxKeys: () => config.number('tracking-table-max-keys'),
    });
    this.#pauses = new ClientPauses({
      schedule: (job) => this.turns.schedule(job),
      resume: (client) => this.turns.wake(client),
    });
    this.users = new ServerUsers({
      config,
      commands: commandTable,
      clients: () => connections.all(),
      close: (client) => connections.close(client, client !== this.#dispatcher.current),
      lineOf: (client, args) => clientLine(client, connections.facts(client), args, Date.now()),
    });
    const observations = new CommandObserver(config);
    const keyCount = (): number => keyCountOf(this.#space);
    const clocked = { keyCount, databaseOf: (db: number) => this.#space.index[db]!, now: () => this.turns.now };
    const access = new AccessTable(config, clocked, Date.now());
    const expiry = new ExpiryCycle(config, {
      inTurn: (job) => this.inTurn(job),
      hasExpiringKeys: () => !this.#pauses.isPaused('write') && hasExpiringKeys(this.#space),
      monotonicMs: () => performance.now(),
    });
    const heap = new HeapGuard(() => sizeOfSpace(this.#space));
    const memory = new MemoryMeter({
      config,
      heap,
      evictor: new Evictor(config, access),
      space: () => this.#space,
      call: () => this.#requests.ownCall(),
      bufferBytes: () => connections.bufferBytes,
      evictClients: () => evictClients({ config, connections, stats, log }),
      inTurn: (job) => this.inTurn(job),
    });
    const tasks = new WaitingClients({
      schedule: (job) => this.turns.schedule(job),
      resume: (client) => this.turns.wake(client),
      onDefect: (error) => log(String(error instanceof Error ? error.stack : error)),
    });
    const leases = new LeaseBook((db, key) => {
      this.turns.schedule(() => {
        blocked.keyChanged(db, key);
        blocked.serve();
      });
    });
    const past = new LogPast({
      path: settings.path,
      config,
      tasks,
      lastSequence: () => keeper.moment?.sequence,
      configValues: () => config.values(),
    });
    const changes = new ChangeHub([watching, leases, blocked, this.#tracking, access]);
    this.#changes = changes;
    const followed = new FollowedChanges(changes);
    const keeper = new StoreKeeper({
      ...settings,
      changes,
      use: (store, isReadOnly) => this.turns.use(store, isReadOnly),
      show: (state) => this.turns.show(state),
      followed: (events) =>
        this.turns.schedule(() => {
          followed.take(events);
          blocked.serve();
        }),
      halt: () => this.turns.halt(),
      go: () => this.turns.go(),
      keyCount,
      log,
      lost: (error) => host.lost(error),
    });
    const administration = new ServerAdministration({
      config,
      stats,
      observations,
      expiry,
      memory,
      space: () => this.#space,
      reading: () => (settings.readOnly ? keeper : undefined),
      sequence: () => keeper.sequence,
      gauges: () =>
        gaugesOf({
          connections,
          blocked,
          pauses: this.#pauses,
          tracking: this.#tracking,
          subscriptions: this.#subscriptions,
        }),
      persistence: keeper,
      shutDown: (options) => host.shutDown(options),
      configFile: settings.configFile,
      userLines: () => this.#userLines(),
      pause: (ms) => this.turns.pause(ms),
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
      disk: { flush: () => setImmediate().then(() => keeper.store?.flush()) },
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
      users: this.users,
      isExpirySuspended: () => false,
    };
    this.keeper = keeper;
    this.administration = administration;
    this.parts = parts;
    this.expiry = expiry;
    this.#heap = heap;
    this.memory = memory;
    this.connections = connections;
    this.#watching = watching;
    this.#blocked = blocked;
    this.#past = past;
    this.#leases = leases;
    this.#dispatcher = new Dispatcher({
      parts,
      gates: [
        knownGate,
        loadingGate(keeper),
        transactionGate,
        this.users.gate,
        subscriberGate,
        pastGate(past),
        writableGate(keeper),
        (client, row, args) => (this.#mayEvict ? memory.gate(client, row, args) : undefined),
        memory.keyLimitGate,
        replicasGate(config),
        (client, row, args) => this.#requests.sizeGate(client, row, args),
      ],
      observers: [observations, this.#monitors, this.#tracking],
      postpones: (client, row, args) => this.#requests.postpones(client, row, args),
      queuedGate: (client, row, args) =>
        this.users.queuedGate(client, row, args) ?? this.#requests.sizeGate(client, row, args),
      circumstances: (client, row) => this.#requests.circumstances(client, row),
      onDefect: (error) => log(String(error instanceof Error ? error.stack : error)),
    });
    this.turns = new Turns({
      step: (client) => this.#requests.step(client),
      turnEnds: () => this.#tracking.turnEnds(),
      send: (client, output) => connections.send(client, output),
      mostCharacters: () => config.number('refold-largest-commit'),
      failed: (error, clients) => this.#failed(error, clients),
    });
    this.#requests = new Requests({
      connections,
      turns: this.turns,
      dispatcher: this.#dispatcher,
      blocked,
      tracking: this.#tracking,
      pauses: this.#pauses,
      parts,
      audit: settings.audit,
      frozenAt: () => keeper.moment?.recordedAt,
      log,
    });
  }

  /** The state, inside and outside of turns. */
  get #space(): KeySpace {
    return this.turns.state;
  }

  /** Runs a job of the server in a turn. Gives whether it ran: it does not while the log takes no writes. */
  inTurn(job: (call: Call) => void): Promise<boolean> {
    return this.#requests.inTurn(job);
  }

  /** Nothing is evicted while writing is paused, or the file takes no writes. Commands that write are refused then. */
  get #mayEvict(): boolean {
    return this.turns.isWritable && !this.#pauses.isPaused('write');
  }

  #left(client: Client): void {
    this.turns.forget(client);
    this.#blocked.drop(client);
    this.#past.leave(client);
    this.#subscriptions.forget(client);
    this.#tracking.disable(client);
    this.#monitors.remove(client);
    this.#pauses.drop(client);
    this.#watching.unwatch(client);
  }

  /** A turn is not durable: clients must not take what they have seen of the state for granted. */
  #failed(error: unknown, clients: readonly Client[]): void {
    for (const client of clients) this.connections.close(client, true);
    this.#changes.allChanged();
    void this.keeper.recover(error);
  }

  /** Ends connections and whatever runs by itself. */
  async close(): Promise<void> {
    this.#pauses.close();
    this.expiry.stop();
    this.#heap.close();
    this.memory.stop();
    this.turns.stop();
    for (const client of [...this.connections.all()]) this.connections.close(client, true);
    this.#leases.close();
    await this.#past.close();
    await this.keeper.close();
  }

  #userLines(): readonly string[] | undefined {
    return this.#settings.config.text('aclfile') === '' ? this.users.lines() : undefined;
  }
}
