/**
 * The commands of the order book, and what a call of them does.
 *
 * Each command runs to its end and gives a report; `--json` prints the report as one JSON object, the last line on
 * stdout. Exit codes: 0 when every check held, 1 when one failed, 2 for bad input. Commands that the engine refuses are a line
 * on stderr; with `--strict` they make it 1.
 */
import { Command, CommanderError, Option } from 'commander';
import { RefoldError } from 'refold';
import { replayBook } from './audit/replay-book.ts';
import { replayFeed } from './audit/replay-feed.ts';
import { runDemo } from './demo/demo.ts';
import { MADE_UP_DAY } from './demo/flow.ts';
import { addCompare, addImport } from './feed-commands.ts';
import { runConsensus } from './feeds/matching/consensus.ts';
import { runLobster } from './feeds/matching/lobster.ts';
import { runTape } from './feeds/matching/tape.ts';
import { fileSource, parseInteger } from './feeds/reading/csv.ts';
import type { TimeOptions } from './feeds/reading/feed-time.ts';
import { openLobster, symbolOf } from './feeds/reading/lobster-files.ts';
import { feedBook } from './follow/index.ts';
import { EXIT_BAD_INPUT, EXIT_CHECK_FAILED, type Judged, judge, serialise } from './judging.ts';
import { MarketClock } from './market-time.ts';
import { openProgress } from './progress.ts';
import { addPublish } from './publishing/command.ts';
import { addQuestions } from './questions/commands.ts';
import { renderReport } from './report.ts';
import { parsePosition, showBook } from './show.ts';
import { addStudio } from './studio/command.ts';
import { jsonOf } from './text.ts';
import { modelIn, type OpenBook, openNewBook, openWorkspace } from './workspace.ts';

/** Options of the commands that run a feed. */
interface FeedOptions extends CommonOptions, TimeOptions {
  readonly strict?: boolean;
}

