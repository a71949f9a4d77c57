/** WATCH: marks clients as dirty when a key that they watch changes. */
import type { Client } from '../calls/client.ts';
import type { Watching } from '../calls/parts.ts';
import { DATABASES } from '../model/key-space.ts';
import type { ChangeListener } from './changes.ts';

export class WatchedKeys implements Watching, ChangeListener {
  /** For each database the clients that watch a key. */
  readonly #watchers: readonly Map<string, Set<Client>>[] = Array.from({ length: DATABASES }, () => new Map());
  readonly #watched = new Map<Client, { readonly db: number; readonly key: string }[]>();

  watch(client: Client, key: string, db: number): void {
    const clients = this.#watchers[db]!.get(key) ?? new Set();
    if (clients.has(client)) return;
    this.#watchers[db]!.set(key, clients.add(client));
    const keys = this.#watched.get(client) ?? [];
    keys.push({ db, key });
    this.#watched.set(client, keys);
  }

  unwatch(client: Client): void {
    for (const { db, key } of this.#watched.get(client) ?? []) {
      const clients = this.#watchers[db]!.get(key);
      clients?.delete(client);
      if (clients?.size === 0) this.#watchers[db]!.delete(key);
    }
    this.#watched.delete(client);
    client.isDirty = false;
  }

  keyChanged(db: number, key: string): void {
    const watchers = this.#watchers[db]!;
    if (watchers.size === 0) return;
    for (const client of watchers.get(key) ?? []) client.isDirty = true;
  }

  databaseChanged(db: number): void {
    for (const clients of this.#watchers[db]!.values()) for (const client of clients) client.isDirty = true;
  }
}
