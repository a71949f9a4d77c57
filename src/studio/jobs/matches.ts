/**
 * How many events pass a filter, and where they are: so that a list can be scrolled to any fraction of them.
 *
 * The count grows while the log is read, and is told as it grows. Places are the sequences of some matches, one in `every`: all
 * of them while they are few, and fewer of many, so that they stay within bounds whatever the log's size.
 */
import { readCount, readSequence } from '../server/query.ts';
import type { MatchesLine } from '../wire.ts';
import { type EventFilter, isByType, passes, readFilter } from './event-filter.ts';
import { type Listed, soundBatches, soundEvents } from './sound-events.ts';

/** How often the count is told while it grows, in events that were read. */
const TOLD_EVERY = 20_000;
/** More places are thinned out. */
const MOST_MATCH_PLACES = 65_536;
/** They are not thinned out beyond one match in so many: then a window would have to look for its first event. */
const MOST_APART = 512;

/**
 * The matches of a log from `from` on. What was counted before is given: how many matches, and that one place in `every` is known.
 * Thus a count goes on when the log has grown, or after it was interrupted.
 *
 * @throws RefoldError `INVALID_OPTION`; what reading the log throws
 */
export async function* findMatches(
  listed: Listed,
  query: URLSearchParams,
  signal: AbortSignal,
): AsyncGenerator<MatchesLine, void> {
  const filter = readFilter(query);
  const from = Math.max(1, readSequence(query, 'from', 1));
  const sampler = new Sampler(readSequence(query, 'counted', 0), readCount(query, 'every', 1, MOST_APART));
  const { types, tag } = filter;
  const { lastSequence: to } = await listed.log.info();
  let through = from - 1;
  let read = 0;
  if (from <= to) {
    for await (const events of soundBatches(listed, { from, to, types, tag, signal })) {
      if ('damage' in events) continue;
      for (const event of events) if (passes(event, filter)) sampler.add(event.sequence);
      through = events.at(-1)!.sequence;
      read += events.length;
      if (read < TOLD_EVERY) continue;
      read = 0;
      yield { ...sampler.take(), through, complete: false };
    }
  }
  yield { ...sampler.take(), through: Math.max(through, to), complete: true };
}

/** Counts matches, and keeps the sequence of one in `every`. Pure. */
export class Sampler {
  #matches: number;
  #every: number;
  #places: number[] = [];

  /** @param matches that were counted before @param every that was sampled of these: a power of two */
  constructor(matches: number, every: number) {
    this.#matches = matches;
    this.#every = 2 ** Math.floor(Math.log2(Math.max(1, every)));
  }

  add(sequence: number): void {
    const index = this.#matches++;
    if (index % this.#every !== 0) return;
    if (index / this.#every >= MOST_MATCH_PLACES && this.#every < MOST_APART) this.#thin(index);
    if (index % this.#every === 0) this.#places.push(sequence);
  }

  /** Gives what is new. */
  take(): Pick<MatchesLine, 'matches' | 'every' | 'places'> {
    const places = this.#places;
    this.#places = [];
    return { matches: this.#matches, every: this.#every, places };
  }

  /** Keeps those of the places that were not taken yet whose number is a multiple of twice as much. */
  #thin(next: number): void {
    const first = next / this.#every - this.#places.length;
    this.#places = this.#places.filter((_, at) => (first + at) % 2 === 0);
    this.#every *= 2;
  }
}

/** The count alone. By type nothing has to be decoded. */
export async function* countMatches(
  listed: Listed,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<{ readonly matches: number; readonly complete: boolean }, void> {
  const { types, tag } = filter;
  let matches = 0;
  let read = 0;
  if (isByType(filter)) {
    const { log, troubles } = listed;
    const counted = await log.counts({ signal, onDamage: troubles.note });
    for (const [type, count] of Object.entries(counted.types)) if (types?.includes(type) ?? true) matches += count;
  } else {
    for await (const event of soundEvents(listed, { types, tag, signal })) {
      if (!('damage' in event) && passes(event, filter)) matches++;
      if (++read % TOLD_EVERY === 0) yield { matches, complete: false };
    }
  }
  yield { matches, complete: true };
}
