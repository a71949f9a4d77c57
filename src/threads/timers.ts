/**
 * Node's timers, out of the reach of fake ones: every other file takes time from here.
 *
 * Test runners replace the globals (`setTimeout`, `setImmediate`, `queueMicrotask`, `performance`) and what `node:timers`
 * and `node:timers/promises` export, some of them before this package is imported. Then a store whose turns never come
 * would hang. They leave alone what is used here: the scheduler, the prototype of `performance`, and `await`. Only the time
 * of day stays the application's: the store's clock is `Date.now` unless it is given another.
 */
import { performance as nodePerformance } from 'node:perf_hooks';
import { scheduler } from 'node:timers/promises';

// Bun's performance has its own `now`, and no fakes go there.
const { now = nodePerformance.now }: { now?: () => number } = Object.getPrototypeOf(nodePerformance);

/** Milliseconds since the process began, which never stand still. */
export const performance: { now(): number } = { now: () => now.call(nodePerformance) };

/** Resolves in the next turn of the event loop, when what came in meanwhile has been served. */
export function nextTurn(): Promise<void> {
  return scheduler.yield() as Promise<void>;
}

/** Resolves after `ms`, and keeps the process alive until then. */
export function pause(ms: number): Promise<void> {
  return scheduler.wait(ms);
}

/** Runs `work` before the event loop turns, when the code that runs now is done. It must not throw. */
export async function soon(work: () => void): Promise<void> {
  await undefined;
  work();
}

/** Runs `work` after `ms`, unless it is taken back by calling what is returned. It does not keep the process alive. */
export function later(ms: number, work: () => void): () => void {
  const takenBack = new AbortController();
  scheduler.wait(ms, { ref: false, signal: takenBack.signal } as { signal: AbortSignal }).then(work, () => {});
  return () => takenBack.abort();
}

/** Runs `work` every `ms` and keeps the process alive, until what is returned is called. `work` must not throw. */
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
  return () => stopped.abort();
}
