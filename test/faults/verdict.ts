/** The verdict on a row's report: its line in the table, and every reason why it fails. */
import type { FaultRow, RowReport } from './row.ts';

export interface RowResult {
  readonly name: string;
  readonly seconds: number;
  readonly report: RowReport | undefined;
  /** Empty when the row has passed. */
  readonly faults: readonly string[];
}

/**
 * The reasons why a row fails: violations, unnoticed controls, too few cases, or the trouble that kept it from running.
 *
 * @param trouble the reason why there is no report
 */
export function faultsOf(
  row: Pick<FaultRow, 'required'>,
  report: RowReport | undefined,
  trouble: string | undefined,
  long: boolean,
): string[] {
  if (report === undefined) return [trouble ?? 'it returned no report'];
  const required = long ? row.required.long : row.required.short;
  const unnoticed = report.controls.filter(({ noticed }) => noticed === undefined);
  return [
    ...report.violations,
    ...unnoticed.map(({ name }) => `the negative control was not noticed: ${name}`),
    ...(report.controls.length === 0 ? ['it has no negative control'] : []),
    ...(report.cases < required ? [`${report.cases} cases ran, and ${required} are required`] : []),
  ];
}

/** One line: name, cases, violations, controls noticed, seconds. */
export function tableLine({ name, seconds, report, faults }: RowResult): string {
  const columns = [
    (faults.length === 0 ? 'ok' : 'FAILED').padEnd(6),
    name.padEnd(18),
    `${report?.cases ?? 0} cases`.padStart(14),
    `${report?.violations.length ?? 0} violations`.padStart(14),
    controls(report).padStart(22),
    `${seconds.toFixed(1)} s`.padStart(9),
  ];
  return columns.join('  ');
}

function controls(report: RowReport | undefined): string {
  const all = report?.controls ?? [];
  return `${all.filter(({ noticed }) => noticed !== undefined).length} of ${all.length} controls`;
}
