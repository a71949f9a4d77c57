/**
 * Which ids a log may hold: a set of hashes that says "no" for certain, and "perhaps" otherwise.
 *
 * There are never false negatives: `mayHold` is true for every id that was added. A false positive costs one look into the
 * log. Memory is at most 16 bytes an id, growth included:
 *
 *     table    _ h _ h h _ h _     32-bit hashes in open addressing, 0 is a free slot, from 40 % to 80 % full
 *
 * The log forgets old ids, but single hashes cannot be removed. So there are two generations: new ids enter the newer
 * one, and `turnOver` drops the older one when the log has forgotten all its ids. The owner decides when that is.
 *
 * The seed should be random: ids may come from strangers, who must not be able to choose ids that fill neighbouring
 * slots.
 */

export class IdFilter {
  readonly #seed: number;
  #older: HashTable = new HashTable();
  #newer: HashTable = new HashTable();

  /** @param seed any 32-bit integer */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** Distinct hashes of the ids added since the last turnover: at most as many as there are ids. */
  get newer(): number {
    return this.#newer.size;
  }

  /** The same for the older generation. */
  get older(): number {
    return this.#older.size;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#newer.bytes + this.#older.bytes;
  }

  /** Adds an id to the newer generation. False when it may have been in either before. */
  add(id: string): boolean {
    const hash = hashOf(id, this.#seed);
    return this.#newer.add(hash) && !this.#older.has(hash);
  }

  /** Adds an id that is not new to the older generation. */
  addOld(id: string): void {
    this.#older.add(hashOf(id, this.#seed));
  }

  /** False only for an id that was never added, or was dropped with its generation. */
  mayHold(id: string): boolean {
    const hash = hashOf(id, this.#seed);
    return this.#newer.has(hash) || this.#older.has(hash);
  }

  /** Drops the older generation; the newer one becomes the older. */
  turnOver(): void {
    this.#older = this.#newer;
    this.#newer = new HashTable();
  }
}

/** A table of up to this many hashes is one part. */
const UNDIVIDED = 104_857;
/** A larger one is divided by the first bits of the hash. So with millions of ids a growth moves only a part of them. */
const PART_BITS = 8;

class HashTable {
  #parts: readonly Part[] = [new Part(64)];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.bytes, 0);
  }

  has(hash: number): boolean {
    return this.#partOf(hash).has(hash);
  }

  add(hash: number): boolean {
    if (!this.#partOf(hash).add(hash)) return false;
    this.#size++;
    if (this.#size > UNDIVIDED && this.#parts.length === 1) this.#divide(this.#parts[0]!);
    return true;
  }

  #partOf(hash: number): Part {
    return this.#parts.length === 1 ? this.#parts[0]! : this.#parts[hash >>> (32 - PART_BITS)]!;
  }

  #divide(whole: Part): void {
    this.#parts = Array.from({ length: 1 << PART_BITS }, () => new Part(1_024));
    for (const hash of whole.hashes()) this.#partOf(hash).add(hash);
  }
}

/** A part grows beyond this. Probes stay short, and 101,000 ids fit into 2^17 slots. */
const FULLEST = 0.8;

class Part {
  #slots: Uint32Array;
  #size = 0;

  /** @param slots a power of two */
  constructor(slots: number) {
    this.#slots = new Uint32Array(slots);
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  *hashes(): Generator<number, void> {
    for (const hash of this.#slots) if (hash !== 0) yield hash;
  }

  has(hash: number): boolean {
    return this.#slots[slotOf(this.#slots, hash)] === hash;
  }

  add(hash: number): boolean {
    const slot = slotOf(this.#slots, hash);
    if (this.#slots[slot] === hash) return false;
    this.#slots[slot] = hash;
    this.#size++;
    if (this.#size > this.#slots.length * FULLEST) this.#grow();
    return true;
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    for (const hash of this.#slots) if (hash !== 0) slots[slotOf(slots, hash)] = hash;
    this.#slots = slots;
  }
}

/** The slot that holds a hash, or the free one where it belongs. There is always a free one. */
function slotOf(slots: Uint32Array, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0 && slots[slot] !== hash) slot = (slot + 1) & mask;
  return slot;
}

/**
 * 32 bits of a text, never 0. Each step is one-to-one in the state so far, and the end mixes all bits into all
 * (murmur3's finaliser). A lone surrogate counts as U+FFFD, because UTF-8 encodes it as that.
 */
function hashOf(id: string, seed: number): number {
  const text = id.toWellFormed();
  let hash = seed ^ text.length;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash === 0 ? 1 : hash;
}
