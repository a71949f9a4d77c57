/**
 * What a follower may be asked for; and following a log that another process writes.
 *
 * A store follows the log that it writes itself, and a live replica the log that it folds, in `following/`.
 */
import type { DeepReadonly, RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { findBlocks } from '../../log/found-blocks.ts';
import type { Block, LogStore } from '../../log/log-store.ts';
import { type Slice, unpackBlock } from '../../log/unpacking/unpacking.ts';
import { A_SEQUENCE, A_SIGNAL, checkOptions, type OptionChecks, TRUE_OR_FALSE } from '../calls/call-options.ts';
import { BATCH_EVENTS, type EventBatch } from '../following/selection.ts';
import { A_TAG, EVENT_TYPES, type Presenting, presentingOf, requireType, type Tagging, taggingOf } from './events.ts';

export interface FollowOptions {
  /** First sequence; default the first that is still in the log. */
  readonly from?: number | undefined;
  /** Ends the following; without a signal only the close does. */
  readonly signal?: AbortSignal | undefined;
  /** Only these types; default all. */
  readonly types?: readonly string[] | undefined;
  /** Only events with this tag; default all. */
  readonly tag?: string | undefined;
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
  tag: A_TAG,
  batches: TRUE_OR_FALSE,
};

/** The options of `watch`: those of `follow`, without `from`. */
export type WatchOptions = Omit<FollowOptions, 'from'>;

/** What `watch` gives. */
export interface Watched<State, Item = RecordedEvent> {
  /** The store's state: read it before the next `await`. */
  readonly state: DeepReadonly<State>;
  /** The last sequence that the state has. */
  readonly sequence: number;
  /** What comes after it: events, or batches. */
  readonly events: AsyncGenerator<Item, void>;
}

const WATCH_CHECKS: OptionChecks<WatchOptions> = {
  signal: A_SIGNAL,
  types: EVENT_TYPES,
  tag: A_TAG,
  batches: TRUE_OR_FALSE,
};

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

/** How the events of a log are prepared, and what their tags are where they are not stored. */
export interface Preparing extends Presenting {
  readonly tagging: Tagging;
}

/**
 * Every event from `from` on, or batches of them, without gaps: first those in the log, then new ones, until the signal aborts.
 * For a log that another process writes; a store follows the log that it writes in `following/`.
 *
 * @param options checked
 * @param closing aborts when the log is closed
 */
export function followLog(
  log: LogStore,
  options: FollowOptions,
  preparing: Preparing,
  closing?: AbortSignal,
): AsyncGenerator<RecordedEvent | EventBatch, void> {
  const follow = options.batches === true ? followBatches : followEvents;
  return follow(log, options, preparing, closing);
}

/** The same in the versions of a model. @param check checks the options, at the first step */
export async function* followForModel(
  model: Model,
  log: LogStore,
  check: () => FollowOptions,
  closing: AbortSignal,
): AsyncGenerator<RecordedEvent | EventBatch, void> {
  const options = check();
  const preparing = { ...(await presentingOf(model, log)), tagging: taggingOf(model, log) };
  yield* followLog(log, options, preparing, closing);
}

async function* followEvents(
  log: LogStore,
  options: FollowOptions,
  preparing: Preparing,
  closing?: AbortSignal,
): AsyncGenerator<RecordedEvent, void> {
  const { from = log.firstSequence(), signal } = options;
  for await (const slice of followSlices(log, Math.max(from, 1), options, preparing, closing)) {
    for (let index = 0; index < slice.events.length; index++) {
      if (signal?.aborted === true || closing?.aborted === true) return;
      yield* wantedOf(slice, index, options, preparing);
    }
  }
}

/** Each event is prepared when its batch is. */
async function* followBatches(
  log: LogStore,
  options: FollowOptions,
  preparing: Preparing,
  closing?: AbortSignal,
): AsyncGenerator<EventBatch, void> {
  const { from = log.firstSequence(), signal } = options;
  const hasEnded = (): boolean => signal?.aborted === true || closing?.aborted === true;
  const first = Math.max(from, 1);
  let hasToldEnd = false;
  if (first > log.head().sequence && !hasEnded()) {
    hasToldEnd = true;
    yield { events: [], sequence: first - 1, caughtUp: true };
  }
  for await (const slice of followSlices(log, first, options, preparing, closing)) {
    const isLast = slice.through >= log.head().sequence;
    let isTold = false;
    for (let start = 0; start < slice.events.length; start += BATCH_EVENTS) {
      if (hasEnded()) return;
      const end = Math.min(slice.events.length, start + BATCH_EVENTS);
      const isWhole = end === slice.events.length;
      const events: RecordedEvent[] = [];
      for (let index = start; index < end; index++) {
        events.push(...wantedOf(slice, index, options, preparing));
      }
      if (events.length === 0) continue;
      isTold = isLast && isWhole;
      hasToldEnd = isTold;
      yield { events, sequence: isWhole ? slice.through : events.at(-1)!.sequence, caughtUp: isTold };
    }
    if (!isLast || hasToldEnd || hasEnded()) continue;
    hasToldEnd = true;
    yield { events: [], sequence: slice.through, caughtUp: true };
  }
}

const NOT_WANTED: readonly RecordedEvent[] = [];

/** The event as it is given, or what it became; without what was not asked for. */
function wantedOf(
  { events, isCertain }: Slice,
  index: number,
  { types, tag }: FollowOptions,
  { prepare, tagging }: Preparing,
): readonly RecordedEvent[] {
  const event = prepare(events[index]!);
  const hasTag = (one: RecordedEvent): boolean => tag === undefined || tagging.hasTag(one, tag);
  if (Array.isArray(event)) return event.filter((one) => types?.includes(one.type) !== false && hasTag(one));
  const one = event as RecordedEvent;
  return isCertain?.[index] === true || hasTag(one) ? [one] : NOT_WANTED;
}

/**
 * The events of the log in slices, each event once, until a signal aborts. With a tag, blocks of the history that do not
 * have it are not read.
 */
async function* followSlices(
  log: LogStore,
  from: number,
  { signal, types: given, tag }: FollowOptions,
  { tagging, recordedTypes }: Preparing,
  closing: AbortSignal | undefined,
): AsyncGenerator<Slice, void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const signals = [signal, closing].filter((one) => one !== undefined);
  for (const one of signals) one.addEventListener('abort', end);
  if (signals.some((one) => one.aborted)) end();
  const types = given && recordedTypes(new Set(given));
  const tags = tag === undefined ? undefined : { tag, types, taggers: tagging.taggers };
  let next = from;
  async function* slicesOf(blocks: AsyncIterable<Block>): AsyncGenerator<Slice, void> {
    for await (const block of blocks) {
      for await (const slice of unpackBlock(block, { types, tags })) {
        if (ending.signal.aborted) return;
        yield sliceFrom(slice, next);
      }
      // Sealing may have joined events that were already given with later ones.
      next = block.lastSequence + 1;
    }
  }
  try {
    const to = log.head().sequence;
    if (tags !== undefined && next <= to) {
      yield* slicesOf(findBlocks(log, { from: next, to, tags }));
      if (ending.signal.aborted) return;
      // The last blocks may be without the tag. The end of what was there is told all the same.
      if (next <= to) yield { events: [], from: next, through: to };
      next = Math.max(next, to + 1);
    }
    yield* slicesOf(log.follow(next, ending.signal));
  } finally {
    for (const one of signals) one.removeEventListener('abort', end);
  }
}

function sliceFrom(slice: Slice, next: number): Slice {
  const { events, isCertain } = slice;
  if (events[0] === undefined || events[0].sequence >= next) return slice;
  const start = events.filter(({ sequence }) => sequence < next).length;
  return { ...slice, events: events.slice(start), isCertain: isCertain?.slice(start) };
}
