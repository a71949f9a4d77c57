/**
 * Work for later that is usually taken back, such as a limit on how long an answer may take. To take it back costs next to
 * nothing: a timer that is cancelled would cost many times the work that it guards.
 *
 * So no timer is ever cancelled. One that was set for work that was taken back finds nothing to do. A new one is set only where
 * the next work is due before all that are set: there are few, and each is due before the one that was set before it.
 */
import { AsyncResource } from 'node:async_hooks';

export interface AlarmClock {
  /** ms. */
  readonly now: () => number;
  /** Calls back after about so many ms. Does not keep the process alive. */
  readonly wake: (ms: number, look: () => void) => void;
}

interface Alarm {
  readonly at: number;
  readonly work: () => void;
  readonly context: AsyncResource;
}

export class Alarms {
  readonly #clock: AlarmClock;
  readonly #set = new Set<Alarm>();
  /** When the timers ring that are set: the next one last. */
  readonly #timers: number[] = [];

  constructor(clock: AlarmClock) {
    this.#clock = clock;
  }

  /** Runs `work` after `ms`, in the asynchronous context of the caller. Call the returned function to take it back. */
  set(ms: number, work: () => void): () => void {
    const alarm: Alarm = { at: this.#clock.now() + ms, work, context: new AsyncResource('refold alarm') };
    this.#set.add(alarm);
    this.#wakeAt(alarm.at);
    return () => void this.#set.delete(alarm);
  }

  #wakeAt(at: number): void {
    if (at >= (this.#timers.at(-1) ?? Number.POSITIVE_INFINITY)) return;
    this.#timers.push(at);
    this.#clock.wake(Math.max(0, at - this.#clock.now()), () => this.#ring(at));
  }

  #ring(at: number): void {
    this.#timers.splice(this.#timers.indexOf(at), 1);
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    const due: Alarm[] = [];
    for (const alarm of this.#set) {
      if (alarm.at <= now) due.push(alarm);
      else next = Math.min(next, alarm.at);
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(next);
    // Each in a microtask: what one throws does not keep the others from running, and may take them back.
    for (const alarm of due.toSorted((one, other) => one.at - other.at)) void this.#run(alarm);
  }

  async #run(alarm: Alarm): Promise<void> {
    await undefined;
    if (this.#set.delete(alarm)) alarm.context.runInAsyncScope(alarm.work);
  }
}
