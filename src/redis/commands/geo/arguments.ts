/** Arguments of geo commands: units, places, distances. */
import { doubleArgument } from '../../calls/arguments.ts';
import { CommandError } from '../../calls/errors.ts';
import { isPlace, type Place } from './geohash.ts';

/** Metres in each unit. */
const METERS: ReadonlyMap<string, number> = new Map([
  ['m', 1],
  ['km', 1000],
  ['ft', 0.3048],
  ['mi', 1609.34],
]);

/** Metres in a unit. @throws CommandError */
export function unitArgument(text: string): number {
  const meters = METERS.get(text.toLowerCase());
  if (meters === undefined) throw new CommandError('ERR unsupported unit provided. please use M, KM, FT, MI');
  return meters;
}

/** A place from its longitude and latitude. @throws CommandError */
export function placeArgument(longitudeText: string, latitudeText: string): Place {
  const [longitude, latitude] = [doubleArgument(longitudeText), doubleArgument(latitudeText)];
  const place = { longitude, latitude };
  if (!isPlace(place)) {
    throw new CommandError(`ERR invalid longitude,latitude pair ${sixDigits(longitude)},${sixDigits(latitude)}`);
  }
  return place;
}

/** A distance that is not negative, in its unit. @throws CommandError */
export function distanceArgument(text: string, name: string): number {
  return doubleArgument(text, `ERR need numeric ${name}`);
}

/** As C's `%f`. */
function sixDigits(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}
