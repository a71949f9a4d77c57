/** How long a string may become. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { MAX_STRING_BYTES } from '../../model/bytes.ts';

/** The smaller of our bound and `proto-max-bulk-len`, in bytes. */
export function longestString({ parts }: Call): number {
  return Math.min(parts.config.number('proto-max-bulk-len'), MAX_STRING_BYTES);
}

/** @throws CommandError when a command would make a string longer than it may be */
export function requireLength(call: Call, bytes: number): void {
  if (bytes <= longestString(call)) return;
  throw new CommandError('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
}
