/** The results of a run, and how they are shown: on the terminal, as JSON, as a page of the documentation. */

import { BUSY_LOAD, type Machine } from '../measuring/machine.ts';
import type { Result } from '../measuring/run.ts';
import type { SizeName } from '../measuring/sizes.ts';
import { median, spread } from '../measuring/statistics.ts';
import type { Row } from '../measuring/workload.ts';
import { AIMS } from './aims.ts';
import { plotsOf } from './curves.ts';
import { noteOn } from './notes.ts';
import { isAimed, type Ratio, ratiosOf } from './ratios.ts';
import { figure, ratioTable, rowTable, toMarkdown, toText } from './table.ts';

export interface Report {
  readonly machine: Machine;
  readonly size: SizeName;
  readonly command: string;
  readonly seconds: number;
  readonly bytesPerEvent: number;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  /** Workloads that did not run, and why. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

export function makeReport(facts: Omit<Report, 'rows' | 'ratios' | 'missing'>, results: readonly Result[]): Report {
  const rows = results.flatMap((result) => ('rows' in result ? result.rows : []));
  const missing = results.flatMap((result) =>
    'failure' in result ? [{ name: result.name, reason: result.failure }] : [],
  );
  return { ...facts, rows, ratios: ratiosOf(rows), missing };
}

export function reportText(report: Report): string {
  const parts = [describe(report).join('\n'), toText(rowTable(report.rows))];
  if (report.ratios.length > 0) parts.push(toText(ratioTable(report.ratios)));
  if (report.missing.length > 0) parts.push(missingLines(report).join('\n'));
  return parts.join('\n\n');
}

/** One object: the report with each row's median and spread. */
export function reportJson(report: Report): string {
  const rows = report.rows.map((row) => ({ ...row, median: median(row.runs), spread: spread(row.runs) }));
  return JSON.stringify({ ...report, rows });
}

/** A page for the figures of some of the workloads. */
export interface Page {
  readonly title: string;
  readonly command: string;
  /** Whose aims it judges, by their names. */
  readonly isJudged: (aim: string) => boolean;
  /** Whether it names the version of a package or a server. */
  readonly names: (what: string) => boolean;
  /** How to read the figures. */
  readonly reading: string;
  readonly end: string;
}

export function reportMarkdown(report: Report, page: Page = MAIN_PAGE): string {
  const named = Object.entries(report.machine.versions).filter(([name]) => page.names(name));
  const versions = named.map(([name, version]) => `${name} ${version}`);
  return `${[
    `# ${page.title}`,
    `\`${page.command}\` writes this page. Run it again on your machine. Compare ratios within one run: the figures
themselves belong to this machine on this day.`,
    describe(report)
      .map((line) => `- ${line}`)
      .concat(`- ${versions.join(' · ')}`)
      .join('\n'),
    page.reading,
    '## Ratios',
    toMarkdown(ratioTable(report.ratios.filter(({ section }) => section === undefined))),
    ...(report.ratios.some(({ unit }) => unit !== '') ? [ABSOLUTE] : []),
    verdictInWords(report, page),
    ...lookingBackParts(report),
    ...plotParts(report),
    '## Figures',
    toMarkdown(rowTable(report.rows)),
    ...notesOfRows(report),
    ...(report.missing.length > 0
      ? [
          '## Not measured',
          missingLines(report)
            .map((line) => `- ${line}`)
            .join('\n'),
        ]
      : []),
    page.end,
  ].join('\n\n')}\n`;
}

function describe({ machine, size, command, seconds, bytesPerEvent }: Report): string[] {
  const { date, cpu, cores, memoryGb, system, fileSystem, node, load } = machine;
  const busy = `**The machine was busy with other work (load ${load} before the run). The figures are too low, and their spread shows it**`;
  return [
    `${date} · ${cpu}, ${cores} cores, ${memoryGb} GB · ${system}, ${fileSystem} · Node ${node}`,
    `\`${command}\`, ${Math.round(seconds)} s${size === 'full' ? '' : ', small sizes'} · events of ${Math.round(bytesPerEvent)} bytes of JSON, seeded`,
    `Each workload runs in a separate process, and one works at a time. Writing workloads take turns, run by run. The others run one after the other. Figures are medians after a warm-up. Spread = (largest - smallest) ÷ median. CPU = all threads, per event or command`,
    ...(load > BUSY_LOAD ? [busy] : []),
  ];
}

function missingLines({ missing }: Report): string[] {
  return missing.map(({ name, reason }) => `${name}: ${reason}`);
}

