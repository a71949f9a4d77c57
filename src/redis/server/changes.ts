/**
 * What follows from an effect: which keys it changed, for WATCH, blocked clients and client-side caches.
 *
 * The effect itself says which keys it touches, so no command can forget to say it.
 */
import type { Changes } from '../calls/parts.ts';

/** Hears of changed keys. */
export interface ChangeListener {
  keyChanged(db: number, key: string): void;
  /** Every key of the database may have changed. */
  databaseChanged(db: number): void;
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

  changed(_type: string, data: object, changes: number): void {
    this.sinceSave += changes;
    const { db, key, toKey, toDb } = data as Touches;
    for (const listener of this.#listeners) {
      if (key === undefined) listener.databaseChanged(db);
      else listener.keyChanged(db, key);
      if (toKey !== undefined) listener.keyChanged(toDb ?? db, toKey);
      else if (toDb === undefined) continue;
      else if (key === undefined) listener.databaseChanged(toDb);
      else listener.keyChanged(toDb, key);
    }
  }
}
