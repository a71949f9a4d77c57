/** What happens to the log while a page is open: new events, dropped history, redactions. */
import type { EventBatch, EventLog } from '../../index.ts';
import { readSequence } from '../server/query.ts';
import type { LiveLine } from '../wire.ts';
import { generationOf } from './log.ts';

/** Runs something every second or so, until what it gives is called. */
export type Ticker = (run: () => void) => () => void;

export interface Following {
  readonly ticking: Ticker;
  /** The fingerprint of the model in use. */
  readonly fingerprint: string | undefined;
}

/**
 * A line for each batch of new events, from the first sequence that the page does not know on, and one without events when history
 * was dropped or redacted: that comes without an event, so the log is asked at each tick.
 *
 * @throws RefoldError what following the log throws
 */
export async function* followLog(
  log: EventLog,
  query: URLSearchParams,
  signal: AbortSignal,
  { ticking, fingerprint }: Following,
): AsyncGenerator<LiveLine, void> {
  const from = readSequence(query, 'from');
  let generation = generationOf(await log.info(), fingerprint);
  let last = Math.max(0, from - 1);
  const batches = log.follow({ from, signal, batches: true });
  let isDue = false;
  let wake = (): void => {};
  let come = awaited(batches.next(), () => wake());
  const stop = ticking(() => {
    isDue = true;
    wake();
  });
  try {
    for (;;) {
      if (isDue) {
        isDue = false;
        const before = generation;
        generation = generationOf(await log.info(), fingerprint);
        if (generation !== before) yield { last, events: 0, types: {}, generation };
      } else if (come.isSettled) {
        const { done, value } = await come.promise;
        if (done) return;
        last = value.sequence;
        come = awaited(batches.next(), () => wake());
        yield { ...lineOf(value), generation };
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    void batches.return().catch(() => {}); // waits for what is coming, which ends with the signal
  }
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

function lineOf({ events, sequence }: EventBatch): Omit<LiveLine, 'generation'> {
  const types = new Map<string, number>();
  for (const { type } of events) types.set(type, (types.get(type) ?? 0) + 1);
  const recordedAt = events.at(-1)?.recordedAt;
  return {
    ...{ last: sequence, events: events.length, types: Object.fromEntries(types) },
    ...(recordedAt !== undefined && { recordedAt }),
  };
}
