/**
 * A progress bar with rate and time left, for work that takes over a second. It is silent where there is no terminal.
 *
 * The command line and the example's command line draw the same one. It knows nothing of refold.
 */
import { bytes, count, duration } from './amounts.ts';

/** What the bar needs of stderr. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** 1 for a terminal without colours, as under NO_COLOR and TERM=dumb: the bar is plain text there. */
  getColorDepth?(): number;
  write(text: string): unknown;
}

export interface Step {
  /** Another label begins another bar. */
  readonly label: string;
  readonly done: number;
  /** Absent when it is not known. */
  readonly total?: number | undefined;
  /** How much of the work is done, from 0 to 1, where `done` of `total` does not tell it. */
  readonly share?: number | undefined;
  /** What is counted; default events. `none` shows the percentage alone. */
  readonly unit?: 'events' | 'bytes' | 'none';
}

/** Work shorter than this shows nothing. */
const PATIENCE_MS = 1_000;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const NARROW_BAR_WIDTH = 8;
const ERASE_LINE = '\r\u001b[2K';

export class TerminalBar {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #label = '';
  #began: Began = { at: 0, done: 0, share: 0 };
  #drawnAt = 0;
  /** The length of what stands there. */
  #drawn = 0;

  constructor(terminal: Terminal = process.stderr, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  update(step: Step): void {
    if (this.#terminal.isTTY !== true) return;
    const now = this.#now();
    if (step.label !== this.#label) this.#begin(step, now);
    if (now - this.#began.at < PATIENCE_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#draw(describeStep(step, this.#began, now, (this.#terminal.columns ?? 80) - 1, this.#isPlain));
  }

  /** Takes the bar away: before anything else is printed, and at the end. */
  clear(): void {
    if (this.#drawn > 0) this.#terminal.write(this.#erasing());
    this.#drawn = 0;
    this.#label = '';
  }

  #begin(step: Step, now: number): void {
    this.clear();
    this.#label = step.label;
    this.#began = { at: now, done: step.done, share: shareOf(step) ?? 0 };
    this.#drawnAt = 0;
  }

  #draw(line: string): void {
    this.#terminal.write(this.#erasing() + line);
    this.#drawn = line.length;
  }

  #erasing(): string {
    return this.#isPlain ? `\r${' '.repeat(this.#drawn)}\r` : ERASE_LINE;
  }

  get #isPlain(): boolean {
    return this.#terminal.getColorDepth?.() === 1;
  }
}

/** Where a bar began. `at` is in ms. */
interface Began {
  readonly at: number;
  readonly done: number;
  readonly share: number;
}

/** The fullest line that fits. How much is done and the time left stay longest. */
function describeStep(step: Step, began: Began, now: number, width: number, plain: boolean): string {
  const { label, done, total, unit = 'events' } = step;
  const elapsed = (now - began.at) / 1_000;
  const share = shareOf(step);
  const rate = unit === 'none' ? '' : `${amountOf((done - began.done) / elapsed, unit)}/s`;
  const amount = unit === 'none' ? '' : `${amountOf(done, unit)}${total ? ` of ${amountOf(total, unit)}` : ''}`;
  if (share === undefined)
    return [label, amount, rate]
      .filter((part) => part !== '')
      .join('  ')
      .slice(0, width);
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  const left = `ETA ${timeLeft(share, began.share, elapsed)}`;
  const lines = [
    [label, bar(share, BAR_WIDTH, plain), percent, amount, rate, left],
    [label, bar(share, BAR_WIDTH, plain), percent, amount, left],
    [label, bar(share, NARROW_BAR_WIDTH, plain), percent, amount, left],
    [label, bar(share, NARROW_BAR_WIDTH, plain), percent, left],
    [label, percent, left],
  ].map((parts) => parts.filter((part) => part !== '').join('  '));
  return (lines.find((line) => line.length <= width) ?? lines.at(-1)!).slice(0, Math.max(0, width));
}

function shareOf({ done, total, share = total === undefined ? undefined : done / total }: Step): number | undefined {
  if (share === undefined) return undefined;
  return share >= 0 ? Math.min(share, 1) : 1; // NaN: nothing of nothing is done
}

function bar(share: number, width: number, plain: boolean): string {
  const filled = Math.floor(share * width);
  const [full, empty] = plain ? ['#', '.'] : ['█', '░'];
  return full!.repeat(filled) + empty!.repeat(width - filled);
}

/** `12s`, or `?` while nothing is done. */
function timeLeft(share: number, before: number, elapsed: number): string {
  if (share <= before) return '?';
  const seconds = (elapsed * (1 - share)) / (share - before);
  return duration(Math.ceil(Number(seconds.toFixed(3))) * 1_000);
}

function amountOf(value: number, unit: 'events' | 'bytes'): string {
  return unit === 'bytes' ? bytes(Math.round(value)) : count(value);
}
