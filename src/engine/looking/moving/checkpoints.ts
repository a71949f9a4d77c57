/**
 * States that a cursor keeps in memory, so that it can go back: within a number of bytes, those near the cursor first.
 *
 * A checkpoint shares all values with the states around it, and has copies of their tables only: its size is that of the entries. When the
 * cursor has left for a state that shares nothing with them, one of them counts for all of these values.
 */

/** A state that was kept, by its sequence. */
export interface Kept<Held> {
  readonly sequence: number;
  readonly held: Held;
  /** How many entries of Maps it has copied. */
  readonly entries: number;
  /** What it alone keeps in memory beside them, in bytes; default 0. */
  readonly values?: number;
}

/** A stretch of the log whose states share their values, and the bytes of these. */
export interface PartedStates {
  readonly from: number;
  readonly to: number;
  readonly values: number;
}

/** What an entry of a Map takes in a checkpoint, in bytes, as measured; and about what a checkpoint without entries takes. */
const ENTRY_BYTES = 34;
const BARE_CHECKPOINT_BYTES = 2_048;

/** About what a checkpoint takes, in bytes. */
function bytesOf({ entries, values = 0 }: Pick<Kept<unknown>, 'entries' | 'values'>): number {
  return BARE_CHECKPOINT_BYTES + entries * ENTRY_BYTES + values;
}

export class Checkpoints<Held> {
  #budget: number;
  /** In the order of their sequences. */
  #kept: Kept<Held>[] = [];
  #bytes = 0;

  /** @param budget bytes of all checkpoints together */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Changes the budget. Those that are farthest from a sequence are dropped if there is no room. */
  limit(budget: number, near: number): void {
    this.#budget = budget;
    while (this.#bytes > budget) this.#dropFarthest(near);
  }

  /** How many with so many entries may be kept at the same time. */
  room(entries: number): number {
    return Math.floor(this.#budget / bytesOf({ entries }));
  }

  /** Keeps one. Those that are farthest from it are dropped if there is no room. One that does not fit alone is not kept. */
  keep(one: Kept<Held>): void {
    if (this.room(one.entries) === 0) return;
    const place = placeAfter(this.#kept, one.sequence);
    if (this.#kept[place - 1]?.sequence === one.sequence) return;
    this.#kept.splice(place, 0, one);
    this.#bytes += bytesOf(one);
    while (this.#bytes > this.#budget) this.#dropFarthest(one.sequence);
  }

  /**
   * Says that the states of a stretch share their values with no other state any more: the first one there counts for them. Those that
   * are farthest from a sequence are dropped if there is no room.
   */
  part({ from, to, values }: PartedStates, near: number): void {
    const place = placeAfter(this.#kept, from - 1);
    const one = this.#kept[place];
    if (one === undefined || one.sequence > to || one.values !== undefined) return;
    this.#kept[place] = { ...one, values };
    this.#bytes += values;
    while (this.#bytes > this.#budget) this.#dropFarthest(near);
  }

  /** The last one at or before a sequence. */
  before(sequence: number): Kept<Held> | undefined {
    return this.#kept[placeAfter(this.#kept, sequence) - 1];
  }

  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
  }

  #dropFarthest(sequence: number): void {
    const [first, last] = [this.#kept[0]!, this.#kept.at(-1)!];
    const isFirst = sequence - first.sequence >= last.sequence - sequence;
    const dropped = isFirst ? this.#kept.shift()! : this.#kept.pop()!;
    this.#bytes -= bytesOf(dropped);
  }
}

/** Where the first one after a sequence is, or would be. @param kept in the order of their sequences */
export function placeAfter(kept: readonly { readonly sequence: number }[], sequence: number): number {
  let [low, high] = [0, kept.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (kept[middle]!.sequence <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
