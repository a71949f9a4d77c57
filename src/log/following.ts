/** How readers wait for a log to grow: shared by every log of this process. */

import { every } from '../threads/timers.ts';
import type { Block, LogHead } from './log-store.ts';

/** Node's timers do not wait at all when asked for longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** How to look for news in a log that another process writes. One look serves all who wait. */
export interface Poll {
  readonly everyMs: number;
  /** True when waiting readers should be woken. Must not throw. */
  readonly hasNews: () => boolean;
}

/** For a log that only this process writes: there is nothing to look for. */
const NO_POLL: Poll = { everyMs: LONGEST_MS, hasNews: () => false };

/**
 * Each ring wakes every waiting reader.
 *
 * A promise alone does not keep a process alive, so a program that only follows would end silently. One timer keeps it
 * alive while a reader waits. The same timer polls the log when another process writes it.
 */
export class Bell {
  readonly #poll: Poll;
  readonly #waiting = new Set<() => void>();
  #letGo: (() => void) | undefined;

  constructor(poll: Poll = NO_POLL) {
    this.#poll = poll;
  }

  ring(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next ring, or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        if (this.#waiting.size === 0) this.#sleep();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      this.#letGo ??= every(this.#poll.everyMs, () => this.#poll.hasNews() && this.ring());
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }

  #sleep(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }
}

/** What following needs of a log. */
export interface FollowedLog {
  head(): LogHead;
  read(range: { readonly from: number; readonly to?: number }): AsyncIterable<Block>;
  /** Resolves when the log may have grown, or when `signal` aborts. */
  grown(signal: AbortSignal): Promise<void>;
}

/**
 * Gives the blocks from the one that holds `from`, then each new one when it becomes durable. Ends without an error
 * when the signal aborts.
 */
export async function* followLog(log: FollowedLog, from: number, signal: AbortSignal): AsyncGenerator<Block, void> {
  let next = Math.max(1, from);
  while (!signal.aborted) {
    const end = log.head().sequence;
    if (end < next) {
      await log.grown(signal);
      continue;
    }
    for await (const block of log.read({ from: next, to: end })) {
      if (signal.aborted) return;
      yield block;
      next = block.lastSequence + 1;
    }
  }
}
