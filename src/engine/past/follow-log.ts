/**
 * What a follower may be asked for; and following a log that another process writes.
 *
 * A store follows the log that it writes itself, and a live replica the log that it folds, in `following/`.
 */
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { decodeBlock } from '../../log/blocks/block.ts';
import type { LogStore } from '../../log/log-store.ts';
import { A_SEQUENCE, A_SIGNAL, checkOptions, type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import { BATCH_EVENTS, type EventBatch } from '../following/selection.ts';
import { EVENT_TYPES, requireType } from './history.ts';

export interface FollowOptions {
  /** First sequence; default the first that is still in the log. */
  readonly from?: number | undefined;
  /** Ends the following; without a signal only the close does. */
  readonly signal?: AbortSignal | undefined;
  /** Only these types; default all. */
  readonly types?: readonly string[] | undefined;
  /**
   * Gives events in batches instead of one by one, each with `caughtUp`; default false. A batch has at most 1,000 events. While
   * the loop is busy with one, the next one grows. So a loop that is slow, or one of thousands, still keeps up.
   */
  readonly batches?: boolean | undefined;
}

const FOLLOW_CHECKS: OptionChecks<FollowOptions> = {
  from: A_SEQUENCE,
  signal: A_SIGNAL,
  types: EVENT_TYPES,
  batches: TRUE_OR_FALSE,
};

/** The options of `watch`: those of `follow`, without `from`. */
export type WatchOptions = Omit<FollowOptions, 'from'>;

const WATCH_CHECKS: OptionChecks<WatchOptions> = { signal: A_SIGNAL, types: EVENT_TYPES, batches: TRUE_OR_FALSE };

/** As `checkFollowing`, for `watch`. */
export function checkWatching(options: WatchOptions, model: Model): WatchOptions {
  const checked = checkOptions('watch the store', WATCH_CHECKS, options);
  for (const type of checked.types ?? []) requireType(model, type);
  return checked;
}

/**
 * Checks what a follower was asked for.
 *
 * @param model whose types a filter must name; undefined for a log without a model
 * @throws RefoldError `INVALID_OPTION`, `UNKNOWN_EVENT_TYPE`
 */
export function checkFollowing(options: FollowOptions, model?: Model): FollowOptions {
  const checked = checkOptions('follow the log', FOLLOW_CHECKS, options);
  if (model !== undefined) for (const type of checked.types ?? []) requireType(model, type);
  return checked;
}

/**
 * Every event from `from` on, without gaps: first those in the log, then new ones, until the signal aborts. For a log that
 * another process writes; a store follows the log that it writes in `following/`.
 *
 * @param options checked
 * @param closing aborts when the log is closed
 */
export async function* followEvents(
  log: LogStore,
  options: FollowOptions,
  prepare: (event: RecordedEvent) => RecordedEvent,
  closing?: AbortSignal,
): AsyncGenerator<RecordedEvent, void> {
  const { signal } = options;
  for await (const { events } of followBatches(log, options, (event) => event, closing)) {
    for (const event of events) {
      if (signal?.aborted === true || closing?.aborted === true) return;
      yield prepare(event);
    }
  }
}

/** The same in batches. Each event is prepared when its batch is. */
export async function* followBatches(
  log: LogStore,
  { from = log.firstSequence(), signal, types }: FollowOptions,
  prepare: (event: RecordedEvent) => RecordedEvent,
  closing?: AbortSignal,
): AsyncGenerator<EventBatch, void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const signals = [signal, closing].filter((given) => given !== undefined);
  for (const given of signals) given.addEventListener('abort', end);
  if (signals.some((given) => given.aborted)) end();
  const wanted = types && new Set(types);
  try {
    let next = Math.max(from, 1);
    let hasToldEnd = false;
    if (next > log.head().sequence && !ending.signal.aborted) {
      hasToldEnd = true;
      yield { events: [], sequence: next - 1, caughtUp: true };
    }
    for await (const block of log.follow(next, ending.signal)) {
      const events = decodeBlock(block, wanted).events.filter(({ sequence }) => sequence >= next);
      const isLast = block.lastSequence >= log.head().sequence;
      for (let start = 0; start < events.length; start += BATCH_EVENTS) {
        if (ending.signal.aborted) return;
        const slice = events.slice(start, start + BATCH_EVENTS).map(prepare);
        const isWhole = start + BATCH_EVENTS >= events.length;
        hasToldEnd = isLast && isWhole;
        yield { events: slice, sequence: isWhole ? block.lastSequence : slice.at(-1)!.sequence, caughtUp: hasToldEnd };
      }
      // Sealing may have joined events that were already given with later ones.
      next = block.lastSequence + 1;
      if (!isLast || hasToldEnd || ending.signal.aborted) continue;
      hasToldEnd = true;
      yield { events: [], sequence: block.lastSequence, caughtUp: true };
    }
  } finally {
    for (const given of signals) given.removeEventListener('abort', end);
  }
}
