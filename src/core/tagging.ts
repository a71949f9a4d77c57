/**
 * Tags: short texts that name what an event is about, computed from its data by the `tags` of its type.
 *
 * The log keeps the tags of an event with the name of the tagger that computed them. A query trusts them while the
 * tagger is still the same. It computes the tags of all other events, so a changed `tags` never gives a partial answer.
 */
import { createHash } from 'node:crypto';
import type { EventType } from './catalog.ts';
import { isInstance, messageOf } from './errors.ts';
import { frozenCopy } from './freeze.ts';
import { isPromiseLike, letGo } from './let-go.ts';
import { shortened } from './nearest.ts';

/** The most tags of one event, and the most characters of one tag. */
export const MOST_TAGS = 16;
export const LONGEST_TAG = 200;

/** Thrown when `tags` threw, or gave anything but a list of tags. */
export class TagsRefused extends Error {
  readonly hint: string;

  constructor(reason: string, hint: string, cause?: unknown) {
    super(reason, { cause });
    this.hint = hint;
  }
}

/**
 * Names the tagger of a type: 8 hex digits over its source text and the version of the data that it reads. Undefined for
 * a type without `tags`.
 */
export function taggerOf({ tags, version }: Pick<EventType, 'tags' | 'version'>): string | undefined {
  return tags === undefined ? undefined : nameOfTagger(`${version} ${String(tags)}`);
}

/** @param text all that the tags depend on */
export function nameOfTagger(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/**
 * The tags of an event, without duplicates, in the order of `tags`. `tags` gets a frozen copy: it must not change what
 * the log records.
 *
 * @param eventType must have `tags`
 * @throws TagsRefused
 */
export function tagsOf({ tags }: Pick<EventType, 'tags'>, data: unknown): readonly string[] {
  try {
    return readTags(tags!(frozenCopy(data)));
  } catch (error) {
    if (isInstance(error, TagsRefused)) throw error;
    throw new TagsRefused(`its tags threw: ${messageOf(error)}`, HINT_TAGS, error);
  }
}

/** Whether a text may be a tag. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.length >= 1 && tag.length <= LONGEST_TAG && tag.isWellFormed();
}

const HINT_TAGS = `tags gives an array of at most ${MOST_TAGS} texts of 1 to ${LONGEST_TAG} characters, synchronously`;

function readTags(given: unknown): readonly string[] {
  if (isPromiseLike(given)) {
    letGo(given);
    throw new TagsRefused('its tags gave a promise', HINT_TAGS);
  }
  if (!Array.isArray(given)) throw new TagsRefused('its tags did not give an array', HINT_TAGS);
  const tags: string[] = [];
  for (let index = 0; index < given.length; index++) {
    const tag: unknown = given[index];
    if (!isTag(tag)) throw new TagsRefused(`its tags gave ${describe(tag)} at index ${index}`, HINT_TAGS);
    if (tags.includes(tag)) continue;
    if (tags.length === MOST_TAGS) throw new TagsRefused(`it has more than ${MOST_TAGS} tags`, HINT_TAGS);
    tags.push(tag);
  }
  return tags;
}

function describe(tag: unknown): string {
  if (typeof tag !== 'string') return tag === null ? 'null' : `a value of type ${typeof tag}`;
  if (tag === '') return 'an empty text';
  return tag.isWellFormed() ? `a text of ${tag.length} characters` : `${shortened(tag)}, which has a lone surrogate`;
}