/** Says which aims were missed or not measured, and why, so that readers need not search for them. */
function verdictInWords({ ratios }: Report, { isJudged }: Page): string {
  const aimed = AIMS.filter((aim) => isAimed(aim) && isJudged(aim.name)).length;
  const measured = ratios.filter(({ reached }) => reached !== undefined);
  const failed = measured.filter(({ reached }) => reached === false);
  const unknown = aimed - measured.length;
  const counts = `Of ${aimed} aims, ${measured.length - failed.length} were reached, ${failed.length} were not, and ${unknown} could not be measured here.`;
  const list = failed.map(({ name, what, ratio, unit, aim }) =>
    `- ${what}: ${figure(ratio)} ${unit}, aimed at ${aim}. ${noteOn(name)}`.replaceAll(' ,', ','),
  );
  return failed.length === 0
    ? counts
    : `${counts} These were not reached, and this is where the time goes:\n\n${list.join('\n')}`;
}

function lookingBackParts({ ratios }: Report): string[] {
  const shown = ratios.filter(({ section }) => section === 'Looking back');
  return shown.length === 0 ? [] : ['## Looking back', LOOKING_BACK, toMarkdown(ratioTable(shown))];
}

function plotParts({ rows }: Report): string[] {
  const plots = plotsOf(rows).map(({ name, chart }) => `![${chart.title}](benchmarks/${name}.svg)`);
  return plots.length === 0 ? [] : ['## Curves that should be flat', ...plots];
}

function notesOfRows({ rows }: Report): string[] {
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : [`- ${what}: ${note}`]));
  return notes.length === 0 ? [] : [notes.join('\n')];
}

const LOOKING_BACK = `Questions about the past of one log: made-up flow of an order book, as long as the longest log of the run, sealed. \`npm run
bench -- looking --no-peers\` measures this section alone. The verdicts on missed aims are above.`;

const ABSOLUTE = `◦ marks an absolute figure: what a prototype reached on two cores of a server. It belongs to such a machine. The ratios decide.`;

const READING = `How to read the durability column:

- **synced**: on the disk before it is acknowledged. It survives power loss
- **synced within 1 s**: it survives the death of the process. Power loss may take the last second
- **not synced**: acknowledged when the system has it. It survives the death of the process, but not power loss
- **reads**, **memory only**: nothing is written

refold's figures include validation by zod, the fold into the state, and encoding. The other event stores do not validate and
do not fold. Their figures are for storing and reading alone.`;

const PEERS = `## What the others guarantee

We read this in their source and tried it. The versions are above.

- **emmett-sqlite** sets WAL and leaves SQLite's \`synchronous=FULL\`: a COMMIT is synced. By default every append opens a
  new connection, and of several concurrent appends nearly all fail. On one shared connection, concurrent appends join
  the transaction that is open and are acknowledged before its COMMIT. Only one append after the other is safe, so a thousand
  appenders queue up. The bench measures both, and the ratio takes the better one.
- **event-storage** syncs nothing by default. With \`syncOnFlush\` it syncs the events before it acknowledges them, but
  writes the index that finds them again up to 100 ms later. After a SIGKILL, acknowledged events could not be read. There
  is no setting that makes an acknowledgement durable. Calling its storage's \`flush()\` after each group of commits does.
  The bench measures this as "flushed by us".
- **nodejs-order-book** keeps an order book in memory. It hands its journal to the caller and does not store it. It has no
  hidden prints, listings or halts, so they cost it nothing. A reduced order loses its place in the queue.
- **Redis** is measured where \`redis-server\` is installed, with its own \`redis-benchmark\`.`;

const MAIN_PAGE: Page = {
  title: 'Benchmarks',
  command: 'npm run bench -- --write',
  isJudged: (aim) => !aim.startsWith('postgres'),
  names: (what) => what !== 'PostgreSQL' && what !== 'pg',
  reading: READING,
  end: `${PEERS}

The log in PostgreSQL has [a page for itself](benchmarks/postgres.md).`,
};

export const POSTGRES_PAGE: Page = {
  title: 'Benchmarks of the log in PostgreSQL',
  command: 'npm run bench -- postgres --write',
  isJudged: (aim) => aim.startsWith('postgres'),
  names: (what) => ['refold', 'PostgreSQL', 'pg', 'better-sqlite3'].includes(what),
  reading: `The server runs on the same machine, with its default settings: \`fsync\` and \`synchronous_commit\` are on. **synced** means that it has
written the event to the disk before it is acknowledged. Client, server and disk share two processors, so what a second machine would
take off is not seen here.`,
  end: 'Everything else is on [the page of benchmarks](../BENCHMARKS.md).',
};
