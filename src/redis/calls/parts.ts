/**
 * The parts of the server that commands use, as interfaces. `src/redis/server/` has them.
 *
 * A command sees nothing else of the server: no sockets, no store.
 */

import type { Kind } from '../model/values.ts';
import type { EventClass } from '../protocol/keyspace-events.ts';
import type { Call } from './call.ts';
import type { Client, QueuedCommand } from './client.ts';
import type { CommandRow } from './command.ts';
import type { Administration } from './contracts/administration.ts';
import type { ClientFacts, Monitors, Pauses, Tracking } from './contracts/client-parts.ts';
import type { Observations } from './contracts/observations.ts';
import type { Past } from './contracts/past.ts';
import type { Stats } from './contracts/stats.ts';
import type { Tasks } from './contracts/tasks.ts';
import type { Users } from './contracts/users.ts';

export interface Parts {
  readonly changes: Changes;
  readonly stats: Stats;
  readonly access: AccessClock;
  readonly notifications: Notifications;
  readonly expiry: Expiry;
  readonly memory: Memory;
  readonly disk: Disk;
  readonly config: Config;
  readonly blocking: Blocking;
  readonly clients: Clients;
  readonly commands: Commands;
  readonly watching: Watching;
  readonly dispatch: Dispatch;
  readonly tasks: Tasks;
  readonly administration: Administration;
  readonly past: Past;
  readonly leases: Leases;
  readonly publisher: Publisher;
  readonly tracking: Tracking;
  readonly pauses: Pauses;
  readonly monitors: Monitors;
  readonly observations: Observations;
  readonly users: Users;
  /** Whether DEBUG or the server's state keeps expired keys visible. */
  isExpirySuspended(): boolean;
}

/** Hears of every effect: WATCH, client-side caches, blocked clients, counters of changes. */
export interface Changes {
  changed(type: string, data: object, changes: number): void;
}

/** When keys were used last, for OBJECT IDLETIME and for eviction. It is not part of the state. */
export interface AccessClock {
  /** Whether the policy counts uses, instead of noting the last one. */
  readonly isLfu: boolean;
  touch(db: number, key: string, now: number): void;
  /** Seconds since the last use. */
  idleSeconds(db: number, key: string, now: number): number;
  /** A counter from 0 to 255 that grows ever more rarely. */
  frequency(db: number, key: string, now: number): number;
  setIdle(db: number, key: string, seconds: number, now: number): void;
  setFrequency(db: number, key: string, frequency: number, now: number): void;
}

export interface Notifications {
  /** Whether somebody wants to hear of keys that are new. */
  readonly wantsNewKeys: boolean;
  notify(eventClass: EventClass, event: string, key: string, db: number): void;
}

/** The cycle that deletes keys whose time has come. */
export interface Expiry {
  /** DEBUG SET-ACTIVE-EXPIRE turns it off and on. */
  isActive: boolean;
  /** The estimated share of keys that have expired and are still there, in percent. */
  readonly stalePercent: number;
  /** How often a cycle ended because its time was over. */
  readonly timeCapReached: number;
  /** The time that cycles took, in ms. */
  readonly spentMs: number;
}

/** What stands under the log. */
export interface Disk {
  /** Resolves when everything applied so far is on the disk, whatever `appendfsync` says. */
  flush(): Promise<void>;
}

/** Memory in bytes, estimated. */
export interface Memory {
  /** Everything: the state, buffers of clients, and the server itself. */
  used(): number;
  peak(): number;
  readonly stateBytes: number;
  readonly bufferBytes: number;
}

/** Parameters of redis.conf by name, in lower case. */
export interface Config {
  /** @throws Error for a name that does not exist: our mistake */
  text(name: string): string;
  number(name: string): number;
  flag(name: string): boolean;
}

export interface Blocking {
  /**
   * Lets the client wait until one of the keys changes, or the time is over. Then the same command runs again; at the end
   * of the time `expire` writes the reply. Call it as the last thing, and write no reply.
   */
  block(client: Client, wait: Wait): void;
  /**
   * While a command runs again: the key that made it run. It takes from this key alone, because Redis serves keys in the
   * order in which they became ready, and not in that of the arguments. Undefined when a command runs for the first time.
   */
  readonly readyKey: string | undefined;
  /** Ends the wait of a client now. Returns whether it was waiting. */
  release(client: Client, how?: Release): boolean;
}

/** How a wait ends early: as its timeout does (the default), or with the error UNBLOCKED. */
export type Release = 'timeout' | 'error';

/** What a client waits for. */
export interface Wait {
  readonly keys: readonly string[];
  /** The command runs again when a key holds this kind of value. */
  readonly kind: Kind;
  /** Whether it also runs again when a key is deleted, or gets another kind of value. */
  readonly wakesOnLoss?: boolean;
  /** What runs again in place of the command. Default: the command itself. */
  readonly args?: readonly string[];
  /** 0 waits for ever. */
  readonly timeoutMs: number;
  /** Writes the reply at the end of the time. */
  readonly expire: (client: Client) => void;
}

export interface Clients {
  readonly size: number;
  /** How many clients were turned away. */
  readonly rejected: number;
  all(): Iterable<Client>;
  /** The client with the id, unless it is being closed. */
  byId(id: number): Client | undefined;
  facts(client: Client): ClientFacts;
  /** Ends the connection once its replies are sent; at once with `now`. */
  close(client: Client, now?: boolean): void;
}

export interface Commands {
  find(args: readonly string[]): CommandRow | undefined;
  all(): readonly CommandRow[];
}

/** WATCH: which clients have to hear that a key changed. */
export interface Watching {
  watch(client: Client, key: string, db: number): void;
  /** Marks the client as dirty when a key that it watches has expired. */
  checkExpiry(client: Client): void;
  /** Forgets every key that the client watches. */
  unwatch(client: Client): void;
}

/** What a client can subscribe to. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard';

/** Messages from clients, and from the server itself, to those who have subscribed. They are not part of the state. */
export interface Publisher {
  /** Sends a message to the subscribers of the channel and of patterns that match. Gives how many messages were sent. */
  publish(channel: string, message: string): number;
  /** Sends a message to the subscribers of a shard channel. Gives how many they are. */
  publishToShard(channel: string, message: string): number;
  subscribe(client: Client, kind: SubscriptionKind, name: string): void;
  unsubscribe(client: Client, kind: SubscriptionKind, name: string): void;
  /** Takes back every subscription of the client. */
  forget(client: Client): void;
  /** Channels that have subscribers. */
  channels(kind: 'channel' | 'shard'): Iterable<string>;
  subscribers(kind: 'channel' | 'shard', name: string): number;
  /** How many different patterns are subscribed to. */
  readonly patternCount: number;
}

export interface Dispatch {
  /** Runs a command that was queued by MULTI, and writes its reply. */
  runQueued(client: Client, queued: QueuedCommand): void;
  /** A call in the turn that runs. */
  callFor(client: Client, args: readonly string[]): Call;
}

/** Leases of keys that are missing: one caller fetches the value, the others wait. */
export interface Leases {
  /** A token, if no lease of the key is open. @param now in ms since the epoch */
  take(db: number, key: string, ttlMs: number, now: number): number | undefined;
  /** Ends a lease. Returns whether the token is that of the open lease. */
  end(db: number, key: string, token: number): boolean;
}
