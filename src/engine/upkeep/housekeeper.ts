/** What happens by itself, each thing when it is due: in the background, beside each other, never waited for. */
import { performance } from '../../threads/timers.ts';
import { warnOf } from '../calls/warn.ts';

/** Something that is done when it is due. */
export interface Chore {
  /** Asked after every durable commit: O(1). */
  isDue(): boolean;
  run(): Promise<unknown>;
}

/** After a failure the next try of a chore waits this long, in ms: what failed a moment ago will most likely fail again. */
const RETRY_AFTER_MS = 10_000;

export class Housekeeper {
  readonly #chores: readonly Chore[];
  /** Chores under way. None waits for another: sealing much text takes longer than a snapshot can wait. */
  readonly #rounds = new Map<Chore, Promise<void>>();
  readonly #pausedUntil = new Map<Chore, number>();
  #stopped = false;

  constructor(chores: readonly Chore[]) {
    this.#chores = chores;
  }

  /** Told after every commit; O(1) unless something is due. */
  wake(): void {
    if (this.#stopped) return;
    for (const chore of this.#chores) {
      if (!this.#rounds.has(chore) && chore.isDue() && !this.#isPaused(chore)) this.#begin(chore);
    }
  }

  /** Resolves when the chores in progress are over; no other begins. */
  async settled(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#rounds.values());
  }

  #isPaused(chore: Chore): boolean {
    return performance.now() < (this.#pausedUntil.get(chore) ?? 0);
  }

  #begin(chore: Chore): void {
    const round = this.#run(chore).finally(() => {
      this.#rounds.delete(chore);
      this.wake();
    });
    this.#rounds.set(chore, round);
  }

  /** Nothing that was acknowledged depends on it, so a failure is only said; writing itself tells its own failures. */
  async #run(chore: Chore): Promise<void> {
    try {
      await chore.run();
    } catch (error) {
      this.#pausedUntil.set(chore, performance.now() + RETRY_AFTER_MS);
      if (this.#stopped) return;
      warnOf('RefoldHousekeepingWarning', error);
    }
  }
}
