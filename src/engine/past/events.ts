/**
 * Recorded events by range, type and tag, in order or from the end.
 *
 * A query first finds the blocks that may hold what it asks for, then reads only these. Stored tags count while the model
 * still computes them in the same way. The tags of all other events are computed from their data, so an answer is always
 * complete: see `core/tagging.ts`.
 */
import { grouped, isRefoldError, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { listNearest, shortened } from '../../core/nearest.ts';
import { isTag, LONGEST_TAG } from '../../core/tagging.ts';
import { findBlocks } from '../../log/found-blocks.ts';
import { historyGone } from '../../log/log-errors.ts';
import type { Block, BlockQuery, LogStore } from '../../log/log-store.ts';
import { unpackBlocks } from '../../log/unpacking/unpacking.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import {
  A_SIGNAL,
  checkOptions,
  isSequence,
  type OptionCheck,
  type OptionChecks,
  TRUE_OR_FALSE,
} from '../calls/call-options.ts';
import { guardOf } from '../calls/reentrancy.ts';
import { recordedTypesOf } from '../folding/formers.ts';
import { hasTagNow, taggersOf, taggersOfLog } from '../folding/taggers.ts';
import { upcastEvent, upcastRulesOf } from '../folding/upcast.ts';
import { locate, timeOf } from './history.ts';

/** A sequence, or a time: a Date, or ms since the epoch. */
export type Bound = number | { readonly time: Date | number };

