/** Where the places of a question are in the log. */
import { boundOf, placeIn, startPlaceIn } from '../../guests/place.ts';
import type { Bound, EventLog, Past, Position } from '../../index.ts';
import { readPlace, readZone } from './query.ts';

/** A moment of the log. Undefined if it is left out. @throws RefoldError `INVALID_OPTION` */
export async function readMoment(
  query: URLSearchParams,
  name: string,
  log: EventLog | Past,
): Promise<Position | undefined> {
  const place = readPlace(query, name);
  return place && placeIn(log, place, readZone(query));
}

/** Where a range begins. @throws RefoldError `INVALID_OPTION` */
export async function readStart(
  query: URLSearchParams,
  name: string,
  log: EventLog | Past,
): Promise<Bound | undefined> {
  const place = readPlace(query, name);
  return place && boundOf(await startPlaceIn(log, place, readZone(query)));
}

/** Where a range ends. @throws RefoldError `INVALID_OPTION` */
export async function readEnd(query: URLSearchParams, name: string, log: EventLog | Past): Promise<Bound | undefined> {
  const position = await readMoment(query, name, log);
  return position && boundOf(position);
}
