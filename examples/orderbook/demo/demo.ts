/**
 * The demo: a day of trading on an event-sourced order book, with a crash in the middle.
 *
 * Every chapter is a function that does one thing and checks it. Together they show everything that the engine
 * promises. The run is deterministic, except for the moment of the crash and the speed of the machine.
 */
import { hashState } from 'refold';
import { paint } from '../../telling/paint.ts';
import { type Check, Story } from '../../telling/story.ts';
import { foldAgain, matchAgain } from '../audit/replay-book.ts';
import { Gateway } from '../gateway.ts';
import { renderLadder, renderTape, viewOf } from '../ladder.ts';
import { Calendar, EXCHANGE_ZONE, MarketClock } from '../market-time.ts';
import { orderBook } from '../model/index.ts';
import { openProgress, type ProgressBar } from '../progress.ts';
import { clock, duration, number, short, table } from '../text.ts';
import { type OpenBook, openBook } from '../workspace.ts';
import { type Crash, writeUntilKilled } from './demo-crash.ts';
import { generateFlow, momentOf, ORIGIN } from './flow.ts';
import { summariseFlow } from './flow-summary.ts';
import { metaOf, nextCommand } from './next-command.ts';

export interface DemoOptions {
  /** An empty book, or a file that does not exist yet. */
  readonly path: string;
  readonly seed: number;
  readonly commands: number;
  /** Gets the text, line by line. */
  readonly write: (text: string) => void;
}

export interface DemoReport {
  readonly commands: number;
  readonly events: number;
  readonly trades: number;
  readonly stateHash: string;
  readonly figures: DemoFigures;
  readonly checks: readonly Check[];
  readonly seconds: number;
}

export interface DemoFigures {
  readonly events: number;
  readonly eventsPerSecondAppended: number;
  readonly eventsPerSecondReplayed: number;
  readonly recoveryMsWithSnapshot: number;
  readonly recoveryMsWithoutSnapshot: number;
  readonly bytesPerEventOpen: number;
  readonly bytesPerEventSealed: number;
}

const SYMBOL = 'GOOG';

const bar = (label: string, total: number): ProgressBar => openProgress(label.padEnd(12), total);

