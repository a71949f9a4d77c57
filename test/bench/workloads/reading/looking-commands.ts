/**
 * Looking back from the command line, in the longest log of an order book: how long `info` takes beside an import of the package,
 * how fast `events` fills a pipe, and how much memory each way of looking back takes beside a replay.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeBlock } from 'refold/log';
import { openSqliteLog } from '../../../../src/log/sqlite/sqlite-log.ts';
import { preparedBook } from '../../material/book-log.ts';
import { buildPackage } from '../../material/built-package.ts';
import { type ReportedRun, runProcess, runReported } from '../../measuring/processes.ts';
import { type Context, type Row, timed, type Workload } from '../../measuring/workload.ts';

export const lookingCommandWorkloads: readonly Workload[] = [
  { name: 'looking-info', run: infoRows },
  { name: 'looking-events', run: eventsRows },
  { name: 'looking-memory', run: memoryRows },
];

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const COMMAND_LINE = here('../../../../src/cli/main.ts');
const MODEL = here('../../../../examples/orderbook/model/index.ts');
const WORK = here('looking-work.ts');
/** More than these take too long where the log is the longest. */
const MOST_EVENTS = 2_000_000;
const EVENT_RUNS = 3;
/** A place that few events change, so that all of the log is looked at. */
const QUANTITY = 'orders[600].quantity';

/** Both take turns, once for the time and once for the processor time: to report that takes some time as well. */
async function infoRows(context: Context): Promise<Row[]> {
  const { path, length } = preparedBook(context);
  const { folder, sizes } = context;
  const built = buildPackage(join(folder, 'package'));
  const subjects = [
    { name: 'import', what: 'a process that imports the built package', args: [built.importing] },
    {
      name: 'info',
      what: `refold info, ${length.toLocaleString('en')} events`,
      args: [built.commandLine, 'info', path],
    },
  ].map((subject) => ({ ...subject, ms: [] as number[], cpuMs: [] as number[] }));
  for (let round = -1; round < sizes.imports; round++) {
    for (const { args, ms, cpuMs } of subjects) {
      const run = await runProcess(args);
      const reported = await runReported(folder, args);
      if (round < 0) continue;
      ms.push(run.ms);
      cpuMs.push(reported.cpuMs);
    }
  }
  return subjects.flatMap(({ name, what, ms, cpuMs }) => [
    row(`looking-${name}`, what, 'ms', ms),
    row(`looking-${name}-cpu`, `${what}: processor time`, 'ms', cpuMs),
  ]);
}

/** The command with the start of its process, and the work that it must do in any case. */
async function eventsRows(context: Context): Promise<Row[]> {
  const { path, length } = preparedBook(context);
  const { commandLine } = buildPackage(join(context.folder, 'package'));
  const events = Math.min(length, MOST_EVENTS);
  const printed: number[] = [];
  const written: number[] = [];
  for (let run = -1; run < EVENT_RUNS; run++) {
    const stringified = await timed(() => stringify(path, events));
    const { ms, bytes } = await runProcess([commandLine, 'events', path, '--limit', String(events)]);
    if (bytes < stringified.result) throw new Error(`Error: only ${bytes} bytes came through the pipe`);
    if (run < 0) continue;
    printed.push((events / ms) * 1_000);
    written.push((events / stringified.ms) * 1_000);
  }
  const count = `${events.toLocaleString('en')} events`;
  return [
    row('looking-events', `refold events into a pipe, ${count}, with the start of the process`, 'events/s', printed),
    row('looking-stringify', 'decoding and JSON.stringify of the same events', 'events/s', written),
  ];
}

/** Decodes the first events of a log and makes text of them. Gives how long the text is. */
async function stringify(path: string, events: number): Promise<number> {
  const log = await openSqliteLog({ path, readOnly: true });
  let characters = 0;
  for await (const block of log.read({ from: 1, to: events })) {
    for (const event of decodeBlock(block).events) {
      if (event.sequence <= events) characters += JSON.stringify(event).length;
    }
  }
  await log.close();
  return characters;
}

/** Each in a process from the sources, so that all of them carry the same ballast. */
async function memoryRows(context: Context): Promise<Row[]> {
  const { path, length } = preparedBook(context);
  const all = `${length.toLocaleString('en')} events`;
  const events = Math.min(length, MOST_EVENTS);
  const middle = Math.floor(length / 2);
  const command = (...args: string[]): string[] => [COMMAND_LINE, args[0]!, path, ...args.slice(1)];
  const withModel = (...args: string[]): string[] => [...command(...args), '--model', MODEL];
  const subjects: readonly (readonly [name: string, what: string, args: readonly string[]])[] = [
    ['replay', `replays ${all}`, [WORK, 'replay', path]],
    ['walk', `walks through ${all}`, [WORK, 'walk', path]],
    ['cursor', 'steps forward and back', [WORK, 'cursor', path]],
    ['why', `asks why, of ${all}`, withModel('why', QUANTITY)],
    ['bisect', `asks an invariant, of ${all}`, withModel('bisect', 'conservation')],
    ['bisect-fast', 'does the same, halving', withModel('bisect', 'conservation', '--fast')],
    ['diff', `asks what ${all} changed`, withModel('diff', 'first', 'last')],
    ['at', `prints the state in the middle of ${all}`, withModel('at', String(middle))],
    ['info', `describes ${all}`, command('info')],
    [
      'events',
      `prints ${events.toLocaleString('en')} events into a pipe`,
      command('events', '--limit', String(events)),
    ],
  ];
  const rows: Row[] = [];
  for (const [name, what, args] of subjects) {
    const { megabytes } = await peakOf(context, args);
    rows.push(row(`looking-${name}-memory`, `peak memory of a process that ${what}`, 'MB', [megabytes]));
  }
  return rows;
}

function peakOf({ folder }: Context, args: readonly string[]): Promise<ReportedRun> {
  return runReported(folder, [...process.execArgv.filter((arg) => arg !== '--expose-gc'), ...args]);
}

function row(name: string, what: string, unit: Row['unit'], runs: readonly number[]): Row {
  return { name, what, by: 'refold', durability: 'reads', unit, runs };
}
