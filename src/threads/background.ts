/** Threads whose work is not urgent. */
import os from 'node:os';

/** The lowest priority on the machine. */
const LOWEST_PRIORITY = 19;

/**
 * Lets the calling thread run only when no other thread needs its processor. It works where the system has priorities
 * of single threads (Linux, where "this process" means the calling thread: setpriority(2), "C library/kernel
 * differences").
 */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    os.setPriority(0, LOWEST_PRIORITY);
  } catch {
    // Not allowed here. The thread runs at the normal priority.
  }
}
