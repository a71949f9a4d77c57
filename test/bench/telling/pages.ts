/** Writes what a run found out where readers look: docs/BENCHMARKS.md, its plots, and the README's figures. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawChart } from './chart.ts';
import { plotsOf } from './curves.ts';
import { withFigures } from './readme.ts';
import { POSTGRES_PAGE, type Report, reportMarkdown } from './report.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PLOTS = `${ROOT}docs/benchmarks`;

/**
 * Writes the page that these workloads are for: all that need no server, or all of PostgreSQL.
 *
 * @returns false where they are for none: a page with half of the figures would tell less than the one that is there
 */
export function writePages(report: Report, names: readonly string[], all: readonly string[]): boolean {
  const isWhole = (those: readonly string[]): boolean => String(names) === String(those);
  mkdirSync(PLOTS, { recursive: true });
  if (isWhole(all.filter(isOfPostgres))) {
    writeFileSync(`${PLOTS}/postgres.md`, reportMarkdown(report, POSTGRES_PAGE));
    return true;
  }
  if (!isWhole(all.filter((name) => !isOfPostgres(name)))) return false;
  for (const { name, chart } of plotsOf(report.rows)) writeFileSync(`${PLOTS}/${name}.svg`, drawChart(chart));
  writeFileSync(`${ROOT}docs/BENCHMARKS.md`, reportMarkdown(report));
  writeFileSync(`${ROOT}README.md`, withFigures(readFileSync(`${ROOT}README.md`, 'utf8'), report));
  return true;
}

/** Those need a server, so they are asked for by name. */
export function isOfPostgres(name: string): boolean {
  return name.startsWith('postgres');
}
