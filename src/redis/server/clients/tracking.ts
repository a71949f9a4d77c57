/**
 * Client-side caching: which client may have cached which key, and messages when a key changes.
 *
 * A key is remembered when a tracking client reads it, and forgotten when its message was sent. The name counts, whatever the
 * database. In broadcast mode nothing is remembered: a client hears of every key with its prefixes, once a turn.
 */
import type { Client, TrackingState } from '../../calls/client.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { Tracking, TrackingCounts } from '../../calls/contracts/client-parts.ts';
import { keysOfRequest } from '../../calls/requests/keys-of.ts';
import type { Reply } from '../../protocol/reply.ts';
import type { ChangeListener } from '../changes.ts';
import type { RunObserver } from '../dispatch.ts';

export interface TrackingHost {
  /** The client whose command runs now. */
  current(): Client | undefined;
  byId(id: number): Client | undefined;
  /** `tracking-table-max-keys`; 0 is without a limit. */
  maxKeys(): number;
}

interface Prefix {
  readonly clients: Set<Client>;
  /** Keys that changed in this turn, and the client that changed them. Undefined when the server did. */
  readonly keys: Map<string, Client | undefined>;
}

const FLUSHES = new Set(['flushall', 'flushdb']);
/** The channel of messages for a client that is redirected to a subscriber over RESP2. */
const CHANNEL = '__redis__:invalidate';
/** Changes that the server makes: even a client that asked for NOLOOP hears of these. */
const NOT_BY_CLIENTS = new Set(['KeyExpired', 'KeyEvicted']);

export class TrackedKeys implements Tracking, ChangeListener, RunObserver {
  readonly #host: TrackingHost;
  readonly #clients = new Set<Client>();
  /** For each key the clients that may have cached it. */
  readonly #readers = new Map<string, Set<Client>>();
  #items = 0;
  readonly #prefixes = new Map<string, Prefix>();
  /** Messages for the client whose command runs: it reads its reply first. Null stands for every key. */
  #pending: (string | null)[] = [];
  #isFlushed = false;

  constructor(host: TrackingHost) {
    this.#host = host;
  }

  get counts(): TrackingCounts {
    return {
      clients: this.#clients.size,
      keys: this.#readers.size,
      items: this.#items,
      prefixes: this.#prefixes.size,
    };
  }

  enable(client: Client, state: TrackingState): void {
    client.tracking = state;
    this.#clients.add(client);
    for (const prefix of state.prefixes) {
      const entry = this.#prefixes.get(prefix) ?? { clients: new Set(), keys: new Map() };
      entry.clients.add(client);
      this.#prefixes.set(prefix, entry);
    }
  }

  /** The keys that it has read stay until they change: the table is not searched. */
  disable(client: Client): void {
    for (const prefix of client.tracking?.prefixes ?? []) {
      const entry = this.#prefixes.get(prefix);
      entry?.clients.delete(client);
      if (entry?.clients.size === 0) this.#prefixes.delete(prefix);
    }
    client.tracking = undefined;
    this.#clients.delete(client);
  }

  ran(client: Client, row: CommandRow, args: readonly string[], _micros: number, error: string | undefined): void {
    if (this.#clients.size === 0) return;
    // Clients hear of it even when there was nothing to delete, which is not an effect.
    if (FLUSHES.has(row.name) && error === undefined) this.#forgetAll();
    const { tracking } = client;
    if (tracking === undefined || tracking.isBroadcast || !row.flags.includes('readonly')) return;
    if (tracking.option === 'optin' && !tracking.isCachingSet) return;
    if (tracking.option === 'optout' && tracking.isCachingSet) return;
    for (const { key } of keysOfRequest(row, args) ?? []) {
      const readers = this.#readers.get(key) ?? new Set();
      if (readers.has(client)) continue;
      this.#readers.set(key, readers.add(client));
      this.#items++;
    }
  }

  keyChanged(_db: number, key: string, effect: string): void {
    const author = NOT_BY_CLIENTS.has(effect) ? undefined : this.#host.current();
    for (const [prefix, { keys }] of this.#prefixes) if (key.startsWith(prefix)) keys.set(key, author);
    this.#invalidate(key, effect === 'KeyEvicted');
  }

  databaseChanged(_db: number, effect: string): void {
    if (effect !== 'DatabasesSwapped') this.#forgetAll();
  }

  /** A command and all that it woke is over. */
  commandEnds(client: Client): void {
    if (this.#isFlushed) {
      this.#isFlushed = false;
      for (const each of this.#clients) if (each !== client) this.#send(each, [], true);
      if (client.tracking !== undefined) this.#pending.push(null);
    }
    if (this.#pending.length > 0) {
      const pending = this.#pending;
      this.#pending = [];
      for (const key of pending) this.#send(client, key === null ? [] : [key], key === null);
    }
    this.#limit();
  }

  /** Sends what broadcast clients have to hear of this turn. */
  turnEnds(): void {
    for (const { clients, keys } of this.#prefixes.values()) {
      if (keys.size === 0) continue;
      for (const client of clients) {
        const isNoLoop = client.tracking?.isNoLoop;
        const heard = isNoLoop ? [...keys].filter(([, author]) => author !== client) : [...keys];
        if (heard.length > 0)
          this.#send(
            client,
            heard.map(([key]) => key),
          );
      }
      keys.clear();
    }
  }

  #forgetAll(): void {
    this.#readers.clear();
    this.#items = 0;
    this.#isFlushed = true;
  }

  #invalidate(key: string, isAtOnce: boolean): void {
    const readers = this.#readers.get(key);
    if (readers === undefined) return;
    this.#readers.delete(key);
    this.#items -= readers.size;
    const current = this.#host.current();
    for (const client of readers) {
      // It may have left, or have begun to track in another way.
      if (!this.#clients.has(client) || client.tracking!.isBroadcast) continue;
      if (client === current && client.tracking!.isNoLoop) continue;
      if (client === current && !isAtOnce) this.#pending.push(key);
      else this.#send(client, [key]);
    }
  }

  /** Lets clients forget keys when the table has too many. The oldest are first. */
  #limit(): void {
    const most = this.#host.maxKeys();
    if (most === 0) return;
    for (const key of this.#readers.keys()) {
      if (this.#readers.size <= most) return;
      this.#invalidate(key, true);
    }
  }

  #send(client: Client, keys: readonly string[], isEveryKey = false): void {
    const { redirect } = client.tracking!;
    const target = redirect === 0 ? client : this.#host.byId(redirect);
    if (target === undefined) {
      client.tracking!.isRedirectBroken = true;
      if (client.reply.resp === 3) client.reply.aside((reply) => tellBroken(reply, redirect));
      return;
    }
    if (target.reply.resp === 2 && (redirect === 0 || !target.isSubscriber)) return;
    target.reply.aside((reply) => {
      if (reply.resp === 3) {
        reply.push(2);
        reply.bulk('invalidate');
      } else {
        reply.array(3);
        reply.bulk('message');
        reply.bulk(CHANNEL);
      }
      if (isEveryKey) reply.null();
      else reply.bulks(keys);
    });
  }
}

function tellBroken(reply: Reply, redirect: number): void {
  reply.push(2);
  reply.bulk('tracking-redir-broken');
  reply.integer(redirect);
}
