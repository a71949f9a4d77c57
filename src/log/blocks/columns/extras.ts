/** What a content may have besides its events: a list of names, then a section for each name. */
import type { RecordedEvent } from '../../../core/event.ts';
import type { EventTags } from '../../log-store.ts';
import { encodeIdColumn, readIdColumn } from './id-column.ts';
import { type SectionReader, type SectionWriter, textOf } from './sections.ts';
import { encodeTagColumn, readTagColumn, type TagColumn } from './tag-column.ts';

// The names.
const TAGS = 'tags';
const IDS = 'ids';

/** Whether the events of a block, with these tags, need more than the sections of format 1. */
export function needExtras(events: readonly RecordedEvent[], tags?: readonly EventTags[]): boolean {
  return hasTags(tags) || hasIds(events);
}

function hasTags(tags: readonly EventTags[] | undefined): tags is readonly EventTags[] {
  return tags?.some((event) => event !== 0) === true;
}

function hasIds(events: readonly RecordedEvent[]): boolean {
  return events.some(({ commandId }) => commandId !== undefined);
}

/** Adds the extras that these events have, if any. */
export function writeExtras(
  content: SectionWriter,
  events: readonly RecordedEvent[],
  commitEnds: readonly number[],
  tags: readonly EventTags[] | undefined,
): void {
  const [tagged, identified] = [hasTags(tags), hasIds(events)];
  if (!tagged && !identified) return;
  content.add(Buffer.from(JSON.stringify([...(tagged ? [TAGS] : []), ...(identified ? [IDS] : [])])));
  if (hasTags(tags)) content.add(encodeTagColumn(tags));
  if (identified) content.add(encodeIdColumn(commitEnds.map((end) => events[end - events[0]!.sequence]!.commandId)));
}

/** What a content has besides events. */
export interface Extras {
  readonly tags: TagColumn | undefined;
  /** The id of each commit that has one; undefined when no commit has one. */
  readonly ids: readonly (string | undefined)[] | undefined;
}

export const NO_EXTRAS: Extras = { tags: undefined, ids: undefined };

/** A name that this release does not know is refused: it belongs to a newer format. */
export function readExtras(sections: SectionReader, events: number, commits: number): Extras {
  const names: unknown = JSON.parse(textOf(sections.next()));
  if (!Array.isArray(names)) throw new TypeError('no list of extras');
  let { tags, ids } = NO_EXTRAS;
  for (const name of names) {
    if (name === TAGS) tags = readTagColumn(sections.next(), events);
    else if (name === IDS) ids = readIdColumn(sections.next(), commits);
    else throw new TypeError('an unknown extra');
  }
  return { tags, ids };
}