/** Runs the demo. Whether every check held is in the report's `checks`. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const start = performance.now();
  const story = new Story(options.write);
  story.say(INTRODUCTION);
  describeFlow(story, options);
  const crash = await crashTheWriter(story, options);
  const clock = new MarketClock();
  const store = await recoverFrom(story, options, crash, clock);
  const { sequence: crashSequence } = store;
  const crashHash = await store.stateHash();
  const appended = await finishTheFlow(story, options, store, clock);
  const { stateHash } = appended;
  const replayed = await replayEverything(story, options, stateHash);
  const compacted = await snapshotAndCompact(story, options, stateHash);
  await lookAtTheBook(story, options, crashSequence, crashHash);
  const figures = {
    events: appended.events,
    eventsPerSecondAppended: appended.eventsPerSecond,
    eventsPerSecondReplayed: replayed.eventsPerSecond,
    recoveryMsWithSnapshot: compacted.recoveryMs,
    recoveryMsWithoutSnapshot: replayed.milliseconds,
    bytesPerEventOpen: compacted.bytesPerEventOpen,
    bytesPerEventSealed: compacted.bytesPerEventSealed,
  };
  closeTheStory(story, figures);
  const seconds = (performance.now() - start) / 1_000;
  const { events, trades } = appended;
  return { commands: options.commands, events, trades, stateHash, figures, checks: story.checks, seconds };
}

const INTRODUCTION = `${paint('bold', 'An order book that never forgets')}
An exchange keeps its book in memory, because memory is fast, and must not lose it, because it is
money. refold writes what *happened* (an order was accepted, a trade was executed) to a log on disk,
and folds those events into the book. The log is the truth: it can rebuild the book at any time.`;

function describeFlow(story: Story, options: DemoOptions): void {
  story.chapter(
    'A day of orders',
    'Made up from a seed, in integers, with the statistics of a real day on NASDAQ: the same seed gives the same day.',
  );
  const { hours, shares } = summariseFlow(options);
  story.say(`  ${number(options.commands)} commands over ${hours.toFixed(1)} hours of trading, seed ${options.seed}`);
  const percent = (share: number): string => share.toFixed(1).padStart(4);
  story.say(table(shares.map(({ name, made, real }) => [name, `${percent(made)} %  (real: ${percent(real)} %)`])));
}

async function crashTheWriter(story: Story, { path, seed, commands }: DemoOptions): Promise<Crash> {
  story.chapter(
    'Write, and be killed',
    'Another process matches the orders and appends the events. Halfway it is killed with SIGKILL: no warning, no ' +
      'clean-up, as if the power of that process had been cut. All that counts is what it had acknowledged.',
  );
  const killAt = Math.trunc(commands / 2);
  const crash = await writeUntilKilled({ path, seed, commands, killAt, progress: bar('write', commands) });
  const { acknowledged, pid, signal } = crash;
  story.say(
    `  process ${pid} ended by ${signal}; acknowledged by then: ${number(acknowledged.commands)} commands, ` +
      `events up to ${number(acknowledged.sequence)}`,
  );
  return crash;
}

async function recoverFrom(
  story: Story,
  { path }: DemoOptions,
  { acknowledged }: Crash,
  clock: MarketClock,
): Promise<OpenBook> {
  story.chapter(
    'Recover',
    'Opening the file is the recovery: load the newest snapshot of the book, then fold the events that came after it. ' +
      'Events that were on the way to the disk may be there as well; what was acknowledged must be.',
  );
  const store = await openBook(path, { clock: clock.read });
  describeRecovery(story, store);
  story.check(
    'every acknowledged event is there',
    `at least ${number(acknowledged.sequence)}`,
    number(store.sequence),
    store.sequence >= acknowledged.sequence,
  );
  return store;
}

function describeRecovery(story: Story, { recovery, sequence }: OpenBook): void {
  const { snapshot, eventsReplayed, milliseconds: time } = recovery;
  const from = snapshot === undefined ? 'no snapshot' : `the snapshot at event ${number(snapshot)}`;
  story.say(
    `  ${from}, ${number(eventsReplayed)} events replayed: back at event ${number(sequence)} in ${duration(time)}`,
  );
}

interface Appended {
  readonly events: number;
  readonly trades: number;
  readonly eventsPerSecond: number;
  readonly stateHash: string;
}

async function finishTheFlow(
  story: Story,
  options: DemoOptions,
  store: OpenBook,
  clock: MarketClock,
): Promise<Appended> {
  const { seed, commands } = options;
  story.chapter(
    'Go on where it stopped',
    'Each event carries the number of the command that caused it, so the log itself says where to go on. Commands ' +
      'after that number left no event and no trace, so they run now as if for the first time.',
  );
  const first = await nextCommand(store);
  const gateway = new Gateway(store);
  const progress = bar('write', commands);
  const sequenceBefore = store.sequence;
  const start = performance.now();
  for (const flow of generateFlow({ seed, commands }).drop(first)) {
    clock.set(momentOf(flow));
    gateway.send(flow.command, { meta: metaOf(first + gateway.sent, clock) });
    progress.update(first + gateway.sent);
    await gateway.room();
  }
  await gateway.drain();
  const seconds = (performance.now() - start) / 1_000;
  progress.end();
  const { sequence, state } = store;
  const eventsPerSecond = Math.round((sequence - sequenceBefore) / seconds);
  const stateHash = await store.stateHash();
  const hours = await hoursOf(store);
  await store.close();
  story.say(
    `  from command ${number(first)} on: ${number(sequence - sequenceBefore)} events in ${duration(seconds * 1_000)}, ` +
      `each on the disk before it counted; ${number(gateway.rejected)} commands were refused`,
  );
  story.say(`  recorded at the market's time: ${hours} in New York, to the microsecond`);
  const undisturbed = await runUndisturbed(options);
  story.check('the same book as without the crash (state hash)', short(undisturbed), short(stateHash));
  return { events: sequence, trades: state.lastTradeId, eventsPerSecond, stateHash };
}

/** From the first event of the log to the last one, on the wall clock of the exchange. */
async function hoursOf(store: OpenBook): Promise<string> {
  const calendar = new Calendar(String(ORIGIN.date), EXCHANGE_ZONE);
  const times: string[] = [];
  for (const reverse of [false, true]) {
    for await (const { recordedAt } of store.events({ reverse, limit: 1 })) times.push(calendar.wallTime(recordedAt));
  }
  return `${times[0]} to ${times[1]?.slice(-12)}`;
}

