/** Writes what a run found out where readers look: docs/BENCHMARKS.md, its plots, and the README's figures. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawChart } from './chart.ts';
import { plotsOf } from './curves.ts';
import { withFigures } from './readme.ts';
import { type Report, reportMarkdown } from './report.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PLOTS = `${ROOT}docs/benchmarks`;

export function writePages(report: Report): void {
  mkdirSync(PLOTS, { recursive: true });
  for (const { name, chart } of plotsOf(report.rows)) writeFileSync(`${PLOTS}/${name}.svg`, drawChart(chart));
  writeFileSync(`${ROOT}docs/BENCHMARKS.md`, reportMarkdown(report));
  writeFileSync(`${ROOT}README.md`, withFigures(readFileSync(`${ROOT}README.md`, 'utf8'), report));
}
