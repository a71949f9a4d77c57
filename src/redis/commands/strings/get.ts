/** GET. */
import type { Call } from '../../calls/call.ts';
import { requireString } from '../../calls/lookup.ts';

export function get(call: Call): void {
  replyString(call, requireString(call.read(call.args[1]!)));
}

/** A string in either form; null without one. */
export function replyString({ reply }: Call, value: ReturnType<typeof requireString>): void {
  if (value === undefined || typeof value === 'string') reply.bulk(value);
  else reply.bytes(value.data.subarray(0, value.length));
}
