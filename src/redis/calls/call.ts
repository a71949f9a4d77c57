/**
 * One run of a command: its arguments, the key space, the reply, and the only way to change something.
 *
 * A command checks first, then gives its effects, then replies. `apply` folds an effect at once, so the command reads what it
 * has written. Everything that follows from a change follows from the effect: WATCH, client-side caches, blocked clients.
 */

import { type Database, databaseOf, expiryOf, type KeySpace, valueAtKey } from '../model/key-space.ts';
import type { Effects } from '../model/model.ts';
import type { Value } from '../model/values.ts';
import type { EventClass } from '../protocol/keyspace-events.ts';
import type { Reply } from '../protocol/reply.ts';
import type { Client } from './client.ts';
import { CommitFull } from './errors.ts';
import { keyOfEachBatch } from './limits.ts';
import type { Parts } from './parts.ts';

export type { EventClass } from '../protocol/keyspace-events.ts';

/** What a call is given to run with. */
export interface Circumstances {
  /** The state that the call reads: the live one, or a past one. */
  readonly space: KeySpace;
  /** Whether effects are refused: the call looks at the past. */
  readonly isPast: boolean;
  /** The time of the call, in ms since the epoch; the log records it with every effect. */
  readonly now: number;
  append(type: string, data: object): void;
  /** Whether effects with these texts fit into the commit of the turn. */
  fits(texts: readonly string[]): boolean;
  /** Whether the commit of the turn is large, so that work which can go on later should. */
  isLarge(): boolean;
}

export class Call {
  /** Latin1 strings, one character a byte. The first is the command's name as it was sent. */
  readonly args: readonly string[];
  readonly client: Client;
  readonly parts: Parts;
  readonly now: number;
  /** Whether it runs inside EXEC: then nothing blocks. */
  readonly isInTransaction: boolean;
  readonly #circumstances: Circumstances;
  #waitedMs = 0;
  #hasApplied = false;
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
    const newKey = this.parts.notifications.wantsNewKeys ? this.#missingKey(data) : undefined;
    this.#circumstances.append(type, data);
    this.#hasApplied = true;
    this.parts.changes.changed(type, data, changes);
    if (newKey !== undefined && valueAtKey(databaseOf(this.space, newKey.db), newKey.key) !== undefined) {
      this.notify('n', 'new', newKey.key, newKey.db);
    }
  }

  /** Whether it has given an effect. */
  get hasApplied(): boolean {
    return this.#hasApplied;
  }

  /** Whether the commit of this turn is large, so that work which can go on later should. */
  get isTurnLarge(): boolean {
    return this.#circumstances.isLarge();
  }

  /**
   * For a command that gives several effects whose texts are not its arguments.
   *
   * @param key the key that each of them names
   * @throws CommitFull when one commit has no room for them
   */
  requireCommitRoom(key: string, texts: readonly string[]): void {
    if (!this.#circumstances.fits([...keyOfEachBatch(key, texts), ...texts])) throw new CommitFull();
  }

  /** The same call at the present time and state, for what goes on in a later turn. */
  atThisTurn(): Call {
    return this.parts.dispatch.callFor(this.client, this.args);
  }

  /** Hides arguments from MONITOR and SLOWLOG. */
  redact(...positions: readonly number[]): void {
    this.#secrets = new Set([...(this.#secrets ?? []), ...positions]);
  }

  /** Adds to the time that the command took, for a command that lets the server wait. */
  addMilliseconds(ms: number): void {
    this.#waitedMs += ms;
  }

  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** The arguments as logs may show them. */
  get shownArgs(): readonly string[] {
    const secrets = this.#secrets;
    return secrets === undefined ? this.args : this.args.map((arg, at) => (secrets.has(at) ? '(redacted)' : arg));
  }

  /** The value under a key of the selected database, for a read: counts hits and misses, and deletes an expired key. */
  read(key: string): Value | undefined {
    const value = this.peek(key);
    this.#count(value, key);
    return value;
  }

  /** As `read`, without counting as a use of the key: for a read that asks about the key, such as TTL. */
  look(key: string): Value | undefined {
    const value = this.live(key);
    this.#count(value, key);
    return value;
  }

  /** As `read`, without counting hits and misses: for a write. */
  peek(key: string, db: number = this.client.db): Value | undefined {
    const value = this.live(key, db);
    if (value !== undefined) this.parts.access.touch(db, key, this.now);
    return value;
  }

  /** The value under a key, without counting anything. An expired key is deleted. */
  live(key: string, db: number = this.client.db): Value | undefined {
    const database = databaseOf(this.space, db);
    const value = valueAtKey(database, key);
    if (value === undefined) return undefined;
    const at = expiryOf(database, key);
    if (at === undefined || at > this.now || this.parts.isExpirySuspended()) return value;
    if (!this.isPast && !this.parts.pauses.isPaused('write')) this.expire(key, db);
    return undefined;
  }

  /** Deletes a key whose time has come. */
  expire(key: string, db: number): void {
    this.apply('KeyExpired', { db, key }, 0);
    this.parts.stats.expired++;
    this.notify('x', 'expired', key, db);
  }

  /** Tells subscribers of keyspace events. Classes: g generic, $ string, l list, s set, h hash, z sorted set, t stream, x expired, e evicted, m miss, n new key, d module. */
  notify(eventClass: EventClass, event: string, key: string, db: number = this.client.db): void {
    this.parts.notifications.notify(eventClass, event, key, db);
  }
  #count(value: Value | undefined, key: string): void {
    if (value !== undefined) {
      this.parts.stats.hits++;
      return;
    }
    this.parts.stats.misses++;
    this.notify('m', 'keymiss', key);
  }

  /** The key that an effect may create, if it is not there. */
  #missingKey(data: object): { readonly db: number; readonly key: string } | undefined {
    const { db, key, toDb = db, toKey = key } = data as EffectOnKey;
    if (toKey === undefined || valueAtKey(databaseOf(this.space, toDb), toKey) !== undefined) return undefined;
    return { db: toDb, key: toKey };
  }
}

/** The members of effects that name keys and databases. */
interface EffectOnKey {
  readonly db: number;
  readonly key?: string;
  readonly toDb?: number;
  readonly toKey?: string;
}
