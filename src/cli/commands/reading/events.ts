/**
 * `refold events`: prints recorded events in their recorded form, as JSON lines, or as a table on a terminal. With `--follow` it
 * also prints new events.
 */

import { type Command, Option } from 'commander';
import { parseEventCondition } from '../../../guests/event-condition.ts';
import { loadModel } from '../../../guests/load-model.ts';
import type { Place } from '../../../guests/position.ts';
import { type EventLog, openLog, type Position } from '../../../index.ts';
import { answering, collect, FILE, type JsonOption, parseCount, parsePosition, withTimes } from '../../args.ts';
import { requireFile } from '../../files.ts';
import { whereIs } from '../../logs.ts';
import { type EventForm, eventLines, printBatches } from '../../output/events/json-lines.ts';
import { EventTable } from '../../output/events/table.ts';
import { outputWidth } from '../../output/lines.ts';
import { writeOut } from '../../output/output.ts';
import { type ProgressBar, withProgress } from '../../output/progress.ts';
import { placeIn, startPlaceIn } from '../../place.ts';
import { followed, selected } from './event-selection.ts';
import { requireTypesIn, typesNear } from './event-types.ts';

interface Options extends JsonOption {
  readonly from?: Place;
  readonly to?: Place;
  readonly type?: readonly string[];
  readonly tag?: string;
  readonly where?: string;
  readonly reverse?: true;
  readonly follow?: true;
  readonly limit?: number;
  readonly last?: number;
  readonly model?: string;
}

export function defineEvents(program: Command): void {
  const command = program
    .command('events')
    .argument(...FILE)
    .description('print events: as JSON lines, or as a table on a terminal')
    .option('--from <position>', 'first position (default: the first in the log)', parsePosition)
    .option('--to <position>', 'last position', parsePosition)
    .option('--type <type>', 'only this type; may be repeated', collect)
    .option('--where <condition>', 'only events for which this holds, such as "data.price >= 100"')
    .addOption(new Option('--tag <tag>', 'only events with this tag').conflicts('follow'))
    .addOption(new Option('--reverse', 'the last event first').conflicts('follow'))
    .option('--limit <count>', 'stop after this many events', parseCount)
    .addOption(new Option('--last <count>', 'of all these only the last ones').argParser(parseCount).conflicts('limit'))
    .option('--follow', 'then wait for new events and print them, until Ctrl-C')
    .option('--model <module>', 'a --type that this model knows need not occur in the log');
  withTimes(command, 'print JSON lines on a terminal too, and an error as a last line')
    .addHelpText('after', '\nExample:\n  refold events book.db --type TradeExecuted --where "data.price >= 100"')
    .action(answering(([file], options: Options) => events(file!, options)));
}

async function events(file: string, options: Options): Promise<undefined> {
  const { type: types, tag, reverse, limit, last } = options;
  const where = options.where === undefined ? undefined : parseEventCondition(options.where);
  await requireFile(file);
  await using log = await openLog(whereIs(file));
  const from = options.from && (await startPlaceIn(log, options.from));
  const to = options.to && (await placeIn(log, options.to));
  if (options.follow === undefined) await requireKnownTypes(log, options);
  const form = await formOf(log, from, options);
  if (options.follow) {
    const wanted = { types, where, limit, last };
    await endingOnSignal((signal) => printBatches(followed(log, { from, to }, { ...wanted, signal }), form));
  } else {
    const { firstSequence, lastSequence } = await log.info();
    const isBackward = reverse === true || last !== undefined;
    const printed = await withProgress((bar) => {
      const onRead = (sequence: number): void => {
        const done = isBackward ? lastSequence - sequence + 1 : sequence - firstSequence + 1;
        bar.update({ label: 'events', done, total: lastSequence - firstSequence + 1 });
      };
      const wanted = { types, tag, where, limit, last, reverse, onRead };
      return printBatches(selected(log, { from, to }, wanted), withoutBar(form, bar));
    });
    if (printed === 0 && form !== eventLines) await writeOut('no such events\n');
  }
}

/** The bar is taken away before a line is printed. It comes again when nothing was printed for a while. */
function withoutBar(form: EventForm, bar: ProgressBar): EventForm {
  return (list) => {
    if (list.length > 0) bar.clear();
    return form(list);
  };
}

/** Only `--model` itself loads a model. */
async function requireKnownTypes(log: EventLog, { type: types, model }: Options): Promise<void> {
  if (types !== undefined) await requireTypesIn(log, types, model === undefined ? undefined : await loadModel(model));
}

/** Lines of JSON, or a table on a terminal. @param from where the events begin */
export async function formOf(
  log: EventLog,
  from: Position | undefined,
  options: Pick<Options, 'json' | 'type' | 'last' | 'reverse'>,
): Promise<EventForm> {
  const { json, type, last, reverse } = options;
  if (json === true || process.stdout.isTTY !== true) return eventLines;
  const { lastSequence: sequence } = await log.info();
  const begin = last !== undefined || reverse ? { sequence } : from;
  const table = new EventTable(outputWidth, { sequence, types: type ?? (await typesNear(log, begin)) });
  return (list) => table.lines(list);
}

/** Ctrl-C ends the work without an error. A reader that closes the pipe ends it too. */
async function endingOnSignal(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  process.stdout.once('error', end);
  try {
    await work(ending.signal);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    process.stdout.off('error', end);
  }
}
