/** What a report of an export or import counts. */
import { denseSize } from '../model/dense.ts';
import { DATABASES, databaseOf, type KeySpace } from '../model/key-space.ts';
import { type Kind, kindOf } from '../model/values.ts';

/** How many keys there are, of each kind. */
export type KeyCounts = { readonly [K in Kind]: number } & {
  readonly all: number;
  /** Of all keys, those that expire. */
  readonly expiring: number;
};

export function countKeys(space: KeySpace): KeyCounts {
  const counts = { string: 0, list: 0, hash: 0, set: 0, zset: 0, stream: 0, all: 0, expiring: 0 };
  for (let number = 0; number < DATABASES; number += 1) {
    const { keys, expires } = databaseOf(space, number);
    for (const value of keys.values) counts[kindOf(value)] += 1;
    counts.all += denseSize(keys);
    counts.expiring += denseSize(expires);
  }
  return counts;
}

/** How far an export or import has come. */
export interface TransferProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'keys';
}

/** After so many ms of work the event loop gets a turn: for signals, and for the thread that writes. */
const WORK_MS = 20;

/** Says when to pause. */
export class Pace {
  #since = performance.now();

  /** Resolves at once, or in the next turn of the event loop. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < WORK_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
