/** Which events are in the list of the page: by type, tag, condition, and a text that they contain. */
import { parseEventCondition } from '../../guests/event-condition.ts';
import type { Condition, RecordedEvent } from '../../index.ts';
import { readText } from '../server/query.ts';

/** What an event must be to be in the list. */
export interface EventFilter {
  readonly types: readonly string[] | undefined;
  readonly tag: string | undefined;
  readonly where: Condition | undefined;
  /** In small letters. */
  readonly text: string | undefined;
}

/** @throws RefoldError `INVALID_OPTION` for a condition that cannot be read; the message says at which column */
export function readFilter(query: URLSearchParams): EventFilter {
  const types = query.getAll('type').filter((type) => type !== '');
  const where = readText(query, 'where');
  return {
    types: types.length === 0 ? undefined : types,
    tag: readText(query, 'tag'),
    where: where === undefined ? undefined : parseEventCondition(where),
    text: readText(query, 'text')?.toLowerCase(),
  };
}

/** Whether the types alone decide, so that no data has to be decoded to count. */
export function isByType({ tag, where, text }: EventFilter): boolean {
  return tag === undefined && where === undefined && text === undefined;
}

/**
 * Whether an event of these types, with this tag, passes the rest of the filter. `text` is looked for in the texts, numbers and
 * names of data and meta, whatever its capitals.
 */
export function passes(event: RecordedEvent, { where, text }: EventFilter): boolean {
  if (where !== undefined && !where.holds(event)) return false;
  if (text === undefined) return true;
  return contains(event.data, text) || contains(event.meta, text);
}

/** JSON as a whole would hide texts behind escapes, and find the escapes. Written for millions of events. */
function contains(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(text);
  if (value === undefined) return false;
  if (typeof value !== 'object' || value === null) return String(value).toLowerCase().includes(text);
  if (Array.isArray(value)) return value.some((item) => contains(item, text));
  for (const name in value) {
    if (name.toLowerCase().includes(text) || contains((value as Record<string, unknown>)[name], text)) return true;
  }
  return false;
}
