/** Times of events in lists: the time of day, with the date where the log is longer than a day. */
import { date, timeOfDay } from '../base/format.ts';
import { log } from '../moment/place.ts';

/** @param ms since the epoch */
export function momentText(ms: number): string {
  const { firstRecordedAt = ms, lastRecordedAt = ms } = log.value ?? {};
  const isOneDay = date(firstRecordedAt) === date(lastRecordedAt);
  return isOneDay ? timeOfDay(ms) : `${date(ms)} ${timeOfDay(ms).slice(0, 8)}`;
}
