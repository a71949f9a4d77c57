/**
 * Says when the heap is so full that writes have to be refused, so that the process never dies of memory.
 *
 * The used heap holds garbage as well. What counts is what the last full collection has left, and what the state has grown
 * by since.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** Beyond this share of the limit writes are refused. */
const FULL_SHARE = 0.75;
/** Beyond this share they are refused at once, garbage or not. */
const CRAMPED_SHARE = 0.9;
/** The heap is measured again after so many questions, or when the state has grown by so many bytes. */
const QUESTIONS = 200;
const GROWTH_BYTES = 1024 * 1024;

export class HeapGuard {
  readonly #limit: number = oldGenerationLimit();
  readonly #observer: PerformanceObserver;
  #used = 0;
  #questions = QUESTIONS;
  #measuredAt = 0;
  /** What the last full collection has left; undefined before the first one. */
  #left: { readonly used: number; readonly stateBytes: number } | undefined;

  /** @param stateBytes the estimated size of the state, now */
  constructor(stateBytes: () => number) {
    this.#observer = new PerformanceObserver((list) => {
      if (!list.getEntries().some(isFullCollection)) return;
      this.#left = { used: getHeapStatistics().used_heap_size, stateBytes: stateBytes() };
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  close(): void {
    this.#observer.disconnect();
  }

  /** Whether writes have to be refused. @param stateBytes the estimated size of the state */
  isFull(stateBytes: number): boolean {
    const full = this.#limit * FULL_SHARE;
    if (stateBytes > full) return true;
    if (++this.#questions >= QUESTIONS || Math.abs(stateBytes - this.#measuredAt) > GROWTH_BYTES) {
      this.#used = getHeapStatistics().used_heap_size;
      this.#questions = 0;
      this.#measuredAt = stateBytes;
    }
    if (this.#used <= full) return false;
    if (this.#used > this.#limit * CRAMPED_SHARE || this.#left === undefined) return true;
    return this.#left.used + stateBytes - this.#left.stateBytes > full;
  }
}

/**
 * V8 adds what the young generation may take to its limit, although what stays has to fit without that. It is 192 MiB
 * unless a flag says something else.
 */
function oldGenerationLimit(): number {
  const { heap_size_limit: limit } = getHeapStatistics();
  return Math.max(limit - YOUNG_GENERATION_BYTES, limit / 4);
}

const YOUNG_GENERATION_BYTES = 192 * 1024 * 1024;

function isFullCollection(entry: object): boolean {
  return (
    (entry as { readonly detail?: { readonly kind?: number } }).detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR
  );
}
