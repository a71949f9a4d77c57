/**
 * Progress on stderr: a bar with the time left on a terminal, a line from time to time elsewhere.
 *
 * Work that ends within a second (on a terminal) or five seconds (elsewhere) shows nothing.
 */
import { duration, number } from './text.ts';

export interface ProgressBar {
  /** `done` of the total. */
  update(done: number): void;
  /** Removes the bar. */
  end(): void;
}

/** Where the bar goes, and how the clock runs: `process.stderr` and `performance.now`, except in tests. */
export interface ProgressOptions {
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly now?: () => number;
}

const QUIET_MS = 1_000;
const REDRAW_MS = 100;
const LINE_MS = 5_000;
const WIDTH = 30;

/** Begins a bar. Without a total it counts only. */
export function openProgress(label: string, total?: number, options: ProgressOptions = {}): ProgressBar {
  const { stream = process.stderr, now = () => performance.now() } = options;
  const start = now();
  const isTerminal = stream.isTTY === true;
  let due = start + (isTerminal ? QUIET_MS : LINE_MS);
  let shown = false;
  return {
    update(done) {
      const time = now();
      if (time < due) return;
      due = time + (isTerminal ? REDRAW_MS : LINE_MS);
      shown = true;
      const text = describe(label, done, total, time - start);
      stream.write(isTerminal ? `\r\x1b[2K${text}` : `${text}\n`);
    },
    end() {
      if (shown && isTerminal) stream.write('\r\x1b[2K');
    },
  };
}

function describe(label: string, done: number, total: number | undefined, elapsedMs: number): string {
  const rate = Math.round(done / (elapsedMs / 1_000));
  const speed = `${number(done)} · ${number(rate)}/s`;
  if (total === undefined || total === 0) return `${label}  ${speed}`;
  const fraction = Math.min(1, done / total);
  const filled = Math.round(fraction * WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  const left = fraction === 0 ? '?' : duration(Math.ceil((elapsedMs / fraction - elapsedMs) / 1_000) * 1_000);
  return `${label}  ${bar}  ${Math.floor(fraction * 100)} %  ${speed} · ${left} left`;
}
