/** Finds a position that a user wrote in a log: asks the log for its range where the position depends on it. */
import { type EventLog, openLog, type Position } from '../index.ts';
import { fixedPosition, type Place, positionIn } from './input/position.ts';
import { chosenZone } from './output/times.ts';

/** @throws RefoldError `INVALID_OPTION`: the place is before the first event, or there is no such time */
export async function placeIn(log: EventLog, place: Place): Promise<Position> {
  if (place.is === 'sequence') return { sequence: place.sequence };
  return positionIn(await log.info(), place, chosenZone());
}

/** Where a range begins: a time before the first event is the first event. @throws as `placeIn` does */
export async function startIn(log: EventLog, place: Place): Promise<Position> {
  return fixedPosition(place, chosenZone()) ?? placeIn(log, place);
}

/** The same as `placeIn` for a file that is not open. */
export async function placeInFile(path: string, place: Place): Promise<Position> {
  if (place.is === 'sequence') return { sequence: place.sequence };
  await using log = await openLog({ path });
  return await placeIn(log, place);
}
