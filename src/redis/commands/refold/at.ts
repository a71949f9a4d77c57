/** REFOLD.AT and REFOLD.NOW: which moment this connection reads. */
import type { Call } from '../../calls/call.ts';
import type { Moment, PastPlace } from '../../calls/contracts/past.ts';
import { CommandError, wrongArity } from '../../calls/errors.ts';
import { parseSafeInteger } from '../../protocol/numbers.ts';

/**
 * `REFOLD.AT sequence|time`: from now on this connection reads the state as of that moment. `REFOLD.AT` alone says where
 * it is: sequence and time, or null for the present.
 */
export function at(call: Call): void {
  const { args, client, parts, reply } = call;
  if (args.length > 2) throw wrongArity('refold.at');
  if (args.length === 1) {
    replyPlace(call, parts.past.placeOf(client));
    return;
  }
  parts.tasks.wait(client, parts.past.enter(client, parseMoment(args[1]!)), () => reply.ok());
}

/** `REFOLD.NOW`: this connection reads the present again. */
export function now({ client, parts, reply }: Call): void {
  parts.past.leave(client);
  reply.ok();
}

function replyPlace({ reply }: Call, place: PastPlace | undefined): void {
  if (place === undefined) {
    reply.nullArray();
    return;
  }
  reply.array(2);
  reply.integer(place.sequence);
  reply.bulk(new Date(place.recordedAt).toISOString());
}

/** A sequence, or a time as ISO 8601: `2026-11-27T10:00:00Z`. @throws CommandError */
export function parseMoment(text: string): Moment {
  const sequence = parseSafeInteger(text);
  if (sequence !== undefined && sequence >= 0) return { sequence };
  const time = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new CommandError('ERR a moment is a sequence such as 1200, or a time such as 2026-11-27T10:00:00Z');
  }
  return { time };
}
