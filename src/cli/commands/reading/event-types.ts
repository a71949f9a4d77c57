/** The event types that occur in a log, from counts without data. */
import { type EventLog, isRefoldError, type Model, type Position, RefoldError } from '../../../index.ts';
import { cut } from '../../output/lines.ts';
import { count, oneLine } from '../../output/text.ts';

/** Events that are looked at first. A type that is used at all is mostly among them. */
const FIRST_LOOK = 16_384;
/** Types that a message lists. */
const LISTED_TYPES = 20;
const LISTED_TYPE_WIDTH = 60;

/**
 * Requires that every type occurs in the log, or is one that the model knows. Looks at no more of the log than it must.
 *
 * @throws RefoldError `UNKNOWN_EVENT_TYPE`, with the types that occur
 */
export async function requireTypesIn(log: EventLog, types: readonly string[], model?: Model): Promise<void> {
  const wanted = new Set(types.filter((type) => model === undefined || !knows(model, type)));
  const found = await despiteDrops(() => countUntil(log, wanted));
  const missing = types.find((type) => wanted.has(type) && !found.has(type));
  if (missing === undefined) return;
  throw new RefoldError(
    'UNKNOWN_EVENT_TYPE',
    `Cannot find events in ${log.path}: none has the type ${shown(missing)}`,
    {
      path: log.path,
      type: missing,
      hint: describeTypes(found),
    },
  );
}

/** The types of the model, and those that its events had before. */
function knows({ types }: Model, type: string): boolean {
  return types.has(type) || types.values().some(({ from }) => from?.has(type) === true);
}

/** Counts by type, from the beginning until all wanted types were seen. It counts the whole log when one is not there. */
async function countUntil(log: EventLog, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const { firstSequence, lastSequence } = await log.info();
  for (let from = firstSequence, size = FIRST_LOOK; from <= lastSequence; from += size, size *= 4) {
    if (wanted.values().every((type) => found.has(type))) break;
    const to = Math.min(from + size - 1, lastSequence);
    for (const [type, number] of Object.entries((await log.counts({ from, to })).types)) {
      found.set(type, (found.get(type) ?? 0) + number);
    }
  }
  return found;
}

/** The most frequent first. */
function describeTypes(found: ReadonlyMap<string, number>): string {
  if (found.size === 0) return 'The log has no events yet: add --follow to wait for them';
  const sorted = [...found].sort(([, a], [, b]) => b - a);
  const listed = sorted.slice(0, LISTED_TYPES).map(([type, number]) => `${shown(type)} (${count(number)})`);
  const more = sorted.length - listed.length;
  return `The log has ${listed.join(', ')}${more === 0 ? '' : ` and ${count(more)} more: see refold info --types --json`}`;
}

function shown(type: string): string {
  return cut(oneLine(type), LISTED_TYPE_WIDTH);
}

/** Events that are looked at to find how wide a column of types is. */
const SAMPLE_EVENTS = 2_000;

/** The types that occur around a position; default the beginning of the log. */
export function typesNear(log: EventLog, position: Position | undefined): Promise<readonly string[]> {
  return despiteDrops(async () => {
    const { firstSequence, lastSequence } = await log.info();
    const middle = await nearest(log, position ?? { sequence: firstSequence }, lastSequence);
    const from = Math.max(middle - SAMPLE_EVENTS, firstSequence);
    const to = Math.min(middle + SAMPLE_EVENTS, lastSequence);
    return from > to ? [] : Object.keys((await log.counts({ from, to })).types);
  });
}

/** A range may begin after the end of the log. */
async function nearest(log: EventLog, position: Position, last: number): Promise<number> {
  return 'sequence' in position ? Math.min(position.sequence, last) : log.locate(position);
}

const ATTEMPTS_DESPITE_DROPS = 3;

/** Begins again where a writer has dropped the first events meanwhile. So the work itself asks where the log begins. */
export async function despiteDrops<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS_DESPITE_DROPS || !isRefoldError(error, 'HISTORY_GONE')) throw error;
    }
  }
}
