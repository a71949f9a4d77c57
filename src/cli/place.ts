/** Finds a position that a user wrote in a log, in the zone of `--zone`. */
import { placeIn as placeInZone, startPlaceIn as startPlaceInZone, boundOf as wholeBoundOf } from '../guests/place.ts';
import type { Place } from '../guests/position.ts';
import { type Bound, type EventLog, openLog, type Past, type Position } from '../index.ts';
import { whereIs } from './logs.ts';
import { chosenZone } from './output/times.ts';

/** @throws RefoldError `INVALID_OPTION`: the place is before the first event, or there is no such time */
export function placeIn(log: EventLog | Past, place: Place): Promise<Position> {
  return placeInZone(log, place, chosenZone());
}

/** Where a range begins: a time before the first event is the first event. @throws as `placeIn` does */
export function startPlaceIn(log: EventLog | Past, place: Place): Promise<Position> {
  return startPlaceInZone(log, place, chosenZone());
}

/** A place as a bound of a range of events. */
export function boundOf(position: Position | undefined): Bound | undefined {
  return position && wholeBoundOf(position);
}

/** The same as `placeIn` for a file that is not open. */
export async function placeInFile(path: string, place: Place): Promise<Position> {
  if (place.is === 'sequence') return { sequence: place.sequence };
  await using log = await openLog(whereIs(path));
  return await placeIn(log, place);
}
