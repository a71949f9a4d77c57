/**
 * The taggers of a model, and those that a log was last written with: for each event type that has tags, the name of the
 * tagger that computes them now.
 *
 * The log keeps them, so that a query without a model knows which stored tags count.
 */
import { isInstance, isRefoldError, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { TagsRefused, taggerOf, tagsOf } from '../../core/tagging.ts';
import type { LogStore } from '../../log/log-store.ts';

const TAGGERS_KEY = 'taggers';

/** The present tagger of each event type that has one. */
export function taggersOf(model: Model): ReadonlyMap<string, string> {
  const taggers = new Map<string, string>();
  for (const type of model.types.values()) {
    const tagger = taggerOf(type);
    if (tagger !== undefined) taggers.set(type.type, tagger);
  }
  return taggers;
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
 * The tags that the model gives an event, which is in the model's version.
 *
 * @throws RefoldError `MODEL_MISMATCH` when `tags` refuses data that is in the log
 */
export function tagsNow(model: Model, { type, sequence, data }: RecordedEvent): readonly string[] {
  try {
    return tagsOf(model.types.get(type)!, data);
  } catch (error) {
    if (!isInstance(error, TagsRefused)) throw error;
    throw new RefoldError('MODEL_MISMATCH', `Cannot tag ${type} at ${sequence}: ${error.message}`, {
      type,
      sequence,
      hint: `Correct the tags of ${type}: it must accept all data in the log`,
      cause: error.cause,
    });
  }
}