export interface EventRange {
  /** First sequence, or the first event at or after a time; default the first that is still in the log. */
  readonly from?: Bound | undefined;
  /** Last sequence, or the last event at or before a time; default the durable end at the time of the call. */
  readonly to?: Bound | undefined;
  /** Only these types; default all. */
  readonly types?: readonly string[] | undefined;
  /** Only events with this tag. */
  readonly tag?: string | undefined;
  /** Only these sequences, in the order of the log. */
  readonly sequences?: readonly number[] | undefined;
  /** The last event first; default false. */
  readonly reverse?: boolean | undefined;
  /** Stop after this many events that pass all filters; default all. */
  readonly limit?: number | undefined;
  /** Ends the reading at the next block: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A bound of a range. */
export const A_BOUND: OptionCheck = [
  'a sequence, or { time } with a Date or milliseconds since the epoch',
  (bound) => isSequence(bound) || Number.isFinite((bound as { time?: unknown } | null)?.time),
  (bound) =>
    typeof bound === 'object' && bound !== null ? { time: timeOf((bound as { time?: unknown }).time) } : bound,
];

const copied = (list: unknown): unknown => (Array.isArray(list) ? Array.from(list) : list);

/** A filter by type. */
export const EVENT_TYPES: OptionCheck = [
  'an array of event types',
  (types) => Array.isArray(types) && types.every((type) => typeof type === 'string'),
  copied,
];

/** A filter by sequence. */
export const SEQUENCES: OptionCheck = [
  'an array of sequences: whole numbers from 1 on',
  (sequences) => Array.isArray(sequences) && sequences.every((sequence) => isSequence(sequence) && sequence > 0),
  copied,
];

/** A filter by tag. */
export const A_TAG: OptionCheck = [`a tag: a text of 1 to ${LONGEST_TAG} characters`, isTag];

export const RANGE_CHECKS: OptionChecks<EventRange> = {
  from: A_BOUND,
  to: A_BOUND,
  types: EVENT_TYPES,
  tag: A_TAG,
  sequences: SEQUENCES,
  reverse: TRUE_OR_FALSE,
  limit: ['a whole number from 0 on', isSequence],
  signal: A_SIGNAL,
};

/** How long reading may keep the event loop to itself, in ms. */
export const READING_SLICE_MS = 4;

/** What the tags of events are computed with, when they are not stored. */
export interface Tagging {
  /** The present tagger of each type that has one. */
  readonly taggers: ReadonlyMap<string, string>;
  /** Whether an event that has no stored tags has the tag. */
  hasTag(event: RecordedEvent, tag: string): boolean;
}

/** What a recorded event is for a model: one event, or several, or none. */
export type Prepared = RecordedEvent | readonly RecordedEvent[];

/** How recorded events become those that are given. */
export interface Presenting {
  readonly prepare: (event: RecordedEvent) => Prepared;
  /** The types under which the log may hold events that are of these types then. */
  readonly recordedTypes: (types: ReadonlySet<string>) => ReadonlySet<string>;
}

/** Without a model. */
export const AS_RECORDED: Presenting = { prepare: (event) => event, recordedTypes: (types) => types };

/** The events of a range, brought to the model's versions. @throws RefoldError `INVALID_OPTION`, `UNKNOWN_EVENT_TYPE` */
export async function* readEvents(model: Model, log: LogStore, given: EventRange): AsyncGenerator<RecordedEvent, void> {
  const range = checkOptions('read events', RANGE_CHECKS, given);
  for (const type of range.types ?? []) requireType(model, type);
  const presenting = await presentingOf(model, log);
  yield* select(log, range, taggingOf(model, log), presenting);
}

/** In the versions of a model. */
export async function presentingOf(model: Model, log: LogStore): Promise<Presenting> {
  const guard = guardOf(log);
  const rules = await upcastRulesOf(model, log);
  return {
    prepare: (event) => guard.run(() => upcastEvent(model, event, rules)),
    recordedTypes: (types) => recordedTypesOf(model, types),
  };
}

/**
 * The events of a range as they were recorded, without any model. With a tag only stored tags count.
 *
 * @throws RefoldError `INVALID_OPTION`, also at the first event whose tags are not stored
 */
export async function* readRecorded(log: LogStore, given: EventRange): AsyncGenerator<RecordedEvent, void> {
  const range = checkOptions('read events', RANGE_CHECKS, given);
  yield* select(log, range, await storedTagging(log, range), AS_RECORDED);
}

/** With the tags of a model. */
export function taggingOf(model: Model, log: LogStore): Tagging {
  const guard = guardOf(log);
  const hasTag = (event: RecordedEvent, tag: string): boolean => guard.run(() => hasTagNow(model, event, tag));
  return { taggers: taggersOf(model), hasTag };
}

/** With stored tags only. @throws RefoldError `INVALID_OPTION` when the log has no tags, and at the first event without them */
export async function storedTagging(log: LogStore, { tag }: Pick<EventRange, 'tag'>): Promise<Tagging> {
  const taggers = await taggersOfLog(log);
  if (tag !== undefined && taggers.size === 0) throw withoutTags(log);
  const hasTag = (event: RecordedEvent): never => {
    throw tagsNotStored(log, event);
  };
  return { taggers, hasTag };
}

/** Looks at the clock after so many events. */
const LOOK_EVENTS = 128;

/** One generator does all this, because each further one would cost time for every event. */
async function* select(
  log: LogStore,
  range: EventRange,
  tagging: Tagging,
  { prepare, recordedTypes }: Presenting,
): AsyncGenerator<RecordedEvent, void> {
  const { tag, reverse = false, signal } = range;
  throwIfAborted(signal);
  const bounds = await boundsOf(log, range);
  const wanted = range.types && new Set(range.types);
  const types = wanted && recordedTypes(wanted);
  const tags = tag === undefined ? undefined : { tag, types, taggers: tagging.taggers };
  const sequences = range.sequences && new Set(range.sequences);
  const pace = new Pace(READING_SLICE_MS);
  let { from, to } = bounds;
  let left = range.limit ?? Number.POSITIVE_INFINITY;
  if (left === 0) return;
  const blocks = blocksOf(log, bounds, range, tags);
  for await (const slice of unpackBlocks(blocks, { types, tags }, reverse)) {
    throwIfAborted(signal);
    const { events, isCertain } = slice;
    for (let place = 0; place < events.length; place++) {
      const index = reverse ? events.length - 1 - place : place;
      const event = events[index]!;
      const { sequence } = event;
      if (sequence < from || sequence > to || sequences?.has(sequence) === false) continue;
      const prepared = prepare(event);
      if (Array.isArray(prepared)) {
        for (const part of reverse ? prepared.toReversed() : prepared) {
          if (wanted?.has(part.type) === false || (tag !== undefined && !tagging.hasTag(part, tag))) continue;
          yield part;
          left -= 1;
          if (left === 0) return;
        }
      } else {
        const one = prepared as RecordedEvent;
        if (tag !== undefined && isCertain?.[index] !== true && !tagging.hasTag(one, tag)) continue;
        yield one;
        left -= 1;
        if (left === 0) return;
      }
      if (place % LOOK_EVENTS === 0 && pace.isOver) await pace.rest();
    }
    // Sealing may meanwhile have joined events that were already given with later ones in one block.
    if (reverse) to = Math.min(to, slice.from - 1);
    else from = Math.max(from, slice.through + 1);
    if (pace.isOver) await pace.rest();
  }
}

/** A range in sequences, both inclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The sequences of a range that are in the log. @throws RefoldError `HISTORY_GONE` when it asks for events that were dropped */
export async function boundsOf(log: LogStore, { from, to, sequences }: EventRange): Promise<Stretch> {
  const head = log.head().sequence;
  const least = sequences?.reduce((least, sequence) => Math.min(least, sequence), head + 1);
  const asked = from === undefined ? least : await firstOf(log, from);
  const last = to === undefined ? head : await lastOf(log, to);
  const firstLeft = log.firstSequence();
  const bounds = { from: Math.max(1, asked ?? firstLeft), to: Math.min(last, head) };
  // In reverse too, and also where a limit may be reached before: an answer does not depend on what is found.
  if (bounds.from < firstLeft && bounds.from <= bounds.to) throw historyGone(log.path, bounds.from, firstLeft);
  return bounds;
}

async function firstOf(log: LogStore, bound: Bound): Promise<number> {
  if (typeof bound === 'number') return bound;
  return (await locate(log, { time: Math.ceil(bound.time as number) - 1 })) + 1;
}

async function lastOf(log: LogStore, bound: Bound): Promise<number> {
  return typeof bound === 'number' ? bound : locate(log, bound);
}

/** Sequences that lie this close together are read as one stretch. */
const NEAR_EVENTS = 256;

/** What of a range must be looked at: all of it, or the neighbourhoods of single sequences. */
function stretchesOf({ from, to }: Stretch, { sequences, reverse = false }: EventRange): readonly Stretch[] {
  if (from > to) return [];
  if (sequences === undefined) return [{ from, to }];
  const stretches: { from: number; to: number }[] = [];
  for (const sequence of sequences.filter((one) => one >= from && one <= to).sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last !== undefined && sequence - last.to <= NEAR_EVENTS) last.to = sequence;
    else stretches.push({ from: sequence, to: sequence });
  }
  return reverse ? stretches.reverse() : stretches;
}

