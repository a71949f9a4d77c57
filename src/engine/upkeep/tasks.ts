/** Runs upkeep tasks in the background when they are due, side by side. Writes never wait for them. */

import { isFenced } from '../../log/log-errors.ts';
import type { LogStore } from '../../log/log-store.ts';
import { performance } from '../../threads/timers.ts';
import type { StoreFailure } from '../calls/failure.ts';
import { warnOf } from '../calls/warn.ts';

/** A piece of background work: a snapshot or a compaction. */
export interface UpkeepTask {
  /** Called after every durable commit: O(1). */
  isDue(): boolean;
  run(): Promise<unknown>;
}

/** After a failure the task is tried again after this many ms: an earlier try would most likely fail again. */
const RETRY_AFTER_MS = 10_000;

export class TaskRunner {
  readonly #tasks: readonly UpkeepTask[];
  readonly #log: LogStore;
  readonly #failure: StoreFailure;
  /** Running tasks. They do not wait for each other: sealing much text takes longer than a snapshot can wait. */
  readonly #running = new Map<UpkeepTask, Promise<void>>();
  readonly #pausedUntil = new Map<UpkeepTask, number>();
  #stopped = false;

  /** @param log whose warnings their failures are */
  constructor(tasks: readonly UpkeepTask[], log: LogStore, failure: StoreFailure) {
    this.#tasks = tasks;
    this.#log = log;
    this.#failure = failure;
  }

  /** Called after every commit; O(1) unless a task is due. */
  wake(): void {
    if (this.#stopped) return;
    for (const task of this.#tasks) {
      if (!this.#running.has(task) && task.isDue() && !this.#isPaused(task)) this.#begin(task);
    }
  }

  /** From now on no task begins. The failure of one that runs is not told. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when the running tasks have ended. No other begins. */
  async drained(): Promise<void> {
    this.stop();
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

  /** Nothing acknowledged depends on a task, so its failure is only a warning. Writes report their failures themselves. */
  async #run(task: UpkeepTask): Promise<void> {
    try {
      await task.run();
    } catch (error) {
      this.#pausedUntil.set(task, performance.now() + RETRY_AFTER_MS);
      this.#failure.notice(error, this.#log.path);
      if (this.#stopped || isFenced(error)) return; // the store says that it is not the writer any more
      warnOf(this.#log, 'RefoldHousekeepingWarning', error);
    }
  }
}
