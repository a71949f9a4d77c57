/** Which events `refold events` prints: conditions, the last ones, and new ones. */
import type { Condition, EventLog, EventRange, Position, RecordedEvent } from '../../../index.ts';
import type { EventBatches } from '../../output/events/json-lines.ts';
import { boundOf } from '../../place.ts';

/** The places of a range as they were found in the log. */
export interface FoundRange {
  readonly from: Position | undefined;
  readonly to: Position | undefined;
}

/** What the log itself does not select by. */
interface Wanted {
  readonly where: Condition | undefined;
  readonly limit: number | undefined;
  /** Gets the last sequence of each list that was looked at. */
  readonly onRead?: ((sequence: number) => void) | undefined;
}

interface Selecting extends Wanted {
  readonly types: readonly string[] | undefined;
  readonly tag: string | undefined;
  readonly last: number | undefined;
  readonly reverse: boolean | undefined;
}

type Events = readonly RecordedEvent[];

/** The events of a range, or the last ones of these. */
export async function* selected(
  log: EventLog,
  { from, to }: FoundRange,
  { types, tag, where, limit, last, reverse, onRead }: Selecting,
): AsyncGenerator<Events, void> {
  const range = { from: boundOf(from), to: boundOf(to), types, tag };
  if (last === undefined) return yield* eventsOf(log, { ...range, reverse }, { where, limit, onRead });
  const found = await lastOf(log, range, { where, limit: last, onRead });
  yield reverse === true ? found : found.toReversed();
}

interface Following extends Wanted {
  readonly types: readonly string[] | undefined;
  /** How many of the events that are there already. */
  readonly last: number | undefined;
  readonly signal: AbortSignal;
}

/** The events of a range in order, then new ones until its end, or until the signal aborts. */
export async function* followed(
  log: EventLog,
  range: FoundRange,
  { types, where, limit, last, signal }: Following,
): AsyncGenerator<Events, void> {
  let from = await firstSequenceOf(log, range.from);
  const to = await lastSequenceOf(log, range.to);
  if (last !== undefined) {
    const { lastSequence } = await log.info();
    const found = await lastOf(log, { from, to: Math.min(lastSequence, to), types, signal }, { where, limit: last });
    yield found.toReversed();
    from = Math.max(from, lastSequence + 1);
  }
  if (from > to) return;
  yield* wantedOf(through(to, log, { from, types, signal }), { where, limit });
}

async function* through(
  to: number,
  log: EventLog,
  options: Pick<Following, 'types' | 'signal'> & { readonly from: number },
): AsyncGenerator<Events, void> {
  for await (const { events, sequence } of log.follow({ ...options, batches: true })) {
    yield sequence <= to ? events : events.filter((event) => event.sequence <= to);
    if (sequence >= to) return;
  }
}

/** The last one first. */
async function lastOf(log: EventLog, range: EventRange, wanted: Wanted): Promise<Events> {
  return (await Array.fromAsync(eventsOf(log, { ...range, reverse: true }, wanted))).flat();
}

/** Without a condition the log reads no more than the limit asks for. */
function eventsOf(log: EventLog, range: EventRange, wanted: Wanted): AsyncGenerator<Events, void> {
  if (wanted.where !== undefined) return wantedOf(log.batches(range), wanted);
  return log.batches({ ...range, limit: wanted.limit });
}

/** The events for which the condition holds, up to the limit. */
async function* wantedOf(
  batches: EventBatches,
  { where, limit = Number.POSITIVE_INFINITY, onRead }: Wanted,
): AsyncGenerator<Events, void> {
  let left = limit;
  for await (const events of batches) {
    const wanted = where === undefined ? events : events.filter((event) => where.holds(event));
    const last = events.at(-1);
    if (last !== undefined) onRead?.(last.sequence);
    yield wanted.length > left ? wanted.slice(0, left) : wanted;
    left -= wanted.length;
    if (left <= 0) return;
  }
}

async function firstSequenceOf(log: EventLog, from: Position | undefined): Promise<number> {
  if (from === undefined) return (await log.info()).firstSequence;
  return 'sequence' in from ? from.sequence : (await log.locate({ time: Number(from.time) - 1 })) + 1;
}

/** It may be a future one. */
async function lastSequenceOf(log: EventLog, to: Position | undefined): Promise<number> {
  if (to === undefined) return Number.POSITIVE_INFINITY;
  return 'sequence' in to ? to.sequence : log.locate(to);
}
