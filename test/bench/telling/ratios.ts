/** The aims worked out over the rows of a run. Rows that are missing, because a library is absent say, leave theirs out. */

import { median } from '../measuring/statistics.ts';
import type { Row } from '../measuring/workload.ts';
import type { Aim, Figures } from './aim.ts';
import { AIMS } from './aims.ts';

export interface Ratio {
  readonly name: string;
  readonly what: string;
  readonly ratio: number;
  /** The unit of an absolute figure; '' for a ratio. */
  readonly unit: string;
  /** In words; '' when it is for information. */
  readonly aim: string;
  readonly reached: boolean | undefined;
  readonly section?: Aim['section'];
}

/** The aims whose rows are there, in their order. */
export function ratiosOf(rows: readonly Row[], aims: readonly Aim[] = AIMS): Ratio[] {
  const row = figuresOf(rows);
  return aims.flatMap((aim) => {
    const ratio = aim.of(row);
    if (!Number.isFinite(ratio)) return [];
    const { name, what, unit = '', section } = aim;
    const shown = { ...(section !== undefined && { section }) };
    return [{ name, what, ratio, unit, aim: inWords(aim), reached: isReached(ratio, aim), ...shown }];
  });
}

/** The names of the rows that an aim looks at. */
export function rowsOf(aim: Aim): string[] {
  const names = new Set<string>();
  aim.of((name) => names.add(name.replace(/:p\d+$/, '')).size);
  return [...names];
}

/** Whether anything is aimed at, or it is for information. */
export function isAimed({ atLeast, atMost }: Aim): boolean {
  return (atLeast ?? atMost) !== undefined;
}

function figuresOf(rows: readonly Row[]): Figures {
  const figures = new Map<string, number>();
  for (const { name, runs, latency } of rows) {
    figures.set(name, median(runs));
    if (latency !== undefined) figures.set(`${name}:p50`, latency.p50).set(`${name}:p99`, latency.p99);
  }
  return (name) => figures.get(name) ?? Number.NaN;
}

/** Units of figures that another machine would change; those in bytes are the same everywhere. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(['events/s', 'ms']);

function inWords({ atLeast, atMost, unit = '' }: Aim): string {
  const bound = atLeast ?? atMost;
  if (bound === undefined) return '';
  const mark = OF_THE_MACHINE.has(unit) ? '◦' : '';
  return `${atLeast === undefined ? '≤' : '≥'} ${bound.toLocaleString('en')} ${unit} ${mark}`.trim();
}

function isReached(ratio: number, { atLeast, atMost }: Aim): boolean | undefined {
  if (atLeast !== undefined) return ratio >= atLeast;
  if (atMost !== undefined) return ratio <= atMost;
  return undefined;
}
