/**
 * Leases of REFOLD.LEASE. They live in memory only, and end with the server. Tokens only grow, also across restarts: they
 * begin at the time of the lease.
 */
import type { Leases } from '../calls/parts.ts';
import { DATABASES } from '../model/key-space.ts';
import type { ChangeListener } from './changes.ts';

interface Lease {
  readonly token: number;
  readonly timer: NodeJS.Timeout;
}

/** Tokens within one millisecond. */
const TOKENS_PER_MS = 1024;

export class LeaseBook implements Leases, ChangeListener {
  readonly #leases: readonly Map<string, Lease>[] = Array.from({ length: DATABASES }, () => new Map());
  readonly #onEnd: (db: number, key: string) => void;
  #lastToken = 0;

  /** @param onEnd called when a lease ends without a value: the next caller may have it */
  constructor(onEnd: (db: number, key: string) => void) {
    this.#onEnd = onEnd;
  }

  take(db: number, key: string, ttlMs: number, now: number): number | undefined {
    const leases = this.#leases[db]!;
    if (leases.has(key)) return undefined;
    this.#lastToken = Math.max(this.#lastToken + 1, now * TOKENS_PER_MS);
    const token = this.#lastToken;
    const timer = setTimeout(() => {
      leases.delete(key);
      this.#onEnd(db, key);
    }, ttlMs);
    timer.unref();
    leases.set(key, { token, timer });
    return token;
  }

  end(db: number, key: string, token: number): boolean {
    if (this.#leases[db]!.get(key)?.token !== token) return false;
    this.#forget(db, key);
    return true;
  }

  /** A write to the key ends its lease, so that an old value cannot replace a newer one. */
  keyChanged(db: number, key: string): void {
    if (this.#leases[db]!.size > 0) this.#forget(db, key);
  }

  databaseChanged(db: number): void {
    for (const key of [...this.#leases[db]!.keys()]) this.#forget(db, key);
  }

  close(): void {
    for (let db = 0; db < DATABASES; db++) this.databaseChanged(db);
  }

  #forget(db: number, key: string): void {
    clearTimeout(this.#leases[db]!.get(key)?.timer);
    this.#leases[db]!.delete(key);
  }
}
