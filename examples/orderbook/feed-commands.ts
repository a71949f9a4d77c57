/** The commands that read a feed: `import` makes a book that follows it, `compare` compares that with a strict engine. */

import { type Command, Option } from 'commander';
import { RefoldError } from 'refold';
import { compareFeed } from './audit/compare-feed.ts';
import type { ReadOptions } from './feeds/following/feed-kind.ts';
import { type ImportReport, importFeed } from './feeds/following/import-feed.ts';
import { KINDS, kindOf, parseSettings } from './feeds/following/kinds.ts';
import { parseInteger } from './feeds/reading/csv.ts';
import { EXIT_CHECK_FAILED } from './judging.ts';
import { openProgress } from './progress.ts';
import { number } from './text.ts';
import { openWorkspace } from './workspace.ts';

interface ImportFlags {
  readonly db?: string;
  readonly json?: boolean;
  readonly symbol?: readonly string[];
  readonly set?: readonly string[];
  readonly date?: string;
  readonly zone?: string;
  readonly strict?: boolean;
}

/** Shows a report: as JSON, or as a table. */
type Present = (report: object, json: boolean | undefined) => void;

/** Adds the command to the others. */
export function addImport(root: Command, present: Present): void {
  const command = root
    .command('import')
    .description('import a feed: its orders, levels and trades, as the feed tells them, at the time of its market')
    .option('--db <file>', 'keep the book in this file, and go on with what it has; default a temporary one')
    .option('--json', 'print the report as JSON, the last line on stdout')
    .option('--strict', 'end with 1 if a message does not fit the book');
  withFeed(command).action(async (kind: string, files: readonly string[], flags: ImportFlags) => {
    const report = await runImport(kind, files, flags);
    present(report, flags.json);
    process.exitCode = judgeImport(report, flags, (line) => void process.stderr.write(`${line}\n`));
  });
}

/** Adds the command `compare`. */
export function addCompare(root: Command, present: Present): void {
  const command = root
    .command('compare')
    .description('what a strict engine would have done with a feed: both books side by side, message by message')
    .option('--json', 'print the report as JSON, the last line on stdout')
    .addOption(
      new Option('--levels <count>', 'how many levels of each side to compare').default(10).argParser((text) => {
        const levels = parseInteger(text);
        if (levels !== undefined && levels > 0) return levels;
        throw new RefoldError('INVALID_OPTION', `Cannot compare ${JSON.stringify(text)} levels`, {
          type: '--levels',
          hint: 'Give a whole number above 0',
        });
      }),
    );
  withFeed(command).action(async (kind: string, files: readonly string[], flags: ImportFlags & { levels: number }) => {
    const progress = openProgress('compare');
    try {
      const { levels } = flags;
      present(
        await compareFeed(kind, files, {
          ...readOptions(kind, flags),
          ahead: openProgress('look ahead'),
          levels,
          progress,
        }),
        flags.json,
      );
    } finally {
      progress.end();
    }
  });
}

/** What every command that reads a feed takes. */
function withFeed(command: Command): Command {
  const several = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
  return command
    .argument('<kind>', 'what the files are: see below')
    .argument('<files...>', 'the files of the feed, in their order')
    .addOption(new Option('--symbol <symbol>', 'only this symbol; may be repeated').argParser(several))
    .option('--date <date>', "the day of a feed that counts from midnight; default the one in the file's name")
    .option(
      '--zone <zone>',
      'the time zone of its midnight; default America/New_York, or UTC if it counts from the epoch',
    )
    .addOption(
      new Option('--set <name=value>', 'an option that only this kind has; may be repeated').argParser(several),
    )
    .addHelpText('after', helpOfKinds());
}

function readOptions(kind: string, { symbol, set = [], date, zone }: ImportFlags): ReadOptions {
  kindOf(kind);
  const symbols = symbol === undefined ? undefined : new Set(symbol);
  return { symbols, settings: parseSettings(kind, set), date, zone };
}

async function runImport(kind: string, files: readonly string[], flags: ImportFlags): Promise<ImportReport> {
  const options = readOptions(kind, flags);
  const progress = openProgress('import');
  using workspace = openWorkspace(flags.db);
  try {
    return await importFeed(workspace.path, kind, files, { ...options, ahead: openProgress('look ahead'), progress });
  } finally {
    progress.end();
  }
}

/** Says what is wrong, and gives the exit code: an oracle that failed is an error, a message that does not fit a warning. */
export function judgeImport(
  report: ImportReport,
  { strict = false, symbol = [], db }: Pick<ImportFlags, 'strict' | 'symbol' | 'db'>,
  write: (line: string) => void,
): number {
  const { oracle, mismatches, timeStepsBack, firstStepBack, added, events } = report;
  if (db !== undefined && added === 0) write(`nothing to add: the log has all ${number(events)} events of this feed`);
  if (symbol.length > 0 && report.messages === 0) write(`warning: no message is of ${symbol.join(', ')}`);
  if (firstStepBack !== null) {
    const times = timeStepsBack === 1 ? 'once' : `${number(timeStepsBack)} times`;
    write(`warning: time goes back ${times}, first in line ${firstStepBack.line} of ${firstStepBack.file}`);
  }
  const kinds = Object.entries(mismatches);
  const level = strict ? 'error' : 'warning';
  for (const [kind, { count, first }] of kinds) {
    const messages = count === 1 ? '1 message does not fit' : `${number(count)} messages do not fit`;
    write(`${level}: ${messages} the book (${kind}), the first in line ${first.line} of ${first.file}`);
  }
  if (oracle !== null && oracle.wrong > 0) {
    const { first, of, wrong, checked } = oracle;
    const where = first === null ? '' : `; the first is line ${first.line} of ${first.file}: ${first.difference}`;
    write(`error: ${number(wrong)} of ${number(checked)} ${of} are wrong${where}`);
  }
  return (oracle?.wrong ?? 0) > 0 || (strict && kinds.length > 0) ? EXIT_CHECK_FAILED : 0;
}

function helpOfKinds(): string {
  const lines = Object.entries(KINDS).flatMap(([kind, { about, settings = {} }]) => [
    `  ${kind.padEnd(8)} ${about}`,
    ...Object.entries(settings).map(([name, what]) => `           --set ${name}=…  ${what}`),
  ]);
  return `\nKinds:\n${lines.join('\n')}\n\nCommand tapes and consensus workloads run through the matching engine: tape, consensus.`;
}
