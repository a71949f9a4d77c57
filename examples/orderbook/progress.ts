/**
 * Progress on stderr: the same bar as refold's own command line draws. It shows on a terminal alone, for work that takes over a
 * second, with the time left where that can be told.
 */
import { TerminalBar } from '#terminal';

export interface ProgressBar {
  /**
   * `done` of the total.
   *
   * @param share how much of the work that is, from 0 to 1, where there is no total
   */
  update(done: number, share?: number): void;
  /** Removes the bar. */
  end(): void;
}

/** Begins a bar. Without a total or a share it only counts. */
export function openProgress(label: string, total?: number): ProgressBar {
  const bar = new TerminalBar();
  return { update: (done, share) => bar.update({ label, done, total, share }), end: () => bar.clear() };
}
