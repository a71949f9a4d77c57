/**
 * The expiry cycle: deletes keys whose time has come, whether or not a client asks for them.
 *
 * As in Redis, a cycle looks at a few keys of each database, and at more of them while many had expired, within a quarter
 * of the time. It walks through the keys that expire, so it comes to each of them after some cycles.
 */
import type { Call } from '../../calls/call.ts';
import type { Config, Expiry } from '../../calls/parts.ts';
import { DATABASES, type Database, databaseOf } from '../../model/key-space.ts';

/** Keys of one database that a cycle looks at before it asks how many had expired. */
const LOOK_KEYS = 20;
const LOOK_KEYS_PER_EFFORT = 5;
/** The share of the time that cycles may take, and what each step of effort adds. */
const TIME_SHARE = 0.25;
const TIME_SHARE_PER_EFFORT = 0.02;
/** A cycle goes on with a database while more than this share of the keys had expired. */
const STALE_SHARE = 0.1;
const STALE_SHARE_PER_EFFORT = 0.01;
/** Keys that one turn deletes at most, so that a commit has a bound. */
const MOST_DELETIONS = 10_000;

/** What the cycle needs of the server. */
export interface ExpiryHost {
  /**
   * Runs the job in a turn, with a call that changes the key space. Gives whether it ran: it does not while the log takes no
   * writes.
   */
  inTurn(job: (call: Call) => void): Promise<boolean>;
  /** Whether keys of the state expire at all. */
  hasExpiringKeys(): boolean;
  /** Milliseconds of a clock that never goes back. */
  monotonicMs(): number;
}

export class ExpiryCycle implements Expiry {
  isActive = true;
  stalePercent = 0;
  timeCapReached = 0;
  spentMs = 0;
  readonly #config: Config;
  readonly #host: ExpiryHost;
  /** Where the walk through each database is. */
  readonly #positions: number[] = new Array<number>(DATABASES).fill(0);
  #nextDatabase = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(config: Config, host: ExpiryHost) {
    this.#config = config;
    this.#host = host;
  }

  /** Begins to run cycles, `hz` times a second. */
  start(): void {
    this.#timer = setTimeout(() => {
      if (this.isActive && this.#host.hasExpiringKeys()) void this.#host.inTurn((call) => this.run(call));
      this.start();
    }, 1_000 / this.#hz).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  get #hz(): number {
    return Math.min(500, Math.max(1, this.#config.number('hz')));
  }

  /** One cycle. */
  run(call: Call): void {
    const effort = this.#config.number('active-expire-effort') - 1;
    const share = TIME_SHARE + effort * TIME_SHARE_PER_EFFORT;
    const start = this.#host.monotonicMs();
    const end = start + (share * 1_000) / this.#hz;
    let deletionsLeft = MOST_DELETIONS;
    let looked = 0;
    for (let count = 0; count < DATABASES; count++) {
      const db = (this.#nextDatabase + count) % DATABASES;
      const walk = this.#cleanDatabase(call, db, effort, end, deletionsLeft);
      looked += walk.looked;
      deletionsLeft -= walk.expired;
      if (!walk.isOver) continue;
      this.timeCapReached++;
      this.#nextDatabase = db;
      break;
    }
    const percent = looked === 0 ? 0 : ((MOST_DELETIONS - deletionsLeft) / looked) * 100;
    const spent = this.#host.monotonicMs() - start;
    this.spentMs += spent;
    call.parts.observations.latency.observe('expire-cycle', spent);
    this.stalePercent = percent * 0.05 + this.stalePercent * 0.95;
  }

  /** Looks at keys of a database until few had expired. `isOver` when the time or the deletions were used up before that. */
  #cleanDatabase(
    call: Call,
    db: number,
    effort: number,
    end: number,
    mostDeletions: number,
  ): { readonly looked: number; readonly expired: number; readonly isOver: boolean } {
    const lookKeys = LOOK_KEYS + effort * LOOK_KEYS_PER_EFFORT;
    let looked = 0;
    let expired = 0;
    let left = databaseOf(call.space, db).expires.keys.length;
    while (left > 0) {
      const some = Math.min(lookKeys, left, mostDeletions - expired);
      const found = this.#look(call, db, some);
      looked += some;
      left -= some;
      expired += found;
      if (found <= some * (STALE_SHARE - effort * STALE_SHARE_PER_EFFORT)) break;
      if (expired >= mostDeletions || call.isTurnLarge || this.#host.monotonicMs() > end)
        return { looked, expired, isOver: true };
    }
    return { looked, expired, isOver: false };
  }

  /** Walks over so many keys, from the back to the front. Gives how many had expired. */
  #look(call: Call, db: number, count: number): number {
    const database = databaseOf(call.space, db);
    let expired = 0;
    for (let each = 0; each < count && database.expires.keys.length > 0 && !call.isTurnLarge; each++) {
      const position = this.#positions[db]!;
      const at = (position > 0 ? Math.min(position, database.expires.keys.length) : database.expires.keys.length) - 1;
      this.#positions[db] = at;
      if (expireAt(call, db, database, at)) expired++;
    }
    return expired;
  }
}

/**
 * Deletes every key whose time came before the server began, some in each turn, and gives how many. It ends early when the
 * log takes no writes: expired keys are hidden then, and deleted later.
 */
export async function expireAtLoad(inTurn: ExpiryHost['inTurn']): Promise<number> {
  let expired = 0;
  for (let db = 0; db < DATABASES; db++) {
    let at = Number.POSITIVE_INFINITY;
    while (at > 0) {
      const hasRun = await inTurn((call) => {
        const database = databaseOf(call.space, db);
        at = Math.min(at, database.expires.keys.length);
        for (let left = MOST_DELETIONS; left > 0 && at > 0 && !call.isTurnLarge; left--) {
          at--;
          if (expireAt(call, db, database, at)) expired++;
        }
      });
      if (!hasRun) return expired;
    }
  }
  return expired;
}

/** Deletes the key at a position among those that expire, if its time has come. */
function expireAt(call: Call, db: number, { expires }: Database, at: number): boolean {
  if (expires.values[at]! > call.now) return false;
  call.expire(expires.keys[at]!, db);
  return true;
}
