/**
 * Events for the list of the page: a window of those that pass a filter, which of them were recorded together, and how many pass
 * it in all.
 *
 * The window comes at once. The rest follows, as far as it is asked for.
 */
import { type EventLog, isRefoldError, type RecordedEvent } from '../../index.ts';
import { wireEvent } from '../moments/moments.ts';
import { ANSWER_BYTES } from '../server/answering.ts';
import { readStart } from '../server/positions.ts';
import { readChoice, readCount, readSequences } from '../server/query.ts';
import type { EventLine } from '../wire.ts';
import { type EventFilter, passes, readFilter } from './event-filter.ts';
import { countMatches } from './matches.ts';
import { type Listed, soundEvents } from './sound-events.ts';

/** Events that one request gives at most. */
const MOST_EVENTS = 1_000;
/** Only a window of so many sequences tells its commits: to find them costs reading all that lies between. */
const WIDEST_TOGETHER = 20_000;

/**
 * The window begins with the first event from `from` on that passes, and has `count` events at most; or it has these `sequences`,
 * whatever the filter. A window of long events ends early, and says with which event the next one begins. `commits=yes` tells
 * which of its events were recorded together. `matches=no` leaves out the count; it is of the whole log, so it is the same
 * whatever the window. A damaged block is told in its place, and the list goes on behind it.
 *
 * @throws RefoldError `INVALID_OPTION`; what reading the log throws
 */
export async function* listEvents(
  listed: Listed,
  query: URLSearchParams,
  signal: AbortSignal,
): AsyncGenerator<EventLine, void> {
  const filter = readFilter(query);
  const given: number[] = [];
  for await (const line of windowOf(listed, query, filter, signal)) {
    if ('sequence' in line) given.push(line.sequence);
    yield line;
  }
  if (readChoice(query, 'commits', ['no', 'yes']) === 'yes') yield* commitsOf(listed.log, given, signal);
  if (readChoice(query, 'matches', ['yes', 'no']) === 'yes') yield* countMatches(listed, filter, signal);
}

async function* windowOf(
  listed: Listed,
  query: URLSearchParams,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<EventLine, void> {
  const from = await readStart(query, 'from', listed.log);
  const count = readCount(query, 'count', 100, MOST_EVENTS);
  const sequences = readSequences(query, 'sequences', MOST_EVENTS);
  const { types, tag } = filter;
  const first = from === 0 ? undefined : from;
  const range = sequences === undefined ? { from: first, types, tag, signal } : { sequences, signal };
  const isIn = (event: RecordedEvent): boolean => sequences !== undefined || passes(event, filter);
  let given = 0;
  let characters = 0;
  if (count === 0 || sequences?.length === 0) return;
  for await (const event of soundEvents(listed, range)) {
    if ('damage' in event) {
      yield event;
      continue;
    }
    if (!isIn(event)) continue;
    const line = wireEvent(event);
    characters += JSON.stringify(line).length;
    if (given > 0 && characters > ANSWER_BYTES) return yield { next: event.sequence };
    yield line;
    if (++given === count) return;
  }
}

async function* commitsOf(
  log: EventLog,
  sequences: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<EventLine, void> {
  const [from, to] = [sequences[0], sequences.at(-1)];
  if (from === undefined || to === undefined || to - from > WIDEST_TOGETHER) return;
  const commits: (readonly [number, number])[] = [];
  try {
    for await (const { firstSequence, lastSequence } of log.commits({ from, to, signal }))
      if (lastSequence > firstSequence) commits.push([firstSequence, lastSequence]);
  } catch (error) {
    if (!isRefoldError(error, 'LOG_CORRUPT')) throw error; // the window has told it
  }
  yield { commits };
}
