/**
 * A progress bar on stderr with rate and time left, for work that takes over a second. Silent when stderr is not a terminal.
 */
import type { Progress } from '../../index.ts';
import { bytes, count, duration } from './text.ts';

/** What the bar needs of stderr. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Step {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** What is counted; default events. `none` shows the percentage alone. */
  readonly unit?: 'events' | 'bytes' | 'none';
}

/** Work whose amount is not told in events. */
const FRACTIONS: ReadonlySet<string> = new Set(['backup', 'scrub']);
/** Work shorter than this shows nothing. */
const PATIENCE_MS = 1_000;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const ERASE_LINE = '\r\u001b[2K';

export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #label = '';
  #startedAt = 0;
  #startedWith = 0;
  #drawnAt = 0;
  #visible = false;

  constructor(terminal: Terminal = process.stderr, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  /** For the engine's option `onProgress`. */
  readonly onProgress = ({ phase, done, total }: Progress): void => {
    if (phase !== 'load') this.update({ label: phase, done, total, unit: FRACTIONS.has(phase) ? 'none' : 'events' });
  };

  update(step: Step): void {
    if (this.#terminal.isTTY !== true) return;
    const now = this.#now();
    if (step.label !== this.#label) this.#begin(step, now);
    if (now - this.#startedAt < PATIENCE_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#visible = true;
    const line = describe(step, this.#startedWith, (now - this.#startedAt) / 1_000);
    this.#terminal.write(ERASE_LINE + line.slice(0, (this.#terminal.columns ?? 80) - 1));
  }

  /** Takes the bar away: before anything else is printed, and at the end. */
  clear(): void {
    if (this.#visible) this.#terminal.write(ERASE_LINE);
    this.#visible = false;
    this.#label = '';
  }

  #begin({ label, done }: Step, now: number): void {
    this.clear();
    this.#label = label;
    this.#startedAt = now;
    this.#startedWith = done;
    this.#drawnAt = 0;
  }
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

function describe({ label, done, total, unit = 'events' }: Step, startedWith: number, elapsed: number): string {
  const fraction = total > 0 ? Math.min(done / total, 1) : 1;
  const filled = Math.floor(fraction * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const rate = (done - startedWith) / elapsed;
  const left = rate > 0 ? duration(Math.ceil((total - done) / rate) * 1_000) : '?';
  const amount =
    unit === 'none' ? '' : `  ${amountOf(done, unit)} of ${amountOf(total, unit)}  ${amountOf(rate, unit)}/s`;
  return `${label}  ${bar}  ${String(Math.floor(fraction * 100)).padStart(3)} %${amount}  ETA ${left}`;
}

function amountOf(value: number, unit: 'events' | 'bytes'): string {
  return unit === 'bytes' ? bytes(Math.round(value)) : count(Math.round(value));
}
