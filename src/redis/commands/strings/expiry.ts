/** Expiry times as SET, GETEX, SETEX and PSETEX take them. */
import { int64Argument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { INT64_MAX } from '../../protocol/numbers.ts';

/** EX and PX count from now, EXAT and PXAT from the epoch. EX and EXAT are in seconds, PX and PXAT in milliseconds. */
export type ExpiryUnit = 'EX' | 'PX' | 'EXAT' | 'PXAT';

/**
 * When a key expires, in ms since the epoch. The state keeps safe integers, so a time beyond the year 287,396 is kept as that.
 *
 * @param command in lower case, for the error
 * @throws CommandError when it is not a positive 64-bit number, or too far away for Redis
 */
export function expiryTime({ now }: Call, unit: ExpiryUnit, text: string, command: string): number {
  const given = int64Argument(text);
  const isSeconds = unit === 'EX' || unit === 'EXAT';
  const ms = isSeconds ? given * 1000n : given;
  const at = unit === 'EX' || unit === 'PX' ? ms + BigInt(now) : ms;
  if (given <= 0n || at > INT64_MAX) throw new CommandError(`ERR invalid expire time in '${command}' command`);
  return Math.min(Number(at), Number.MAX_SAFE_INTEGER);
}
