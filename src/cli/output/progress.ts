/** The progress bar of the commands, on stderr. It shows what the engine reports of its work. */
import type { Progress } from '../../index.ts';
import { TerminalBar } from '../../terminal/progress.ts';

/** Work whose amount is not told in events. */
const FRACTIONS: ReadonlySet<string> = new Set(['backup', 'scrub']);

export class ProgressBar extends TerminalBar {
  /** For the engine's option `onProgress`. */
  readonly onProgress = ({ phase, done, total }: Progress): void => {
    if (phase !== 'load') this.update({ label: phase, done, total, unit: FRACTIONS.has(phase) ? 'none' : 'events' });
  };
}

/** Runs work with a bar. The bar is taken away when the work ends, also when it fails. */
export async function withProgress<T>(work: (bar: ProgressBar) => Promise<T>): Promise<T> {
  const bar = new ProgressBar();
  try {
    return await work(bar);
  } finally {
    bar.clear();
  }
}
