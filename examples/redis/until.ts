/** Waiting for something to come true. */
import { setTimeout as pause } from 'node:timers/promises';

/** The first value that is not undefined. @throws Error after 30 seconds */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 3_000; tries++) {
    const value = await ask();
    if (value !== undefined) return value;
    await pause(10);
  }
  throw new Error('What the demo waits for did not happen within 30 seconds');
}
