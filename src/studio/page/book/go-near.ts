/** Goes to a time of a picture, which may show more time than the log has. */
import { go, log } from '../moment/place.ts';

/** To the last event that was recorded by then; to the first or last one of the log for a time outside of it. */
export function goNear(time: number): void {
  const { firstRecordedAt = 0, lastRecordedAt = 0 } = log.value ?? {};
  go(`@${Math.min(lastRecordedAt, Math.max(firstRecordedAt, Math.floor(time)))}`);
}
