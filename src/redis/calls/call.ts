/**
 * One run of a command: its arguments, the key space, the reply, and the only way to change something.
 *
 * A command checks first, then gives its effects, then replies. `apply` folds an effect at once, so the command reads what it
 * has written. Everything that follows from a change follows from the effect: WATCH, client-side caches, blocked clients.
 */

import { type Database, databaseOf, expiryOf, type KeySpace, valueAtKey } from '../model/key-space.ts';
import type { Effects } from '../model/model.ts';
import type { Value } from '../model/values.ts';
import type { Reply } from '../protocol/reply.ts';
import type { Client } from './client.ts';
import type { Parts } from './parts.ts';

/** What a call is given to run with. */
export interface Circumstances {
  /** The state that the call reads: the live one, or a past one. */
  readonly space: KeySpace;
  /** Whether effects are refused: the call looks at the past. */
  readonly isPast: boolean;
  /** The time of the call, in ms since the epoch; the log records it with every effect. */
  readonly now: number;
  append(type: string, data: object): void;
}

/** Classes of keyspace events, as `notify-keyspace-events` names them. */
export type EventClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 'e' | 't' | 'm' | 'd' | 'n';

export class Call {
  /** Latin1 strings, one character a byte. The first is the command's name as it was sent. */
  readonly args: readonly string[];
  readonly client: Client;
  readonly parts: Parts;
  readonly now: number;
  /** Whether it runs inside EXEC: then nothing blocks. */
  readonly isInTransaction: boolean;
  readonly #circumstances: Circumstances;
  /** Arguments that logs do not show. */
  #secrets: Set<number> | undefined;

  constructor(
    args: readonly string[],
    client: Client,
    parts: Parts,
    circumstances: Circumstances,
    isInTransaction: boolean,
  ) {
    this.args = args;
    this.client = client;
    this.parts = parts;
    this.now = circumstances.now;
    this.isInTransaction = isInTransaction;
    this.#circumstances = circumstances;
  }

  get reply(): Reply {
    return this.client.reply;
  }

  get space(): KeySpace {
    return this.#circumstances.space;
  }

  get isPast(): boolean {
    return this.#circumstances.isPast;
  }

  /** The database that the client has selected. Read from it; `apply` changes it. */
  get database(): Database {
    return databaseOf(this.space, this.client.db);
  }

  /**
   * Records an effect, and folds it into the key space.
   *
   * @param changes what it adds to `rdb_changes_since_last_save`: a member, a field and an element count 1 each
   */
  apply<Type extends keyof Effects & string>(type: Type, data: Effects[Type], changes = 1): void {
    this.#circumstances.append(type, data);
    this.parts.changes.changed(type, data, changes);
  }

  /** The same call at the present time and state, for what goes on in a later turn. */
  atThisTurn(): Call {
    return this.parts.dispatch.callFor(this.client, this.args);
  }

  /** Hides arguments from MONITOR and SLOWLOG. */
  redact(...positions: readonly number[]): void {
    this.#secrets = new Set([...(this.#secrets ?? []), ...positions]);
  }

  /** The arguments as logs may show them. */
  get shownArgs(): readonly string[] {
    const secrets = this.#secrets;
    return secrets === undefined ? this.args : this.args.map((arg, at) => (secrets.has(at) ? '(redacted)' : arg));
  }

  /** The value under a key of the selected database, for a read: counts hits and misses, and deletes an expired key. */
  read(key: string): Value | undefined {
    const value = this.peek(key);
    if (value === undefined) this.parts.stats.misses++;
    else this.parts.stats.hits++;
    return value;
  }

  /** As `read`, without counting: for a write, or a look that is not an access. */
  peek(key: string, db: number = this.client.db): Value | undefined {
    const database = databaseOf(this.space, db);
    const value = valueAtKey(database, key);
    if (value === undefined) return undefined;
    const at = expiryOf(database, key);
    if (at === undefined || at > this.now || this.parts.isExpirySuspended()) {
      this.parts.access.touch(db, key, this.now);
      return value;
    }
    if (this.isPast || this.parts.pauses.isPaused('write')) return undefined;
    this.apply('KeyExpired', { db, key }, 0);
    this.parts.stats.expired++;
    this.notify('x', 'expired', key, db);
    return undefined;
  }

  /** Tells subscribers of keyspace events. Classes: g generic, $ string, l list, s set, h hash, z sorted set, t stream, x expired, e evicted, m miss, n new key, d module. */
  notify(eventClass: EventClass, event: string, key: string, db: number = this.client.db): void {
    this.parts.notifications.notify(eventClass, event, key, db);
  }
}
