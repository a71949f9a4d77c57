/**
 * When keys were used last, and how often: for OBJECT IDLETIME and FREQ, and for eviction. It is not part of the state.
 *
 * One table of 32-bit words serves all keys. A hash of database and key says which word is meant, so the table holds no
 * keys, and two keys may share a word: then both count as used when one is. It grows with the keys, to two to four words
 * for each. A new process knows nothing about its keys, and counts them as used when it began.
 *
 * A word has 24 bits as in Redis: the second of the last use, or, with an LFU policy, the minute of the last change and a
 * counter that grows ever more rarely. A policy that changes finds words of the other kind, as in Redis.
 */
import type { AccessClock, Config } from '../../calls/parts.ts';
import type { ChangeListener } from '../changes.ts';

/** Set in every word that is used. */
const USED = 0x1000000;
const CLOCK_MASK = 0xffffff;
const MINUTES_MASK = 0xffff;
const COUNTER_MAX = 255;
/** The count of a new key, so that it is not the next to be evicted. */
const COUNTER_START = 5;
const FIRST_WORDS = 2 ** 14;
const MOST_WORDS = 2 ** 25;
/** A longer key is hashed by some of its characters. */
const MOST_HASHED = 256;

/** Effects that delete a key as a whole. */
const DELETIONS = new Set(['KeyDeleted', 'KeyExpired', 'KeyEvicted']);

/** What the table needs to know of the key space. */
export interface ClockedSpace {
  /** The keys in all databases. */
  keyCount(): number;
  /** The database that a number means now, as a number that SWAPDB does not change. */
  databaseOf(db: number): number;
  /** In ms since the epoch. */
  now(): number;
}

export class AccessTable implements AccessClock, ChangeListener {
  readonly #config: Config;
  readonly #space: ClockedSpace;
  readonly #began: number;
  readonly #chance: () => number;
  #words = new Uint32Array(FIRST_WORDS);
  #policy = '';
  #isLfu = false;

  /** @param chance gives numbers from 0 to 1 */
  constructor(config: Config, space: ClockedSpace, now: number, chance: () => number = Math.random) {
    this.#config = config;
    this.#space = space;
    this.#began = now;
    this.#chance = chance;
  }

  /** Whether the policy counts uses. */
  get isLfu(): boolean {
    const policy = this.#config.text('maxmemory-policy');
    if (policy !== this.#policy) {
      this.#policy = policy;
      this.#isLfu = policy.endsWith('lfu');
    }
    return this.#isLfu;
  }

  touch(db: number, key: string, now: number): void {
    const at = this.#placeOf(db, key);
    this.#words[at] = USED | (this.isLfu ? this.#used(this.#words[at]!, now) : secondsOf(now));
  }

  idleSeconds(db: number, key: string, now: number): number {
    const word = this.#words[this.#placeOf(db, key)]!;
    const since = word === 0 ? secondsOf(this.#began) : word & CLOCK_MASK;
    return (secondsOf(now) - since) & CLOCK_MASK;
  }

  frequency(db: number, key: string, now: number): number {
    return this.#decayed(this.#words[this.#placeOf(db, key)]!, now);
  }

  setIdle(db: number, key: string, seconds: number, now: number): void {
    this.#words[this.#placeOf(db, key)] = USED | secondsOf(now - seconds * 1_000);
  }

  setFrequency(db: number, key: string, frequency: number, now: number): void {
    this.#words[this.#placeOf(db, key)] = USED | (minutesOf(now) << 8) | frequency;
  }

  keyChanged(db: number, key: string, effect: string): void {
    const at = this.#placeOf(db, key);
    if (DELETIONS.has(effect)) {
      this.#words[at] = 0;
      return;
    }
    const now = this.#space.now();
    const isNew = this.#words[at] === 0;
    if (!this.isLfu) this.#words[at] = USED | secondsOf(now);
    else if (isNew) this.#words[at] = USED | (minutesOf(now) << 8) | COUNTER_START;
    if (isNew && this.#space.keyCount() * 2 > this.#words.length) this.#grow();
  }

  databaseChanged(): void {
    // A flushed key leaves its word behind. The key that is stored there next begins with it.
  }

  /** The word after one more use. */
  #used(word: number, now: number): number {
    const counter = this.#decayed(word, now);
    const excess = Math.max(0, counter - COUNTER_START);
    const isCounted = this.#chance() < 1 / (excess * this.#config.number('lfu-log-factor') + 1);
    return (minutesOf(now) << 8) | Math.min(COUNTER_MAX, counter + (isCounted ? 1 : 0));
  }

  /** The counter, less one for each period without a use. */
  #decayed(word: number, now: number): number {
    if (word === 0) return COUNTER_START;
    const counter = word & COUNTER_MAX;
    const period = this.#config.number('lfu-decay-time');
    if (period === 0) return counter;
    const minutes = (minutesOf(now) - ((word >>> 8) & MINUTES_MASK)) & MINUTES_MASK;
    return Math.max(0, counter - Math.floor(minutes / period));
  }

  #placeOf(db: number, key: string): number {
    let hash = 0x811c9dc5 ^ this.#space.databaseOf(db) ^ (key.length << 8);
    const step = Math.ceil(key.length / MOST_HASHED);
    for (let at = 0; at < key.length; at += step) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b3c6d) & (this.#words.length - 1);
  }

  /** Doubles the table. A word stands at both of the places where its keys may look for it now. */
  #grow(): void {
    if (this.#words.length >= MOST_WORDS) return;
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    words.set(this.#words, this.#words.length);
    this.#words = words;
  }
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1_000) & CLOCK_MASK;
}

function minutesOf(ms: number): number {
  return Math.floor(ms / 60_000) & MINUTES_MASK;
}
