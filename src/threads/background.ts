/** Threads that nobody waits for. */
import os from 'node:os';

/** Below everything else on the machine. */
const LOWEST_PRIORITY = 19;

/**
 * Lets the calling thread run only when no other wants its processor, where the system knows priorities of single threads
 * (Linux, where "this process" means the calling thread: setpriority(2), "C library/kernel differences").
 */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    os.setPriority(0, LOWEST_PRIORITY);
  } catch {
    // Not allowed here: the thread runs like any other.
  }
}
