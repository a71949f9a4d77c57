/**
 * Node's real timers, which test runners cannot fake. Every other file gets its time from here.
 *
 * Test runners replace the globals (`setTimeout`, `setImmediate`, `queueMicrotask`, `performance`) and what
 * `node:timers` and `node:timers/promises` export, some of them before this package is imported. A store that waited
 * for fake timers would hang. Test runners do not replace what is used here: the scheduler, the prototype of
 * `performance`, and `await`. Only the time of day may be faked: the store's clock is `Date.now` unless the application
 * gives another.
 */
import { performance as nodePerformance } from 'node:perf_hooks';
import { scheduler } from 'node:timers/promises';
import { WAIT_OVER } from './aborted.ts';
import { Alarms } from './alarms.ts';

// In Bun `now` is on the object itself, where it is not replaced.
const { now = nodePerformance.now }: { now?: () => number } = Object.getPrototypeOf(nodePerformance);

/** Milliseconds since the process began. Fake timers do not stop them. */
export const performance: { now(): number } = { now: () => now.call(nodePerformance) };

/** Resolves in the next turn of the event loop, after pending I/O was handled. */
export function nextTurn(): Promise<void> {
  return scheduler.yield() as Promise<void>;
}

/** Resolves after `ms`, and keeps the process alive until then. */
export function pause(ms: number): Promise<void> {
  return scheduler.wait(ms);
}

/**
 * Runs `work` as a microtask: after the code that runs now, before the next turn of the event loop. It must not throw.
 */
export async function soon(work: () => void): Promise<void> {
  await undefined;
  work();
}

const alarms = new Alarms({
  now: performance.now,
  // Node leaves out a part of a ms, and would ring too early.
  wake: (ms, look) => void scheduler.wait(Math.ceil(ms), { ref: false } as object).then(look),
});

/** Runs `work` after `ms`. Call the returned function to take it back. It does not keep the process alive. */
export function later(ms: number, work: () => void): () => void {
  return alarms.set(ms, work);
}

/** As `pause`, and does not keep the process alive. */
export function pauseQuietly(ms: number): Promise<void> {
  return new Promise((resolve) => void later(ms, resolve));
}

/** Runs `work` every `ms` and keeps the process alive. Call the returned function to stop it. `work` must not throw. */
export function every(ms: number, work: () => void): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  const go = async (): Promise<void> => {
    while (!signal.aborted) {
      await scheduler.wait(ms, { signal });
      work();
    }
  };
  go().catch(() => {}); // stopped while it waited
  return () => stopped.abort(WAIT_OVER);
}
