/** Times of events in lists: the time of day, with the date where the log is longer than a day. */
import { date, timeOfDay } from '../../base/format.ts';
import { log } from '../../moment/place.ts';
import { zone } from '../../moment/zone.ts';

/** @param ms since the epoch */
export function momentText(ms: number): string {
  const { firstRecordedAt = ms, lastRecordedAt = ms } = log.value ?? {};
  const isOneDay = date(firstRecordedAt, zone.value) === date(lastRecordedAt, zone.value);
  const time = timeOfDay(ms, zone.value);
  return isOneDay ? time : `${date(ms, zone.value)} ${time.slice(0, 8)}`;
}
