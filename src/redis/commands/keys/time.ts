/** TIME: the clock that expiry times are compared with. */
import type { Call } from '../../calls/call.ts';

/** Seconds since the epoch, and microseconds of this second. The clock of a turn counts whole milliseconds. */
export function time({ now, reply }: Call): void {
  reply.bulks([String(Math.floor(now / 1000)), String((now % 1000) * 1000)]);
}
