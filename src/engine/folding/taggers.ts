/**
 * The taggers of a model, and those that a log was last written with: for each event type that has tags, the name of the
 * tagger that computes them now.
 *
 * The log keeps them, so that a query without a model knows which stored tags count.
 */
import { grouped, isInstance, isRefoldError, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { nameOfTagger, TagsRefused, taggerOf, tagsOf } from '../../core/tagging.ts';
import type { LogStore } from '../../log/log-store.ts';
import { type Formers, formersOf } from './formers.ts';
import { listed, type UpcastRules, upcastEvent } from './upcast.ts';

const TAGGERS_KEY = 'taggers';

/**
 * The present tagger of each event type that has one. A type that becomes others has one if one of those has one: it is named
 * after all that its tags depend on.
 */
export function taggersOf(model: Model): ReadonlyMap<string, string> {
  const formers = formersOf(model);
  const taggers = new Map<string, string>();
  for (const type of [...model.types.keys(), ...(formers?.keys() ?? [])]) {
    const tagger = taggerOfRecorded(type, model, formers);
    if (tagger !== undefined) taggers.set(type, tagger);
  }
  return taggers;
}

function taggerOfRecorded(type: string, model: Model, formers: Formers | undefined): string | undefined {
  const turns = formers?.get(type);
  const known = model.types.get(type);
  if (turns === undefined) return known && taggerOf(known);
  const parts = turns.map(({ into, turn }) => {
    const tagger = taggerOfRecorded(into.type, model, formers);
    return tagger === undefined ? undefined : `${into.type} ${String(turn)} ${tagger}`;
  });
  const tagging = parts.filter((part) => part !== undefined);
  if (tagging.length === 0) return undefined;
  return nameOfTagger([known?.version, ...tagging].join(' '));
}

/** How many events are in blocks that a query must read, because their tags are not stored as these taggers give them. */
export async function countUntagged(log: LogStore, taggers: ReadonlyMap<string, string>): Promise<number> {
  if (taggers.size === 0) return 0;
  for (;;) {
    const range = { from: log.firstSequence(), to: log.head().sequence };
    if (range.from > range.to) return 0;
    if (log.find === undefined) return range.to - range.from + 1;
    try {
      let count = 0;
      for await (const { firstSequence, lastSequence } of log.find({ ...range, tags: { taggers } })) {
        count += lastSequence - firstSequence + 1;
      }
      return count;
    } catch (error) {
      // Events were dropped meanwhile: there are fewer to count now.
      if (!isRefoldError(error, 'HISTORY_GONE') || log.firstSequence() === range.from) throw error;
    }
  }
}

/** Call this after a log was opened for writing, before the first append. */
export async function noteTaggers(model: Model, log: LogStore): Promise<void> {
  const taggers = JSON.stringify(Object.fromEntries(taggersOf(model)));
  if (((await log.getMeta(TAGGERS_KEY)) ?? '{}') !== taggers) await log.putMeta(TAGGERS_KEY, taggers);
}

/** The taggers that the log was last written with. Empty for a log without tags, or with a damaged entry. */
export async function taggersOfLog(log: LogStore): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map(Object.entries<string>(JSON.parse((await log.getMeta(TAGGERS_KEY)) ?? '{}')));
  } catch {
    return new Map();
  }
}

/**
 * The tags that the model gives a recorded event. One that became several has the tags of each.
 *
 * @throws as `tagsNow` and `upcastEvent` do
 */
export function tagsOfRecorded(model: Model, event: RecordedEvent, rules: UpcastRules): readonly string[] {
  const present = listed(upcastEvent(model, event, rules));
  if (present.length === 1) return tagsNow(model, present[0]!);
  return [...new Set(present.flatMap((one) => tagsNow(model, one)))];
}

/** Whether the model gives an event, which is in its version, a tag. @throws as `tagsNow` does */
export function hasTagNow(model: Model, event: RecordedEvent, tag: string): boolean {
  return tagsNow(model, event).includes(tag);
}

/**
 * The tags that the model gives an event, which is in the model's version; none for a type without tags.
 *
 * @throws RefoldError `MODEL_MISMATCH` when `tags` refuses data that is in the log
 */
export function tagsNow(model: Model, { type, sequence, data }: RecordedEvent): readonly string[] {
  const eventType = model.types.get(type);
  if (eventType?.tags === undefined) return [];
  try {
    return tagsOf(eventType, data);
  } catch (error) {
    if (!isInstance(error, TagsRefused)) throw error;
    throw new RefoldError('MODEL_MISMATCH', `Cannot tag ${type} at ${grouped(sequence)}: ${error.message}`, {
      type,
      sequence,
      hint: `Correct the tags of ${type}: it must accept all data in the log`,
      cause: error.cause,
    });
  }
}
