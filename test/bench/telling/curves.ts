/** The curves that should be flat: which rows are their points, and what they are called. */

import { median } from '../measuring/statistics.ts';
import type { Row } from '../measuring/workload.ts';
import type { Chart, Point } from './chart.ts';

interface Curve {
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly lines: readonly Line[];
}

interface Line {
  readonly label: string;
  /** Which rows are its points, by name. */
  readonly rows: RegExp;
  readonly of: (row: Row) => number | undefined;
}

const CURVES: readonly Curve[] = [
  {
    name: 'open',
    title: 'Open after SIGKILL',
    x: 'events in the log',
    lines: [
      { label: 'median', rows: /^open-/, of: ({ runs }) => median(runs) },
      { label: 'worst', rows: /^open-/, of: ({ runs }) => Math.max(...runs) },
    ],
  },
  {
    name: 'append',
    title: 'Append into a table, atomic fold, not synced',
    x: 'entries in the table',
    lines: [
      { label: 'p99', rows: /^table-/, of: ({ latency }) => latency?.p99 },
      { label: 'median', rows: /^table-/, of: ({ latency }) => latency?.p50 },
    ],
  },
  {
    name: 'at',
    title: 'The state at any place of the log',
    x: 'events in the log',
    lines: [{ label: 'median', rows: /^at-/, of: ({ runs }) => median(runs) }],
  },
  {
    name: 'snapshot',
    title: 'p99 of an append while a snapshot is written, synced',
    x: 'entries in the state',
    lines: [
      { label: 'meanwhile', rows: /^snapshot-.*-busy$/, of: ({ latency }) => latency?.p99 },
      { label: 'quiet', rows: /^snapshot-.*-quiet$/, of: ({ latency }) => latency?.p99 },
    ],
  },
];

/** A curve of this run, and the name of its file. */
export interface Plot {
  readonly name: string;
  readonly chart: Chart;
}

/** The curves of which at least two points were measured. */
export function plotsOf(rows: readonly Row[]): Plot[] {
  return CURVES.flatMap(({ name, title, x, lines }) => {
    const drawn = lines
      .map(({ label, rows: of, of: figure }) => ({ label, points: pointsOf(rows, of, figure) }))
      .filter(({ points }) => points.length >= 2);
    return drawn.length === 0 ? [] : [{ name, chart: { title, x, y: 'ms', lines: drawn } }];
  });
}

function pointsOf(rows: readonly Row[], name: RegExp, figure: Line['of']): Point[] {
  return rows
    .flatMap((row) => {
      const y = figure(row);
      return row.at === undefined || y === undefined || !name.test(row.name) ? [] : [{ x: row.at, y }];
    })
    .sort((a, b) => a.x - b.x);
}

/** What the rows of a curve are called after, whatever the sizes of this run: its ends, and what is between them. A single one is the largest. */
export function placeOf(index: number, count: number): string {
  return index === count - 1 ? 'largest' : index === 0 ? 'smallest' : `middle-${index}`;
}
