/** What happens by itself, each thing when it is due: one at a time, in the background, never waited for. */

/** Something that is done when it is due. */
export interface Chore {
  /** Asked after every durable commit: O(1). */
  isDue(): boolean;
  run(): Promise<unknown>;
}

/** After a failure the next try of a chore waits this long, in ms: what failed a moment ago will most likely fail again. */
const PAUSE_MS = 10_000;

export class Housekeeper {
  readonly #chores: readonly Chore[];
  readonly #pausedUntil = new Map<Chore, number>();
  #round: Promise<void> | undefined;
  #stopped = false;

  /** @param chores the more urgent first */
  constructor(chores: readonly Chore[]) {
    this.#chores = chores;
  }

  /** Told after every commit; O(1) unless something is due. */
  wake(): void {
    if (this.#stopped || this.#round !== undefined) return;
    const chore = this.#chores.find((each) => each.isDue() && !this.#isPaused(each));
    if (chore === undefined) return;
    this.#round = this.#run(chore).finally(() => {
      this.#round = undefined;
      this.wake();
    });
  }

  /** Resolves when the chore in progress is over; no other begins. */
  async settled(): Promise<void> {
    this.#stopped = true;
    await this.#round;
  }

  #isPaused(chore: Chore): boolean {
    return performance.now() < (this.#pausedUntil.get(chore) ?? 0);
  }

  /** Nothing that was acknowledged depends on it, so a failure is only said; writing itself tells its own failures. */
  async #run(chore: Chore): Promise<void> {
    try {
      await chore.run();
    } catch (error) {
      this.#pausedUntil.set(chore, performance.now() + PAUSE_MS);
      if (this.#stopped) return;
      process.emitWarning(error instanceof Error ? error : String(error), { type: 'RefoldHousekeepingWarning' });
    }
  }
}
