/**
 * `refold events`: prints recorded events as JSON lines, in their recorded form. With `--follow` it also prints new
 * events.
 */
import { type Command, Option } from 'commander';
import { type Bound, type EventLog, openLog, type Position, type RecordedEvent } from '../../../index.ts';
import { answering, collect, FILE, type JsonOption, parseCount, parsePosition, ZONE } from '../../args.ts';
import { requireFile } from '../../files.ts';
import type { Place } from '../../input/position.ts';
import { LineWriter } from '../../output/output.ts';
import { safeJson } from '../../output/text.ts';
import { placeIn, startPlaceIn } from '../../place.ts';

interface Options extends JsonOption {
  readonly from?: Place;
  readonly to?: Place;
  readonly type?: readonly string[];
  readonly tag?: string;
  readonly reverse?: true;
  readonly follow?: true;
  readonly limit?: number;
}

/** The options with their places found in the log. */
type Selected = Omit<Options, 'from' | 'to'> & {
  readonly from: Position | undefined;
  readonly to: Position | undefined;
};

export function defineEvents(program: Command): void {
  program
    .command('events')
    .argument(...FILE)
    .description('print events as JSON lines')
    .option('--from <position>', 'first position (default: the first in the log)', parsePosition)
    .option('--to <position>', 'last position', parsePosition)
    .option(...ZONE)
    .option('--type <type>', 'only this type; may be repeated', collect)
    .addOption(new Option('--tag <tag>', 'only events with this tag').conflicts('follow'))
    .addOption(new Option('--reverse', 'the last event first').conflicts('follow'))
    .option('--limit <count>', 'stop after this many events', parseCount)
    .option('--follow', 'then wait for new events and print them, until Ctrl-C')
    .option('--json', 'print an error as a last JSON line; events are always JSON lines')
    .addHelpText('after', '\nExample:\n  refold events book.db --tag order:4711 --reverse --limit 10')
    .action(answering(([file], options: Options) => events(file!, options)));
}

async function events(file: string, options: Options): Promise<undefined> {
  await requireFile(file);
  const { type: types, tag, reverse, limit } = options;
  await using log = await openLog({ path: file });
  const from = options.from && (await startPlaceIn(log, options.from));
  const to = options.to && (await placeIn(log, options.to));
  if (options.follow) await follow(log, { ...options, from, to });
  else await printEvents(log.events({ from: boundOf(from), to: boundOf(to), types, tag, reverse, limit }));
}

function boundOf(position: Position | undefined): Bound | undefined {
  return position !== undefined && 'sequence' in position ? position.sequence : position;
}

/** The sequence of the first event of a range. */
async function firstOf(log: EventLog, from: Position | undefined): Promise<number> {
  if (from === undefined) return (await log.info()).firstSequence;
  return 'sequence' in from ? from.sequence : (await log.locate({ time: Number(from.time) - 1 })) + 1;
}

/** The sequence of the last event of a range. It may be a future one. */
async function lastOf(log: EventLog, to: Position | undefined): Promise<number | undefined> {
  return to === undefined || 'sequence' in to ? to?.sequence : log.locate(to);
}

/** Ctrl-C ends it without an error. */
async function follow(log: EventLog, options: Selected): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  process.stdout.once('error', end); // the reader closed the pipe
  try {
    const from = await firstOf(log, options.from);
    const to = await lastOf(log, options.to);
    await printEvents(select(log.follow({ from, signal: ending.signal }), { ...options, to }));
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    process.stdout.off('error', end);
  }
}

/** Prints each event as soon as it is read. When reading fails, the events before it have been printed. */
export async function printEvents(events: AsyncIterable<RecordedEvent>): Promise<void> {
  const writer = new LineWriter(process.stdout);
  try {
    for await (const event of events) await writer.write(eventLine(event));
  } finally {
    await writer.flush();
  }
}

/** An event as one line of JSON. `import` accepts it, and it is safe to print in a terminal. */
export function eventLine({ sequence, recordedAt, type, version, data, meta, commandId }: RecordedEvent): string {
  return `${safeJson({ sequence, recordedAt, type, version, data, meta, commandId })}\n`;
}

/** Applies `to`, `type` and `limit`. `log.follow` itself only knows `from`. */
async function* select(
  source: AsyncIterable<RecordedEvent>,
  options: Pick<Options, 'type' | 'limit'> & { readonly to: number | undefined },
): AsyncGenerator<RecordedEvent, void> {
  const { to = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY, type } = options;
  let given = 0;
  for await (const event of source) {
    if (event.sequence > to) return;
    if (type === undefined || type.includes(event.type)) {
      yield event;
      given += 1;
    }
    if (given >= limit || event.sequence === to) return;
  }
}
