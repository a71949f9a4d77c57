/**
 * The one long question of this tab: a newer one ends the one before, so that a tab holds one connection for it. A hidden tab ends
 * it too.
 */
import { type Signal, signal } from '@preact/signals';

let running: AbortController | undefined;

/** Whether no long question is running, and the tab is seen: then one that can wait may begin, or go on. */
export const isJobFree: Signal<boolean> = signal(!document.hidden);

/** @throws what the job throws; the signal's reason when it was ended */
export async function asJob<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  isJobFree.value = false;
  try {
    return await run(mine.signal);
  } finally {
    if (running === mine) {
      running = undefined;
      isJobFree.value = !document.hidden;
    }
  }
}

/** Ends the long question that is running: by hand, or because the tab is hidden. */
export function endJob(): void {
  running?.abort();
}

/** Starts to end long questions when the tab is hidden. */
export function keepJobs(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) endJob();
    isJobFree.value = !document.hidden && running === undefined;
  });
}