/** The hash of the book after the same flow in memory, without a crash. */
async function runUndisturbed({ seed, commands }: DemoOptions): Promise<string> {
  await using store = await openBook(':memory:', { fold: 'direct' });
  const gateway = new Gateway(store);
  const progress = bar('compare', commands);
  for (const { command } of generateFlow({ seed, commands })) {
    gateway.send(command);
    progress.update(gateway.sent);
    await gateway.room();
  }
  await gateway.drain();
  progress.end();
  return store.stateHash();
}

async function replayEverything(story: Story, { path }: DemoOptions, stateHash: string) {
  story.chapter(
    'Replay everything, twice',
    'First the fold: all events from the first one on, without any snapshot, must give the same book. Then the proof ' +
      'that the trades were right: a second, plain matching engine gets the orders alone and must make the same trades.',
  );
  const report = await foldAgain(orderBook, path, bar);
  const { events, seconds, eventsPerSecond } = report;
  story.say(`  ${number(events)} events in ${duration(seconds * 1_000)}: ${number(eventsPerSecond)} events a second`);
  story.check('the same book (state hash)', short(stateHash), short(report.stateHash));
  const rematch = await matchAgain(path, bar);
  const found = rematch === 'equal' ? 'equal' : JSON.stringify(rematch.firstDifference);
  story.check(`all ${number(report.state.lastTradeId)} trades, matched again`, 'equal', found);
  return { eventsPerSecond, milliseconds: seconds * 1_000 };
}

async function snapshotAndCompact(story: Story, { path }: DemoOptions, stateHash: string) {
  story.chapter(
    'Snapshot and compact',
    'A snapshot is the book itself, written down, so that recovery need not start at the first event. Compaction packs ' +
      'the events behind it into sealed blocks: the same history in a fraction of the space.',
  );
  const store = await openBook(path, { onProgress: () => {} });
  await store.snapshot();
  const { sealed, fileBytesBefore, fileBytesAfter } = await store.compact();
  await store.close();
  const bytesPerEventOpen = sealed.bytes / sealed.events;
  const bytesPerEventSealed = (sealed.bytesAfter ?? sealed.bytes) / sealed.events;
  story.say(
    `  ${number(sealed.events)} events packed: ${bytesPerEventOpen.toFixed(1)} bytes each before, ` +
      `${bytesPerEventSealed.toFixed(1)} after; the file from ${number(fileBytesBefore)} to ${number(fileBytesAfter)} bytes`,
  );
  await using again = await openBook(path);
  describeRecovery(story, again);
  story.check('the same book (state hash)', short(stateHash), short(await again.stateHash()));
  return { bytesPerEventOpen, bytesPerEventSealed, recoveryMs: again.recovery.milliseconds };
}

async function lookAtTheBook(
  story: Story,
  { path }: DemoOptions,
  crashSequence: number,
  crashHash: string,
): Promise<void> {
  await using store = await openBook(path, { readOnly: true });
  const now = viewOf(store.state, SYMBOL);
  story.chapter('Look at the book', `The best prices after the last event, ${number(store.sequence)}.`);
  story.say(renderLadder(now));
  story.say(paint('dim', '\n  last trades'));
  story.say(renderTape(now));
  const past = await store.at({ sequence: crashSequence });
  story.chapter(
    'Look at the past',
    `Nothing was overwritten, so any moment can be seen again. This is the book at event ${number(crashSequence)}, where ` +
      `the crash had left it, at ${clock(past.recordedAt)} UTC of the market's time.`,
  );
  story.say(renderLadder(viewOf(past.state, SYMBOL)));
  story.check('the book of that moment (state hash)', short(crashHash), short(hashState(past.state)));
}

function closeTheStory(story: Story, figures: DemoFigures): void {
  story.say(`\n${paint('bold', 'Figures')}`);
  story.say(
    table([
      ['events', number(figures.events)],
      ['events/s appended, each durable', number(figures.eventsPerSecondAppended)],
      ['events/s replayed', number(figures.eventsPerSecondReplayed)],
      ['recovery with snapshot', duration(figures.recoveryMsWithSnapshot)],
      ['recovery without snapshot', duration(figures.recoveryMsWithoutSnapshot)],
      ['bytes per event, as written', figures.bytesPerEventOpen.toFixed(1)],
      ['bytes per event, sealed', figures.bytesPerEventSealed.toFixed(1)],
    ]),
  );
  story.close();
}
