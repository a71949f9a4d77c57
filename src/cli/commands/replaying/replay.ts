/**
 * `refold replay`: folds the whole log again, and prints the speed and the state hash. With `--verify` it also asks the model's
 * invariants along the fold. With `--speed` it folds nothing, and prints the events in their own time.
 */

import { type Command, Option } from 'commander';
import type { Place } from '../../../guests/position.ts';
import { openLog, openPast, type RecordedEvent, RefoldError, type ReplayReport, replay } from '../../../index.ts';
import { answering, FILE, MODEL, type PastOptions, parsePosition, withTimes } from '../../args.ts';
import { requireFile } from '../../files.ts';
import { interruptibleOrNothing } from '../../interrupts.ts';
import { whereIs } from '../../logs.ts';
import { modelFor, modelWords } from '../../model.ts';
import { type EventBatches, printBatches } from '../../output/events/json-lines.ts';
import { EXIT } from '../../output/exit-codes.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, duration, pairs } from '../../output/text.ts';
import { boundOf, placeIn, startPlaceIn } from '../../place.ts';
import { formOf } from '../reading/events.ts';
import { askAlong, type Rows, rowsOf } from './breaks.ts';
import { paced, parseSpeed } from './pacing.ts';

interface Options extends PastOptions {
  readonly from?: Place;
  readonly to?: Place;
  readonly speed?: number;
  readonly verify?: true;
}

export function defineReplay(program: Command): void {
  const command = program
    .command('replay')
    .argument(...FILE)
    .description('fold the whole log again, without snapshots; or print its events in their own time')
    .option('--verify', "also ask the model's invariants along the fold")
    .addOption(
      new Option('--speed <factor>', 'print the events in their own time: 10x, 1x, 0.5x or max')
        .argParser(parseSpeed)
        .conflicts('verify'),
    )
    .option('--from <position>', 'with --verify or --speed: where to begin', parsePosition)
    .option('--to <position>', 'stop at this position', parsePosition)
    .option(...MODEL);
  withTimes(command)
    .addHelpText(
      'after',
      '\nExample:\n  refold replay book.db --model ./model.ts --verify\n  refold replay book.db --speed 10x --from last-1h',
    )
    .action(answering(([file], options: Options) => replayFile(file!, options)));
}

async function replayFile(file: string, options: Options): Promise<Answer | undefined> {
  if (options.speed === undefined && options.verify === undefined && options.from !== undefined) {
    throw new RefoldError('INVALID_OPTION', 'Cannot replay from a position: a replay folds from the beginning', {
      ...{ path: file, type: 'from', hint: 'Add --verify or --speed, or leave --from out' },
    });
  }
  await requireFile(file);
  return options.speed === undefined ? fold(file, options) : play(file, options.speed, options);
}

/** Prints events as `refold events` does. Ctrl-C ends it at once. */
async function play(file: string, speed: number, { from: start, to: end, ...options }: Options): Promise<undefined> {
  await interruptibleOrNothing(async (signal) => {
    await using log = await openLog(whereIs(file));
    const from = start && (await startPlaceIn(log, start));
    const to = end && (await placeIn(log, end));
    const events = log.events({ from: boundOf(from), to: boundOf(to), signal });
    const printing = printBatches(oneByOne(paced(events, speed, signal)), await formOf(log, from, options));
    // A reader that has stopped reading does not hold up the end.
    await Promise.race([printing, aborted(signal)]);
  });
}

async function* oneByOne(events: AsyncIterable<RecordedEvent>): EventBatches {
  for await (const event of events) yield [event];
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function fold(file: string, options: Options): Promise<Answer> {
  const model = await modelFor(file, options.model);
  // A place that is not there is told before anything is folded.
  await using past = options.verify === true ? await openPast(model, whereIs(file)) : undefined;
  const from = past && options.from && (await startPlaceIn(past, options.from));
  const to = options.to && (await locate(file, options.to));
  const { report, asked } = await withProgress(async (bar) => {
    const { state: _, ...report } = await replay(model, { ...whereIs(file), to, onProgress: bar.onProgress });
    const asked = past && (await askAlong(past, { from, to: report.sequence }, bar));
    return { report, asked };
  });
  return {
    json: { model: model.name, ...report, ...asked },
    text: () => pairs([...describe(report), ...(asked === undefined ? [] : rowsOf(asked, bisecting(file, options)))]),
    exitCode: asked !== undefined && asked.brokenInvariants.length > 0 ? EXIT.checkFailed : EXIT.ok,
  };
}

type Report = Omit<ReplayReport<object>, 'state'>;

function describe(report: Report): Rows {
  const { events, from, sequence, stateHash } = report;
  return [
    ['events', events === 0 ? '0' : `${count(events)}  (${count(from + 1)} … ${count(sequence)})`],
    ['from', from === 0 ? undefined : `the snapshot at ${count(from)}: earlier events were dropped`],
    ['took', describeSpeed(report)],
    ['state hash', stateHash],
  ];
}

function bisecting(file: string, { model }: Options): readonly string[] {
  return ['refold', 'bisect', file, ...modelWords(model)];
}

/** A run so short says nothing about a rate. */
const MEASURABLE_SECONDS = 0.1;

function describeSpeed({ seconds, eventsPerSecond }: Report): string {
  const took = duration(seconds * 1_000);
  return seconds < MEASURABLE_SECONDS ? took : `${took}, ${count(eventsPerSecond)} events/s`;
}

async function locate(file: string, place: Place): Promise<number> {
  await using log = await openLog(whereIs(file));
  return await log.locate(await placeIn(log, place));
}
