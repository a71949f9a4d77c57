/**
 * Asks the invariants of a model along the fold, and remembers which of them broke, and between which two places.
 *
 * It asks after every event at first, which settles a small log. When that has taken its time it asks at ends of blocks, and only
 * so often that asking stays under a share of the folding time. It asks at the end in any case.
 */
import type { Model } from '../../../index.ts';

/** Asking after every event ends when it has taken this long, in ms. */
const EVERY_EVENT_MS = 200;
/** After that, asking takes at most this share of the folding time. */
const ASKING_PER_FOLDING = 0.3;

/** How often to ask next. Times are in ms, since the beginning. */
export function nextQuestion({ asking, folding }: { readonly asking: number; readonly folding: number }): Asking {
  if (asking < EVERY_EVENT_MS) return 'every event';
  return asking <= EVERY_EVENT_MS + ASKING_PER_FOLDING * folding ? 'at the end of the block' : 'later';
}

export type Asking = 'every event' | 'at the end of the block' | 'later';

/** An invariant that held at one place and not at the next one. */
export interface Break {
  readonly name: string;
  /** The last place where it was asked and held; undefined if it did not hold at the beginning. */
  readonly good: number | undefined;
  /** Where it did not hold. */
  readonly bad: number;
}

export class Invariants {
  readonly breaks: Break[] = [];
  /** The most events between two places where it was asked. */
  grid = 0;
  /** How many places were asked about. */
  asked = 0;
  readonly #holding: Map<string, (state: never) => unknown>;
  readonly #now: () => number;
  readonly #start: number;
  #askingMs = 0;
  #good: number | undefined;

  constructor(invariants: Model['invariants'], now: () => number = () => performance.now()) {
    this.#holding = new Map(Object.entries(invariants ?? {}));
    this.#now = now;
    this.#start = now();
  }

  /** Whether any is left that has held so far. */
  get isDone(): boolean {
    return this.#holding.size === 0;
  }

  get next(): Asking {
    if (this.isDone) return 'later';
    return nextQuestion({ asking: this.#askingMs, folding: this.#now() - this.#start - this.#askingMs });
  }

  /** Asks each invariant that has held so far. */
  ask(state: object, sequence: number): void {
    if (this.isDone || sequence === this.#good) return;
    const start = this.#now();
    this.asked += 1;
    for (const [name, holds] of this.#holding) {
      if (isTrue(holds, state)) continue;
      this.breaks.push({ name, good: this.#good, bad: sequence });
      this.#holding.delete(name);
    }
    if (this.#good !== undefined) this.grid = Math.max(this.grid, sequence - this.#good);
    this.#good = sequence;
    this.#askingMs += this.#now() - start;
  }
}

/** As `verify` and `bisect` take it: an invariant that throws or gives a promise does not hold. */
function isTrue(holds: (state: never) => unknown, state: object): boolean {
  try {
    const answer = holds(state as never);
    if (answer instanceof Promise) answer.catch(() => {}); // it may be rejected, which must not end the process
    return answer === true;
  } catch {
    return false;
  }
}