interface CommonOptions {
  readonly json?: boolean;
  readonly db?: string;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const HELP = `
Exit codes: 0 all checks held, 1 a check failed (with --strict also: a command was refused), 2 bad input.

Examples:
  npm run orderbook -- --db book.db               run the demo and keep its book
  npm run orderbook -- show book.db --at 50000    the book after event 50,000
  npm run orderbook -- show book.db --at 10:31:07.123    the book at that time of its day
  npm run orderbook -- replay book.db             check every trade again
  npm run orderbook -- import lobster DAY.zip --db feed.db    follow a feed
  npm run orderbook -- order book.db 42           the life of order 42: its place in the queue, its trades, its end
  npm run orderbook -- bars book.db --every 1m    open, high, low, close and volume of each minute
  npm run orderbook -- compare lobster DAY.zip    what a strict engine would have done`;

/** The whole command line, before anything is parsed. */
export function defineProgram(): Command {
  const root = withOptions(
    new Command('orderbook')
      .description('A price-time-priority order book, event-sourced with refold. Without a command: the demo.')
      .exitOverride()
      .enablePositionalOptions()
      .configureOutput({ outputError: () => {} }) // reportError prints it
      .addHelpText('after', HELP)
      .addOption(
        new Option('--commands <count>', 'how many commands the demo makes up')
          .default(MADE_UP_DAY.commands)
          .argParser(positiveInteger),
      )
      .addOption(
        new Option('--seed <number>', 'seed of the made-up day: the same seed gives the same day')
          .default(MADE_UP_DAY.seed)
          .argParser(naturalNumber),
      ),
  ).action(demo);
  withTimes(withOptions(root.command('tape')))
    .description('replay a command tape; with --check, compare the book with an order-book file row by row')
    .argument('<commands>', 'row,ts_ns,cmd,id,side,price,qty as .csv or .csv.gz')
    .option('--check <orderbook>', "LOBSTER's order-book file of the same rows")
    .addOption(new Option('--levels <count>', 'levels to compare; default all in the file').argParser(positiveInteger))
    .addOption(strict())
    .action(tape);
  withTimes(withOptions(root.command('lobster')))
    .description("follow LOBSTER's files, deriving the commands, and check the book after every message")
    .argument('<message>', 'the message file (.csv, .csv.gz), or a sample (.zip) that holds both')
    .argument('[orderbook]', 'the order-book file')
    .addOption(strict())
    .action(lobster);
  withOptions(root.command('consensus'))
    .description('run a consensus workload, and hash its canonical report stream')
    .argument('<commands>', 'seq,cmd,id,side,price,qty,tif as .csv or .csv.gz')
    .addOption(strict())
    .action(consensus);
  addImport(root, present);
  addCompare(root, present);
  root
    .command('replay')
    .description('fold the whole log of a book again, and match its orders again; the book of a feed is folded only')
    .argument('<book>', 'the file of a book')
    .option('--json', 'print the report as JSON')
    .action(replayCommand);
  root
    .command('show')
    .description('the ladder and the recent trades of a book of either kind, now or in the past')
    .argument('<book>', 'the file of a book')
    .addOption(
      new Option('--at <position>', 'a sequence, a time of its day, an ISO time, or ms since the epoch').argParser(
        (text) => parsePosition(text),
      ),
    )
    .option('--symbol <symbol>', 'only this symbol')
    .option('--json', 'print the view as JSON')
    .action(showBook);
  addQuestions(root);
  addPublish(root);
  addStudio(root);
  return root;
}

function withOptions(command: Command): Command {
  return command
    .option('--json', 'print the report as JSON, the last line on stdout')
    .option('--db <file>', 'keep the book in this file; default a temporary one');
}

function withTimes(command: Command): Command {
  return command
    .option('--date <date>', "the feed's day; default the one in the file's name, otherwise 1970-01-01")
    .option(
      '--zone <zone>',
      'the time zone of its midnight; default America/New_York, or UTC if it counts from the epoch',
    );
}

function strict(): Option {
  return new Option('--strict', 'end with 1 if a command was refused');
}

async function demo({ json, db, commands, seed }: CommonOptions & { commands: number; seed: number }): Promise<void> {
  using workspace = openWorkspace(db);
  await (await openNewBook(workspace.path)).close();
  workspace.claim();
  const report = await runDemo({ path: workspace.path, commands, seed, write: json === true ? () => {} : say });
  workspace.keep();
  if (json === true) say(JSON.stringify(report));
  if (report.checks.some(({ held }) => !held)) process.exitCode = EXIT_CHECK_FAILED;
}

async function tape(path: string, options: FeedOptions & { check?: string; levels?: number }): Promise<void> {
  const check = options.check === undefined ? undefined : fileSource(options.check);
  await runOnBook('tape', options, async (store, running) => {
    const { levels, date, zone } = options;
    return runTape(store, fileSource(path), { symbol: symbolOf(path), check, levels, date, zone, ...running });
  });
}

async function lobster(message: string, orderBook: string | undefined, options: FeedOptions): Promise<void> {
  const [messages, rows] = await openLobster(message, orderBook);
  const { date, zone } = options;
  await runOnBook('lobster', options, (store, running) =>
    runLobster(store, messages, rows, {
      symbol: symbolOf(message),
      date,
      zone,
      ahead: openProgress('look ahead'),
      ...running,
    }),
  );
}

async function consensus(path: string, options: FeedOptions): Promise<void> {
  // A workload has no times: its book is recorded at the machine's.
  await runOnBook(
    'consensus',
    options,
    (store, { progress }) => runConsensus(store, fileSource(path), { progress }),
    {},
  );
}

async function replayCommand(path: string, { json }: CommonOptions): Promise<void> {
  if ((await modelIn(path)) === feedBook.name) return replayFeedCommand(path, json);
  const report = await replayBook(path, { bar: openProgress });
  present(report, json);
  if (report.rematch !== 'equal') process.exitCode = EXIT_CHECK_FAILED;
}

async function replayFeedCommand(path: string, json: boolean | undefined): Promise<void> {
  const report = await replayFeed(path, { bar: openProgress });
  present(report, json);
  if (report.hashes !== 'equal' || report.broken.length > 0) process.exitCode = EXIT_CHECK_FAILED;
}

/** Runs a report-making job on a new book, and presents the report. */
async function runOnBook<Report extends Judged>(
  label: string,
  { json, db, strict = false }: FeedOptions,
  run: (store: OpenBook, running: Running) => Promise<Report>,
  { clock }: { readonly clock?: MarketClock } = { clock: new MarketClock() },
): Promise<void> {
  using workspace = openWorkspace(db);
  const progress = openProgress(label);
  try {
    // The fold of this model does not fail halfway, and a day has many events: the fast fold.
    await using store = await openNewBook(workspace.path, { fold: 'direct', clock: clock?.read });
    workspace.claim();
    const report = await run(store, { clock, progress });
    workspace.keep();
    progress.end();
    present(report, json);
    process.exitCode = judge(report, strict, (line) => void process.stderr.write(`${line}\n`));
  } finally {
    progress.end();
  }
}

/** What a run gets beside its book. */
interface Running {
  readonly clock: MarketClock | undefined;
  readonly progress: ReturnType<typeof openProgress>;
}

function present(report: object, json: boolean | undefined): void {
  if (json === true) say(jsonOf(report));
  else say(renderReport(report));
}

function naturalNumber(text: string): number {
  const value = parseInteger(text);
  if (value !== undefined && value >= 0) return value;
  throw badOption(`${JSON.stringify(text)} is not a whole number`, 'Give a whole number, digits only');
}

function positiveInteger(text: string): number {
  const value = naturalNumber(text);
  if (value > 0) return value;
  throw badOption('0 is too few', 'Give a whole number above 0');
}

function badOption(problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot run: ${problem}`, { hint });
}

/** Says what went wrong, for people and for programs. */
function reportError(error: unknown, json: boolean): void {
  const serialized = serialise(error);
  process.stderr.write(`error: ${serialized.message}\n`);
  if (serialized.hint !== undefined) process.stderr.write(`hint: ${serialized.hint}\n`);
  if (json) say(JSON.stringify({ error: serialized }));
}

/** Runs one call. Reports an error, and leaves the exit code in the process. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await defineProgram().parseAsync([...args], { from: 'user' });
  } catch (error) {
    // --help, --version and a command that has already printed its report end with an error of code 0.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    process.exitCode = EXIT_BAD_INPUT;
    reportError(error, args.includes('--json'));
  }
}
