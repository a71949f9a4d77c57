/**
 * The command `studio`: a book in the studio of refold.
 *
 * With `--db` it shows a book in a file. Without it, another process trades a made-up day into a temporary book while you
 * look. That process is killed once, and the next one goes on. Ctrl-C ends both, and deletes the temporary book.
 */
import type { Command } from 'commander';
import { closeOnSignal } from '../ending.ts';
import { duration, jsonOf, number } from '../text.ts';
import { openWorkspace } from '../workspace.ts';
import { planStudio, type StudioFlags, type StudioPlan, withStudioOptions } from './options.ts';
import { describeBook, type StudiedBook, studyBook } from './studied-book.ts';
import { type TradingNews, trade } from './trading.ts';

const HELP = `
Examples:
  npm run orderbook:studio                        a made-up day, traded while you look
  npm run orderbook:studio -- --rate 2000         four times as fast
  npm run orderbook:studio -- --db goog.db        a book that was imported`;

/** The process is killed after this part of the day, but not before so many commands. A shorter day is not disturbed. */
const KILLED_AFTER = 0.1;
const LEAST_BEFORE = 2_000;
/** Long enough to see that the book has no writer. */
const PAUSE_MS = 5_000;

/** Adds `studio` to a command line. */
export function addStudio(root: Command): void {
  withStudioOptions(root.command('studio'))
    .description('look at a book in the browser: any moment, the heatmap, the ladder, and why')
    .addHelpText('after', HELP)
    .action(async (flags: StudioFlags) => {
      const plan = planStudio(flags);
      if ('db' in plan) await showFile(plan, flags);
      else await showTrading(plan, flags);
    });
}

type FilePlan = Extract<StudioPlan, { db: string }>;
type TradingPlan = Exclude<StudioPlan, { db: string }>;

async function showFile({ db, levels }: FilePlan, flags: StudioFlags): Promise<void> {
  await openOn(await studyBook(db, levels), undefined, flags);
}

async function showTrading(plan: TradingPlan, flags: StudioFlags): Promise<void> {
  using workspace = openWorkspace(undefined);
  await using opened = new AsyncDisposableStack();
  const { path } = workspace;
  const write = flags.json === true ? (): void => {} : say;
  const killAt = Math.max(LEAST_BEFORE, Math.trunc(plan.commands * KILLED_AFTER));
  for await (const news of trade({ path, ...plan, killAt, pauseMs: PAUSE_MS })) {
    if (news.kind === 'begun') opened.use(await openOn(await studyBook(path, undefined), plan, flags));
    write(textOf(news, plan, killAt));
  }
  await untilCtrlC();
}

/** Opens the studio, and says where. It stays open until it is disposed of, or the process ends. */
async function openOn(
  book: StudiedBook,
  trading: TradingPlan | undefined,
  flags: StudioFlags,
): Promise<AsyncDisposable> {
  const { path, model, view, name, events } = book;
  const { openStudio } = await import('refold/studio');
  const studio = await openStudio({ path, model, view, ...(flags.port !== undefined && { port: flags.port }) });
  const { url } = studio;
  if (flags.json === true) say(jsonOf({ path, model: name, events, url, trading: trading ?? null }));
  else say(`${describeBook(book)}\n${url}  read only, Ctrl-C ends`);
  const forget = closeOnSignal(() => studio.close());
  return {
    async [Symbol.asyncDispose]() {
      forget();
      await studio.close();
    },
  };
}

/** The server keeps the process alive. */
function untilCtrlC(): Promise<never> {
  return new Promise(() => {});
}

function textOf(news: TradingNews, { commands, rate }: TradingPlan, killAt: number): string {
  switch (news.kind) {
    case 'begun': {
      const crash = killAt < commands ? ` After ${number(killAt)} it is killed.` : '';
      const day = `${number(commands)} commands, ${number(rate)} a second`;
      return `process ${news.pid} trades ${day}.${crash} The file is deleted at the end`;
    }
    case 'killed':
      return `process ${news.pid} was killed after event ${number(news.sequence)}: the page says that the writer is missing`;
    case 'recovered':
      return (
        `process ${news.pid} goes on: the book was back at event ${number(news.sequence)} in ${duration(news.recoveryMs)}, ` +
        `and command ${number(news.commands)} is the next one`
      );
    case 'over':
      return `the day is over after event ${number(news.sequence)}. The studio stays open`;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
