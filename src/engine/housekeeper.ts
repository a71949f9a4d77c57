/** What happens by itself: a snapshot when one is due, and the tidying behind it. One round at a time, never waited for. */
import type { Snapshotter } from './snapshotter.ts';

/** After a failure the next try waits this long, in ms: what failed a moment ago will most likely fail again. */
const PAUSE_MS = 10_000;

export class Housekeeper {
  readonly #snapshotter: Snapshotter;
  readonly #tidy: () => Promise<void>;
  #round: Promise<void> | undefined;
  #stopped = false;
  #pausedUntil = 0;

  /** @param tidy runs after each snapshot */
  constructor(snapshotter: Snapshotter, tidy: () => Promise<void>) {
    this.#snapshotter = snapshotter;
    this.#tidy = tidy;
  }

  /** Told after every commit; O(1) unless something is due. */
  wake(): void {
    if (this.#stopped || this.#round !== undefined || this.#snapshotter.due() === undefined) return;
    if (performance.now() < this.#pausedUntil) return;
    this.#round = this.#run().finally(() => (this.#round = undefined));
  }

  /** Resolves when the round in progress is over; no other begins. */
  async settled(): Promise<void> {
    this.#stopped = true;
    await this.#round;
  }

  /** Nothing that was acknowledged depends on it, so a failure is only said; writing itself tells its own failures. */
  async #run(): Promise<void> {
    try {
      await this.#snapshotter.take();
      if (!this.#stopped) await this.#tidy();
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      if (this.#stopped) return;
      process.emitWarning(error instanceof Error ? error : String(error), { type: 'RefoldHousekeepingWarning' });
    }
  }
}
