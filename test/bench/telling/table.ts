/** The result as text: aligned columns for a terminal, and the same cells for Markdown. */

import { median, spread } from '../measuring/statistics.ts';
import type { Row } from '../measuring/workload.ts';
import type { Ratio } from './ratios.ts';

export interface Table {
  readonly head: readonly string[];
  /** Which columns are figures, and aligned at the right. */
  readonly figures: readonly number[];
  readonly cells: readonly (readonly string[])[];
}

export function rowTable(rows: readonly Row[]): Table {
  return {
    head: ['workload', 'by', 'durability', 'median', 'unit', 'spread', 'CPU µs', 'p50 ms', 'p99 ms'],
    figures: [3, 5, 6, 7, 8],
    cells: rows.map(({ what, by, durability, unit, runs, cpuMicros, latency }) => [
      what,
      by,
      durability,
      figure(median(runs)),
      unit,
      runs.length > 1 ? `${Math.round(spread(runs) * 100)} %` : '',
      cpuMicros === undefined ? '' : figure(cpuMicros),
      latency === undefined ? '' : figure(latency.p50),
      latency === undefined ? '' : figure(latency.p99),
    ]),
  };
}

export function ratioTable(ratios: readonly Ratio[]): Table {
  return {
    head: ['ratio', 'measured', 'aim', ''],
    figures: [1],
    cells: ratios.map(({ what, ratio, unit, aim, reached }) => [
      what,
      `${figure(ratio)} ${unit}`.trim(),
      aim,
      verdict(reached),
    ]),
  };
}

/** Aligned columns, two spaces apart. */
export function toText({ head, figures, cells }: Table): string {
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (figures.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line)].join('\n');
}

export function toMarkdown({ head, figures, cells }: Table): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = head.map((_, column) => (figures.includes(column) ? '--:' : '---'));
  return [line(head), line(rule), ...cells.map(line)].join('\n');
}

/** Three significant digits: `734,000`, `12.3`, `0.182`. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  const rounded = digits >= 0 ? Number(value.toFixed(digits)) : Math.round(value * 10 ** digits) / 10 ** digits;
  return rounded.toLocaleString('en', { maximumFractionDigits: Math.max(0, digits) });
}

function verdict(reached: boolean | undefined): string {
  return reached === undefined ? '' : reached ? 'reached' : 'not reached';
}
