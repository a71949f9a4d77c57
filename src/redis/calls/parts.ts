/**
 * The parts of the server that commands use, as interfaces. `src/redis/server/` has them.
 *
 * A command sees nothing else of the server: no sockets, no store.
 */

import type { Kind } from '../model/values.ts';
import type { Administration } from './administration.ts';
import type { EventClass } from './call.ts';
import type { Client, QueuedCommand } from './client.ts';
import type { CommandRow } from './command.ts';
import type { Tasks } from './tasks.ts';

export interface Parts {
  readonly changes: Changes;
  readonly stats: Stats;
  readonly access: AccessClock;
  readonly notifications: Notifications;
  readonly config: Config;
  readonly blocking: Blocking;
  readonly clients: Clients;
  readonly commands: Commands;
  readonly watching: Watching;
  readonly dispatch: Dispatch;
  readonly tasks: Tasks;
  readonly administration: Administration;
  /** Whether DEBUG or the server's state keeps expired keys visible. */
  isExpirySuspended(): boolean;
}

/** Hears of every effect: WATCH, client-side caches, blocked clients, counters of changes. */
export interface Changes {
  changed(type: string, data: object, changes: number): void;
}

/** Counters of INFO. */
export interface Stats {
  hits: number;
  misses: number;
  expired: number;
  evicted: number;
  commands: number;
  connections: number;
  errors: number;
  bytesIn: number;
  bytesOut: number;
  /** Pieces read from and written to sockets. */
  reads: number;
  writes: number;
  rejectedConnections: number;
}

/** When keys were used last, for OBJECT IDLETIME and for eviction. It is not part of the state. */
export interface AccessClock {
  touch(db: number, key: string, now: number): void;
}

export interface Notifications {
  notify(eventClass: EventClass, event: string, key: string, db: number): void;
}

/** Parameters of redis.conf by name, in lower case. */
export interface Config {
  /** @throws Error for a name that does not exist: our mistake */
  text(name: string): string;
  number(name: string): number;
  flag(name: string): boolean;
  /** Names, aliases among them, and values: those that are wanted, and those whose names are given. */
  matching(isWanted: (name: string) => boolean, exact: ReadonlySet<string>): (readonly [string, string])[];
  /** All or nothing. @throws CommandError in the words of CONFIG SET */
  set(pairs: readonly (readonly [string, string])[], mayChangeProtected: boolean): void;
}

export interface Blocking {
  /**
   * Lets the client wait until one of the keys changes, or the time is over. Then the same command runs again; at the end
   * of the time `expire` writes the reply. Call it as the last thing, and write no reply.
   */
  block(client: Client, wait: Wait): void;
  /** Ends the wait of a client now, as its timeout does. Returns whether it was waiting. */
  release(client: Client): boolean;
}

/** What a client waits for. */
export interface Wait {
  readonly keys: readonly string[];
  /** The command runs again when a key holds this kind of value. */
  readonly kind: Kind;
  /** Whether it also runs again when a key is deleted, or gets another kind of value. */
  readonly wakesOnLoss?: boolean;
  /** 0 waits for ever. */
  readonly timeoutMs: number;
  /** Writes the reply at the end of the time. */
  readonly expire: (client: Client) => void;
}

export interface Clients {
  readonly size: number;
  all(): Iterable<Client>;
  byId(id: number): Client | undefined;
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
  /** Forgets every key that the client watches. */
  unwatch(client: Client): void;
}

export interface Dispatch {
  /** Runs a command that was queued by MULTI, and writes its reply. */
  runQueued(client: Client, queued: QueuedCommand): void;
}
