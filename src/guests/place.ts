/** Finds a position that a person wrote in a log: asks the log for its range where the position depends on it. */
import { type Bound, type EventLog, Past, type Position } from '../index.ts';
import { fixedPosition, type LogRange, type Place, positionIn, startIn } from './position.ts';

/**
 * @param zone of times without one
 * @throws RefoldError `INVALID_OPTION`: the place is before the first event, or there is no such time
 */
export async function placeIn(log: EventLog | Past, place: Place, zone: string): Promise<Position> {
  if (place.is === 'sequence') return { sequence: place.sequence };
  return positionIn(await rangeOf(log), place, zone);
}

/** Where a range begins: a time before the first event is the first event. @throws as `placeIn` does */
export async function startPlaceIn(log: EventLog | Past, place: Place, zone: string): Promise<Position> {
  return fixedPosition(place, zone) ?? startIn(await rangeOf(log), place, zone);
}

/** A place as a bound of a range of events. */
export function boundOf(position: Position): Bound {
  return 'sequence' in position ? position.sequence : position;
}

/** The past knows it without a look at every block. */
async function rangeOf(log: EventLog | Past): Promise<LogRange> {
  if (!(log instanceof Past)) return log.info();
  const { first, last, firstRecordedAt, lastRecordedAt } = await log.range();
  return { path: log.path, firstSequence: first, lastSequence: last, firstRecordedAt, lastRecordedAt };
}
