/** Numbers drawn with characters: one column each, four rows high, and how long ago it was below it. */
import type { LatencySample } from '../../calls/contracts/observations.ts';

/** Rows, and the marks of the steps within a row from low to high. */
const SPARKLINE_ROWS = 4;
const MARKS = '_-`';

/** @param now in ms since the epoch */
export function drawSparkline(samples: readonly LatencySample[], now: number): string {
  const lowest = Math.min(...samples.map(({ ms }) => ms));
  const range = Math.max(...samples.map(({ ms }) => ms)) - lowest || 1;
  const columns = samples.map(({ ms }) => Math.round(((ms - lowest) / range) * (SPARKLINE_ROWS * MARKS.length - 1)));
  const rows = Array.from({ length: SPARKLINE_ROWS }, (_, index) => rowOf(columns, SPARKLINE_ROWS - 1 - index));
  const labels = samples.map(({ time }) => ago(now / 1000 - time));
  const longest = Math.max(...labels.map((label) => label.length));
  const below = Array.from({ length: longest }, (_, line) => labels.map((label) => label[line] ?? ' ').join(''));
  return `${[...rows, '', ...below].join('\n')}\n`;
}

function rowOf(columns: readonly number[], row: number): string {
  return columns
    .map((height) => {
      const step = height - row * MARKS.length;
      if (step < 0) return ' ';
      return step < MARKS.length ? MARKS[step] : '|';
    })
    .join('');
}

function ago(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
