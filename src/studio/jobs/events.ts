/**
 * Events for the list of the page: a window of those that pass a filter, and then how many pass it in all.
 *
 * The window comes at once. The count follows while the rest of the log is read, and says whether it is complete.
 */
import { type Condition, parseCondition, type RecordedEvent } from '../../index.ts';
import { wireEvent } from '../moments/moments.ts';
import { ANSWER_BYTES } from '../server/answering.ts';
import { readStart } from '../server/positions.ts';
import { readCount, readText } from '../server/query.ts';
import type { EventLine } from '../wire.ts';
import { type Listed, soundEvents } from './sound-events.ts';

/** Events that one request gives at most. */
const MOST_EVENTS = 1_000;
/** How often the count is told while it grows, in events that were read. */
const TOLD_EVERY = 50_000;

/** What an event must be to be in the list. */
interface Filter {
  readonly types: readonly string[] | undefined;
  readonly tag: string | undefined;
  readonly where: Condition | undefined;
  /** In small letters. */
  readonly text: string | undefined;
}

/**
 * The window begins with the first event from `from` on that passes, and has `count` events at most. A window of long events ends
 * early, and says with which event the next one begins. Events before `from` count as
 * well: so `matches` is the same whatever the window.
 *
 * @throws RefoldError `INVALID_OPTION`; what reading the log throws
 */
export async function* listEvents(
  listed: Listed,
  query: URLSearchParams,
  signal: AbortSignal,
): AsyncGenerator<EventLine, void> {
  const { log } = listed;
  const filter = readFilter(query);
  const from = await readStart(query, 'from', log);
  const count = readCount(query, 'count', 100, MOST_EVENTS);
  const { types, tag } = filter;
  let given = 0;
  let characters = 0;
  if (count > 0) {
    for await (const event of soundEvents(listed, { ...(from !== 0 && { from }), types, tag, signal })) {
      if ('damage' in event) {
        yield event;
        continue;
      }
      if (!passes(event, filter)) continue;
      const line = wireEvent(event);
      characters += JSON.stringify(line).length;
      if (given > 0 && characters > ANSWER_BYTES) {
        yield { next: event.sequence };
        break;
      }
      yield line;
      if (++given === count) break;
    }
  }
  yield* countMatches(listed, filter, signal);
}

/** Without a filter on the data nothing has to be decoded. */
async function* countMatches(listed: Listed, filter: Filter, signal: AbortSignal): AsyncGenerator<EventLine, void> {
  const { log, troubles } = listed;
  const { types, tag } = filter;
  let matches = 0;
  let read = 0;
  if (tag === undefined && filter.where === undefined && filter.text === undefined) {
    const counted = await log.counts({ signal, onDamage: troubles.note });
    matches = Object.entries(counted.types)
      .filter(([type]) => types?.includes(type) ?? true)
      .reduce((sum, [, count]) => sum + count, 0);
  } else {
    for await (const event of soundEvents(listed, { types, tag, signal })) {
      if (!('damage' in event) && passes(event, filter)) matches++;
      if (++read % TOLD_EVERY === 0) yield { matches, complete: false };
    }
  }
  yield { matches, complete: true };
}

function readFilter(query: URLSearchParams): Filter {
  const types = query.getAll('type').filter((type) => type !== '');
  const where = readText(query, 'where');
  return {
    types: types.length === 0 ? undefined : types,
    tag: readText(query, 'tag'),
    where: where === undefined ? undefined : parseCondition(where),
    text: readText(query, 'text')?.toLowerCase(),
  };
}

/** `text` is looked for in the texts, numbers and names of data and meta, whatever its capitals. */
function passes(event: RecordedEvent, { where, text }: Filter): boolean {
  if (where !== undefined && !where.holds(event)) return false;
  if (text === undefined) return true;
  return contains(event.data, text) || contains(event.meta, text);
}

/** JSON as a whole would hide texts behind escapes, and find the escapes. */
function contains(value: unknown, text: string): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'object' || value === null) return String(value).toLowerCase().includes(text);
  if (Array.isArray(value)) return value.some((item) => contains(item, text));
  return Object.entries(value).some(([name, item]) => name.toLowerCase().includes(text) || contains(item, text));
}
