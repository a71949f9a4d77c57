/** What happens by itself, each thing when it is due: in the background, beside each other, never waited for. */
import { performance } from '../../threads/timers.ts';
import { warnOf } from '../calls/warn.ts';

/** Something that is done when it is due. */
export interface UpkeepTask {
  /** Asked after every durable commit: O(1). */
  isDue(): boolean;
  run(): Promise<unknown>;
}

/** After a failure the next try of a task waits this long, in ms: what failed a moment ago will most likely fail again. */
const RETRY_AFTER_MS = 10_000;

export class TaskRunner {
  readonly #tasks: readonly UpkeepTask[];
  /** Tasks under way. None waits for another: sealing much text takes longer than a snapshot can wait. */
  readonly #running = new Map<UpkeepTask, Promise<void>>();
  readonly #pausedUntil = new Map<UpkeepTask, number>();
  #stopped = false;

  constructor(tasks: readonly UpkeepTask[]) {
    this.#tasks = tasks;
  }

  /** Told after every commit; O(1) unless something is due. */
  wake(): void {
    if (this.#stopped) return;
    for (const task of this.#tasks) {
      if (!this.#running.has(task) && task.isDue() && !this.#isPaused(task)) this.#begin(task);
    }
  }

  /** Resolves when the tasks in progress are over; no other begins. */
  async drained(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running.values());
  }

  #isPaused(task: UpkeepTask): boolean {
    return performance.now() < (this.#pausedUntil.get(task) ?? 0);
  }

  #begin(task: UpkeepTask): void {
    const round = this.#run(task).finally(() => {
      this.#running.delete(task);
      this.wake();
    });
    this.#running.set(task, round);
  }

  /** Nothing that was acknowledged depends on it, so a failure is only said; writing itself tells its own failures. */
  async #run(task: UpkeepTask): Promise<void> {
    try {
      await task.run();
    } catch (error) {
      this.#pausedUntil.set(task, performance.now() + RETRY_AFTER_MS);
      if (this.#stopped) return;
      warnOf('RefoldHousekeepingWarning', error);
    }
  }
}
