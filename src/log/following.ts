/** How a reader waits for the log to grow: shared by every log that is held in this process. */

import { every } from '../threads/timers.ts';
import type { Block, LogHead } from './log-store.ts';

/** Beyond this a timer would not wait at all. */
const LONGEST_MS = 2 ** 31 - 1;

/** How a log that others write is looked at while somebody waits: one look for all of them. */
export interface Poll {
  readonly everyMs: number;
  /** Whether those who wait are to be woken. Must not throw. */
  readonly hasNews: () => boolean;
}

/** Where nobody else writes, there is nothing to look for. */
const NO_POLL: Poll = { everyMs: LONGEST_MS, hasNews: () => false };

/**
 * Wakes everyone who waits, each time.
 *
 * A promise alone does not keep a process alive, so a program that only follows would end without a word. One timer does,
 * as long as somebody waits. The same timer polls the log, where other processes write it.
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

/** Blocks from the one that holds `from`, then on as they become durable; ends quietly when the signal aborts. */
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
