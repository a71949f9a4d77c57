/**
 * What follows from an effect: which keys it changed, for WATCH, blocked clients and client-side caches.
 *
 * The effect itself says which keys it touches, so no command can forget to say it.
 */
import type { Changes } from '../calls/parts.ts';
import { DATABASES } from '../model/key-space.ts';

/** Hears of changed keys. */
export interface ChangeListener {
  /** @param effect the type of the effect that changed it */
  keyChanged(db: number, key: string, effect: string): void;
  /** Every key of the database may have changed. */
  databaseChanged(db: number, effect: string): void;
}

/** The members of effects that name keys and databases. */
interface Touches {
  readonly db: number;
  readonly key?: string;
  readonly toKey?: string;
  readonly toDb?: number;
}

export class ChangeHub implements Changes {
  /** Changes since the last snapshot. */
  sinceSave = 0;
  readonly #listeners: readonly ChangeListener[];

  constructor(listeners: readonly ChangeListener[]) {
    this.#listeners = listeners;
  }

  changed(effect: string, data: object, changes: number): void {
    this.sinceSave += changes;
    const { db, key, toKey, toDb } = data as Touches;
    for (const listener of this.#listeners) {
      if (key === undefined) listener.databaseChanged(db, effect);
      else listener.keyChanged(db, key, effect);
      if (toKey !== undefined) listener.keyChanged(toDb ?? db, toKey, effect);
      else if (toDb === undefined) continue;
      else if (key === undefined) listener.databaseChanged(toDb, effect);
      else listener.keyChanged(toDb, key, effect);
    }
  }

  /** The state is another one: every key may have changed. */
  allChanged(): void {
    for (let db = 0; db < DATABASES; db++) this.changed('DatabaseFlushed', { db }, 0);
  }
}