/** The blocks of a range that may hold what is wanted. @throws RefoldError `HISTORY_GONE`, `LOG_CORRUPT` */
export async function* blocksOf(
  log: LogStore,
  bounds: Stretch,
  range: EventRange,
  tags: BlockQuery['tags'],
): AsyncGenerator<Block, void> {
  const { reverse = false } = range;
  const isFromFirst = range.from === undefined && range.sequences === undefined;
  for (const stretch of stretchesOf(bounds, range)) {
    const query = { ...stretch, reverse, tags };
    yield* isFromFirst ? blocksLeft(log, query) : findBlocks(log, query);
  }
}

/** The first events were not asked for: where the writer drops them before they are read, it begins with those that are left. */
async function* blocksLeft(log: LogStore, query: BlockQuery): AsyncGenerator<Block, void> {
  let { from } = query;
  let isBegun = false;
  while (from <= query.to) {
    try {
      for await (const block of findBlocks(log, { ...query, from })) {
        isBegun = true;
        yield block;
      }
      return;
    } catch (error) {
      const first = log.firstSequence();
      if (isBegun || first <= from || !isRefoldError(error, 'HISTORY_GONE')) throw error;
      from = first;
    }
  }
}

/** @throws RefoldError `UNKNOWN_EVENT_TYPE` when the model does not have the type */
export function requireType(model: Model, type: string): void {
  if (model.types.has(type)) return;
  throw new RefoldError('UNKNOWN_EVENT_TYPE', `Cannot read events: there is no type ${shortened(type)}`, {
    type,
    hint: `The model has ${listNearest(type, model.types.keys())}`,
  });
}

function withoutTags(log: LogStore): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot read events by tag: no model with tags has written to the log', {
    path: log.path,
    type: 'tag',
    hint: 'Add tags to the model, and run refold retag with it',
  });
}

function tagsNotStored(log: LogStore, { type, sequence }: RecordedEvent): RefoldError {
  return new RefoldError(
    'INVALID_OPTION',
    `Cannot read events by tag: the tags of ${type} at ${grouped(sequence)} are not stored`,
    {
      path: log.path,
      sequence,
      type: 'tag',
      hint: 'Run refold retag with the model, or open a store with the model: it computes them',
    },
  );
}
