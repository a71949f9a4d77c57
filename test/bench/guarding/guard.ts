/**
 * The guard: whether a ratio has become half as good as the committed one.
 *
 * Its run is short and its machine shared, so it takes only ratios that are steady within one run, asks for no more than
 * a factor of two, and measures again what fails: a real regression fails every time.
 */

import type { Result } from '../measuring/run.ts';
import type { Row } from '../measuring/workload.ts';
import type { Aim, Guarded } from '../telling/aim.ts';
import { AIMS } from '../telling/aims.ts';
import { ratiosOf, rowsOf } from '../telling/ratios.ts';
import { figure, type Table } from '../telling/table.ts';

/** What is committed: the guard's figures, from a run with the guard's sizes. */
export interface Committed {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly ratios: Readonly<Record<string, number>>;
}

export interface Verdict {
  readonly name: string;
  readonly what: string;
  readonly committed: number | undefined;
  readonly measured: number | undefined;
  /** How many times worse than committed; below 1 it is better. */
  readonly worse: number | undefined;
  readonly outcome: 'holds' | 'halved' | 'not measured' | 'not committed';
}

/** As bad as this is a failure. */
const HALVED = 2;

export const GUARDED_AIMS: readonly Aim[] = AIMS.filter(({ guard }) => guard !== undefined);

/** The workloads that the guarded ratios come from. */
export const GUARDED_WORKLOADS: readonly string[] = [
  'bare-lone',
  'bare-batch',
  'bare-parse',
  'append-lone',
  'append-concurrent-atomic',
  'append-batch-atomic',
  'append-batch-direct',
  'replay',
  'book-replay',
  'time-travel',
  'looking',
  'replay-memory',
  'open',
  'fan-out',
  'table',
  'snapshot',
  'import',
  'postgres-append',
  'postgres-replay',
];

/** The ratios of a guard's run, by name. */
export function guardedRatios(results: readonly Result[]): Record<string, number> {
  const rows = results.flatMap((result) => ('rows' in result ? result.rows.map(bestRun) : []));
  return Object.fromEntries(ratiosOf(rows, GUARDED_AIMS).map(({ name, ratio }) => [name, ratio]));
}

/**
 * A row by the best of its runs: other work on the machine only ever slows a run down. The runs of a curve's point are of
 * different places in a log, and stay as they are.
 */
function bestRun(row: Row): Row {
  if (row.at !== undefined || row.runs.length === 0) return row;
  const best = row.unit.endsWith('/s') ? Math.max(...row.runs) : Math.min(...row.runs);
  return { ...row, runs: [best] };
}

/**
 * Compares the measured figures with the committed ones. A figure that is absent on either side is a failure, not a
 * pass.
 */
export function judge(
  committed: Readonly<Record<string, number>>,
  measured: Readonly<Record<string, number>>,
  aims: readonly Aim[] = GUARDED_AIMS,
): Verdict[] {
  return aims.map(({ name, what, guard }) => {
    const [before, now] = [committed[name], measured[name]];
    const worse = before === undefined || now === undefined ? undefined : howMuchWorse(before, now, guard!);
    const outcome =
      now === undefined ? 'not measured' : worse === undefined ? 'not committed' : worse < HALVED ? 'holds' : 'halved';
    return { name, what, committed: before, measured: now, worse, outcome };
  });
}

export function failuresOf(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(({ outcome }) => outcome !== 'holds');
}

/** The workloads to run again: those that the failed ratios' rows came from, and those that gave no rows at all. */
export function workloadsBehind(failures: readonly Verdict[], results: readonly Result[]): string[] {
  const failed = new Set(failures.map(({ name }) => name));
  const rows = new Set(GUARDED_AIMS.filter(({ name }) => failed.has(name)).flatMap(rowsOf));
  return results
    .filter((result) => !('rows' in result) || result.rows.some(({ name }) => rows.has(name)))
    .map(({ name }) => name);
}

export function verdictTable(verdicts: readonly Verdict[]): Table {
  const cell = (value: number | undefined): string => (value === undefined ? 'absent' : figure(value));
  return {
    head: ['ratio', 'committed', 'measured', 'times worse', ''],
    figures: [1, 2, 3],
    cells: verdicts.map(({ what, committed, measured, worse, outcome }) => [
      what,
      cell(committed),
      cell(measured),
      worse === undefined ? '' : figure(worse),
      outcome,
    ]),
  };
}

function howMuchWorse(before: number, now: number, { better, indifferent }: Guarded): number {
  if (better === 'more') return before / now;
  const least = indifferent ?? 0;
  return Math.max(now, least) / Math.max(before, least);
}
