/** The README's figures: the ratios that matter most, between two marks, written by the bench so that they cannot drift. */

import { BUSY_LOAD } from '../measuring/machine.ts';
import { plotsOf } from './curves.ts';
import type { Report } from './report.ts';
import { ratioTable, toMarkdown } from './table.ts';

const BEGIN = '<!-- figures: written by npm run bench -- --write -->';
const END = '<!-- /figures -->';

/** The ratios that the README shows, where they were measured. */
const SHOWN: ReadonlySet<string> = new Set([
  'concurrent-vs-emmett',
  'batch-vs-redis',
  'os-batch-vs-event-storage',
  'lone-vs-bare',
  'book-replay-vs-event-storage',
  'open-flat',
  'table-flat',
  'snapshot-flat',
  'at-flat',
  'sealed-bytes',
]);
const PLOT = 'open';

/** Replaces the figures in the page by those of this run. @throws Error when the page has no marks for them */
export function withFigures(page: string, report: Report): string {
  const [before, rest] = halves(page, BEGIN);
  const [, after] = halves(rest, END);
  return [before, BEGIN, '\n', figuresOf(report), '\n', END, after].join('');
}

/** The text between the marks. */
export function figuresIn(page: string): string {
  return halves(halves(page, BEGIN)[1], END)[0].trim();
}

function figuresOf(report: Report): string {
  const { date, cpu, cores, load } = report.machine;
  const busy = load > BUSY_LOAD ? ', which was busy with other work' : '';
  const shown = report.ratios.filter(({ name }) => SHOWN.has(name));
  const plot = plotsOf(report.rows).find(({ name }) => name === PLOT);
  return [
    `On ${cores} cores of an ${cpu}${busy}, ${date}:`,
    toMarkdown(ratioTable(shown)),
    ...(plot === undefined ? [] : [`![${plot.chart.title}](docs/benchmarks/${plot.name}.svg)`]),
  ].join('\n\n');
}

function halves(page: string, mark: string): [string, string] {
  const at = page.indexOf(mark);
  if (at < 0) throw new Error(`The page does not have the line ${mark}`);
  return [page.slice(0, at), page.slice(at + mark.length)];
}
