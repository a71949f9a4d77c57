/** Finds a position that a user wrote in a log: asks the log for its range where the position depends on it. */
import { fixedPosition, type LogRange, type Place, positionIn, startIn } from '../guests/position.ts';
import { type Bound, type EventLog, openLog, Past, type Position } from '../index.ts';
import { chosenZone } from './output/times.ts';

/** @throws RefoldError `INVALID_OPTION`: the place is before the first event, or there is no such time */
export async function placeIn(log: EventLog | Past, place: Place): Promise<Position> {
  if (place.is === 'sequence') return { sequence: place.sequence };
  return positionIn(await rangeOf(log), place, chosenZone());
}

/** Where a range begins: a time before the first event is the first event. @throws as `placeIn` does */
export async function startPlaceIn(log: EventLog | Past, place: Place): Promise<Position> {
  return fixedPosition(place, chosenZone()) ?? startIn(await rangeOf(log), place, chosenZone());
}

/** A place as a bound of a range of events. */
export function boundOf(position: Position | undefined): Bound | undefined {
  return position !== undefined && 'sequence' in position ? position.sequence : position;
}

/** The same as `placeIn` for a file that is not open. */
export async function placeInFile(path: string, place: Place): Promise<Position> {
  if (place.is === 'sequence') return { sequence: place.sequence };
  await using log = await openLog({ path });
  return await placeIn(log, place);
}

/** The past knows it without a look at every block. */
async function rangeOf(log: EventLog | Past): Promise<LogRange> {
  if (!(log instanceof Past)) return log.info();
  const { first, last, firstRecordedAt, lastRecordedAt } = await log.range();
  return { path: log.path, firstSequence: first, lastSequence: last, firstRecordedAt, lastRecordedAt };
}
