/** What happens to the log while a page is open: new events, dropped history, redactions. */
import type { EventBatch, EventLog } from '../../index.ts';
import { readSequence } from '../server/query.ts';
import type { LiveLine } from '../wire.ts';
import { generationOf, upkeepOf } from './log.ts';
import type { Troubles } from './troubles.ts';

/** Runs something every second or so, until what it gives is called. */
export type Ticker = (run: () => void) => () => void;

export interface Following {
  readonly ticking: Ticker;
  /** The fingerprint of the model in use. */
  readonly fingerprint: string | undefined;
  readonly troubles: Troubles;
  readonly places: LivePlaces;
}

/**
 * The places of streams that are open: a newer stream takes the place of the oldest one, which ends. A browser opens six connections
 * to a host for all tabs together, so that seven tabs in sight would leave none for their questions.
 */
export class LivePlaces {
  readonly #taken: (() => void)[] = [];

  /** @param end is called when a newer stream takes the place @returns gives the place back */
  take(end: () => void): () => void {
    this.#taken.push(end);
    if (this.#taken.length > MOST_STREAMS) this.#taken.shift()!();
    return () => {
      const at = this.#taken.indexOf(end);
      if (at >= 0) this.#taken.splice(at, 1);
    };
  }
}

/** Half of what a browser opens. */
const MOST_STREAMS = 3;

/** What may change without an event. */
type News = Pick<LiveLine, 'generation' | 'hasWriter' | 'upkeep' | 'problems'>;

/**
 * A line for each batch of new events, from the first sequence that the page does not know on, and one without events when
 * history was dropped or redacted, a writer came or went, a snapshot was taken, compaction has worked, or something is wrong: the log
 * is asked at each tick. It ends when a newer stream needs its place.
 *
 * @throws RefoldError what following the log throws
 */
export async function* followLog(
  log: EventLog,
  query: URLSearchParams,
  signal: AbortSignal,
  following: Following,
): AsyncGenerator<LiveLine, void> {
  const from = readSequence(query, 'from');
  let news = await newsOf(log, following);
  let last = Math.max(0, from - 1);
  const place = new AbortController();
  const batches = log.follow({ from, signal: AbortSignal.any([signal, place.signal]), batches: true });
  let isDue = false;
  let wake = (): void => {};
  let come = awaited(batches.next(), () => wake());
  const stop = following.ticking(() => {
    isDue = true;
    wake();
  });
  const leave = following.places.take(() => {
    place.abort();
    wake();
  });
  try {
    while (!place.signal.aborted) {
      if (isDue) {
        isDue = false;
        const before = news;
        news = await newsOf(log, following);
        if (!isSame(before, news)) yield { last, events: 0, types: {}, ...news };
      } else if (come.isSettled) {
        const { done, value } = await come.promise;
        if (done) return;
        const isEmpty = value.events.length === 0 && value.sequence === last;
        last = value.sequence;
        come = awaited(batches.next(), () => wake());
        if (!isEmpty) yield { ...lineOf(value), ...news };
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    leave();
    void batches.return().catch(() => {}); // waits for what is coming, which ends with the signal
  }
}

async function newsOf(log: EventLog, { fingerprint, troubles }: Following): Promise<News> {
  const info = await log.info();
  const generation = generationOf(info.firstSequence, info.redactions.length, fingerprint);
  const hasWriter = info.writer !== undefined;
  return { generation, hasWriter, upkeep: upkeepOf(info), problems: troubles.list() };
}

function isSame(one: News, other: News): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

interface Coming<T> {
  readonly promise: Promise<T>;
  isSettled: boolean;
}

/** A promise that says whether it is settled, and calls back when it is. */
function awaited<T>(promise: Promise<T>, settled: () => void): Coming<T> {
  const one = { promise, isSettled: false };
  const settle = (): void => {
    one.isSettled = true;
    settled();
  };
  promise.then(settle, settle);
  return one;
}

function lineOf({ events, sequence }: EventBatch): Omit<LiveLine, keyof News> {
  const types = new Map<string, number>();
  for (const { type } of events) types.set(type, (types.get(type) ?? 0) + 1);
  const recordedAt = events.at(-1)?.recordedAt;
  return {
    ...{ last: sequence, events: events.length, types: Object.fromEntries(types) },
    ...(recordedAt !== undefined && { recordedAt }),
  };
}
