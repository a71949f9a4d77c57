/** WATCH: marks clients as dirty when a key that they watch changes. */
import type { Client } from '../calls/client.ts';
import type { Watching } from '../calls/parts.ts';
import { DATABASES, databaseOf, expiryOf, type KeySpace, valueAtKey } from '../model/key-space.ts';
import type { ChangeListener } from './changes.ts';

/** Whether a key is there; `expired` when it is, and its time has come. */
export type Presence = 'absent' | 'expired' | 'present';

/** @param now in ms since the epoch */
export function presenceOf(space: KeySpace, db: number, key: string, now: number): Presence {
  const database = databaseOf(space, db);
  if (valueAtKey(database, key) === undefined) return 'absent';
  const at = expiryOf(database, key);
  return at !== undefined && at <= now ? 'expired' : 'present';
}

interface Watch {
  readonly client: Client;
  readonly db: number;
  readonly key: string;
  /** What the client saw. For it an expired key is as good as an absent one. */
  seen: Presence;
}

export class WatchedKeys implements Watching, ChangeListener {
  readonly #presence: (db: number, key: string) => Presence;
  /** For each database and key the watches, by client. */
  readonly #watches: readonly Map<string, Map<Client, Watch>>[] = Array.from({ length: DATABASES }, () => new Map());
  readonly #byClient = new Map<Client, Watch[]>();

  constructor(presence: (db: number, key: string) => Presence) {
    this.#presence = presence;
  }

  watch(client: Client, key: string, db: number): void {
    const watches = this.#watches[db]!.get(key) ?? new Map<Client, Watch>();
    if (watches.has(client)) return;
    const watch: Watch = { client, db, key, seen: this.#presence(db, key) };
    this.#watches[db]!.set(key, watches.set(client, watch));
    const all = this.#byClient.get(client) ?? [];
    all.push(watch);
    this.#byClient.set(client, all);
  }

  unwatch(client: Client): void {
    client.isDirty = false;
    const all = this.#byClient.get(client);
    if (all === undefined) return;
    for (const { db, key } of all) {
      const watches = this.#watches[db]!.get(key);
      watches?.delete(client);
      if (watches?.size === 0) this.#watches[db]!.delete(key);
    }
    this.#byClient.delete(client);
  }

  /** A key that has expired since counts as changed, deleted or not. */
  checkExpiry(client: Client): void {
    for (const { db, key, seen } of this.#byClient.get(client) ?? []) {
      if (seen === 'present' && this.#presence(db, key) === 'expired') client.isDirty = true;
    }
  }

  keyChanged(db: number, key: string): void {
    const watches = this.#watches[db]!;
    if (watches.size === 0) return;
    for (const watch of watches.get(key)?.values() ?? []) {
      if (watch.seen === 'expired' && this.#presence(db, key) === 'absent') watch.seen = 'absent';
      else watch.client.isDirty = true;
    }
  }

  databaseChanged(db: number): void {
    for (const [key, watches] of this.#watches[db]!) {
      const after = this.#presence(db, key);
      for (const watch of watches.values()) {
        if (watch.seen !== 'present' && after !== 'present') watch.seen = after;
        else watch.client.isDirty = true;
      }
    }
  }
}
