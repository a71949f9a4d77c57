/** Publishing at the pace of the market: when a commit is due, by the time it was recorded at. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Moment } from '../market-time.ts';

/** Longer waits are made of several, because a timer cannot run for longer than this. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * A clock that runs `speed` times as fast as the market's. It starts at the first moment it is asked for. Nights and
 * other quiet times pass as fast as the rest: at 10x an hour is six minutes.
 */
export class MarketPace {
  readonly #speed: number;
  readonly #now: () => number;
  #start: { readonly market: number; readonly machine: number } | undefined;

  /** @param now the machine's clock in ms, which never goes back */
  constructor(speed: number, now: () => number = () => performance.now()) {
    this.#speed = speed;
    this.#now = now;
  }

  /** In how many ms a moment is due; 0 or less if it is now, or late. */
  dueIn({ ms, ns }: Moment): number {
    const market = ms + ns / 1_000_000;
    this.#start ??= { market, machine: this.#now() };
    return this.#start.machine + (market - this.#start.market) / this.#speed - this.#now();
  }

  /** Undefined if the moment is due; otherwise resolves when it is. Rejects when the signal aborts. */
  until(moment: Moment, signal: AbortSignal): Promise<void> | undefined {
    return this.dueIn(moment) < 1 ? undefined : this.#wait(moment, signal);
  }

  async #wait(moment: Moment, signal: AbortSignal): Promise<void> {
    for (let left = this.dueIn(moment); left >= 1; left = this.dueIn(moment)) {
      await pause(Math.min(left, LONGEST_WAIT_MS), undefined, { signal });
    }
  }
}
