/**
 * Eviction: which key has to leave when memory is short.
 *
 * As in Redis, no policy but volatile-ttl looks at all keys. Some keys are drawn at random, the best candidates so far are
 * remembered, and the best of them all is evicted.
 */
import type { Call } from '../../calls/call.ts';
import type { AccessClock, Config } from '../../calls/parts.ts';
import { DATABASES, type Database, databaseOf, type KeySpace } from '../../model/key-space.ts';

/** Candidates that are remembered from one eviction to the next. */
const POOL_SIZE = 16;
/** Keys that one command evicts at most. The next command, or the next cycle, evicts more. */
const MOST_EVICTIONS = 2_000;

interface Candidate {
  readonly db: number;
  readonly key: string;
  /** The larger, the sooner it is evicted. */
  readonly score: number;
}

export class Evictor {
  readonly #config: Config;
  readonly #access: AccessClock;
  readonly #chance: () => number;
  /** The best is the last. */
  #pool: Candidate[] = [];
  #poolPolicy = '';
  #nextDatabase = 0;

  /** @param chance gives numbers from 0 to 1 */
  constructor(config: Config, access: AccessClock, chance: () => number = Math.random) {
    this.#config = config;
    this.#access = access;
    this.#chance = chance;
  }

  /** Evicts keys while `isFull` says so. Returns whether there is room, or will be after some more evictions. */
  makeRoom(call: Call, isFull: () => boolean): boolean {
    for (let count = 0; isFull(); count++) {
      if (count === MOST_EVICTIONS || call.isTurnLarge) return true;
      const victim = this.#victim(call);
      if (victim === undefined) return false;
      call.apply('KeyEvicted', victim, 0);
      call.parts.stats.evicted++;
      call.notify('e', 'evicted', victim.key, victim.db);
    }
    return true;
  }

  #victim(call: Call): { readonly db: number; readonly key: string } | undefined {
    const policy = this.#config.text('maxmemory-policy');
    if (policy === 'noeviction') return undefined;
    const isVolatile = policy.startsWith('volatile');
    if (policy.endsWith('random')) return this.#randomKey(call.space, isVolatile);
    if (policy !== this.#poolPolicy) this.#pool = [];
    this.#poolPolicy = policy;
    for (;;) {
      if (!this.#fillPool(call, policy, isVolatile)) return undefined;
      for (let best = this.#pool.pop(); best !== undefined; best = this.#pool.pop()) {
        const { db, key } = best;
        if (poolOf(databaseOf(call.space, db), isVolatile).slots.has(key)) return { db, key };
      }
    }
  }

  /** Draws some keys of each database. False when no key can be evicted. */
  #fillPool({ space, now }: Call, policy: string, isVolatile: boolean): boolean {
    let hasKeys = false;
    for (let db = 0; db < DATABASES; db++) {
      const database = databaseOf(space, db);
      const { keys } = poolOf(database, isVolatile);
      if (keys.length === 0) continue;
      hasKeys = true;
      const samples = Math.min(this.#config.number('maxmemory-samples'), keys.length);
      for (let each = 0; each < samples; each++) {
        const key = keys[this.#below(keys.length)]!;
        this.#consider({ db, key, score: this.#scoreOf(policy, database, db, key, now) });
      }
    }
    return hasKeys;
  }

  #consider(candidate: Candidate): void {
    const { db, key, score } = candidate;
    const pool = this.#pool.filter((other) => other.key !== key || other.db !== db);
    let at = pool.length;
    while (at > 0 && pool[at - 1]!.score > score) at--;
    pool.splice(at, 0, candidate);
    this.#pool = pool.length > POOL_SIZE ? pool.slice(1) : pool;
  }

  #scoreOf(policy: string, { expires }: Database, db: number, key: string, now: number): number {
    if (policy === 'volatile-ttl') return -expires.values[expires.slots.get(key)!]!;
    if (policy.endsWith('lfu')) return 255 - this.#access.frequency(db, key, now);
    return this.#access.idleSeconds(db, key, now);
  }

  /** A key of any database, one database after the other. */
  #randomKey(space: KeySpace, isVolatile: boolean): { readonly db: number; readonly key: string } | undefined {
    for (let count = 0; count < DATABASES; count++) {
      const db = this.#nextDatabase;
      this.#nextDatabase = (db + 1) % DATABASES;
      const { keys } = poolOf(databaseOf(space, db), isVolatile);
      if (keys.length > 0) return { db, key: keys[this.#below(keys.length)]! };
    }
    return undefined;
  }

  #below(limit: number): number {
    return Math.floor(this.#chance() * limit);
  }
}

/** The keys that a policy may evict. */
function poolOf(database: Database, isVolatile: boolean): Database['keys'] | Database['expires'] {
  return isVolatile ? database.expires : database.keys;
}
